"""VMs of a lab: how one is made, and which run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harvester_net.lab import vms
from harvester_net.lab.client import Client
from tests import objects


class Seen(Client):
    """A client for whom these VMs run, by name."""

    def __init__(self, **phases: str) -> None:
        super().__init__("https://127.0.0.1:1", Path(), "")
        self.phases = phases

    def list(self, path: str, **params: str) -> dict[str, Any]:
        assert path == "/apis/kubevirt.io/v1/virtualmachineinstances"
        return {"items": [objects.vmi(name, phase=p) for name, p in self.phases.items()]}


def test_instance_that_does_not_run_yet_is_no_running_vm() -> None:
    client = Seen(a="Running", b="Scheduling", c="Succeeded")
    assert vms.running(client) == {"default/a": "node1"}


def test_vm_has_a_nic_on_each_network_or_none() -> None:
    made = vms.vm("web", "default/a", "default/b", namespace="apps", run_strategy="Manual")
    assert made["metadata"] == {"name": "web", "namespace": "apps"}
    assert made["spec"]["runStrategy"] == "Manual"
    spec = made["spec"]["template"]["spec"]
    names = [each["name"] for each in spec["networks"]]
    assert names == [each["name"] for each in spec["domain"]["devices"]["interfaces"]]
    assert [n["multus"]["networkName"] for n in spec["networks"]] == ["default/a", "default/b"]
    assert vms.vm("alone")["spec"]["template"]["spec"]["networks"] == []
