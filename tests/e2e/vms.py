"""VMs on the lab that hang on a VM network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from harvester_net.lab.api import ApiError
from lab import Lab
from tests import objects

from .waiting import eventually

VMS = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines"
VMIS = "/apis/kubevirt.io/v1/namespaces/default/virtualmachineinstances"


@contextmanager
def running_vm(lab: Lab, name: str, network: str | None = None) -> Iterator[None]:
    """A VM that runs meanwhile, and is gone afterwards."""
    lab.client.create(VMS, objects.new_vm(name, f"default/{network}" if network else ""))
    try:
        eventually(lambda: phase(lab, name) == "Running")
        yield
    finally:
        delete_vm(lab, name)
        eventually(lambda: phase(lab, name) is None)


def phase(lab: Lab, name: str) -> str | None:
    """The phase of a VM's instance; None if it has none, "" before the first."""
    try:
        vmi = lab.client.get(f"{VMIS}/{name}")
    except ApiError:
        return None
    return str((vmi.get("status") or {}).get("phase") or "")


def node_of(lab: Lab, name: str) -> str:
    """The node on which a VM runs."""
    return str(lab.client.get(f"{VMIS}/{name}")["status"]["nodeName"])


def delete_vm(lab: Lab, name: str) -> None:
    """Ask for a VM's deletion; it may be gone already."""
    try:
        lab.client.delete(f"{VMS}/{name}")
    except ApiError as error:
        if error.status != 404:
            raise
