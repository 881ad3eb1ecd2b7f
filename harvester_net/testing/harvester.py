"""The cluster of a test: what is on it, VMs that run, and stacks that change it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ..cluster.resources import VM, Object, Resource
from ..lab import Lab, vms
from ..lab.api import ApiError
from ..lab.client import Client
from ..lab.faults import parse_fault, set_faults
from ..lab.rehearsal import Summary
from ..lab.state import KINDS
from .stack import Stack

T = TypeVar("T")

SECONDS = 60.0
_LOOK_SECONDS = 0.05


class Harvester:
    """A lab, with what tests ask of it.

    A `kind` is one that Harvester's networks have to do with, such as ``ClusterNetwork``,
    ``VlanConfig``, ``NetworkAttachmentDefinition``, ``Setting`` or ``VirtualMachine``; for all
    others there is `client`. A `key` is a name, or ``namespace/name``; without a namespace it
    is ``default``.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    @property
    def kubeconfig(self) -> Path:
        """The administrator's, for whatever else works on the cluster."""
        return self.lab.kubeconfig

    @property
    def client(self) -> Client:
        """Any request by its path, as administrator."""
        return self.lab.client

    def list(self, kind: str, selector: str = "") -> list[Object]:
        """All objects of a kind, or those with these labels (``a=b,c``)."""
        params = {"labelSelector": selector} if selector else {}
        found: list[Object] = self.client.list(_resource(kind).path(), **params)["items"]
        return found

    def find(self, kind: str, key: str) -> Object | None:
        """An object, or None if it is not there."""
        try:
            return self.client.get(_resource(kind).path_of(key))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def get(self, kind: str, key: str) -> Object:
        """An object. Raises KeyError if it is not there."""
        found = self.find(kind, key)
        if found is None:
            raise KeyError(f"there is no {kind} {key}")
        return found

    def create(self, obj: Object) -> Object:
        """Make an object, as somebody beside Pulumi would. Raises ApiError when refused."""
        namespace = obj["metadata"].get("namespace", "default")
        return self.client.create(_resource(obj["kind"]).path(namespace), obj)

    def patch(self, kind: str, key: str, fields: Object) -> Object:
        """Merge fields into an object. Raises ApiError when refused."""
        return self.client.merge_patch(_resource(kind).path_of(key), fields)

    def delete(self, kind: str, key: str) -> None:
        """Delete an object. Raises ApiError when refused."""
        self.client.delete(_resource(kind).path_of(key))

    def wait_for(self, what: Callable[[], T], seconds: float = SECONDS) -> T:
        """What the call returns as soon as that is true of it. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not (seen := what()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds:.0f} s; at last it was {seen!r}")
            time.sleep(_LOOK_SECONDS)
        return seen

    def run_vm(
        self,
        name: str,
        *vm_networks: str,
        namespace: str = "default",
        run_strategy: str = "Always",
    ) -> None:
        """Make a small VM on these VM networks (``namespace/name``) and wait until it runs.

        Raises ApiError if Harvester refuses it, and TimeoutError.
        """
        made = vms.vm(name, *vm_networks, namespace=namespace, run_strategy=run_strategy)
        self.client.create(VM.path(namespace), made)
        self.wait_for(lambda: f"{namespace}/{name}" in self.running_vms())

    def running_vms(self) -> dict[str, str]:
        """The VMs that run, by key, each with its node."""
        return vms.running(self.client)

    def summary(self) -> Summary:
        """Which VMs were down until now and which nodes without an uplink, and for how long.

        Times are simulated: real machines take longer.
        """
        return self.lab.summary()

    def set_faults(self, *faults: str) -> None:
        """Exactly these faults of machines hold; none repairs everything.

        Each as for `harvester-net lab faults`. Raises ValueError for what is none, and
        LabError for one that no simulated node can have.
        """
        wanted = [parse_fault(each) for each in faults]

        async def ask() -> None:
            async with self.lab.api() as api:
                await set_faults(api, wanted)

        # In a thread, for the test may have an event loop of its own.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(ask())).result()

    def stack(
        self, program: Path | str, config: Mapping[str, str] | None = None, name: str = "test"
    ) -> Stack:
        """A new stack of the program whose Pulumi.yaml is in this directory.

        Raises LabError if there is no Pulumi command.
        """
        return Stack(Path(program), self.lab, config or {}, name)


def _resource(kind: str) -> Resource:
    # Of two with one name, Harvester's or Kubernetes' own comes first.
    for known in KINDS:
        if known.kind == kind:
            return known
    known_kinds = ", ".join(sorted({each.kind for each in KINDS}))
    raise ValueError(f"{kind} is none of the kinds that are known: {known_kinds}; use client")
