"""The objects of a cluster as the rules and the planner see them, with the look-ups that both
need.

A snapshot is made once and looked at many times: what belongs to a cluster network, or hangs
on a VM network, is found without going through ten thousand objects again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..cluster.resources import (
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    Object,
    Resource,
    key_of,
    labels_of,
)
from .json_texts import json_object
from .names import CLUSTER_NETWORK_LABEL, VERSION_SETTING, WITNESS
from .versions import Release, Version, patch_of, version_of
from .workloads import networks_of, node_of_vmi

Objects = Mapping[str, Object]


@dataclass(frozen=True, eq=False)
class Grouping:
    """A way to group the objects of a kind; an object may be in several groups or in none."""

    resource: Resource
    groups_of: Callable[[Object], Iterable[Any]]


def _network_label(obj: Object) -> Iterable[str]:
    name = labels_of(obj).get(CLUSTER_NETWORK_LABEL)
    return () if name is None else (name,)


def _networks_of_vm(vm: Object) -> Iterable[str]:
    spec = vm["spec"].get("template", {}).get("spec", {})
    return set(networks_of(spec, vm["metadata"]["namespace"]))


def _networks_of_vmi(vmi: Object) -> Iterable[str]:
    return set(networks_of(vmi["spec"], vmi["metadata"]["namespace"]))


def _node_of_vmi(vmi: Object) -> Iterable[str]:
    return (node_of_vmi(vmi),)


def _labels_of_node(node: Object) -> Iterable[tuple[str, str]]:
    return () if WITNESS in labels_of(node) else labels_of(node).items()


CONFIGS_OF = Grouping(VLAN_CONFIG, _network_label)
"""Network configs by cluster network, by the label that the server's own checks use."""
NADS_OF = Grouping(NAD, _network_label)
"""VM networks by cluster network, likewise."""
STATUSES_OF = Grouping(VLAN_STATUS, _network_label)
VMS_ON = Grouping(VM, _networks_of_vm)
"""VMs, running or not, by the VM networks that their spec names."""
VMIS_ON = Grouping(VMI, _networks_of_vmi)
VMIS_AT = Grouping(VMI, _node_of_vmi)
"""VM instances by their node, which is empty until they have one."""
NODES_WITH = Grouping(NODE, _labels_of_node)
"""Nodes that are no witnesses by each of their labels and its value."""


class Snapshot:
    """The objects of a cluster by kind and key, and which Harvester it is.

    Nothing changes in it but by `put`, which lays what is planned over what is there; nodes
    are never put.
    """

    def __init__(
        self,
        objects: Mapping[Resource, Objects],
        version: Version | None = None,
        not_served: frozenset[Resource] = frozenset(),
    ) -> None:
        self.objects = objects
        self._not_served = not_served
        self._version = version
        self._groups: dict[Grouping, dict[Any, dict[str, Object]]] = {}
        self._matching: dict[frozenset[tuple[str, str]], tuple[str, ...]] = {}
        self._configs_at = Grouping(
            VLAN_CONFIG, lambda config: self.matching(config["spec"].get("nodeSelector"))
        )

    def of(self, resource: Resource) -> Objects:
        """The objects of a kind by key."""
        return self.objects.get(resource, {})

    def serves(self, resource: Resource) -> bool:
        """Whether the server knows a kind of objects that was looked at."""
        return resource in self.objects and resource not in self._not_served

    def copy(self) -> Snapshot:
        """One that can be changed without this one."""
        objects = {r: dict(of) for r, of in self.objects.items()}
        return Snapshot(objects, self._version, self._not_served)

    def with_object(self, resource: Resource, obj: Object) -> Snapshot:
        """The same, with this object in place of the one of its key."""
        objects = {**self.of(resource), key_of(obj): obj}
        return Snapshot({**self.objects, resource: objects}, self._version, self._not_served)

    def put(self, resource: Resource, key: str, obj: Object | None) -> None:
        """Lay an object over the one of this key, or take it away; only in a copy."""
        objects = self.objects[resource]
        assert isinstance(objects, dict)
        before = objects.get(key)
        if obj is None:
            objects.pop(key, None)
        else:
            objects[key] = obj
        # A copy: which nodes a config matches may be asked for the first time here.
        for grouping, groups in list(self._groups.items()):
            if grouping.resource == resource:
                left = set(grouping.groups_of(before)) if before is not None else set()
                for group in grouping.groups_of(obj) if obj is not None else ():
                    groups.setdefault(group, {})[key] = obj or {}
                    left.discard(group)
                for group in left:
                    del groups[group][key]

    def group(self, grouping: Grouping, name: Any) -> Collection[Object]:
        """The objects of one group."""
        return self.keyed(grouping, name).values()

    def keyed(self, grouping: Grouping, name: Any) -> Objects:
        """The objects of one group by key."""
        groups = self._groups.get(grouping)
        if groups is None:
            groups = self._groups[grouping] = {}
            for key, obj in self.of(grouping.resource).items():
                for group in grouping.groups_of(obj):
                    groups.setdefault(group, {})[key] = obj
        return groups.get(name, {})

    @property
    def version(self) -> Version:
        """The server's version."""
        if self._version is None:
            self._version = version_of(self.version_text)
        return self._version

    @property
    def release(self) -> Release:
        """The server's version to its patch."""
        return *self.version, patch_of(self.version_text)

    @property
    def version_text(self) -> str:
        """The version in the server's own words; empty if it is not known."""
        setting = self.of(SETTING).get(VERSION_SETTING, {})
        return str(setting.get("value") or setting.get("default") or "")

    def setting(self, name: str) -> str:
        """The text of a Setting that was set; empty if it has its default."""
        return str(self.of(SETTING).get(name, {}).get("value") or "")

    def setting_value(self, name: str) -> dict[str, Any]:
        """The value of a Setting that is JSON; empty if it is unset or no JSON object."""
        return json_object(self.setting(name))

    def matching(self, selector: Mapping[str, str] | None) -> tuple[str, ...]:
        """The nodes that a network config with this selector gets, sorted; witness nodes
        never.
        """
        wanted = frozenset((selector or {}).items())
        if wanted not in self._matching:
            # One of the labels is enough to leave out most nodes.
            some = self.keyed(NODES_WITH, next(iter(wanted))) if wanted else self.of(NODE)
            self._matching[wanted] = tuple(
                name
                for name, node in sorted(some.items())
                if wanted <= labels_of(node).items() and WITNESS not in labels_of(node)
            )
        return self._matching[wanted]

    def configs_at(self, node: str) -> Objects:
        """The network configs that match a node, by key."""
        return self.keyed(self._configs_at, node)

    def status_on(self, cluster_network: str, node: str) -> Object | None:
        """The status of a cluster network on a node."""
        return self.of(VLAN_STATUS).get(status_name(cluster_network, node))


def status_name(cluster_network: str, node: str) -> str:
    """The name of the VlanStatus of a cluster network on a node (H1.3)."""
    name = f"{cluster_network}-{node}"
    return f"{name[:54]}-{zlib.crc32(name.encode()):08x}"
