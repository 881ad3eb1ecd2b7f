"""Pools of the managed DHCP add-on: what is in their way, and who would get no address."""

from __future__ import annotations

import pytest

from ... import objects
from .cases import Case, cluster, create, delete, said, says, silent, update
from .nets import VM100, overlay

NEW, LIVE = objects.dhcp_pool(), objects.dhcp_pool(uid="u1")
OTHER = objects.dhcp_pool("other")
BARE = objects.nad("vm200", config=objects.cni("vm200", vlan=200))
TWO_NICS = objects.vm("vm1", "default/vm100", "vm200")
LEASE = objects.vm_network_config("vm1", "default/vm100")
SERVICES = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "ServiceCIDR",
    "metadata": {"name": "kubernetes"},
    "spec": {"cidrs": ["192.168.0.0/16", "fd00::/108"]},
}

EXISTS, SERVICE = "vm-network-of-pool-exists", "pool-is-not-the-clusters-own"
OVERLAY, ONE = "pool-is-not-for-an-overlay", "vm-network-has-one-pool"
ALL_NICS, LEASES = "all-nics-of-vms-have-pools", "deleted-pool-has-no-leases"

CASES = [
    says(
        EXISTS,
        "another one is there",
        create(NEW),
        cluster(BARE),
        "vmNetwork: there is no VM network default/vm100",
    ),
    says(
        EXISTS,
        "at an update",
        update(LIVE, LIVE | {"spec": LIVE["spec"] | {"paused": True}}),
        cluster(),
        "vmNetwork: there is no VM network default/vm100",
    ),
    silent(EXISTS, "it is there", create(NEW), cluster(VM100)),
    says(
        SERVICE,
        "the server tells its services",
        create(NEW),
        cluster(VM100, SERVICES),
        "cidr: 192.168.100.0/24 overlaps the cluster's services (192.168.0.0/16)",
    ),
    says(
        SERVICE,
        "what the add-on takes for them",
        create(objects.dhcp_pool(cidr="10.53.7.0/24")),
        cluster(VM100),
        "cidr: 10.53.7.0/24 overlaps the cluster's services (10.53.0.0/16)",
    ),
    silent(SERVICE, "beside them", create(NEW), cluster(VM100)),
    silent(
        SERVICE,
        "the server tells others",
        create(objects.dhcp_pool(cidr="10.53.7.0/24")),
        cluster(VM100, SERVICES),
    ),
    says(
        OVERLAY,
        "kube-ovn's",
        create(NEW),
        cluster(overlay()),
        "vmNetwork: default/vm100 is an overlay network, which the add-on does not serve; "
        "kube-ovn gives addresses there: set enableDHCP in its Subnet",
    ),
    silent(OVERLAY, "on a bridge", create(NEW), cluster(VM100)),
    says(
        ONE,
        "a second one",
        create(NEW),
        cluster(VM100, OTHER),
        "vmNetwork: DHCP pool default/other has VM network default/vm100 already",
    ),
    silent(
        ONE,
        "of another VM network",
        create(NEW),
        cluster(VM100, objects.dhcp_pool("other", network="default/vm200")),
    ),
    says(
        ALL_NICS,
        "the other NIC has none",
        create(NEW),
        cluster(VM100, BARE, TWO_NICS),
        "vmNetwork: VM default/vm1 gets no address at all: the add-on skips a VM with a NIC "
        "on a VM network without a pool, here default/vm200",
    ),
    silent(
        ALL_NICS,
        "both have one",
        create(NEW),
        cluster(VM100, TWO_NICS, objects.dhcp_pool("other", network="default/vm200")),
    ),
    silent(
        ALL_NICS,
        "a VM on others only",
        create(NEW),
        cluster(VM100, BARE, objects.vm("vm1", "vm200")),
    ),
    says(
        LEASES,
        "a VM has an address",
        delete(LIVE),
        cluster(VM100, LEASE, objects.vm_network_config("vm2", "default/vm200")),
        "name: cannot be deleted while VMs have addresses of it: default/vm1; delete them, or "
        "take their NICs off the VM network",
    ),
    silent(
        LEASES,
        "of another pool",
        delete(LIVE),
        cluster(VM100, objects.vm_network_config("vm2", "default/vm200")),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    assert said(case) == case.says
