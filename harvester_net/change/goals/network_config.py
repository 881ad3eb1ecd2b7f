"""A network config changed in place, or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ...cluster.merge_patch import applied, contains
from ...cluster.resources import VLAN_CONFIG, Object, Resource, key_of
from ...harvester.mtus import config_mtu
from ...harvester.network_configs import matched_nodes
from ...harvester.snapshot import Snapshot
from ...harvester.versions import CONFIGS_WITHOUT_NODES
from .goal import Goal

if TYPE_CHECKING:
    from ..record import Record


ONE_MTU = (
    "all network configs of a cluster network have one MTU, and its VM networks take another "
    "only while no VM on them runs (H4.3)"
)
"""Why VMs are stopped for another MTU."""


class _AboutOneConfig(Goal):
    """A goal that one network config has or is gone."""

    key: str

    @property
    def subject(self) -> tuple[Resource, str]:
        return VLAN_CONFIG, self.key

    def configs(self, snapshot: Snapshot) -> list[Object]:
        config = snapshot.of(VLAN_CONFIG).get(self.key)
        return [] if config is None else [config]

    def interrupted_network(self, snapshot: Snapshot) -> str:
        if not self.interrupted_nodes(snapshot):
            return ""
        return str(snapshot.of(VLAN_CONFIG)[self.key]["spec"]["clusterNetwork"])

    def interrupted_nodes(self, snapshot: Snapshot) -> set[str]:
        """The nodes where it interrupts traffic, as the server of 1.6 and newer counts
        (H3.2); the rule in `rules/config_writes` also knows what older ones let pass.
        """
        return {node for config in self.configs(snapshot) for node in matched_nodes(config)}

    def why_vms_stop(self, snapshot: Snapshot) -> str:
        """Empty: Harvester counts only the VMs on the nodes that lose their uplink (B7.1)."""
        return ""

    def emptied_network(self, record: Record) -> str:
        if self.key not in record.configs:
            return ""
        return str(record.configs[self.key].manifest["spec"]["clusterNetwork"])


class ConfigGoal(_AboutOneConfig):
    """A network config that has these fields."""

    kind: Literal["config"] = "config"
    patch: dict[str, Any] = Field(default_factory=dict)
    """Merge patch of its spec."""

    def interrupted_nodes(self, snapshot: Snapshot) -> set[str]:
        matched = super().interrupted_nodes(snapshot)
        if {"uplink", "clusterNetwork"} & self.patch.keys():
            return matched
        if "nodeSelector" not in self.patch or not matched:
            return set()
        return matched - self._selected(snapshot, snapshot.of(VLAN_CONFIG)[self.key])

    def interrupted_nodes_back(self, snapshot: Snapshot) -> set[str]:
        config = snapshot.of(VLAN_CONFIG).get(self.key)
        if config is None:
            return set()
        before = set(matched_nodes(config))
        after = self._selected(snapshot, config) if "nodeSelector" in self.patch else before
        return after if {"uplink", "clusterNetwork"} & self.patch.keys() else after - before

    def why_vms_stop(self, snapshot: Snapshot) -> str:
        config = snapshot.of(VLAN_CONFIG).get(self.key)
        if config is None or self.patch.get("clusterNetwork"):
            return ""  # The MTU is the other cluster network's, which has it already.
        after = {"spec": applied(config["spec"], self.patch)}
        return "" if config_mtu(after) == config_mtu(config) else ONE_MTU

    def emptied_network(self, record: Record) -> str:
        return (
            self.verified_network(record)
            if record.backwards
            else super().emptied_network(record)
        )

    def _selected(self, snapshot: Snapshot, config: Object) -> set[str]:
        selector = selector_after(config, self.patch["nodeSelector"])
        return set(snapshot.matching(selector))

    def nodes_after(self, snapshot: Snapshot, config: Object) -> set[str]:
        if key_of(config) != self.key:
            return super().nodes_after(snapshot, config)
        if self.patch.get("clusterNetwork"):
            return set()
        if "nodeSelector" not in self.patch:
            return super().nodes_after(snapshot, config)
        return self._selected(snapshot, config)

    def is_reached(self, snapshot: Snapshot) -> bool:
        configs = self.configs(snapshot)
        return bool(configs) and contains(configs[0]["spec"], self.patch)

    def undoes(self, unfinished: Record) -> bool:
        goal = unfinished.goal
        if not isinstance(goal, ConfigGoal) or self.key != goal.key:
            return False
        before = unfinished.configs[self.key].manifest["spec"]
        return bool(applied(applied(before, goal.patch), self.patch) == before)

    def refusals(self, snapshot: Snapshot) -> Iterator[str]:
        if not CONFIGS_WITHOUT_NODES.on(snapshot.version):
            yield from refuse_without_nodes(self.configs(snapshot))

    def headline(self, record: Record) -> str:
        return f"change network config {self.key}"

    def verified_network(self, record: Record) -> str:
        if self.key not in record.configs:
            return ""
        before = record.configs[self.key].manifest["spec"]["clusterNetwork"]
        return str(self.patch.get("clusterNetwork") or before)


class ConfigDeletionGoal(_AboutOneConfig):
    """A network config that is gone."""

    kind: Literal["configDeletion"] = "configDeletion"

    @property
    def restores_configs(self) -> bool:
        return False

    def nodes_after(self, snapshot: Snapshot, config: Object) -> set[str]:
        return set()

    def old_mtu(self, snapshot: Snapshot) -> int:
        """The config's own, with which the way back makes it again."""
        configs = self.configs(snapshot)
        return config_mtu(configs[0]) if configs else 0

    def is_reached(self, snapshot: Snapshot) -> bool:
        return self.key not in snapshot.of(VLAN_CONFIG)

    def headline(self, record: Record) -> str:
        return f"delete network config {self.key}"


def refuse_without_nodes(configs: Iterable[Object]) -> Iterator[str]:
    """The configs without nodes, over which servers before 1.8 fall (H3.2, H7)."""
    for config in configs:
        if not matched_nodes(config):
            yield (
                f"network config {key_of(config)} matches no node, and Harvester of this "
                "version cannot change such a config; delete it, or let it match a node"
            )


def selector_after(config: Object, change: dict[str, Any] | None) -> dict[str, str]:
    """A node selector after a merge patch of it."""
    merged = {**(config["spec"].get("nodeSelector") or {}), **(change or {})}
    return {} if change is None else {k: v for k, v in merged.items() if v is not None}
