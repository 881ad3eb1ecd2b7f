"""VMs of a lab: what to send to make one, and which run."""

from __future__ import annotations

from typing import Any

from harvester_net.cluster.resources import VM, VMI, Object, key_of
from harvester_net.lab.client import Client

RUNNING = "Running"


def vm(
    name: str, *networks: str, namespace: str = "default", run_strategy: str = "Always"
) -> Object:
    """A small VM with a NIC on each of these VM networks (``namespace/name``)."""
    nics = [f"nic-{number}" for number, _ in enumerate(networks, 1)]
    spec: dict[str, Any] = {
        "domain": {
            "cpu": {"cores": 1},
            "devices": {
                "interfaces": [{"name": nic, "bridge": {}, "model": "virtio"} for nic in nics]
            },
            "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
        },
        "networks": [
            {"name": nic, "multus": {"networkName": network}}
            for nic, network in zip(nics, networks, strict=True)
        ],
    }
    labels = {"harvesterhci.io/vmName": name}
    return {
        "apiVersion": VM.api,
        "kind": VM.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "runStrategy": run_strategy,
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def running(client: Client) -> dict[str, str]:
    """The VMs that run, by key, each with its node."""
    instances = client.list(VMI.path())["items"]
    found = {key_of(each): each.get("status") or {} for each in instances}
    return {
        key: str(status.get("nodeName"))
        for key, status in found.items()
        if status.get("phase") == RUNNING
    }
