"""Uplinks change while their VMs run: on the devices, unnoticed by other nodes.

With HARVESTER_NET_EVERY_SCENARIO=1 also nodes that move to another cluster network, and nodes
of one config that take turns.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lab import RealLab
from tests.e2e.stack import Resource, Stack, resource
from tests.e2e.test_uplinks import is_open, leftover_labels, uid_of
from tests.e2e.vms import node_of, running_vm
from tests.tiers import takes_minutes

from .quick_start import BOND, BRIDGE, NETWORK, NODES, VLAN, uplink_in

OTHER = "cn-more"
OLD: Resource = {"nics": ["eno2"]}
BONDED: Resource = {"nics": ["eno2", "eno3"], "bond_options": {"mode": "balance-tlb"}}


def on_network(*configs: Resource, networks: tuple[str, ...] = (NETWORK,)) -> list[Resource]:
    """These configs, their cluster networks, and a VM network of the first one."""
    ready = {"depends_on": [f"@{config['name']}" for config in configs]}
    return [
        *(resource("ClusterNetwork", network) for network in networks),
        *configs,
        resource("VmNetwork", "production", ready, cluster_network=f"@{NETWORK}", vlan=VLAN),
    ]


def network_config(name: str, network: str = NETWORK, **args: Any) -> Resource:
    return resource(
        "NetworkConfig",
        name,
        cluster_network=f"@{network}",
        disruption={"migrate_vms": True},
        **args,
    )


def config_of(node: str, uplink: Resource = OLD, network: str = NETWORK) -> Resource:
    selector = {"kubernetes.io/hostname": node}
    return network_config(f"uplink-{node}", network, node_selector=selector, uplink=uplink)


def program(changed: str) -> list[Resource]:
    """A config for each node; the bond of one, if any, has two NICs and another mode."""
    return on_network(*(config_of(node, BONDED if node == changed else OLD) for node in NODES))


def moved_program(moved: str) -> list[Resource]:
    """A config for each node; one of them, if any, is on another cluster network."""
    configs = [config_of(node, OLD, OTHER if node == moved else NETWORK) for node in NODES]
    return on_network(*configs, networks=(NETWORK, OTHER))


def shared_program(uplink: Resource) -> list[Resource]:
    """One config for all nodes."""
    return on_network(network_config("uplink", uplink=uplink))


@contextmanager
def again_and_again(ping: Callable[[], int]) -> Iterator[list[int]]:
    """A ping that never stops meanwhile, with its exit codes."""
    codes, over = list[int](), threading.Event()

    def go_on() -> None:
        while not over.is_set():
            codes.append(ping())

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield codes
    finally:
        over.set()
        thread.join()


def changed_unnoticed(
    stack: Stack, lab: RealLab, program_of: Callable[[str], list[Resource]]
) -> str:
    """The node of a VM, after its config has changed: the VM runs on elsewhere, the node takes
    VMs again, and between the other nodes not a single ping was lost.
    """
    stack.program(*program_of("")).up().succeeded()
    with running_vm(lab, "vm1", "production"):
        node, uid = node_of(lab, "vm1"), uid_of(lab, "vm1")
        first, second = others = [other for other in NODES if other != node]
        with (
            lab.vms(*others, cluster_network=NETWORK, vlan=VLAN, mtu=1500) as vms,
            again_and_again(lambda: vms.ping(first, second).code) as codes,
        ):
            stack.program(*program_of(node)).up().succeeded()
        assert len(codes) > 2
        assert set(codes) == {0}
        assert uid_of(lab, "vm1") == uid
        assert node_of(lab, "vm1") in others
        assert is_open(lab, node)
    return node


def test_bond_changes_on_the_devices_and_nobody_else_notices(
    stack: Stack, real_lab: RealLab
) -> None:
    node = changed_unnoticed(stack, real_lab, program)
    seen = uplink_in(real_lab.devices(node))
    assert (seen.mode, seen.nics) == ("balance-tlb", ("eno2", "eno3"))


@takes_minutes
def test_node_moves_to_another_cluster_network_and_nobody_else_notices(
    stack: Stack, real_lab: RealLab
) -> None:
    node = changed_unnoticed(stack, real_lab, moved_program)
    devices = real_lab.devices(node)
    assert not {BOND, BRIDGE} & devices.keys()
    assert devices["eno2"].master == f"{OTHER}-bo"
    assert devices[f"{OTHER}-bo"].master == f"{OTHER}-br"


@takes_minutes
def test_nodes_of_one_config_take_turns_on_the_devices(
    stack: Stack, real_lab: RealLab
) -> None:
    stack.program(*shared_program(OLD)).up().succeeded()
    with running_vm(real_lab, "vm1", "production"):
        uid = uid_of(real_lab, "vm1")
        stack.program(*shared_program(BONDED)).up().succeeded()

        seen = [uplink_in(real_lab.devices(node)) for node in NODES]
        assert [(each.mode, each.nics) for each in seen] == [
            ("balance-tlb", ("eno2", "eno3"))
        ] * len(NODES)
        # The new uplink has the VLAN, though the agents may miss it (O5.4).
        assert all(VLAN in each.vlans for each in seen)
        assert uid_of(real_lab, "vm1") == uid
        assert all(is_open(real_lab, node) for node in NODES)
        assert leftover_labels(real_lab) == []
    assert stack.up().succeeded().counts.keys() == {"unchanged"}
