"""`python -m lab`: the commands of `harvester-net lab`, and what only this repository has.

That is Harvester's own programs in place of what is embedded, with real nodes if wanted, and a
Pulumi command that is built where none is installed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from harvester_net.cli import lab as shipped
from harvester_net.lab import commands, defaults
from harvester_net.lab.commands import err, say
from harvester_net.lab.handle import Lab
from harvester_net.lab.launch import names
from harvester_net.lab.status import EMBEDDED, REAL
from lab import binaries, pulumi_tools
from lab.building import ensure
from lab.handle import RealLab
from lab.nodes import packages

MOST_NODES = 64


class Made(StrEnum):
    """Of what a control plane is made."""

    EMBEDDED = EMBEDDED
    REAL = REAL


own = typer.Typer()
"""Commands that replace those of `harvester-net lab`, or are only here."""


@own.command("up", short_help="Bring a lab up; it stays until down.")
def up(
    context: typer.Context,
    name: shipped.Name = defaults.NAME,
    control_plane: Annotated[
        Made, typer.Option(help="In Python, or Harvester's own programs.")
    ] = Made.EMBEDDED,
    nodes: Annotated[
        str | None,
        typer.Option(
            metavar="N|real",
            help="How many simulated nodes; with a real control plane also real: three real "
            f"ones.  [default: {defaults.NODES}]",
        ),
    ] = None,
    version: shipped.HarvesterVersion = None,
    like: shipped.Like = None,
) -> None:
    """Bring a lab up and leave it running; its state is lost when it goes down."""
    count = _count(nodes)
    called = shipped.called_as(context)
    if control_plane is Made.EMBEDDED:
        if nodes == REAL:
            raise typer.BadParameter("--nodes real needs --control-plane real")
        shipped.check_likeness(count, version, like)
        shipped.end(lambda: commands.up(called, name, nodes=count, version=version, like=like))
    if version or like:
        raise typer.BadParameter("--version and --like are for the embedded control plane")
    shipped.end(lambda: _up_real(called, name, count, nodes == REAL))


@own.command("status", short_help="Say what runs.")
def status(name: shipped.Name = defaults.NAME) -> None:
    """Say what runs, in which version, and what is simulated."""
    shipped.end(lambda: _status(name))


@own.command("shell", short_help="Open a shell in which pulumi and kubectl mean it.")
def shell(name: shipped.Name = defaults.NAME) -> None:
    """Open a shell in which pulumi and kubectl mean the lab; pulumi is built if need be."""
    shipped.end(lambda: commands.open_shell(name, pulumi_tools.variables))


@own.command("shell-env", short_help="The same as lines for eval.")
def shell_env(name: shipped.Name = defaults.NAME) -> None:
    """Print the variables of that shell as lines for eval."""
    shipped.end(lambda: commands.shell_env(name, pulumi_tools.variables))


@own.command("build", short_help="Build the programs of a real control plane, and pulumi.")
def build(
    programs: Annotated[
        list[str] | None, typer.Argument(help="Which; without any, all of them.")
    ] = None,
) -> None:
    """Build the programs that this machine lacks, without starting anything."""
    shipped.end(lambda: _build(programs))


def brought_up_real(name: str, nodes: int | None = None, real_nodes: bool = False) -> Lab:
    """A lab of Harvester's own programs, up and left running; says what is done for it."""
    if name not in names():
        ensure(binaries.CONTROL_PLANE, err)
        if real_nodes:
            packages.ensure(err)
    return commands.brought_up(
        name,
        lambda on_progress: RealLab.start_real(
            name,
            nodes=nodes or defaults.NODES,
            real_nodes=real_nodes,
            owner=None,
            on_progress=on_progress,
        ),
        {"control_plane": REAL, "nodes": nodes, "real": real_nodes or None},
    )


def _up_real(called: str, name: str, nodes: int | None, real_nodes: bool) -> int:
    commands.say_use(called, brought_up_real(name, nodes, real_nodes))
    return 0


def _status(name: str) -> int:
    code = commands.status(name)
    say(f"\nreal nodes: {packages.state()}")
    return code


def _build(programs: list[str] | None) -> int:
    known = [each.name for each in binaries.BINARIES]
    if unknown := set(programs or ()) - set(known):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: known are {', '.join(known)}")
    paths = ensure(programs or known, err)
    for each in (binary for binary in binaries.BINARIES if binary.name in paths):
        ours = paths[each.name] == binaries.built_path(each)
        version = each.version if ours else "yours"
        say(f"{each.name:29} {version:8} {paths[each.name]}")
    return 0


def _count(nodes: str | None) -> int | None:
    if nodes is None or nodes == REAL:
        return None
    if not nodes.isdigit() or not 1 <= int(nodes) <= MOST_NODES:
        raise typer.BadParameter(
            f"{nodes} is neither a number from 1 to {MOST_NODES} nor {REAL}"
        )
    return int(nodes)


def _combined() -> typer.Typer:
    made = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="A Harvester cluster on this machine: embedded, or of Harvester's own programs.",
        epilog=shipped.CODES,
    )
    ours = {command.name: command for command in own.registered_commands}
    theirs = shipped.lab.registered_commands
    made.registered_commands = [ours.pop(command.name, command) for command in theirs]
    made.registered_commands += ours.values()
    return made


app = _combined()


def main() -> None:
    """Runs the command line."""
    app(prog_name="python -m lab")
