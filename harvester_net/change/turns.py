"""Where the nodes of a network config stand that change their uplink in turn: pure.

A network config changes its uplink on all of its nodes at once, and the server takes that only
while no VM of its cluster network is on any of them (B7.1). So all nodes but one leave it for
a second config of ours, each emptied before; the config changes its uplink for the one that is
left; and the others come back, emptied again. Of n nodes, 2n - 1 times one is emptied, and no
way needs fewer: a node that is not in the config when its uplink changes must come back to it.
It never has no node, over which servers before 1.8 fall (H3.2).

A selector cannot name several nodes (H1.2). So labels of ours say which node is in which
config, and the server's manager follows them (H4.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..cluster.merge_patch import back, contains
from ..cluster.resources import (
    NODE,
    VLAN_CONFIG,
    Object,
    annotations_of,
    condition,
    is_terminating,
    labels_of,
)
from ..harvester.network_configs import matched_nodes
from ..harvester.snapshot import Snapshot
from ..harvester.versions import UPLINKS_ARE_GUARDED
from ..harvester.wording import counted
from ..specs.limits import LONGEST_LABEL
from .consent import Consent
from .goals.goal import Goal
from .goals.network_config import ConfigGoal
from .record import ConfigRecord, Record, Turns

FIRST = "harvester-net/first-config"
"""Label of a node that is in its own config, which asks for it; its value: the change's id."""
SECOND = "harvester-net/second-config"
"""The same for the second config."""
WRITTEN = "harvester-net/labels-written"
"""Annotation of a node whose labels had to be seen once more; its value has no meaning."""
CHANGE = "harvester-net/change"
"""Annotation of the second config: the change that has made it, by its id."""
SUFFIX = "-harvester-net"
"""How the name of a second config ends."""


# --- the plan --------------------------------------------------------------------------------


def take_turns(goal: Goal, consent: Consent, nodes: int, version: tuple[int, int]) -> bool:
    """Whether so many nodes, which lose their uplink at once, can change one after the other:
    where their config gets another uplink, and stays on its cluster network.
    """
    if nodes <= consent.max_unavailable or not UPLINKS_ARE_GUARDED.on(version):
        return False
    elsewhere = {"clusterNetwork", "nodeSelector"}
    return (
        isinstance(goal, ConfigGoal)
        and "uplink" in goal.patch
        and not elsewhere & goal.patch.keys()
    )


def turns_of(
    snapshot: Snapshot, key: str, going: Mapping[str, list[str]], staying: set[str]
) -> Turns:
    """The turns of a config's nodes, by the VMs that can go from each. Those with VMs that
    cannot go (``staying``) are last, so that these VMs are down for the shortest time.
    """
    order = sorted(going, key=lambda node: (node in staying, node))
    late = next((node for node in order if node in staying), "")
    return Turns(
        nodes=order,
        second=second_name(snapshot, key),
        stops_at=f"empty {late}" if late else "",
    )


def second_name(snapshot: Snapshot, key: str) -> str:
    """A name for the second config that nobody has taken."""
    number, configs = 1, snapshot.of(VLAN_CONFIG)
    while True:
        end = SUFFIX if number == 1 else f"{SUFFIX}-{number}"
        name = key[: LONGEST_LABEL - len(end)] + end
        if name not in configs:
            return name
        number += 1


def cost(record: Record) -> str:
    """What it costs that nodes take turns, and what costs less."""
    turns = record.turns
    if turns is None or record.emptying is None:
        return ""
    nodes, vms = len(turns.nodes), sum(map(len, record.emptying.nodes.values()))
    times = 2 * nodes - 1
    migrations = -(-vms * times // nodes)
    return (
        f"the nodes of network config {record.goal.subject[1]} change one by one, through a "
        f"second network config, {turns.second}, and come back: {times} times a node is "
        f"emptied, with about "
        f"{counted(migrations, 'migration')} of {counted(vms, 'VM')}; with a network config "
        f"for each node it would be {nodes} times, with about {counted(vms, 'migration')}"
    )


# --- where it stands -------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """A change whose nodes take turns, as it stands on the cluster."""

    record: Record
    now: Snapshot

    @property
    def turns(self) -> Turns:
        """The turns as they were planned."""
        assert self.record.turns is not None
        return self.record.turns

    @property
    def mark(self) -> str:
        """The value of our labels."""
        return self.record.id

    @property
    def key(self) -> str:
        """The name of the config."""
        return self.record.goal.subject[1]

    @property
    def original(self) -> ConfigRecord:
        """The config as it was."""
        return self.record.configs[self.key]

    @property
    def network(self) -> str:
        """Its cluster network."""
        return str(self.original.manifest["spec"]["clusterNetwork"])

    @property
    def first(self) -> Object | None:
        """The config, if it is there."""
        return _alive(self.now.of(VLAN_CONFIG).get(self.key))

    @property
    def second(self) -> Object | None:
        """The second config, if it is there and this change has made it."""
        found = _alive(self.now.of(VLAN_CONFIG).get(self.turns.second))
        return found if found is not None and self.is_ours(found) else None

    def is_ours(self, config: Object) -> bool:
        """Whether this change has made a config."""
        return annotations_of(config).get(CHANGE) == self.mark

    @property
    def patch(self) -> dict[str, Any]:
        """The merge patch of the config's spec that leads to the goal, forwards or back."""
        goal, spec = self.record.goal, self.original.manifest["spec"]
        assert isinstance(goal, ConfigGoal)
        return dict(back(spec, goal.patch)) if self.record.backwards else goal.patch

    @property
    def is_changed(self) -> bool:
        """Whether the config has the uplink that it is to have."""
        return self.first is not None and contains(self.first["spec"], self.patch)

    @property
    def is_narrowed(self) -> bool:
        """Whether the config asks for our label."""
        selector = (self.first or {"spec": {}})["spec"].get("nodeSelector") or {}
        return selector.get(FIRST) == self.mark

    def has_label(self, label: str, node: str) -> bool:
        """Whether a node has one of our labels."""
        found = self.now.of(NODE).get(node)
        return found is not None and labels_of(found).get(label) == self.mark

    def is_here(self, node: str) -> bool:
        """Whether the cluster has a node still."""
        return node in self.now.of(NODE)

    def config_on(self, node: str) -> str:
        """The config whose uplink a node has set up, or tried to; empty if none."""
        status = self.now.status_on(self.network, node)
        return str((status or {}).get("status", {}).get("vlanConfig") or "")

    def is_set_up(self, node: str, config: str) -> bool:
        """Whether a node has set up the uplink of this very config."""
        status = self.now.status_on(self.network, node)
        ready = condition(status, "ready").get("status") == "True" if status else False
        return ready and self.config_on(node) == config

    def is_in_first(self, node: str) -> bool:
        """Whether a node is in its config, to stay there for now."""
        asked = self.has_label(FIRST, node) if self.is_narrowed else self._matches(node)
        return asked and self.is_set_up(node, self.key)

    def is_in_second(self, node: str) -> bool:
        """The same for the second config."""
        asked = self.second is not None and self.has_label(SECOND, node)
        return asked and self.is_set_up(node, self.turns.second)

    def _matches(self, node: str) -> bool:
        return self.first is not None and node in matched_nodes(self.first)

    @property
    def labelled(self) -> list[str]:
        """All nodes that have a label of ours."""
        nodes = sorted(self.now.of(NODE))
        return [n for n in nodes if self.has_label(FIRST, n) or self.has_label(SECOND, n)]

    # --- what is left ------------------------------------------------------------------------

    @property
    def leaving(self) -> list[str]:
        """The nodes that leave the config still, in their order."""
        if self.is_changed:
            return []
        others = self.turns.nodes[:-1]
        return [n for n in others if self.is_here(n) and not self.is_in_second(n)]

    @property
    def changes_last(self) -> bool:
        """Whether the last node gets its new uplink still."""
        if not self.is_changed:
            return True
        last = self.turns.nodes[-1]
        return self.is_narrowed and self.is_here(last) and not self.is_in_first(last)

    @property
    def returning(self) -> list[str]:
        """The nodes that come back to the config still, in their order."""
        others = [node for node in self.turns.nodes[:-1] if self.is_here(node)]
        if not self.is_changed:
            return others
        if not self.is_narrowed:
            return []
        return [node for node in others if not self.is_in_first(node)]

    @property
    def emptied(self) -> set[str]:
        """The nodes that are emptied still."""
        last = {self.turns.nodes[-1]} if self.changes_last else set[str]()
        return {*self.leaving, *self.returning} | last

    @property
    def is_marked(self) -> bool:
        """Whether anything of ours is left on the cluster."""
        found = self.now.of(VLAN_CONFIG).get(self.turns.second)
        return bool(self.labelled or (found is not None and self.is_ours(found)))


def _alive(config: Object | None) -> Object | None:
    return None if config is None or is_terminating(config) else config
