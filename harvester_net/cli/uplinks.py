"""What `harvester-net uplink` is to change: from its options to a goal. Pure."""

from __future__ import annotations

from typing import Any

from ..change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from ..specs.network_config import NetworkConfig
from ..specs.parse import parse

ANY_NIC = "eth0"
"""Stands for the NICs that stay, while the other options are judged."""


def goal_of(
    config: str,
    nics: list[str] | None = None,
    bond_mode: str | None = None,
    miimon: int | None = None,
    node_selector: list[str] | None = None,
    cluster_network: str | None = None,
    *,
    delete: bool = False,
) -> tuple[ConfigGoal | ConfigDeletionGoal, list[str]]:
    """The goal, and what is wrong with the arguments."""
    bond = _given(mode=bond_mode, miimon=miimon)
    labels, problems = _labels(node_selector or [])
    wanted = {
        "name": config,
        "clusterNetwork": cluster_network or "any",
        "uplink": {"nics": nics or [ANY_NIC], "bondOptions": bond},
    }
    problems += [str(problem) for problem in parse(NetworkConfig, wanted)[1]]
    uplink = _given(nics=nics or None, bondOptions=bond or None)
    patch = _given(uplink=uplink or None, clusterNetwork=cluster_network)
    if labels:
        patch["nodeSelector"] = labels
    if delete and patch:
        problems.append("--delete goes without any other change")
    if not delete and not patch:
        problems.append("nothing is to be changed; name a NIC, a bond mode, or --delete")
    if delete:
        return ConfigDeletionGoal(key=config), problems
    return ConfigGoal(key=config, patch=patch), problems


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _labels(given: list[str]) -> tuple[dict[str, str | None], list[str]]:
    """The merge patch of a node selector, and what cannot be read of it."""
    labels: dict[str, str | None] = {}
    problems = []
    for text in given:
        key, equals, value = text.partition("=")
        if equals and key:
            labels[key] = value
        elif text.endswith("-") and len(text) > 1 and not equals:
            labels[text[:-1]] = None
        else:
            problems.append(f"--node-selector {text!r} is neither KEY=VALUE nor KEY-")
    return labels, problems
