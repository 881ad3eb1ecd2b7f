"""What the lab's commands do, and what they say; each gives the exit code.

The commands themselves are in `harvester_net.cli.lab`, and for labs of Harvester's own
programs in `lab.cli`.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harvester_net.harvester.wording import counted
from harvester_net.lab import defaults, faults, launch, places, shell
from harvester_net.lab.config import LabConfig
from harvester_net.lab.errors import LabError
from harvester_net.lab.handle import Lab
from harvester_net.lab.pulumi_settings import INSTALL
from harvester_net.lab.status import REAL, Status, read
from harvester_net.lab.versions import DEFAULT_VERSION
from harvester_net.printable import printable

INTERRUPTED = 130
OnProgress = Callable[[str], None]
Variables = Callable[[Lab], Mapping[str, str]]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def exit_code(run: Callable[[], int]) -> int:
    """Of a command, which may end with an error or ^C; says which."""
    try:
        return run()
    except LabError as error:
        err.print(Text(str(error)), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        err.print("Interrupted; a lab that was coming up has been taken down.")
        return INTERRUPTED


def say(text: str = "") -> None:
    """Prints lines as they are, however long: paths are to be copied."""
    out.print(Text(printable(text, None, lines=True)), soft_wrap=True)


def up(
    called: str,
    name: str,
    *,
    nodes: int | None = None,
    version: str | None = None,
    like: Path | None = None,
) -> int:
    """Bring an embedded lab up and leave it running; for `called` see `say_use`."""
    asked = {"nodes": nodes, "version": version, "like": like and str(like.absolute())}
    lab = brought_up(
        name,
        lambda on_progress: Lab.start(
            name,
            nodes=nodes or defaults.NODES,
            version=version or DEFAULT_VERSION,
            like=like,
            owner=None,
            on_progress=on_progress,
        ),
        asked,
    )
    say_use(called, lab)
    return 0


def brought_up(
    name: str, start: Callable[[OnProgress], Lab], asked: Mapping[str, object] | None = None
) -> Lab:
    """The lab of that name, started unless it is up; says what is done.

    `asked` are fields of its LabConfig; raises LabError if the lab that is up has others.
    """
    if name in launch.names():
        lab = Lab.attach(name)
        _check_config(lab, asked or {})
        say(f'The lab "{name}" is up already: {_summary(lab.status())}.')
        return lab
    with telling(f'Starting the lab "{name}"') as on_progress:
        lab = start(on_progress)
    status = lab.status()
    say(f'The lab "{name}" is up, in {_start(status)}: {_summary(status)}.')
    return lab


def say_use(called: str, lab: Lab) -> None:
    """How to go on with a lab; `called` is what is typed before each command."""
    name = "" if lab.name == defaults.NAME else f" --name {lab.name}"
    say(f"  its API      {lab.url}")
    say(f"  kubeconfig   {lab.kubeconfig}")
    say(f"  to use it    {called} shell{name}")
    say(f"  to end it    {called} down{name}")


def down(name: str, *, all_of_them: bool = False) -> int:
    """Take the lab down; nothing of it remains."""
    names = launch.names() if all_of_them else [name]
    launch.sweep()
    for each in names:
        if launch.take_down(each):
            say(f'The lab "{each}" is down.')
        else:
            say(f'There is no lab "{each}"; nothing to do.')
    if not names:
        say("No lab is up; nothing to do.")
    return 0


def status(name: str) -> int:
    """Say what runs, and what is simulated; 1 unless the lab is ready."""
    found = read(places.labs() / name)
    if found is None or name not in launch.names():
        others = ", ".join(launch.names())
        up_are = f"Up are: {others}." if others else "No other lab is up either."
        say(f'The lab "{name}" is not up. {up_are}')
        return 1
    _say_status(found)
    return 0 if found.state == "ready" else 1


def reset(name: str) -> int:
    """Put the lab back to how it came up; its address and users stay the same."""
    lab = Lab.attach(name)
    with telling(f'Resetting the lab "{name}"'):
        lab.reset()
    say(f'The lab "{name}" is as it was when it came up.')
    return 0


def kubeconfig(name: str) -> int:
    """Print the path of the administrator's kubeconfig."""
    print(Lab.attach(name).kubeconfig)
    return 0


def logs(name: str, component: str) -> int:
    """Print the log of a component."""
    lab = Lab.attach(name)
    log = lab.log(component)
    if not log.exists():
        known = ", ".join(sorted(path.stem for path in log.parent.glob("*.log")))
        raise LabError(
            f'The lab "{name}" has no log of "{component}". It has logs of: {known}.'
        )
    sys.stdout.write(log.read_text(errors="replace"))
    return 0


def shell_env(name: str, variables: Variables = shell.variables) -> int:
    """Print export lines for a shell: KUBECONFIG, PATH, and Pulumi kept on this machine."""
    print(shell.exports(variables(Lab.attach(name))), end="")
    return 0


def open_shell(name: str, variables: Variables = shell.variables) -> int:
    """Open a shell in which pulumi and kubectl mean this lab."""
    lab = Lab.attach(name)
    values = variables(lab)
    if sys.stdin.isatty():
        say(f'In this shell, pulumi and kubectl mean the lab "{name}". `exit` leaves it.')
    if pulumi_is_missing(values["PATH"]):
        err.print(
            f"pulumi is not on PATH, so this shell is without it. To install it: {INSTALL}",
            soft_wrap=True,
        )
    shell.run(lab, values)
    return 0


def show_faults(name: str) -> int:
    """Print the faults of the simulated machines, one a line."""
    found = asyncio.run(_read_faults(Lab.attach(name)))
    say(faults.format_faults(found).rstrip() or "No faults.")
    return 0


def set_faults(name: str, wanted: Iterable[faults.Fault]) -> int:
    """Exactly these faults hold from now on; none repairs everything."""
    lab, chosen = Lab.attach(name), frozenset(wanted)
    try:
        asyncio.run(_set_faults(lab, chosen))
    except TimeoutError:
        raise LabError(
            f'The machines of the lab "{name}" do not answer; see the state of its simulators'
            f" in `lab status`, and start them again by `lab reset`."
        ) from None
    return show_faults(name)


@contextmanager
def telling(what: str) -> Iterator[OnProgress]:
    """Shows what is being waited for: one moving line on a terminal, else nothing."""
    status = err.status(what)
    if err.is_terminal:
        status.start()
    try:
        yield lambda message: status.update(f"{what}: {message}")
    finally:
        status.stop()


def pulumi_is_missing(path: str) -> bool:
    return shutil.which("pulumi", path=path) is None


def _check_config(lab: Lab, asked: Mapping[str, object]) -> None:
    config = LabConfig.read(lab.directory)
    others = [
        f"{field} is {getattr(config, field) or 'not given'}, not {value}"
        for field, value in asked.items()
        if value is not None and value != getattr(config, field)
    ]
    if others:
        raise LabError(
            f'The lab "{lab.name}" is up already, and is another one: {"; ".join(others)}.'
            f" Take it down first (`harvester-net lab down --name {lab.name}`), or choose"
            " another name."
        )


def _summary(status: Status) -> str:
    if status.control_plane == REAL:
        kind = "real" if status.real_nodes else "simulated"
        return f"{counted(status.nodes, f'{kind} node')}, Harvester's own programs"
    like = f", like {status.like}" if status.like else ""
    return f"{counted(status.nodes, 'node')}, Harvester {status.version}{like}"


def _start(status: Status) -> str:
    took = f"{status.ready_after:.1f} s"
    if status.control_plane != REAL:
        return took
    before = (
        "a saved state" if status.from_saved_state else "nothing; later starts are quicker"
    )
    return f"{took} from {before}"


def _say_status(found: Status) -> None:
    wrong = f" ({found.message})" if found.state != "ready" and found.message else ""
    say(f'The lab "{found.name}" is {found.state}{wrong}: {_summary(found)}.')
    say(f"Its API is at {found.url}\n")
    out.print(_components(found))
    say("\nsimulated")
    for name, what in found.simulated.items():
        say(f"{name:29} {what}")


def _components(found: Status) -> Table:
    """Those of an embedded lab have one version, one process and one port."""
    more = ("version", "pid", "port") if found.control_plane == REAL else ()
    table = Table("component", "state", *more, box=None, pad_edge=False)
    for name, each in found.components.items():
        values = {"version": each.version, "pid": str(each.pid), "port": str(each.port or "")}
        table.add_row(name, each.state, *(values[column] for column in more))
    return table


async def _read_faults(lab: Lab) -> faults.Faults:
    async with lab.api() as api:
        return await faults.read_faults(api)


async def _set_faults(lab: Lab, wanted: faults.Faults) -> None:
    async with lab.api() as api:
        await faults.set_faults(api, wanted)
