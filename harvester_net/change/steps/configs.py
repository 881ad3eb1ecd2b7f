"""Network configs: taken away, changed, made again (H5.1)."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...cluster.errors import AlreadyExists
from ...cluster.merge_patch import back, contains
from ...cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    is_terminating,
)
from ...harvester.link_monitors import bonds
from ...harvester.mtus import config_mtu, nad_mtu, uplink_mtu
from ...harvester.network_configs import (
    matched_nodes,
    nodes_not_ready,
    nodes_of,
    progress_of_nodes,
    statuses_of,
)
from ...harvester.snapshot import Snapshot
from ...harvester.versions import VM_NETWORKS_FOLLOW
from ...harvester.vm_networks import vm_networks_of
from ..context import ChangeContext
from ..record import ConfigRecord
from .step import Step

PRESENT = (VLAN_CONFIG, VLAN_STATUS, LINK_MONITOR)


@dataclass(frozen=True)
class ConfigStep(Step):
    """A step about one network config."""

    key: str

    interrupted_by_vms = True

    @property
    def original(self) -> ConfigRecord:
        """The config as it was."""
        return self.record.configs[self.key]

    @property
    def network(self) -> str:
        """The cluster network of the config."""
        return str(self.original.manifest["spec"]["clusterNetwork"])

    @property
    def where(self) -> str:
        """The config and its nodes, for the user."""
        nodes = ", ".join(self.original.nodes) or "no node"
        return f"network config {self.key} ({nodes})"

    def nodes_waiting(self, now: Snapshot) -> str:
        """How many nodes are ready, and what the others say; empty if all are."""
        config = now.of(VLAN_CONFIG).get(self.key)
        if config is None:
            return "it is not there yet"
        waiting = nodes_not_ready(config, now.of(VLAN_STATUS))
        return progress_of_nodes(config, waiting) if waiting else ""

    def bonds_as_before(
        self, now: Snapshot, nodes: Iterable[str], *, anew: bool = True
    ) -> list[str]:
        """What the nodes have not shown: a bond, made anew or not, as a port of its bridge
        (H5.5).
        """
        seen = bonds(now.of(LINK_MONITOR).get(self.network), self.network)
        said = []
        for node in nodes:
            index, joined = seen.get(node, (0, False))
            if anew and index and index == self.original.bonds.get(node):
                said.append(
                    f"{node}: bond {self.network}-bo was not made anew (index {index})"
                )
            elif not joined:
                said.append(f"{node}: bond {self.network}-bo is not in its bridge")
        return said


@dataclass(frozen=True)
class DeleteConfig(ConfigStep):
    """Take a config away, and wait until its nodes have torn it down."""

    watches = (VLAN_CONFIG, VLAN_STATUS)

    @property
    def id(self) -> str:
        return f"delete {self.key}"

    @property
    def title(self) -> str:
        return f"delete {self.where}"

    def done(self, now: Snapshot) -> bool:
        return self.key not in now.of(VLAN_CONFIG) and not self._left(now)

    def _left(self, now: Snapshot) -> list[str]:
        return sorted(nodes_of(statuses_of(self.key, now.of(VLAN_STATUS))))

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        await context.cluster.delete(VLAN_CONFIG, self.key, None, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        left = self._left(now)
        nodes = f"{', '.join(left)} to tear it down" if left else "it to go"
        return f"network config {self.key}: {nodes}"


@dataclass(frozen=True)
class SetMtu(ConfigStep):
    """Give the config that is left the new MTU; the VM networks follow it."""

    watches = (*PRESENT, CLUSTER_NETWORK, NAD)

    @property
    def id(self) -> str:
        return f"set mtu {self.key}"

    @property
    def title(self) -> str:
        return f"set MTU {self.record.target_mtu} on {self.where}"

    def done(self, now: Snapshot) -> bool:
        return not self._missing(now)

    def _missing(self, now: Snapshot) -> str:
        config = now.of(VLAN_CONFIG).get(self.key)
        target = self.record.target_mtu
        if config is None or not self._has(config, target):
            return f"network config {self.key} to take MTU {target}"
        if VM_NETWORKS_FOLLOW.on(self.record.version):
            network = now.of(CLUSTER_NETWORK).get(self.network)
            if network is None or uplink_mtu(network) != target:
                return f"Harvester to note MTU {target} on cluster network {self.network}"
            if behind := networks_behind(now, self.network, target):
                return f"VM networks to follow: {', '.join(behind[:5])}"
        return self.nodes_waiting(now)

    def _has(self, config: Object, mtu: int) -> bool:
        # Up to 1.5, 0 and 1500 differ, and the configs made again say 1500 (H7).
        attributes = config["spec"]["uplink"].get("linkAttributes") or {}
        spelled = VM_NETWORKS_FOLLOW.on(self.record.version) or attributes.get("mtu") == mtu
        return spelled and config_mtu(config) == mtu

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        mtu = self.record.target_mtu
        patch = {"spec": {"uplink": {"linkAttributes": {"mtu": mtu}}}}
        await context.cluster.patch(VLAN_CONFIG, self.key, patch, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return self._missing(now)

    def unproven(self, now: Snapshot) -> list[str]:
        return self.bonds_as_before(now, self.original.nodes)


def networks_behind(now: Snapshot, cluster_network: str, mtu: int) -> list[str]:
    """The VM networks of a cluster network that have another MTU."""
    nads = now.of(NAD)
    own = vm_networks_of(now, cluster_network)
    return [key for key in own if nad_mtu(nads[key]) != mtu]


@dataclass(frozen=True)
class CreateConfig(ConfigStep):
    """Make a config again as it was, with the MTU that the change leads to."""

    sets_mtu: bool = True
    """Whether the MTU is written into it; without, it keeps its own spelling."""

    watches = PRESENT

    @property
    def id(self) -> str:
        return f"create {self.key}"

    @property
    def title(self) -> str:
        return f"create {self.where} again with MTU {self.record.target_mtu}"

    def done(self, now: Snapshot) -> bool:
        config = now.of(VLAN_CONFIG).get(self.key)
        if config is None or is_terminating(config):
            return False
        return config_mtu(config) == self.record.target_mtu and not self.nodes_waiting(now)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        while True:
            try:
                await context.cluster.create(VLAN_CONFIG, self._manifest(), context.deadline)
                return
            except AlreadyExists:
                found = await context.cluster.get(VLAN_CONFIG, self.key, context.deadline)
                if found is not None and not is_terminating(found):
                    return
                await context.deadline.sleep(context.cluster.timings.step_poll)

    def _manifest(self) -> Object:
        manifest: Object = copy.deepcopy(self.original.manifest)
        if not self.sets_mtu:
            return manifest
        uplink = manifest["spec"]["uplink"]
        uplink["linkAttributes"] = {
            **(uplink.get("linkAttributes") or {}),
            "mtu": self.record.target_mtu,
        }
        return manifest

    def waits_for(self, now: Snapshot) -> str:
        return f"network config {self.key}: {self.nodes_waiting(now)}"

    def unproven(self, now: Snapshot) -> list[str]:
        config = now.of(VLAN_CONFIG).get(self.key)
        return self.bonds_as_before(now, matched_nodes(config) if config else ())


@dataclass(frozen=True)
class PatchConfig(ConfigStep):
    """Change a config in place."""

    patch: dict[str, Any]
    """Merge patch of its spec, forwards."""

    watches = PRESENT

    @property
    def id(self) -> str:
        return f"change {self.key}"

    @property
    def title(self) -> str:
        return f"change {self.where}: {', '.join(sorted(self.patch))}"

    @property
    def _patch(self) -> dict[str, Any]:
        if self.record.backwards:
            return dict(back(self.original.manifest["spec"], self.patch))
        return self.patch

    def done(self, now: Snapshot) -> bool:
        config = now.of(VLAN_CONFIG).get(self.key)
        if config is None or not contains(config["spec"], self._patch):
            return False
        return not self.nodes_waiting(now)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        await context.cluster.patch(
            VLAN_CONFIG, self.key, {"spec": self._patch}, context.deadline
        )

    def waits_for(self, now: Snapshot) -> str:
        return f"network config {self.key}: {self.nodes_waiting(now)}"

    def unproven(self, now: Snapshot) -> list[str]:
        config = now.of(VLAN_CONFIG).get(self.key)
        uplink = self._patch.get("uplink")
        if config is None or not uplink or "clusterNetwork" in self._patch:
            return []
        # Other NICs come and go in a bond that stays; all else makes it anew (H4.1).
        anew = bool({"bondOptions", "linkAttributes"} & uplink.keys())
        return self.bonds_as_before(now, matched_nodes(config), anew=anew)
