"""The command line of the lab: `python -m lab up`, then work with it, then `down`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab import binaries, launch, places, shell
from lab.building import ensure
from lab.errors import LabError
from lab.handle import Lab
from lab.nodes import packages
from lab.status import Status, read

DEFAULT_NAME = "main"
DEFAULT_NODES = 3
REAL = "real"
"""In place of a number of nodes: three real ones."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except LabError as error:
        err.print(Text(str(error)), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        err.print("Interrupted; a lab that was coming up has been taken down.")
        return 130


def up(options: argparse.Namespace) -> int:
    """Bring the lab up and leave it running."""
    real = options.nodes == REAL
    nodes = DEFAULT_NODES if real else options.nodes
    _print_use(brought_up(options.name, nodes, real))
    return 0


def brought_up(name: str, nodes: int = DEFAULT_NODES, real: bool = False) -> Lab:
    """The lab of that name, up and left running; says what is done for it."""
    if name in launch.names():
        say(f'The lab "{name}" is up already.')
        return Lab.attach(name)
    ensure(binaries.CONTROL_PLANE, err)
    if real:
        packages.ensure(err)
    with _Telling(f'Starting the lab "{name}"') as on_progress:
        lab = Lab.start(name, nodes=nodes, real=real, owner=None, on_progress=on_progress)
    status = lab.status()
    after = "a saved state" if status.from_saved_state else "nothing; later starts are quicker"
    say(f'The lab "{lab.name}" is up, in {status.ready_after:.1f} s from {after}.')
    return lab


def down(options: argparse.Namespace) -> int:
    """Take the lab down; nothing of it remains."""
    names = launch.names() if options.all else [options.name]
    launch.sweep()
    for name in names:
        if launch.take_down(name):
            say(f'The lab "{name}" is down.')
        else:
            say(f'There is no lab "{name}"; nothing to do.')
    return 0


def status(options: argparse.Namespace) -> int:
    """Say what runs, in which version, and what is simulated."""
    found = read(places.labs() / options.name)
    if found is None or options.name not in launch.names():
        others = ", ".join(launch.names())
        up_are = f"Up are: {others}." if others else "No other lab is up either."
        say(f'The lab "{options.name}" is not up. {up_are}')
        return 1
    _print_status(found)
    return 0 if found.state == "ready" else 1


def reset(options: argparse.Namespace) -> int:
    """Put the lab back to how it came up; its address and users stay the same."""
    lab = Lab.attach(options.name)
    with _Telling(f'Resetting the lab "{options.name}"'):
        lab.reset()
    say(f'The lab "{options.name}" is as it was when it came up.')
    return 0


def kubeconfig(options: argparse.Namespace) -> int:
    """Print the path of the administrator's kubeconfig."""
    print(Lab.attach(options.name).kubeconfig)
    return 0


def logs(options: argparse.Namespace) -> int:
    """Print the log of a component."""
    log = Lab.attach(options.name).log(options.component)
    if not log.exists():
        known = ", ".join(sorted(path.stem for path in log.parent.glob("*.log")))
        raise LabError(f'No component is called "{options.component}". There are: {known}.')
    sys.stdout.write(log.read_text(errors="replace"))
    return 0


def build(options: argparse.Namespace) -> int:
    """Build the programs that this machine lacks, without starting anything."""
    paths = ensure([each.name for each in binaries.BINARIES], err)
    for each in binaries.BINARIES:
        ours = paths[each.name] == binaries.built_path(each)
        version = each.version if ours else "yours"
        say(f"{each.name:29} {version:8} {paths[each.name]}")
    return 0


def shell_env(options: argparse.Namespace) -> int:
    """Print export lines for a shell: KUBECONFIG, PATH, and Pulumi kept on this machine."""
    print(shell.exports(shell.variables(Lab.attach(options.name))), end="")
    return 0


def shell_command(options: argparse.Namespace) -> int:
    """Open a shell in which pulumi and kubectl mean this lab."""
    lab = Lab.attach(options.name)
    if sys.stdin.isatty():
        say(f'In this shell, pulumi and kubectl mean the lab "{lab.name}". `exit` leaves it.')
    shell.run(lab)
    return 0


class _Telling:
    """Shows what is being waited for: one moving line on a terminal, else nothing."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._status = err.status(what)

    def __enter__(self) -> Callable[[str], None]:
        if err.is_terminal:
            self._status.start()
        return lambda message: self._status.update(f"{self._what}: {message}")

    def __exit__(self, *error: object) -> None:
        self._status.stop()


def _print_status(found: Status) -> None:
    wrong = f": {found.message}" if found.state != "ready" and found.message else ""
    say(f'The lab "{found.name}" is {found.state}{wrong}.')
    kind = "real" if found.real_nodes else "simulated"
    say(f"{found.nodes} {kind} nodes, API at {found.url}\n")
    table = Table("real", "version", "state", "pid", "port", box=None, pad_edge=False)
    for name, each in found.components.items():
        table.add_row(name, each.version, each.state, str(each.pid), str(each.port or ""))
    out.print(table)
    out.print()
    say("simulated")
    for name, what in found.simulated.items():
        say(f"{name:29} {what}")
    if not found.real_nodes:
        say(f"\nreal nodes: {packages.state()}")


def say(text: str) -> None:
    """Prints a line as it is, however long: paths are to be copied."""
    out.print(Text(text), soft_wrap=True)


def _print_use(lab: Lab) -> None:
    name = "" if lab.name == DEFAULT_NAME else f" --name {lab.name}"
    say(f"  Its API:   {lab.url}, as administrator: {lab.kubeconfig}")
    say(f"  To use it: python -m lab shell{name}")
    say(f"  To end it: python -m lab down{name}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab",
        description="A Harvester network control plane on this machine, made of real parts.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in COMMANDS.items():
        title = (run.__doc__ or "").strip()
        command = commands.add_parser(name, help=title, description=title)
        command.set_defaults(run=run)
        if run is not build:
            command.add_argument(
                "--name", default=DEFAULT_NAME, help=f"which lab (default: {DEFAULT_NAME})"
            )
        if run is up:
            command.add_argument(
                "--nodes",
                type=_nodes,
                default=DEFAULT_NODES,
                help=f"how many simulated nodes (default: {DEFAULT_NODES}), or: {REAL}",
            )
        if run is down:
            command.add_argument("--all", action="store_true", help="all labs that are up")
        if run is logs:
            command.add_argument("component", help="as `status` names it, or: supervisor")
    return parser


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "up": up,
    "down": down,
    "status": status,
    "reset": reset,
    "shell": shell_command,
    "shell-env": shell_env,
    "kubeconfig": kubeconfig,
    "logs": logs,
    "build": build,
}


def _nodes(text: str) -> int | str:
    count = int(text) if text.isdigit() else 0
    if text != REAL and not 1 <= count <= 64:
        raise argparse.ArgumentTypeError(f"{text} is neither a number from 1 to 64 nor {REAL}")
    return REAL if text == REAL else count
