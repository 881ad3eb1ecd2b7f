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


OfPreview = Annotated[
    Path | None,
    typer.Option(
        "--preview",
        metavar="FILE",
        help="What `pulumi preview --json` wrote, or - for standard input: the networks as "
        "they become, with what is new dashed, and what changes and goes marked.",
        show_default=False,
    ),
]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        help="With --preview: look at no cluster. Only what the program declares is drawn.",
    ),
]


def check_inputs(snapshot: Path | None, preview: Path | None, *, offline: bool) -> None:
    """Raises BadParameter for a call that nobody can carry out."""
    if offline and (preview is None or snapshot is not None):
        raise typer.BadParameter("--offline goes with --preview, and without --snapshot")


def topology(
    picture: Annotated[
        PictureFormat, typer.Option("--format", help="How it is written.")
    ] = PictureFormat.TEXT,
    snapshot: FromSnapshot = None,
    preview: OfPreview = None,
    offline: Offline = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS,
) -> None:
    """Show the networks of a cluster as they hang together: uplinks and their nodes, VM
    networks and their VLANs, Settings, VMs.
    """
    from .picturing import picturing, picturing_preview
    from .session import Reach, run

    check_inputs(snapshot, preview, offline=offline)
    if preview is None:
        command = picturing(picture.value, snapshot)
    else:
        command = picturing_preview(picture.value, preview, snapshot, offline=offline)
    raise typer.Exit(run(command, Reach(kubeconfig, context, timeout)))
