"""`harvester-net lab`: the commands, for a cluster to try things on.

What they do is in `harvester_net.lab.commands`, imported when they run: other commands and
help do not wait for it, and work without what only a lab needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from json import dumps
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ..lab import defaults
from ..lab.versions import DEFAULT_VERSION

CODES = """Exit codes: 0 done, or nothing to do; 1 an error, or `status` of a lab that is not
ready; 2 a wrong call; 130 interrupted."""

TITLE = "A Harvester cluster on this machine to try things on."

lab = typer.Typer(
    no_args_is_help=True,
    help=f"{TITLE} Its API, rules and controllers do as Harvester's; its nodes and VMs exist "
    "in name only.",
)

_VERSION = re.compile(r"v?(\d+\.\d+\.\d+.*)")


def _version(text: str | None) -> str | None:
    """As Harvester says it: with a v."""
    if text is None:
        return None
    found = _VERSION.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no version of Harvester, such as v1.8.2")
    return f"v{found[1]}"


Name = Annotated[str, typer.Option(metavar="NAME", help="Which lab.")]
HarvesterVersion = Annotated[
    str | None,
    typer.Option(
        metavar="VERSION",
        callback=_version,
        help=f"The version of Harvester whose rules hold.  [default: {DEFAULT_VERSION}]",
    ),
]
Like = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="A file of harvester-net snapshot: the lab is like the cluster in it, with its "
        "nodes, networks, VMs and version.",
    ),
]


@lab.command("up", short_help="Bring a lab up; it stays until down.")
def up(
    context: typer.Context,
    name: Name = defaults.NAME,
    nodes: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=64, help=f"How many nodes.  [default: {defaults.NODES}]"
        ),
    ] = None,
    version: HarvesterVersion = None,
    like: Like = None,
) -> None:
    """Bring a lab up and leave it running; its state is lost when it goes down."""
    from ..lab import commands

    check_likeness(nodes, version, like)
    called = called_as(context)
    end(lambda: commands.up(called, name, nodes=nodes, version=version, like=like))


@lab.command("down", short_help="Take it down.")
def down(
    name: Name = defaults.NAME,
    all: Annotated[bool, typer.Option("--all", help="All labs that are up.")] = False,  # noqa: A002
) -> None:
    """Take a lab down; nothing of it remains, stacks of its shell included."""
    from ..lab import commands

    end(lambda: commands.down(name, all_of_them=all))


@lab.command("status", short_help="Say what runs.")
def status(name: Name = defaults.NAME) -> None:
    """Say what runs, and what is simulated."""
    from ..lab import commands

    end(lambda: commands.status(name))


@lab.command("reset", short_help="Put it back to how it came up.")
def reset(name: Name = defaults.NAME) -> None:
    """Put a lab back to how it came up; its address and kubeconfig stay the same."""
    from ..lab import commands

    end(lambda: commands.reset(name))


@lab.command("rehearsal", short_help="Say which VMs were down, and for how long.")
def rehearsal(
    name: Name = defaults.NAME,
    restart: Annotated[
        bool, typer.Option("--restart", help="Forget what happened until now.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Say which VMs were down and which nodes without an uplink, since the lab came up or was
    reset.
    """
    from ..lab import Lab
    from ..lab.commands import say
    from .render import rehearsal as render

    def show() -> int:
        running = Lab.attach(name)
        if restart:
            running.restart_record()
            return 0
        summary = running.summary()
        say(dumps(render.document(summary), indent=2) if json else render.text(summary))
        return 0

    end(show)


@lab.command("shell", short_help="Open a shell in which pulumi and kubectl mean it.")
def shell(name: Name = defaults.NAME) -> None:
    """Open a shell in which pulumi and kubectl mean the lab. Stacks that are made there are
    kept with the lab and end with it; your own stay untouched.
    """
    from ..lab import commands

    end(lambda: commands.open_shell(name))


@lab.command("shell-env", short_help="The same as lines for eval.")
def shell_env(name: Name = defaults.NAME) -> None:
    """Print the variables of that shell as lines: eval "$(harvester-net lab shell-env)"."""
    from ..lab import commands

    end(lambda: commands.shell_env(name))


@lab.command("kubeconfig", short_help="Print the path of its kubeconfig.")
def kubeconfig(name: Name = defaults.NAME) -> None:
    """Print the path of the administrator's kubeconfig."""
    from ..lab import commands

    end(lambda: commands.kubeconfig(name))


@lab.command("logs", short_help="Print its log.")
def logs(
    component: Annotated[str, typer.Argument(metavar="COMPONENT")] = "supervisor",
    name: Name = defaults.NAME,
) -> None:
    """Print the log of a component. An embedded lab is one process with one log."""
    from ..lab import commands

    end(lambda: commands.logs(name, component))


@lab.command("faults", short_help="Show or set what is wrong with its machines.")
def faults_(
    faults: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FAULT]...",
            help='Each in quotes, such as "nic-missing node=node2 nic=eno2".',
            show_default=False,
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Repair everything.")] = False,
    name: Name = defaults.NAME,
) -> None:
    """Show the faults of the simulated machines. Given faults hold from then on, and no
    others.
    """
    from ..lab import commands
    from ..lab.faults import parse_fault

    if faults and clear:
        raise typer.BadParameter("give either faults or --clear")
    try:
        wanted = [parse_fault(each) for each in faults or []]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if wanted or clear:
        end(lambda: commands.set_faults(name, wanted))
    end(lambda: commands.show_faults(name))


def check_likeness(nodes: int | None, version: str | None, like: Path | None) -> None:
    """A likeness has the nodes and the version of what it is like. Raises BadParameter."""
    if like is not None and (nodes is not None or version is not None):
        raise typer.BadParameter(
            "with --like, nodes and version are those of the file; leave --nodes and "
            "--version out"
        )


def called_as(context: typer.Context) -> str:
    """What was typed before the command: ``harvester-net lab``."""
    return context.command_path.rpartition(" ")[0]


def end(run: Callable[[], int]) -> NoReturn:
    """Runs a command to its end, which is that of the program."""
    from ..lab.commands import exit_code

    raise typer.Exit(exit_code(run))
