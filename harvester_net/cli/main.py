"""The entry point of `harvester-net`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from ..version import VERSION
from . import lab
from .adopt import adopt
from .mtu import mtu
from .rbac import rbac
from .report import report
from .review import CODES as REVIEW_CODES
from .review import review
from .snapshot import snapshot
from .switch_ports import switch_ports
from .topology import topology
from .uplink import uplink
from .verify import CODES, verify

EXIT_CODES = """Exit codes: 0 done, or nothing to do; 1 an error; 2 a wrong call; 3 refused,
nothing was changed; 4 stopped at a safe point, the journal stays; 5 somebody else works on the
cluster; 6 rolled back; 130 interrupted at once."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Harvester networking without Pulumi.",
    epilog=EXIT_CODES,
)
app.add_typer(mtu, name="mtu", epilog=EXIT_CODES)
app.add_typer(uplink, name="uplink", epilog=EXIT_CODES)
app.command("verify", short_help="Look at the devices of every node.", epilog=CODES)(verify)
app.add_typer(lab.lab, name="lab", short_help=lab.TITLE, epilog=lab.CODES)
app.command("rbac", short_help="Print the least roles for what you do with it.")(rbac)
app.command("adopt", short_help="Write a program for the networks of a cluster.")(adopt)
app.command("review", short_help="Write a preview as a comment.", epilog=REVIEW_CODES)(review)
app.command("snapshot", short_help="Read what concerns networks, for a rehearsal.")(snapshot)
app.command("topology", short_help="Show the networks of a cluster.")(topology)
app.command("report", short_help="Write a page about the networks of a cluster.")(report)
app.command("switch-ports", short_help="Say what the switches need.")(switch_ports)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"harvester-net {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Harvester networking without Pulumi."""


def main() -> None:
    """Run the command line; what nobody expected is one line too."""
    try:
        app(prog_name="harvester-net")
    except Exception as error:
        # The words bring all of the engine along, which takes a second to load.
        from .messages import DEBUG, unexpected
        from .printing import say

        if os.environ.get(DEBUG):
            raise
        say(f"error: {unexpected(error)}", sys.stderr)
        sys.exit(1)
