"""What the options of `harvester-net uplink` ask for."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.cli.uplinks import goal_of


@pytest.mark.parametrize(
    ("given", "patch"),
    [
        ({"nics": ["eth2", "eth3"]}, {"uplink": {"nics": ["eth2", "eth3"]}}),
        ({"bond_mode": "802.3ad"}, {"uplink": {"bondOptions": {"mode": "802.3ad"}}}),
        ({"miimon": 50}, {"uplink": {"bondOptions": {"miimon": 50}}}),
        ({"cluster_network": "green"}, {"clusterNetwork": "green"}),
        (
            {"node_selector": ["rack=a", "old-"]},
            {"nodeSelector": {"rack": "a", "old": None}},
        ),
    ],
)
def test_options_become_a_patch(given: dict[str, Any], patch: dict[str, Any]) -> None:
    assert goal_of("nc-1", **given) == (ConfigGoal(key="nc-1", patch=patch), [])


def test_a_config_can_be_deleted() -> None:
    assert goal_of("nc-1", delete=True) == (ConfigDeletionGoal(key="nc-1"), [])


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "nothing is to be changed; name a NIC, a bond mode, or --delete"),
        (
            {"delete": True, "nics": ["eth2"]},
            "--delete goes without any other change",
        ),
        (
            {"node_selector": ["rack"]},
            "--node-selector 'rack' is neither KEY=VALUE nor KEY-",
        ),
        ({"nics": ["eth2", "eth2"]}, "uplink.nics: eth2 is listed twice"),
    ],
)
def test_wrong_options_are_said(given: dict[str, Any], problem: str) -> None:
    assert problem in goal_of("nc-1", **given)[1]


def test_unknown_bond_mode_is_said_with_those_there_are() -> None:
    (problem,) = goal_of("nc-1", bond_mode="lacp")[1]
    assert problem.startswith("uplink.bondOptions.mode: 'lacp' is not one of balance-rr")
