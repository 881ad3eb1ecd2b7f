"""`python -m lab.demo`: the quick-start on a lab, and what this package is for: a new MTU.

The lab stays up afterwards, to go on by hand.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from harvester_net.cluster.resources import CLUSTER_NETWORK, VM
from harvester_net.harvester.mtus import uplink_mtu
from harvester_net.lab import commands, launch, networks, pulumi_settings, shell, vms
from harvester_net.lab.commands import err, out, say
from harvester_net.lab.errors import LabError
from harvester_net.lab.handle import Lab
from lab import binaries, pulumi_tools
from lab.building import ensure
from lab.cli import Made, brought_up_real
from lab.downtimes import Downtimes, watched

NAME = "demo"
STACK = "demo"
PROJECT = Path(__file__).parent.parent
PROGRAM = "examples/quickstart/__main__.py"
VMS = ("db-1", "web-1")
VM_NETWORK = "default/production"
SMALL, LARGE = 1500, 9000
"""The MTUs between which the demo changes, in bytes."""
VMS_START_WITHIN = 60.0


class Failed(Exception):
    """A command of the demo did not succeed, and has said why."""

    def __init__(self, code: int) -> None:
        self.code = code


def demo(
    name: Annotated[str, typer.Option(metavar="NAME", help="Which lab.")] = NAME,
    control_plane: Annotated[
        Made, typer.Option(help="In Python, or Harvester's own programs.")
    ] = Made.EMBEDDED,
) -> None:
    """Bring the quick-start up on a lab, run two VMs on it, and change its MTU."""
    raise typer.Exit(commands.exit_code(lambda: _demonstrate(name, control_plane)))


def _demonstrate(name: str, control_plane: Made) -> int:
    lab = _lab(name, control_plane)
    environment = os.environ | pulumi_tools.variables(lab)
    try:
        _bring_up(lab, environment)
        _start_vms(lab)
        _change_mtu(lab, environment)
    except Failed as failed:
        say(f"\nThat failed. The lab is still up; to look around: {_make('shell', lab)}")
        return failed.code
    _say_how_to_go_on(lab)
    return 0


def _lab(name: str, control_plane: Made) -> Lab:
    # All that it needs at once, before it starts anything.
    if control_plane is Made.REAL:
        ensure([*binaries.CONTROL_PLANE, "pulumi"], err)
    else:
        pulumi_tools.pulumi_command(err)
    if name not in launch.names():
        # Of a stack that ended with its lab.
        (PROJECT / f"Pulumi.{STACK}.yaml").unlink(missing_ok=True)
    if control_plane is Made.REAL:
        return brought_up_real(name)
    return commands.brought_up(
        name, lambda told: Lab.start(name, owner=None, on_progress=told)
    )


def _bring_up(lab: Lab, environment: Mapping[str, str]) -> None:
    _title("The quick-start: networks for VMs, and the storage network")
    _pulumi(environment, "stack", "select", "--create", STACK)
    _pulumi(environment, "up", "--yes", "--skip-preview")
    say("\nOn the cluster is now:")
    for table in networks.tables(networks.look(lab.client)):
        out.print()
        out.print(table)


def _start_vms(lab: Lab) -> None:
    _title(f"Two VMs start on the VM network {VM_NETWORK}")
    known = {each["metadata"]["name"] for each in lab.client.list(VM.path())["items"]}
    for name in VMS:
        if name not in known:
            lab.client.create(VM.path("default"), vms.vm(name, VM_NETWORK))
    wanted = {f"default/{name}" for name in VMS}
    deadline = time.monotonic() + VMS_START_WITHIN
    while not wanted <= vms.running(lab.client).keys():
        if time.monotonic() > deadline:
            raise LabError(f"The VMs did not run after {VMS_START_WITHIN:.0f} s.")
        time.sleep(0.1)
    for key, node in sorted(vms.running(lab.client).items()):
        say(f"{key} runs on {node}.")


def _change_mtu(lab: Lab, environment: Mapping[str, str]) -> None:
    before = _mtu(lab)
    wanted = SMALL if before == LARGE else LARGE
    _title(f"Another MTU, {wanted} in place of {before}, while all this is in use")
    _pulumi(environment, "config", "set", "mtu", str(wanted))
    _pulumi(environment, "preview")
    _title("And now for real")
    with watched(lab.client) as downtimes:
        _pulumi(environment, "up", "--yes", "--skip-preview")
    say(f"\nThe MTU is {_mtu(lab)}. The VMs meanwhile:\n")
    out.print(_downtimes(lab, downtimes))
    if not lab.status().real_nodes:
        say("\nMachines and VMs of this lab are simulated; real ones take longer.")


def _mtu(lab: Lab) -> int:
    return uplink_mtu(lab.client.get(CLUSTER_NETWORK.path(name="cn-data")))


def _downtimes(lab: Lab, downtimes: Downtimes) -> Table:
    table = Table("VM", "was down for", "now", box=None, pad_edge=False)
    nodes = vms.running(lab.client)
    for key, seconds in sorted(downtimes.seconds.items()):
        now = f"running on {nodes[key]}" if key in nodes else "not running"
        table.add_row(key, f"{seconds:.1f} s", now)
    return table


def _title(text: str) -> None:
    out.print()
    out.rule(f"[bold]{text}", align="left", characters="-")


def _pulumi(environment: Mapping[str, str], *arguments: str) -> None:
    """Runs a command of the CLI on the quick-start, in sight. Raises Failed."""
    say(f"\n$ pulumi {' '.join(arguments)}")
    program = pulumi_settings.command(environment["PATH"])
    # Without a terminal it would ask, or draw what cannot be redrawn.
    quiet = [] if sys.stdout.isatty() else ["--non-interactive"]
    if quiet and arguments[0] in ("preview", "up"):
        quiet.append("--suppress-progress")
    if code := shell.foreground([program, *arguments, *quiet], environment, PROJECT):
        raise Failed(code)


def _say_how_to_go_on(lab: Lab) -> None:
    _title("The lab stays up, to go on by hand")
    steps = {
        _make("shell", lab): "a shell in which pulumi and kubectl mean this lab; in it:",
        "  pulumi preview": "nothing is to be done",
        "  pulumi refresh": "the cluster is as Pulumi left it",
        f"  edit {PROGRAM}": "another VLAN, one more network",
        "  pulumi preview --diff": "what that changes, and what Harvester would refuse",
        "  pulumi up": "make it so",
        "  harvester-net mtu plan cn-data 4000": "the same change without Pulumi",
        _make("down", lab): "end the lab, and with it the stack",
    }
    width = max(map(len, steps))
    for step, what in steps.items():
        say(f"  {step:{width}}  {what}")


def _make(what: str, lab: Lab) -> str:
    which = "" if lab.name == NAME else f" LAB={lab.name}"
    return f"make lab-{what}{which}"


if __name__ == "__main__":
    typer.run(demo)
