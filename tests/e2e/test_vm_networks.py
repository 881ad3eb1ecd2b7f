"""A set of VM networks from preview to destroy, and networks that move into it and out."""

from __future__ import annotations

from typing import Any

from lab import Lab

from .programs import NADS, cluster_network, vm_network
from .stack import Resource, Stack, resource


def vm_networks(*vlans: int | str, **args: Any) -> Resource:
    return resource("VmNetworks", "all", cluster_network="@cn-data", vlans=[*vlans], **args)


def uids(lab: Lab) -> dict[str, str]:
    """The VM networks on the server."""
    items = lab.client.list(NADS)["items"]
    return {nad["metadata"]["name"]: nad["metadata"]["uid"] for nad in items}


def test_networks_of_a_set_come_change_and_go_and_move_untouched(
    stack: Stack, lab: Lab
) -> None:
    network = cluster_network()
    alone = vm_network("one", name="vlan100", vlan=100)
    stack.program(network, alone).up().succeeded()
    (made,) = uids(lab).values()

    # Into the set, in one run; the VmNetwork goes from the state alone.
    stack.program(network, vm_networks("100-102", 300, adopt=True))
    up = stack.up().succeeded()
    assert "VmNetwork default/vlan100 stays on the cluster" in up.output
    first = uids(lab)
    assert (sorted(first), first["vlan100"]) == (
        ["vlan100", "vlan101", "vlan102", "vlan300"],
        made,
    )
    assert stack.diff() == {}

    # What changes by hand is repaired; what is not wanted any more goes.
    lab.client.delete(f"{NADS}/vlan102")
    stack.program(network, vm_networks("100-102", 400, adopt=True))
    shown = stack.preview().succeeded().output
    assert "adds 2 VM networks: default/vlan102, default/vlan400" in shown
    assert "removes 1 VM network: default/vlan300" in shown
    stack.up().succeeded()
    assert sorted(uids(lab)) == ["vlan100", "vlan101", "vlan102", "vlan400"]

    # Out of the set, in one run.
    moved = alone | {"options": {"import_": "default/vlan100"}}
    after: dict[str, Any] = {"depends_on": ["@one"]}
    stack.program(network, moved, vm_networks("101-102", 400) | {"options": after})
    stack.up().succeeded()
    assert uids(lab)["vlan100"] == made
    assert stack.state()["all"]["outputs"]["networks"].keys() == {"101", "102", "400"}

    # A set that was given the network again while the VmNetwork has it: that one leaves it.
    stack.program(network, vm_networks("100-102", 400, adopt=True)).up().succeeded()
    assert uids(lab)["vlan100"] == made

    stack.destroy().succeeded()
    assert uids(lab) == {}
