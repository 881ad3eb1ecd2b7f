"""Where VMs run and whose they are, from objects as a cluster has them."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.review.look import LONGEST, Seat, seats

from ... import objects
from ..cli.hostile import HOSTILE, SHOWN

FLEET = {"fleet.cattle.io/bundle-name": "vms"}
POOL = [
    {"kind": "Secret", "name": "x"},
    {"kind": "VirtualMachinePool", "name": "web", "controller": True},
]


@pytest.mark.parametrize(
    ("meta", "key", "owner"),
    [
        ({}, "", ""),
        ({"labels": {"harvesterhci.io/creator": "harvester"}}, "", "harvester"),
        (
            {"labels": {"harvesterhci.io/creator": "harvester"} | FLEET},
            "",
            "Fleet (bundle vms)",
        ),
        ({"labels": FLEET, "ownerReferences": POOL}, "", "VirtualMachinePool web"),
        ({"labels": {"team": "blue"}, "ownerReferences": POOL}, "team", "blue"),
        ({"annotations": {"example.com/team": "red"}}, "example.com/team", "red"),
        ({"labels": {"team": "blue"}}, "owner", ""),
        ({"labels": {"team": HOSTILE}}, "team", SHOWN),
    ],
)
def test_owner(meta: dict[str, Any], key: str, owner: str) -> None:
    vm = objects.vm("a", "default/vm100")
    vm["metadata"].update(meta)
    assert seats({"default/a": vm}, {}, key) == {"default/a": Seat("", owner)}


def test_node_is_that_of_the_instance() -> None:
    vmi = objects.vmi("a", "default/vm100")
    vmi["status"] = {"nodeName": "node2"}
    found = seats({"default/a": objects.vm("a", "default/vm100")}, {"default/a": vmi})
    assert found["default/a"].node == "node2"


def test_a_long_owner_is_cut() -> None:
    vm = objects.vm("a", "default/vm100")
    vm["metadata"]["labels"] = {"team": "x" * 5_000}
    assert len(seats({"default/a": vm}, {}, "team")["default/a"].owner) <= LONGEST
