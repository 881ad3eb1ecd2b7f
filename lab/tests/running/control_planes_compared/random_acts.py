"""Random requests on a small cluster: names are few, so that they meet; some make no sense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from .acts import Act, Ask, Delete, Patch
from .scenarios.words import (
    HOST,
    NODES,
    STORAGE_ON,
    ZONE,
    change_mtu,
    change_uplink,
    change_vm_network,
    cluster_network,
    config,
    label_node,
    migration,
    run,
    rwx,
    select,
    storage,
    vm,
    vm_network,
)

T = TypeVar("T")

NETWORKS = ("data", "edge", "mgmt")
CONFIGS = ("nc1", "nc2", "nc3")
VM_NETWORKS = ("vm100", "vm200")
VMS = ("a", "b")
SELECTORS = (None, {HOST: "node1"}, {ZONE: "rack-a"}, {ZONE: "rack-b"}, {"site": "x"})
MTUS = (None, 1500, 9000, 0, 100)
VLANS = (0, 100, 200, 4095)
STRATEGIES = ("Always", "Halted", "RerunOnFailure", "Manual")


def pick(draw: DrawFn, of: Sequence[T]) -> T:
    return draw(st.sampled_from(of))


@st.composite
def new_networks(draw: DrawFn) -> Act:
    return cluster_network(pick(draw, ("data", "edge")))


@st.composite
def new_configs(draw: DrawFn) -> Act:
    return config(
        pick(draw, CONFIGS),
        pick(draw, NETWORKS),
        nics=pick(draw, (("eno2",), ("eno3",), ("eno2", "eno3"), ("eno9",))),
        mtu=pick(draw, MTUS),
        on=pick(draw, SELECTORS),
    )


@st.composite
def new_vm_networks(draw: DrawFn) -> Act:
    return vm_network(pick(draw, VM_NETWORKS), pick(draw, NETWORKS), vlan=pick(draw, VLANS))


@st.composite
def new_vms(draw: DrawFn) -> Act:
    name, strategy = pick(draw, VMS), pick(draw, STRATEGIES)
    return vm(name, pick(draw, VM_NETWORKS), on=pick(draw, NODES), strategy=strategy)


@st.composite
def changes(draw: DrawFn) -> Act:
    """Of network configs and VM networks."""
    name = pick(draw, CONFIGS)
    return pick(
        draw,
        (
            change_mtu(pick(draw, MTUS), name),
            change_uplink(name, nics=[pick(draw, ("eno2", "eno3"))]),
            select(pick(draw, ({HOST: "node2"}, {HOST: None, ZONE: "rack-b"})), name),
            Patch("VlanConfig", name, {"spec": {"clusterNetwork": pick(draw, NETWORKS)}}),
            change_vm_network(
                pick(draw, VM_NETWORKS), pick(draw, NETWORKS), vlan=pick(draw, VLANS)
            ),
        ),
    )


@st.composite
def changes_of_settings(draw: DrawFn) -> Act:
    network, vlan = pick(draw, NETWORKS), pick(draw, (300, 4095))
    given = STORAGE_ON | {"clusterNetwork": network, "vlan": vlan}
    own = given | {"range": pick(draw, ("192.168.0.0/24", "192.168.8.0/24"))}
    return pick(
        draw,
        (
            storage(given),
            storage(""),
            rwx({"share-storage-network": True}),
            rwx({"share-storage-network": False}),
            rwx({"share-storage-network": False, "network": own}),
            migration(own),
            migration(""),
        ),
    )


@st.composite
def of_vms(draw: DrawFn) -> Act:
    name = pick(draw, VMS)
    acts: tuple[Act, ...] = (
        run(name, pick(draw, STRATEGIES)),
        Ask(name, pick(draw, ("start", "stop", "restart"))),
        Delete("VM", f"default/{name}"),
        Delete("VMI", f"default/{name}"),
    )
    return pick(draw, acts)


@st.composite
def of_nodes(draw: DrawFn) -> Act:
    return label_node(pick(draw, NODES), site=pick(draw, ("x", None)))


@st.composite
def deletions(draw: DrawFn) -> Act:
    return pick(
        draw,
        (
            Delete("ClusterNetwork", pick(draw, NETWORKS)),
            Delete("VlanConfig", pick(draw, CONFIGS)),
            Delete("NAD", f"default/{pick(draw, VM_NETWORKS)}"),
        ),
    )


def sequences(length: int) -> st.SearchStrategy[list[Act]]:
    """So many requests after a cluster network with a config, so that most can be taken."""
    acts = st.one_of(
        new_networks(),
        new_configs(),
        new_vm_networks(),
        new_vms(),
        changes(),
        changes_of_settings(),
        of_vms(),
        of_nodes(),
        deletions(),
    )
    rest = st.lists(acts, min_size=length, max_size=length)
    return rest.map(lambda drawn: [cluster_network(), config(on={ZONE: "rack-b"}), *drawn])
