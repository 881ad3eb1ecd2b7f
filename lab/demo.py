"""`python -m lab.demo`: the quick-start brought up on a lab that stays, and its networks."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.text import Text

from lab import networks, shell
from lab.binaries import BINARIES
from lab.building import ensure
from lab.cli import brought_up, err, out, say
from lab.errors import LabError
from lab.handle import Lab

NAME = "demo"
STACK = "demo"
PROJECT = Path(__file__).parent.parent
PROGRAM = "examples/quickstart/__main__.py"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lab.demo", description=__doc__)
    parser.add_argument("--name", default=NAME, help=f"which lab (default: {NAME})")
    name = parser.parse_args(arguments).name
    try:
        # All that it needs at once, before it starts anything.
        ensure([each.name for each in BINARIES], err)
        return demonstrate(brought_up(name))
    except LabError as error:
        err.print(Text(str(error)), soft_wrap=True)
    except KeyboardInterrupt:
        err.print("Interrupted; a lab that was coming up has been taken down.")
    return 1


def demonstrate(lab: Lab) -> int:
    """Brings the quick-start up on the lab and shows it; the exit code of the command."""
    environment = os.environ | shell.variables(lab)
    failed = pulumi(environment, "stack", "select", "--create", STACK)
    failed = failed or pulumi(environment, "up", "--yes")
    if failed:
        say(f"\nThat failed. The lab is still up; to look around: {_make('shell', lab)}")
        return failed
    say("\nOn the cluster is now:")
    for table in networks.tables(networks.look(lab.client)):
        out.print()
        out.print(table)
    _say_how_to_go_on(lab)
    return 0


def pulumi(environment: Mapping[str, str], *arguments: str) -> int:
    """Runs a command of the CLI on the quick-start, in sight; its exit code."""
    say(f"\n$ pulumi {' '.join(arguments)}")
    program = shutil.which("pulumi", path=environment["PATH"]) or "pulumi"
    # Without a terminal it would ask, or draw what cannot be redrawn.
    quiet = [] if sys.stdout.isatty() else ["--non-interactive"]
    return shell.foreground([program, *arguments, *quiet], environment, PROJECT)


def _say_how_to_go_on(lab: Lab) -> None:
    say("\nThe lab stays up. To go on by hand:")
    steps = {
        _make("shell", lab): "a shell in which pulumi and kubectl mean this lab; in it:",
        "  pulumi preview": "nothing is to be done",
        "  pulumi refresh": "the cluster is as Pulumi left it",
        f"  edit {PROGRAM}": "another VLAN, one more network, mtu=9000 in place of 1500",
        "  pulumi preview --diff": "what that changes, and what Harvester would refuse",
        "  pulumi up": "make it so",
        "  pulumi destroy": "take all of it away again",
        _make("down", lab): "end the lab, and with it the stack",
    }
    width = max(map(len, steps))
    for step, what in steps.items():
        say(f"  {step:{width}}  {what}")


def _make(what: str, lab: Lab) -> str:
    which = "" if lab.name == NAME else f" LAB={lab.name}"
    return f"make lab-{what}{which}"


if __name__ == "__main__":
    sys.exit(main())
