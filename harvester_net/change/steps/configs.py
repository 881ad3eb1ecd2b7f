"""Network configs: taken away, changed, made again (H5.1)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...cluster.errors import AlreadyExists, Conflict, NotFound
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
from ...cluster.rights import rights
from ...harvester.cni import is_overlay
from ...harvester.link_monitors import bonds
from ...harvester.mtus import config_mtu, nad_mtu, uplink_mtu
from ...harvester.network_configs import (
    literal_uplink,
    manifest_of,
    nodes_not_ready,
    nodes_of,
    present_nodes,
    progress_of_nodes,
    statuses_of,
)
from ...harvester.snapshot import Snapshot
from ...harvester.versions import VM_NETWORKS_FOLLOW
from ...harvester.vm_networks import vm_networks_of
from ..context import ChangeContext
from ..record import ConfigRecord, Record
from .step import Step

LONGEST_FIELD = 500
"""Characters of a field that is quoted."""
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

    async def make(self, manifest: Object, context: ChangeContext) -> None:
        """Make the config, as soon as one that is going is gone."""
        while True:
            try:
                await context.cluster.create(VLAN_CONFIG, manifest, context.deadline)
                return
            except AlreadyExists:
                found = await context.cluster.get(VLAN_CONFIG, self.key, context.deadline)
                if found is not None and not is_terminating(found):
                    return
                await context.deadline.sleep(context.cluster.timings.step_poll)

    def nodes_waiting(self, now: Snapshot) -> str:
        """How many nodes are ready, and what the others say; empty if all are."""
        config = now.of(VLAN_CONFIG).get(self.key)
        if config is None:
            return "it is not there yet"
        waiting = nodes_not_ready(config, now)
        return progress_of_nodes(config, waiting, now) if waiting else ""

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
    rights = rights("get delete", VLAN_CONFIG)

    @property
    def id(self) -> str:
        return f"delete {self.key}"

    @property
    def title(self) -> str:
        return f"delete {self.where}"

    def done(self, now: Snapshot) -> bool:
        return self.key not in now.of(VLAN_CONFIG) and not self._left(now)

    def holds(self, now: Snapshot) -> bool:
        config = now.of(VLAN_CONFIG).get(self.key)
        return config is None or is_terminating(config)

    def _left(self, now: Snapshot) -> list[str]:
        return sorted(nodes_of(statuses_of(self.key, now.of(VLAN_STATUS))))

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        """Deletes exactly the object whose original is in the journal."""
        while True:
            live = await context.cluster.get(VLAN_CONFIG, self.key, context.deadline)
            if live is None or is_terminating(live):
                return
            if (changed := as_now(self.original, live, now)) is not None:
                # Others may change it while the VMs stop: theirs is what comes back.
                note = partial(Record.with_config, key=self.key, config=changed)
                await context.remember(note)
            meta = live["metadata"]
            try:
                await context.cluster.delete(
                    VLAN_CONFIG,
                    self.key,
                    meta["uid"],
                    context.deadline,
                    meta["resourceVersion"],
                )
                return
            except Conflict:
                await context.deadline.sleep(context.cluster.timings.step_poll)

    def waits_for(self, now: Snapshot) -> str:
        left = self._left(now)
        nodes = f"{', '.join(left)} to tear it down" if left else "it to go"
        return f"network config {self.key}: {nodes}"


def as_now(original: ConfigRecord, live: Object, now: Snapshot) -> ConfigRecord | None:
    """The original as others have changed it meanwhile; None if it is as it was.

    The MTU is what the change itself writes, so it stays as it was.
    """
    mtu = _link(original.manifest).get("mtu")
    manifest = _with_mtu(manifest_of(live), mtu)
    if manifest == _with_mtu(original.manifest, mtu):
        return None
    update = {"manifest": manifest, "nodes": present_nodes(live, now)}
    return original.model_copy(update=update)


def _link(config: Object) -> Object:
    link: Object = config["spec"].get("uplink", {}).get("linkAttributes") or {}
    return link


def _with_mtu(manifest: Object, mtu: int | None) -> Object:
    """The same config with this MTU, or with none; an empty part is as good as none."""
    link = {**_link(manifest), "mtu": mtu}
    kept = {name: value for name, value in link.items() if value is not None}
    uplink = {**manifest["spec"].get("uplink", {}), "linkAttributes": kept}
    if not kept:
        del uplink["linkAttributes"]
    return {**manifest, "spec": {**manifest["spec"], "uplink": uplink}}


@dataclass(frozen=True)
class SetMtu(ConfigStep):
    """Give the config that is left the new MTU; the VM networks follow it."""

    watches = (*PRESENT, CLUSTER_NETWORK, NAD)
    rights = rights("get create patch", VLAN_CONFIG)
    ends_without_vms = True  # VM networks follow only then.

    @property
    def id(self) -> str:
        return f"set mtu {self.key}"

    @property
    def title(self) -> str:
        return f"set MTU {self.record.target_mtu} on {self.where}"

    def done(self, now: Snapshot) -> bool:
        return not self._missing(now)

    def holds(self, now: Snapshot) -> bool:
        config = now.of(VLAN_CONFIG).get(self.key)
        return config is not None and self._has(config, self.record.target_mtu)

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
        try:
            await context.cluster.patch(VLAN_CONFIG, self.key, patch, context.deadline)
        except NotFound:
            # Somebody deleted it; there is no other one that could take the MTU.
            await self.make(_with_mtu(self.original.manifest, mtu), context)

    def waits_for(self, now: Snapshot) -> str:
        return self._missing(now)

    def unproven(self, now: Snapshot) -> list[str]:
        return self.bonds_as_before(now, self.original.nodes)


def networks_behind(now: Snapshot, cluster_network: str, mtu: int) -> list[str]:
    """The VM networks of a cluster network that have another MTU; that of an overlay network
    is kube-ovn's.
    """
    nads = now.of(NAD)
    own = vm_networks_of(now, cluster_network)
    return [key for key in own if nad_mtu(nads[key]) != mtu and not is_overlay(nads[key])]


@dataclass(frozen=True)
class CreateConfig(ConfigStep):
    """Make a config again as it was, with the MTU that the change leads to."""

    sets_mtu: bool = True
    """Whether the MTU is written into it; without, it keeps its own spelling."""

    watches = PRESENT
    rights = rights("get create", VLAN_CONFIG)

    @property
    def id(self) -> str:
        return f"create {self.key}"

    @property
    def title(self) -> str:
        return f"create {self.where} again with MTU {self.record.target_mtu}"

    def done(self, now: Snapshot) -> bool:
        return self.holds(now) and not self.nodes_waiting(now)

    def holds(self, now: Snapshot) -> bool:
        config = now.of(VLAN_CONFIG).get(self.key)
        if config is None or is_terminating(config):
            return False
        return config_mtu(config) == self.record.target_mtu

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        await self.make(self._manifest(), context)

    def differing(self, now: Snapshot) -> dict[str, str]:
        """The fields of the config's spec that are not as they are made here, with what they
        would be; bounded.
        """
        live = now.of(VLAN_CONFIG).get(self.key)
        if live is None:
            return {}
        mtu = self.record.target_mtu
        made, found = _with_mtu(self._manifest(), mtu), _with_mtu(live, mtu)
        wanted, there = made["spec"], found["spec"]
        differing = {
            field
            for field in {*wanted, *there}
            if (wanted.get(field) or None) != (there.get(field) or None)
        }
        # What the server fills in is no difference.
        if literal_uplink(made) == literal_uplink(found):
            differing.discard("uplink")
        return {
            field: json.dumps(wanted.get(field), sort_keys=True)[:LONGEST_FIELD]
            for field in sorted(differing)
        }

    def _manifest(self) -> Object:
        manifest = self.original.manifest
        return _with_mtu(manifest, self.record.target_mtu) if self.sets_mtu else manifest

    def waits_for(self, now: Snapshot) -> str:
        return f"network config {self.key}: {self.nodes_waiting(now)}"

    def unproven(self, now: Snapshot) -> list[str]:
        config = now.of(VLAN_CONFIG).get(self.key)
        nodes = present_nodes(config, now) if config else ()
        return self.bonds_as_before(now, nodes)


@dataclass(frozen=True)
class PatchConfig(ConfigStep):
    """Change a config in place."""

    patch: dict[str, Any]
    """Merge patch of its spec, forwards."""

    watches = PRESENT
    rights = rights("patch", VLAN_CONFIG)

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
        return self.holds(now) and not self.nodes_waiting(now)

    def holds(self, now: Snapshot) -> bool:
        config = now.of(VLAN_CONFIG).get(self.key)
        return config is not None and contains(config["spec"], self._patch)

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
        return self.bonds_as_before(now, present_nodes(config, now), anew=anew)
