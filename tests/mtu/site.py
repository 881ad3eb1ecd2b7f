"""A site to change the MTU of: configs, VM networks, VMs of every kind, a storage network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from lab import Lab
from tests import objects
from tests.e2e.stack import Resource, resource
from tests.e2e.waiting import eventually

VMS = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines"
VMIS = "/apis/kubevirt.io/v1/namespaces/default/virtualmachineinstances"
START = "/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachines/{}/start"
GUEST_SHUTDOWN = "lab.harvester-net/guest-shutdown"

FULL_CONSENT = {"stop_vms": True, "cycle_storage_network": True}


@dataclass(frozen=True)
class Vm:
    """A VM of the site, and whether it runs before and after."""

    name: str
    strategy: str | None
    """None: the old field `running`."""
    runs: bool = True
    shut_down: bool = False
    """Its guest has shut down by itself."""
    grace: int | None = None
    """Seconds after which it is killed if it does not stop; None for Harvester's 120."""


VMS_OF_EVERY_KIND = (
    Vm("always", "Always"),
    Vm("rerun", "RerunOnFailure"),
    Vm("manual", "Manual"),
    Vm("once", "Once"),
    Vm("old-style", None),
    Vm("halted", "Halted", runs=False),
    Vm("asleep", "Manual", runs=False, shut_down=True),
)


def program(
    *,
    configs: int,
    mtu: int,
    storage: bool,
    consent: dict[str, Any] | None = None,
    managed: int | None = None,
) -> list[Resource]:
    """The program of a site; of its configs only the first `managed` are in the program."""
    disruption: dict[str, Any] = {"disruption": consent} if consent else {}
    network = resource("ClusterNetwork", "cn-data", mtu=mtu, **disruption)
    made = [config(number, configs) for number in range(configs)][: managed or configs]
    networks = [
        resource("VmNetwork", "vm100", cluster_network="@cn-data", vlan=100),
        resource("VmNetwork", "vm200", cluster_network="@cn-data", vlan=200),
        resource("VmNetwork", "plain", cluster_network="@cn-data", type="UntaggedNetwork"),
    ]
    program = [network, *made, *networks]
    if storage:
        after = {"depends_on": [f"@{item['name']}" for item in made]}
        program.append(
            resource(
                "StorageNetwork",
                "storage",
                options=after,
                cluster_network="@cn-data",
                vlan=300,
                range="192.168.0.0/24",
                exclude=["192.168.0.0/28"],
                **disruption,
            )
        )
    return program


def config(number: int, of: int) -> Resource:
    """One config of several: each has a node, the last one or the only one has the rest."""
    selector = {"kubernetes.io/hostname": f"node{number + 1}"} if of > 1 else None
    chosen: dict[str, Any] = {"node_selector": selector} if selector else {}
    return resource(
        "NetworkConfig",
        f"nc-{number + 1}",
        cluster_network="@cn-data",
        uplink={"nics": ["eno2", "eno3"], "bond_options": {"mode": "active-backup"}},
        **chosen,
    )


def make_vms(lab: Lab, vms: tuple[Vm, ...] = VMS_OF_EVERY_KIND) -> None:
    """Make the VMs and wait until each is what it is meant to be."""
    for vm in vms:
        lab.client.create(VMS, manifest(vm))
    for vm in vms:
        if vm.strategy == "Manual":
            eventually(partial(_shows, lab, vm.name, "Stopped"))
            lab.client.replace(START.format(vm.name), {})
    for vm in vms:
        if vm.shut_down:
            eventually(partial(_is_in, lab, vm.name, "Running"))
            note = {"metadata": {"annotations": {GUEST_SHUTDOWN: "true"}}}
            lab.client.merge_patch(f"{VMIS}/{vm.name}", note)
    for vm in vms:
        wanted = "Running" if vm.runs else ("Succeeded" if vm.shut_down else None)
        eventually(partial(_is_in, lab, vm.name, wanted))
        eventually(partial(_shows, lab, vm.name, "Running" if vm.runs else "Stopped"))


def delete_vms(lab: Lab) -> None:
    """Delete every VM and wait until all are gone."""
    for vm in lab.client.list(VMS)["items"]:
        lab.client.delete(f"{VMS}/{vm['metadata']['name']}")
    eventually(lambda: not any(lab.client.list(path)["items"] for path in (VMS, VMIS)))


def phase(lab: Lab, name: str) -> str | None:
    """The phase of a VM's instance; None without one."""
    found = [v for v in lab.client.list(VMIS)["items"] if v["metadata"]["name"] == name]
    return (found[0].get("status") or {}).get("phase") if found else None


def status(lab: Lab, name: str) -> str:
    """What a VM says of itself."""
    vm = lab.client.get(f"{VMS}/{name}")
    return str((vm.get("status") or {}).get("printableStatus"))


def _is_in(lab: Lab, name: str, wanted: str | None) -> bool:
    return phase(lab, name) == wanted


def _shows(lab: Lab, name: str, wanted: str) -> bool:
    return status(lab, name) == wanted


def manifest(vm: Vm) -> dict[str, Any]:
    """The VM to create."""
    network = "default/vm100" if vm.name < "n" else "vm200"
    strategy = True if vm.strategy is None else vm.strategy
    made = objects.new_vm(vm.name, network, strategy=strategy)
    if vm.grace is not None:
        made["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = vm.grace
    return made
