"""What tests have left: in the API, and on the devices of the nodes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from lab import RealLab
from lab.nodes.devices import Device
from tests.e2e.programs import leftovers as objects_left
from tests.e2e.waiting import eventually

from .quick_start import NODES

MACHINES = "/api/v1/nodes"
PODS = "/api/v1/namespaces/harvester-system/pods"
CONFIG_MAPS = "/api/v1/namespaces/harvester-system/configmaps"
GROUP = "network.harvesterhci.io"
ALWAYS = {"lo", "eno1", "eno2", "eno3", "eno4", "mgmt-bo", "mgmt-br"}


def nothing_is_left(lab: RealLab) -> None:
    """Neither objects nor devices; those go some moments later."""
    with suppress(AssertionError):
        eventually(lambda: leftovers(lab) == [], seconds=10)
    assert leftovers(lab) == []


def leftovers(lab: RealLab) -> list[str]:
    """Everything that is there although nothing should be."""
    return [
        *objects_left(lab),
        *_pods_and_journals(lab),
        *_labels(lab),
        *(f"{node}: {left}" for node in NODES for left in devices_left(lab.devices(node))),
    ]


def devices_left(devices: dict[str, Device]) -> Iterator[str]:
    """Devices of no lab that nobody uses, and what still holds the NICs."""
    for name, device in sorted(devices.items()):
        if name not in ALWAYS:
            yield f"{name} ({device.kind})"
        elif device.master and name not in ("eno1", "mgmt-bo"):
            yield f"{name} is held by {device.master}"
    yield from (f"{name} is missing" for name in sorted(ALWAYS - devices.keys()))


def _pods_and_journals(lab: RealLab) -> Iterator[str]:
    for path in (PODS, CONFIG_MAPS):
        for item in lab.client.list(path)["items"]:
            if (name := item["metadata"]["name"]).startswith("harvester-net"):
                yield f"{path.rpartition('/')[2]}/{name}"


def _labels(lab: RealLab) -> Iterator[str]:
    for item in lab.client.list(MACHINES)["items"]:
        for label in item["metadata"].get("labels") or {}:
            if label.startswith(GROUP) and label != f"{GROUP}/mgmt":
                yield f"label {label} of {item['metadata']['name']}"
