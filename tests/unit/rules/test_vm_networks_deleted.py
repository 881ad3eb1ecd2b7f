"""Who keeps a VM network from being deleted (H3.4)."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import V1_5, V1_7, V1_8, Case, cluster, delete, said, says, silent

VM100 = objects.nad()
OVERLAY = objects.nad(
    config={"cniVersion": "0.3.1", "type": "kube-ovn", "provider": "vm100.default.ovn"}
)
STORAGE = objects.storage_nad()
NAD_OF_STORAGE = "storage-network.settings.harvesterhci.io/net-attach-def"
NAD_OF_RWX = "rwx-network.settings.harvesterhci.io/net-attach-def"
UNDER = "network-under-overlays-stays"
RUNS, NAMED = "deleted-network-has-no-instances", "deleted-network-is-in-no-vm"
SET, SUBNETS = "network-of-a-setting-stays", "deleted-overlay-has-no-subnet"


def subnet(provider: str) -> Object:
    """A subnet of kube-ovn."""
    return {
        "apiVersion": "kubeovn.io/v1",
        "kind": "Subnet",
        "metadata": {"name": "tenants"},
        "spec": {"provider": provider},
    }


def underlay(vlan: int, under: bool = True) -> Object:
    """A host network config on a VLAN of the cluster network data."""
    return {
        "apiVersion": "network.harvesterhci.io/v1beta1",
        "kind": "HostNetworkConfig",
        "metadata": {"name": "hosts"},
        "spec": {"clusterNetwork": "data", "vlanID": vlan, "underlay": under},
    }


TENANTS = objects.nad(
    "tenants",
    config={"cniVersion": "0.3.1", "type": "kube-ovn", "provider": "tenants.default.ovn"},
)
ON_OVERLAY = objects.vmi("vm1", "tenants")


def current(name: str, note: str) -> Object:
    key = "harvester-system/storagenetwork-abcde"
    return objects.setting(name, "{}", annotations={note: key})


CASES = [
    says(
        RUNS,
        "an instance, whatever its phase",
        delete(VM100),
        cluster(VM100, objects.vmi("vm1", "default/vm100", node="", phase="Failed")),
        "name: cannot be deleted while VMs use it; stop default/vm1",
    ),
    silent(
        RUNS,
        "an instance on one of that name elsewhere",
        delete(VM100),
        cluster(VM100, objects.vmi("vm1", "vm100", namespace="tenants")),
    ),
    silent(RUNS, "a VM that is stopped", delete(VM100), cluster(objects.vm("vm1", "vm100"))),
    says(
        NAMED,
        "a VM that is stopped",
        delete(VM100),
        cluster(VM100, objects.vm("vm1", "vm100"), objects.vm("vm2", "vm200")),
        "name: cannot be deleted while VMs name it; remove the network from default/vm1",
    ),
    silent(NAMED, "another network", delete(VM100), cluster(objects.vm("vm2", "vm200"))),
    silent(
        NAMED,
        "before 1.6 nobody looked",
        delete(VM100),
        cluster(objects.vm("vm1", "vm100"), version=V1_5),
    ),
    says(
        SET,
        "the current one of the storage network",
        delete(STORAGE),
        cluster(STORAGE, current("storage-network", NAD_OF_STORAGE)),
        "name: is the network of the setting storage-network; clear the setting instead",
    ),
    says(
        SET,
        "the current one of the RWX network",
        delete(STORAGE),
        cluster(STORAGE, current("rwx-network", NAD_OF_RWX)),
        "name: is the network of the setting rwx-network; clear the setting instead",
    ),
    silent(
        SET,
        "one that it has lost",
        delete(STORAGE),
        cluster(STORAGE, objects.storage_setting("")),
    ),
    silent(
        SET,
        "before 1.8 nobody looked",
        delete(STORAGE),
        cluster(STORAGE, current("storage-network", NAD_OF_STORAGE), version=V1_7),
    ),
    says(
        UNDER,
        "VMs are on an overlay over it",
        delete(VM100),
        cluster(VM100, TENANTS, ON_OVERLAY, underlay(100)),
        "name: cannot be deleted while the host network config hosts has it under the overlay "
        "networks of default/vm1",
    ),
    silent(
        UNDER,
        "no VM is",
        delete(VM100),
        cluster(VM100, TENANTS, objects.vmi("vm1", "vm200"), underlay(100)),
    ),
    silent(
        UNDER,
        "it is on another VLAN",
        delete(VM100),
        cluster(VM100, TENANTS, ON_OVERLAY, underlay(101)),
    ),
    silent(
        UNDER,
        "it is no underlay",
        delete(VM100),
        cluster(VM100, TENANTS, ON_OVERLAY, underlay(100, under=False)),
    ),
    silent(
        UNDER,
        "before 1.8 there is no such thing",
        delete(VM100),
        cluster(VM100, TENANTS, ON_OVERLAY, underlay(100), version=V1_7),
    ),
    says(
        SUBNETS,
        "one uses it",
        delete(OVERLAY),
        cluster(OVERLAY, subnet("vm100.default.ovn"), kube_ovn=True),
        "name: the subnet tenants uses it",
    ),
    says(
        SUBNETS,
        "nobody there to ask",
        delete(OVERLAY),
        cluster(OVERLAY),
        "name: kube-ovn is not enabled, and Harvester asks it about this network",
    ),
    silent(
        SUBNETS,
        "one uses another",
        delete(OVERLAY),
        cluster(OVERLAY, subnet("vm200.default.ovn"), kube_ovn=True),
    ),
    silent(SUBNETS, "a bridge has none", delete(VM100), cluster(VM100, version=V1_8)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_deletion_of_a_vm_network(case: Case) -> None:
    assert said(case) == case.says
