"""`harvester-net switch-ports`: the options of what the switches have to be set to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .options import ChangeTimeout, Context, Kubeconfig
from .topology import SECONDS, FromSnapshot


class TableFormat(StrEnum):
    """How the ports are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


Compare = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A file of harvester-net snapshot: only what has to change on the switches when "
        "the networks become as they are in it.",
        show_default=False,
    ),
]


def switch_ports(
    table: Annotated[
        TableFormat, typer.Option("--format", help="How they are written.")
    ] = TableFormat.TABLE,
    snapshot: FromSnapshot = None,
    compare: Compare = None,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS,
) -> None:
    """Say what the ports of the switches have to be for each node and uplink: link
    aggregation, VLANs with and without tags, MTU.
    """
    from .picturing import ports
    from .session import Reach, run

    command = ports(table.value, snapshot, compare)
    raise typer.Exit(run(command, Reach(kubeconfig, context, timeout)))
