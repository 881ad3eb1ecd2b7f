"""The machine as one of the lab's components: how it starts, takes its lab over, is ready."""

from __future__ import annotations

import secrets
from pathlib import Path

from harvester_net.lab.users import write_private
from lab import readiness
from lab.nodes import machine, monitor
from lab.nodes.guest import token_file
from lab.nodes.machine import Machine
from lab.setup import Setup

NAME = "nodes"
AGENT = "harvester-network-controller"
_HOST = "10.0.2.2"
"""This machine, as the guest sees it."""
_WORKS = "Kind=VlanConfig controller"
"""What an agent says last before it carries out network configs."""


def prepare(setup: Setup) -> None:
    """Before it starts: the files that QEMU reads and the directories it writes to."""
    (setup.directory / machine.SERVED).mkdir(parents=True, exist_ok=True, mode=0o700)
    _activation(setup).unlink(missing_ok=True)
    _machine(setup).prepare()


def flags(setup: Setup) -> list[str]:
    log = setup.log(NAME).relative_to(setup.directory)
    return _machine(setup).flags(setup.ports[NAME], str(log))


def environment(setup: Setup) -> dict[str, str]:
    return _machine(setup).environment()


async def introduced(setup: Setup) -> bool:
    """Makes the machine this lab's once it has booted, which a saved one has; then true.

    It starts beside everything else, but its agents begin with asking the API server.
    """
    if not await readiness.api_server(setup):
        return False
    saved = _machine(setup).saved
    if not saved.exists():
        if "guest: booted" not in _log(setup):
            return False
        await monitor.save(setup.directory / machine.MONITOR, saved)
    token = _token(token_file(setup.directory))
    url = f"https://{_HOST}:{setup.ports['kube-apiserver']}"
    kubeconfig = setup.users.carried(AGENT, url, setup.ca_file)
    write_private(_activation(setup), machine.activation(kubeconfig, token))
    return True


async def agents_work(setup: Setup) -> bool:
    lines = [line for line in _log(setup).splitlines() if _WORKS in line]
    nodes = range(1, _machine(setup).nodes + 1)
    return all(any(line.startswith(f"node{n}: ") for line in lines) for n in nodes)


def _machine(setup: Setup) -> Machine:
    assert setup.machine is not None
    return setup.machine


def _token(file: Path) -> str:
    """The lab's token for its guest, the same as long as it lives."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()


def _activation(setup: Setup) -> Path:
    return setup.directory / machine.SERVED / "activation"


def _log(setup: Setup) -> str:
    return setup.log(NAME).read_text(errors="replace")
