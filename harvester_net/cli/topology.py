"""`harvester-net topology`: the options of a picture of the networks of a cluster."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .options import ChangeTimeout, Context, Kubeconfig

SECONDS = 300


class PictureFormat(StrEnum):
    """How the picture is written."""

    TEXT = "text"
    MERMAID = "mermaid"
    SVG = "svg"
    JSON = "json"


FromSnapshot = Annotated[
    Path | None,
    typer.Option(
        "--snapshot",
        metavar="FILE",
        help="A file of harvester-net snapshot, in place of the living cluster.",
        show_default=False,
    ),
]


def topology(
    picture: Annotated[
        PictureFormat, typer.Option("--format", help="How it is written.")
    ] = PictureFormat.TEXT,
    snapshot: FromSnapshot = None,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS,
) -> None:
    """Show the networks of a cluster as they hang together: uplinks and their nodes, VM
    networks and their VLANs, Settings, VMs.
    """
    from .picturing import picturing
    from .session import Reach, run

    command = picturing(picture.value, snapshot)
    raise typer.Exit(run(command, Reach(kubeconfig, context, timeout)))
