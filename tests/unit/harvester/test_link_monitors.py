"""The bonds that the nodes report."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.link_monitors import bonds

from ... import objects


def test_bond_of_each_node_is_found_with_whether_its_bridge_has_it() -> None:
    """First only the bridge is listed, then the bond, at last with its master (O5.3)."""
    monitor = objects.link_monitor(
        "data",
        {
            "done": [objects.link("data-br", 7), objects.link("data-bo", 6, master=7)],
            "alone": [objects.link("data-br", 7), objects.link("data-bo", 9)],
            "elsewhere": [objects.link("data-br", 7), objects.link("data-bo", 9, master=8)],
            "no-bridge": [objects.link("data-bo", 5, master=7)],
            "no-bond": [objects.link("data-br", 7), objects.link("xdata-bo", 3, master=7)],
        },
    )
    assert bonds(monitor, "data") == {
        "done": (6, True),
        "alone": (9, False),
        "elsewhere": (9, False),
        "no-bridge": (5, False),
    }


@pytest.mark.parametrize(
    "monitor", [None, {}, {"status": None}, {"status": {"linkStatus": None}}]
)
def test_monitor_that_says_nothing_knows_no_bonds(monitor: Object | None) -> None:
    assert bonds(monitor, "data") == {}
