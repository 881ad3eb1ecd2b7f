"""The quick-start from its first `up` to its end, read on the nodes after each step."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from lab import RealLab
from tests.e2e.stack import Stack
from tests.e2e.vms import running_vm

from .arrival import vlans_arrive
from .leftovers import nothing_is_left
from .quick_start import NETWORK, NODES, RACKS, STORAGE_VLAN, VLAN, QuickStart, uplink_in

PAIRS = [(a, b) for a in NODES for b in NODES if a != b]


def reaches(stack: Stack, lab: RealLab, desired: QuickStart) -> None:
    """`up` makes the devices of every node what the program says, and then nothing is left
    to be done.
    """
    stack.program(*desired.program).up().succeeded()
    for node in NODES:
        # As soon as `up` says that it is done; only VLANs come in their own time.
        seen = uplink_in(lab.devices(node))
        assert replace(seen, vlans=desired.uplink.vlans) == desired.uplink, node
    vlans_arrive(lab, *desired.uplink.vlans)
    assert set(stack.up().succeeded().counts) == {"unchanged"}


def told(stack: Stack, name: str) -> dict[str, dict[str, Any]]:
    """The output `nodes` of a resource, by node."""
    return {seen["node"]: seen for seen in stack.state()[name]["outputs"]["nodes"]}


def is_told(lab: RealLab, node: str, seen: dict[str, Any]) -> None:
    """The output says what the kernel of the node says."""
    devices = lab.devices(node)
    uplink = uplink_in(devices)
    assert seen["bondMtu"] == uplink.bond_mtu
    assert seen["bridgeMtu"] == uplink.bridge_mtu
    assert seen["bondMode"] == uplink.mode
    assert tuple(seen["nics"]) == uplink.nics
    assert seen.get("activeNic") == devices[f"{NETWORK}-bo"].details.get("active_slave")
    # Looked at while the storage network is cleared.
    assert set(seen["vlans"]) == uplink.vlans - {STORAGE_VLAN}
    assert seen["reaches"] == [other for other in NODES if other != node]


def test_quick_start_lives_on_the_devices_of_all_nodes(
    stack: Stack, real_lab: RealLab
) -> None:
    verify = {"vlan": VLAN}
    plain = QuickStart(verify=verify)
    reaches(stack, real_lab, plain)
    with running_vm(real_lab, "vm1", "production"), running_vm(real_lab, "vm2", "firewall"):
        ping = partial(real_lab.vms, *NODES, cluster_network=NETWORK, vlan=VLAN)
        with ping(mtu=1500) as vms:
            assert {vms.ping(*pair).code for pair in PAIRS} == {0}
            assert {vms.ping(*pair, 8972).code for pair in PAIRS} == {1}

        jumbo = replace(plain, mtu=9000)
        reaches(stack, real_lab, jumbo)
        for node, seen in told(stack, NETWORK).items():
            is_told(real_lab, node, seen)
        with ping(mtu=9000) as vms:
            for pair in PAIRS:
                answer = vms.ping(*pair)
                assert "8972(9000) bytes" in answer.said
                assert "0% packet loss" in answer.said

        reaches(stack, real_lab, plain)
        for node, seen in told(stack, NETWORK).items():
            is_told(real_lab, node, seen)

        bonded = replace(plain, nics=("eno2", "eno3"), mode="balance-tlb")
        reaches(stack, real_lab, bonded)
        for rack, nodes in RACKS.items():
            seen = told(stack, f"{NETWORK}-{rack}")
            for node in nodes:
                is_told(real_lab, node, seen[node])

    stack.destroy().succeeded()
    nothing_is_left(real_lab)
