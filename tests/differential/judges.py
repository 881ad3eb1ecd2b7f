"""The part of a lab that judges writes, and nothing that changes anything: etcd, the API
server and Harvester's two webhooks.

Controllers would repair the clusters that the tests make on purpose, so none of them runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from harvester_net.lab.manifests import base_objects, namespaces
from lab import binaries, objects, saved
from lab.building import ensure
from lab.components import COMPONENTS, LISTENING, OBJECTS
from lab.controlplane import ControlPlane
from lab.definitions import definitions
from lab.setup import Setup, free_ports, own_address
from lab.step_graph import Step, run_in_order

from .pools import NAMESPACES, SETTINGS

PROGRAMS = ("etcd", "kube-apiserver", "harvester-network-webhook", "harvester-webhook")
MANIFESTS = "kubevirt-manifests"


class Judges(ControlPlane):
    """A control plane of these programs only, with a saved state of its own."""

    def __init__(self, setup: Setup, changed: Callable[[str], None]) -> None:
        super().__init__(setup, 0, changed)
        self._machines = [*_namespaces(), *_settings()]
        self._state_key = saved.key(setup, self._machines)

    async def _start_all(self, new: bool) -> None:
        wanted = [each for each in COMPONENTS if each.name in PROGRAMS]
        steps = {each.name: self._step(each) for each in wanted}
        create = self._create_objects if new else _nothing
        steps[OBJECTS] = Step(create, ("kube-apiserver",))
        await run_in_order(steps, lambda name: self._changed(f"{name} is ready"))

    async def _create_objects(self) -> None:
        found = definitions(self.setup.programs[MANIFESTS])
        async with self.setup.api() as api:
            await objects.apply_all(api, namespaces())
            await objects.create_types(api, found)
            await objects.apply_all(api, base_objects())
            await objects.apply_all(api, self._machines)


def judges(directory: Path, changed: Callable[[str], None]) -> Judges:
    """Judges that keep their files in this directory; they are not started yet."""
    (directory / "logs").mkdir()
    wanted = [each.name for each in binaries.BINARIES if each.name in (*PROGRAMS, MANIFESTS)]
    setup = Setup(directory, free_ports(LISTENING), own_address(), ensure(wanted))
    setup.users.write(setup.url, setup.ca_file)
    return Judges(setup, changed)


def _namespaces() -> list[dict[str, Any]]:
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        for name in NAMESPACES
    ]


def _settings() -> list[dict[str, Any]]:
    """Whether Harvester's webhook is ready is asked with a Setting, which must be there."""
    return [
        {
            "apiVersion": "harvesterhci.io/v1beta1",
            "kind": "Setting",
            "metadata": {"name": name},
        }
        for name in SETTINGS
    ]


async def _nothing() -> None:
    """The saved state has all objects."""
