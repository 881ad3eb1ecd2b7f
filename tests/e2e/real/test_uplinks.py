"""The bond of a node changes while its VM runs: on its devices, unnoticed by the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab import RealLab
from tests.e2e.stack import Resource, Stack, resource
from tests.e2e.test_uplinks import is_open, uid_of
from tests.e2e.vms import node_of, running_vm

from .quick_start import NETWORK, NODES, VLAN, uplink_in


def program(changed: str = "") -> list[Resource]:
    """A config for each node; the bond of one has two NICs and another mode."""
    configs = []
    for node in NODES:
        uplink: Resource = {"nics": ["eno2"]}
        if node == changed:
            uplink = {"nics": ["eno2", "eno3"], "bond_options": {"mode": "balance-tlb"}}
        configs.append(
            resource(
                "NetworkConfig",
                f"uplink-{node}",
                cluster_network=f"@{NETWORK}",
                node_selector={"kubernetes.io/hostname": node},
                uplink=uplink,
                disruption={"migrate_vms": True},
            )
        )
    network = resource("ClusterNetwork", NETWORK)
    ready = {"depends_on": [f"@uplink-{node}" for node in NODES]}
    return [
        network,
        *configs,
        resource("VmNetwork", "production", ready, cluster_network=f"@{NETWORK}", vlan=VLAN),
    ]


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


def test_bond_changes_on_the_devices_and_nobody_else_notices(
    stack: Stack, real_lab: RealLab
) -> None:
    stack.program(*program()).up().succeeded()
    with running_vm(real_lab, "vm1", "production"):
        node, uid = node_of(real_lab, "vm1"), uid_of(real_lab, "vm1")
        others = [other for other in NODES if other != node]
        with (
            real_lab.vms(*others, cluster_network=NETWORK, vlan=VLAN, mtu=1500) as vms,
            again_and_again(lambda: vms.ping(*others).code) as codes,
        ):
            stack.program(*program(node)).up().succeeded()
        assert len(codes) > 2
        assert set(codes) == {0}

        seen = uplink_in(real_lab.devices(node))
        assert (seen.mode, seen.nics) == ("balance-tlb", ("eno2", "eno3"))
        assert uid_of(real_lab, "vm1") == uid
        assert node_of(real_lab, "vm1") in others
        assert is_open(real_lab, node)
