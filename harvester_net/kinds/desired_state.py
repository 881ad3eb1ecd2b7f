"""What this run of the program wants, and the cluster as it will be with all of it (P21).

Rules over several objects see live objects with what the run desires laid over them, so that a
program that makes everything at once is not told what its other resources are about to do.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..cluster.resources import (
    CLUSTER_NETWORK,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    Resource,
    annotations_of,
    labels_of,
)
from ..harvester.mtus import uplink_mtu
from ..harvester.names import CLUSTER_NETWORK_LABEL, CONFIG_LABEL
from ..harvester.snapshot import Grouping, Snapshot, status_name
from ..rules.config_writes import admitted
from ..rules.rule import Finding, Ref
from ..specs.limits import DEFAULT_MTU
from ..urns import Urn

CREATED_BY = "harvester-net/created-by"
"""Annotation with the URN of the resource that made an object: how a killed run finds it
again.
"""

Propose = Callable[[Object | None, int], Object]
"""The object after its write, from the live one, if any, and its cluster network's MTU."""


@dataclass(frozen=True)
class DesiredObject:
    """What one resource wants of one object."""

    cluster_network: str
    proposed: Propose | None
    """None while something of it is unknown."""


@dataclass
class DesiredState:
    """What a run desires, as far as it has been checked."""

    mtu_of: dict[str, int] = field(default_factory=dict)
    """MTU in bytes that the program gives each cluster network."""
    spelled_mtus: dict[str, dict[str, int]] = field(default_factory=dict)
    """MTU in bytes that the program gives what is on each cluster network, by its name."""
    configs_of: dict[str, set[str]] = field(default_factory=dict)
    """Names of the network configs that the program has for each cluster network."""
    objects: dict[Ref, DesiredObject] = field(default_factory=dict)
    leaving: set[Ref] = field(default_factory=set)
    """Objects that go before others of this run are made, because they are replaced."""
    renewed_networks: set[str] = field(default_factory=set)
    """Names of the Settings to which a preview of this run gives another VM network: by
    another value, or because a change clears them and sets them again.
    """
    changed_at: float = 0.0
    """When the last object came, on the monotonic clock."""
    seen: Snapshot | None = None
    """The cluster as this run first saw it."""
    forbidden: set[Resource] = field(default_factory=set)
    """The kinds that the user may not list."""
    told: set[str] = field(default_factory=set)
    """Warnings that are the same for many resources, and were given."""
    writing_vlans: Counter[str] = field(default_factory=Counter)
    """How many VM networks of each cluster network are being written at this moment."""
    unseen_vlans: dict[str, float] = field(default_factory=dict)
    """The cluster networks whose agents are still to look at VLANs, and when the last of those
    was written (`time.monotonic`).
    """
    awaiting_vlans: set[str] = field(default_factory=set)
    """The cluster networks of which a call waits for the agents to see VLANs, for all."""
    stopping: dict[str, set[str]] = field(default_factory=dict)
    """The VMs that the change of each resource stops, by URN; only in a preview."""
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _live: Snapshot | None = None
    _after: Snapshot = field(default_factory=lambda: Snapshot({}))
    _new: list[Ref] = field(default_factory=list)

    def lay(self, ref: Ref, desired: DesiredObject) -> None:
        """Take a desired object in; a resource may be checked several times."""
        self.objects[ref] = desired
        self._changed(ref)

    def replace(self, ref: Ref) -> None:
        """Note that an object is deleted before its successor is made."""
        self.leaving.add(ref)
        self._changed(ref)

    def _changed(self, ref: Ref) -> None:
        self._new.append(ref)
        if ref[0] == CLUSTER_NETWORK:
            # Its MTU is also that of what was laid before it.
            self._new += [
                other
                for other, desired in self.objects.items()
                if desired.cluster_network == ref[1] and other != ref
            ]
        self.changed_at = time.monotonic()

    def after(self, live: Snapshot) -> Snapshot:
        """The snapshot when this run is over, as far as it is known now.

        Made anew only for another live one: a thousand resources are checked one by one.
        """
        if self._live is not live:
            self._live, self._after = live, live.copy()
            self._new = [*self.leaving, *self.objects]
        for ref in self._new:
            if ref[0] in live.objects:
                self._lay_over(ref, live)
        self._new = []
        return self._after

    def _lay_over(self, ref: Ref, live: Snapshot) -> None:
        resource, key = ref
        before, obj = self._after.of(resource).get(key), self._proposed(ref, live)
        if obj is before:
            return
        self._after.put(resource, key, obj)
        if resource == VLAN_CONFIG:
            places = {*_places(before, live), *_places(obj, live)}
            held = live.group(STATUSES_OF_CONFIG, key)
            for network, node in places.union(map(_place_of, held)):
                self._settle(network, node, live)

    def _proposed(self, ref: Ref, live: Snapshot) -> Object | None:
        resource, key = ref
        there, desired = live.of(resource).get(key), self.objects.get(ref)
        if desired is None:
            return None
        if desired.proposed is None:
            return there
        before = None if ref in self.leaving else there
        obj = desired.proposed(before, self._mtu(desired, live))
        return admitted(obj, live) if resource == VLAN_CONFIG else obj

    def _settle(self, network: str, node: str, live: Snapshot) -> None:
        """Give a cluster network on a node the status that it will have: the agent's, unless
        this run takes its config away from there; then that of a config of this run, not yet
        ready.
        """
        name = status_name(network, node)
        status, there = live.of(VLAN_STATUS).get(name), self._after.configs_at(node)
        ours = sorted(
            key
            for key, config in there.items()
            if config["spec"].get("clusterNetwork") == network and self._is_changed(key)
        )
        holder = labels_of(status).get(CONFIG_LABEL, "") if status is not None else ""
        if status is None or (self._is_changed(holder) and holder not in ours):
            status = _status(name, network, ours[0], node) if ours else None
        if self._after.of(VLAN_STATUS).get(name) != status:
            self._after.put(VLAN_STATUS, name, status)

    def _is_changed(self, config: str) -> bool:
        """Whether what becomes of a network config is up to this run, as far as is known."""
        ref = (VLAN_CONFIG, config)
        desired = self.objects.get(ref)
        return ref in self.leaving if desired is None else desired.proposed is not None

    def _mtu(self, desired: DesiredObject, live: Snapshot) -> int:
        network = live.of(CLUSTER_NETWORK).get(desired.cluster_network)
        found = uplink_mtu(network) if network is not None else DEFAULT_MTU
        return self.mtu_of.get(desired.cluster_network, found)

    def may_cure(self, finding: Finding, live: Snapshot, urn: str) -> bool:
        """Whether something that this run has not shown yet may still cure a finding: an
        object that is to be made, is not wholly known, or is this stack's own and has not come
        up so far.
        """
        return any(self._is_open(ref, live, urn) for ref in finding.cured_by)

    def _is_open(self, ref: Ref, live: Snapshot, urn: str) -> bool:
        if (desired := self.objects.get(ref)) is not None:
            return desired.proposed is None
        obj = live.of(ref[0]).get(ref[1])
        if obj is None:
            return True
        maker = annotations_of(obj).get(CREATED_BY, "")
        return Urn.of(maker).whole_stack == Urn.of(urn).whole_stack


STATUSES_OF_CONFIG = Grouping(
    VLAN_STATUS,
    lambda status: (
        [labels_of(status)[CONFIG_LABEL]] if CONFIG_LABEL in labels_of(status) else []
    ),
)


def _places(config: Object | None, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """The cluster network and the nodes of a network config."""
    spec = config["spec"] if config is not None else {}
    nodes = snapshot.matching(spec.get("nodeSelector")) if config is not None else ()
    yield from ((spec.get("clusterNetwork", ""), node) for node in nodes)


def _place_of(status: Object) -> tuple[str, str]:
    said = status.get("status") or {}
    return said.get("clusterNetwork") or "", said.get("node") or ""


def _status(name: str, network: str, config: str, node: str) -> Object:
    labels = {CLUSTER_NETWORK_LABEL: network, CONFIG_LABEL: config}
    status = {"clusterNetwork": network, "vlanConfig": config, "node": node}
    return {"metadata": {"name": name, "labels": labels}, "status": status}
