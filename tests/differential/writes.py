"""Single writes over a live cluster: most are valid or one mistake away from it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    Object,
    Resource,
)
from harvester_net.rules.rule import Write

from . import network_writes, setting_writes, vm_network_writes
from .networks import Net
from .patches import without_nulls
from .pools import MGMT, chance, pick
from .rig import Objects


@dataclass(frozen=True, repr=False)
class Case:
    """A write, and whether a change is sent as a merge patch rather than as the whole."""

    write: Write
    as_patch: bool

    def __repr__(self) -> str:
        how = " as a patch" if self.as_patch else ""
        return f"{self.write.operation} {self.write.resource.kind} {self.write.key}{how}"


Maker = Callable[[DrawFn, list[Net], Objects], Object]
"""Makes a new object."""
Changer = Callable[[DrawFn, list[Net], Object], None]
"""Changes an object that is there, in place."""
WRITTEN: dict[Resource, tuple[Maker, Changer]] = {
    CLUSTER_NETWORK: (network_writes.new_network, network_writes.change_network),
    VLAN_CONFIG: (network_writes.new_config, network_writes.change_config),
    NAD: (vm_network_writes.new_nad, vm_network_writes.change_nad),
    SETTING: (setting_writes.new_setting, setting_writes.change_setting),
}
KINDS_OF_WRITE = (
    *[(CLUSTER_NETWORK, op) for op in ("create", "update", "update", "delete")],
    *[(VLAN_CONFIG, op) for op in ("create", "create", "update", "update", "delete")],
    *[(NAD, op) for op in ("create", "create", "update", "update", "update", "delete")],
    *[(SETTING, op) for op in ("update",) * 7],
    *[(SETTING, "create")] * 2,
    (SETTING, "delete"),
)


def a_case(draw: DrawFn, nets: list[Net], live: Objects) -> Case:
    """One write over what is there."""
    resource, operation = pick(draw, KINDS_OF_WRITE)
    make, change = WRITTEN[resource]
    there = [live[resource][key] for key in sorted(live[resource])]
    if resource == SETTING:
        there = [one for one in there if one["metadata"]["name"] in setting_writes.NAMES]
        if operation == "create" and len(there) == len(setting_writes.NAMES):
            operation = "update"
    if operation == "create" or not there:
        return Case(Write(resource, None, make(draw, nets, live)), False)
    if operation == "delete":
        return Case(Write(resource, pick(draw, _without_mgmt(draw, there)), None), False)
    old = pick(draw, there)
    new = copy.deepcopy(old)
    change(draw, nets, new)
    as_patch = pick(draw, (False, True))
    return Case(Write(resource, old, without_nulls(new) if as_patch else new), as_patch)


def _without_mgmt(draw: DrawFn, there: list[Object]) -> list[Object]:
    """The built-in cluster network refuses so much that it is asked seldom."""
    others = [one for one in there if one["metadata"]["name"] != MGMT]
    return there if not others or chance(draw, 5) else others


@st.composite
def cases(draw: DrawFn, nets: list[Net], live: Objects, count: int) -> list[Case]:
    """So many writes, each over the same cluster."""
    return [a_case(draw, nets, live) for _ in range(count)]
