"""`harvester-net report`: the options of a page about the networks of a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import ChangeTimeout, Context, Kubeconfig
from .topology import SECONDS, FromSnapshot, Offline, check_inputs

OfPreview = Annotated[
    Path | None,
    typer.Option(
        "--preview",
        metavar="FILE",
        help="What `pulumi preview --json` wrote, or - for standard input: what it comes to, "
        "and the networks as they become.",
        show_default=False,
    ),
]
Html = Annotated[
    Path,
    typer.Option(
        "--html",
        metavar="FILE",
        help="The page of HTML that is written; what is there before is replaced.",
        show_default=False,
    ),
]


def report(
    html: Html,
    snapshot: FromSnapshot = None,
    preview: OfPreview = None,
    offline: Offline = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS,
) -> None:
    """Write one page about the networks of a cluster, to look at rather than to read: a
    picture, coverage, networks, VMs, switch ports, Settings, findings, and what a preview
    changes. It is all in one file, which loads nothing.
    """
    from .reporting import Reporting, reporting
    from .session import Reach, run

    check_inputs(snapshot, preview, offline=offline)
    command = reporting(Reporting(html, snapshot, preview, offline))
    raise typer.Exit(run(command, Reach(kubeconfig, context, timeout)))
