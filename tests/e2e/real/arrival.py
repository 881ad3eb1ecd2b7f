"""Waiting until the VLANs of VM networks are on the uplinks."""

from __future__ import annotations

import secrets

from lab import RealLab
from tests.e2e.programs import CLUSTER_NETWORKS
from tests.e2e.stack import Resource, Stack
from tests.e2e.waiting import eventually

from .quick_start import BOND, NETWORK, NODES, VLAN

SECONDS_BY_ITSELF = 5


def up_to_the_vlans(stack: Stack, lab: RealLab, program: list[Resource]) -> None:
    """`up`, and until the VLAN of its VM network is on every node: what goes wrong afterwards
    is then only what the test lets go wrong.
    """
    stack.program(*program).up().succeeded()
    vlans_arrive(lab, VLAN)


def vlans_arrive(lab: RealLab, *vlans: int) -> None:
    """Exactly these VLANs, and 1 as ever, are on the uplink of every node.

    An agent that hears of the cluster network's VLANs before it hears of the VM network does
    nothing until the cluster network changes again (docs/lab.md, "Seen on real nodes").
    """
    wanted = [frozenset({1, *vlans})] * len(NODES)

    def there() -> bool:
        return [lab.devices(node)[BOND].vlans for node in NODES] == wanted

    try:
        eventually(there, SECONDS_BY_ITSELF)
    except AssertionError:
        note = {"metadata": {"annotations": {"lab/look-again": secrets.token_hex(4)}}}
        lab.client.merge_patch(f"{CLUSTER_NETWORKS}/{NETWORK}", note)
        eventually(there)
