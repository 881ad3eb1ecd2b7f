"""All rules in one place: importing this module is what registers them."""

from __future__ import annotations

from collections.abc import Iterator

from . import (  # noqa: F401
    cluster_networks,
    dhcp_pools,
    host_networks,
    network_configs,
    network_settings,
    nics,
    overlays,
    ranges,
    schemas,
    storage_settings,
    vlans,
    vm_networks,
    vm_nodes,
)
from .rule import RULES, Rule, judge, refused

__all__ = ["all_rules", "judge", "refused"]


def all_rules() -> Iterator[Rule]:
    """Every rule, by kind."""
    for rules in RULES.values():
        yield from rules
