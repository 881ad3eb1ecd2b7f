"""A site of any size on a lab, made by its API alone as its owners would have made it: racks
with a network config each, VM networks, VMs of which most run and have a disk, and the storage
network on the same uplinks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from harvester_net.cluster.resources import CLAIM, NODE, condition
from harvester_net.harvester.setting_progress import storage_progress
from harvester_net.lab import vms
from lab import Lab
from tests import objects

from .programs import CLUSTER_NETWORKS, CONFIGS, NADS, SETTING, STATUSES
from .vms import VMS
from .waiting import eventually

NETWORK = "cn-data"
RACK = "example.com/rack"
STORAGE_VLAN = 300
SECONDS = 180


@dataclass(frozen=True)
class Home:
    """How large a site is."""

    nodes: int
    rack: int
    """Nodes that share a network config."""
    networks: int
    vms: int

    @property
    def nodes_of_racks(self) -> list[list[str]]:
        """The nodes, rack by rack."""
        names = [f"node{number}" for number in range(1, self.nodes + 1)]
        return [names[first : first + self.rack] for first in range(0, self.nodes, self.rack)]

    @property
    def running(self) -> set[str]:
        """The VMs that run, by key."""
        return {f"default/{_vm(number)}" for number in range(self.vms) if _runs(number)}

    def build(self, lab: Lab) -> None:
        """Make the site on a lab with so many nodes, and wait until all of it is there."""
        client = lab.client
        client.create(CLUSTER_NETWORKS, objects.cluster_network(NETWORK))
        for number, nodes in enumerate(self.nodes_of_racks):
            rack = f"r{number}"
            for node in nodes:
                client.merge_patch(
                    NODE.path(name=node), {"metadata": {"labels": {RACK: rack}}}
                )
            client.create(CONFIGS, _config(rack))
        eventually(lambda: len(ready(lab)) == self.nodes, SECONDS)
        for number in range(self.networks):
            client.create(NADS, _vm_network(number))
        client.merge_patch(SETTING, {"value": json.dumps(_storage())})
        eventually(lambda: storage_progress(client.get(SETTING)).done, SECONDS)
        for number in range(self.vms):
            if _has_disk(number):
                client.create(CLAIM.path("default"), _claim(number))
            client.create(VMS, _made_vm(number, self.networks))
        eventually(lambda: vms.running(client).keys() == self.running, SECONDS)


def ready(lab: Lab) -> list[str]:
    """The nodes that are set up."""
    found = lab.client.list(STATUSES)["items"]
    good = [each for each in found if condition(each, "ready").get("status") == "True"]
    return sorted(each["status"]["node"] for each in good)


def _config(rack: str) -> dict[str, Any]:
    uplink = {"nics": ["eno2", "eno3"], "bondOptions": {"mode": "active-backup"}}
    selector = {"nodeSelector": {RACK: rack}}
    return objects.new_config(f"nc-{rack}", NETWORK, uplink=uplink, spec=selector)


def _vm_network(number: int) -> dict[str, Any]:
    name = f"vm{100 + number}"
    return objects.nad(
        name,
        config=objects.cni(name, f"{NETWORK}-br", vlan=100 + number),
        cluster_network=NETWORK,
    )


def _storage() -> dict[str, Any]:
    return {"vlan": STORAGE_VLAN, "clusterNetwork": NETWORK, "range": "192.168.0.0/22"}


def _vm(number: int) -> str:
    return f"vm-{number:03}"


def _runs(number: int) -> bool:
    """Every fifth is off."""
    return number % 5 != 4


def _has_disk(number: int) -> bool:
    return number % 2 == 0


def _claim(number: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"{_vm(number)}-root", "namespace": "default"},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "storageClassName": "harvester-longhorn",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def _made_vm(number: int, networks: int) -> dict[str, Any]:
    strategies = ("Always", "RerunOnFailure")
    return objects.new_vm(
        _vm(number),
        f"default/vm{100 + number % networks}",
        f"{_vm(number)}-root" if _has_disk(number) else "",
        strategy=strategies[number % 2] if _runs(number) else "Halted",
    )
