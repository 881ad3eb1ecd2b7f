"""`harvester-net snapshot`: the options of reading what concerns networks into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import ChangeTimeout, Context, Kubeconfig

SECONDS = 300

Output = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write it there; others may not read the file. Else to standard output.",
        show_default=False,
    ),
]
Anonymize = Annotated[
    bool,
    typer.Option("--anonymize", help="Put others in the place of names and addresses."),
]


def snapshot(
    output: Output = None,
    anonymize: Anonymize = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS,
) -> None:
    """Read what concerns networks on a cluster, for a rehearsal in a lab. No Secret and no
    user data are in it.
    """
    from .session import Reach, run
    from .snapshotting import snapshotting

    command = snapshotting(output, anonymize=anonymize)
    raise typer.Exit(run(command, Reach(kubeconfig, context, timeout)))
