"""What a journal may hold: what this package writes into one, and nothing else.

Whoever may write a ConfigMap in harvester-system can write a journal, and whoever finishes the
change may do far more. So nothing in it leads to another object than the plan of a change
could.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..cluster.merge_patch import applied
from ..cluster.resources import HOST_NETWORK_CONFIG, VLAN_CONFIG, Resource
from ..harvester.cni import BRIDGES, network_of_bridge, readable_conf
from ..harvester.host_networks import is_management_allowed
from .goals.goal import Goal
from .goals.mtu import MtuGoal
from .goals.network_config import ConfigDeletionGoal, ConfigGoal
from .goals.storage_network import StorageNetworkGoal
from .goals.vm_network import VmNetworkGoal
from .record import ConfigRecord, Record
from .turns import SUFFIX

LONGEST_NAME = 253
LONGEST_TIMEOUT = 7 * 24 * 3600
"""Seconds."""
SPEC_FIELDS = {"clusterNetwork", "description", "nodeSelector", "uplink"}
"""Fields of a network config's spec (H1.2)."""
HOST_NETWORK_FIELDS = {
    *("clusterNetwork", "description", "ips", "mode", "nodeSelector", "underlay", "vlanID"),
}
"""Fields of a host network config's spec (B1.1)."""
UPLINK_FIELDS = {"nics", "bondOptions", "linkAttributes"}
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_STRATEGY = re.compile(r"[A-Za-z]{1,40}")
_ID = re.compile(r"([0-9a-f]{8})?")
_TIME = re.compile(r"[-0-9TZ:.+]{0,40}")


def objections(record: Record) -> Iterator[str]:
    """What no journal of ours would say; nothing if it may be trusted."""
    yield from _wrong_names(record)
    yield from _wrong_configs(record)
    yield from _wrong_host_networks(record)
    for key, text in record.vm_networks.items():
        if not _is_bridge(text):
            yield f"the config of VM network {key} is no bridge's"
    for value in (record.storage, record.rwx, record.migration, record.storage_before):
        if _is_no_object(value):
            yield "the value of a Setting is no JSON object"
    yield from _wrong_goal(record)
    for strategy in {vm.strategy for vm in record.vms.values()}:
        if strategy is not None and not _STRATEGY.fullmatch(strategy):
            yield f"{strategy!r} is no run strategy"
    limits = (
        record.stop_timeout,
        record.start_timeout,
        record.node_timeout,
        record.migration_timeout,
        record.storage_timeout,
    )
    if not all(0 < limit <= LONGEST_TIMEOUT for limit in limits):
        yield "a time limit is out of range"
    if record.max_parallel < 1:
        yield "no VM could be stopped or started"
    if not _TIME.fullmatch(record.began):
        yield f"{record.began!r} is no time"


def _wrong_names(record: Record) -> Iterator[str]:
    """Names lead to objects; those of the VMs and VM networks have a namespace."""
    plain: list[str] = [*record.configs, *record.host_networks]
    for config in record.configs.values():
        plain += config.nodes
    qualified = [*record.vms, *record.vm_networks]
    if (moves := record.emptying) is not None:
        plain += [*moves.nodes, *moves.back, *moves.cordoned]
        qualified += [key for keys in moves.nodes.values() for key in keys]
    match record.goal:
        case MtuGoal(cluster_network=name):
            plain.append(name)
        case ConfigGoal(key=key) | ConfigDeletionGoal(key=key):
            plain.append(key)
        case VmNetworkGoal(key=key):
            qualified.append(key)
    for name in plain:
        if not _is_name(name):
            yield f"{name!r} is no name of an object"
    for key in qualified:
        namespace, slash, name = key.partition("/")
        if not (slash and _is_name(namespace) and _is_name(name)):
            yield f"{key!r} is no namespace and name of an object"


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME and _NAME.fullmatch(text) is not None


def _wrong_configs(record: Record) -> Iterator[str]:
    for key, config in record.configs.items():
        yield from (f"network config {key}: {why}" for why in _wrong_manifest(key, config))
    if record.kept and record.kept not in record.configs:
        yield f"network config {record.kept} is kept, and none of the change"


def _wrong_host_networks(record: Record) -> Iterator[str]:
    """They are on the cluster network whose MTU changes, and none is the nodes' own."""
    for key, config in record.host_networks.items():
        said = [*_wrong_object(key, config.manifest, HOST_NETWORK_CONFIG)]
        said += [] if said else _wrong_host_spec(config.manifest, record.goal.mtu_network)
        yield from (f"host network config {key}: {why}" for why in said)


def _wrong_host_spec(manifest: dict[str, Any], network: str) -> Iterator[str]:
    spec = manifest.get("spec")
    if not isinstance(spec, dict):
        yield "it has no spec"
        return
    if spec.get("clusterNetwork") != network or not network:
        yield "it is another cluster network's"
    if extra := spec.keys() - HOST_NETWORK_FIELDS:
        yield f"its spec has the fields {sorted(extra)}"
    vlan = spec.get("vlanID")
    if type(vlan) is not int or not 1 <= vlan <= 4094:
        yield "it has no VLAN"
    if is_management_allowed(manifest):
        yield "it may be the nodes' own management, which no change touches"


def _wrong_manifest(key: str, config: ConfigRecord) -> Iterator[str]:
    yield from _wrong_object(key, config.manifest, VLAN_CONFIG)
    yield from _wrong_spec(config.manifest.get("spec"))


def _wrong_object(key: str, manifest: dict[str, Any], resource: Resource) -> Iterator[str]:
    kind = (manifest.get("apiVersion"), manifest.get("kind"))
    if kind != (resource.api, resource.kind):
        yield f"it is another kind of object, {kind}"
    if extra := manifest.keys() - {"apiVersion", "kind", "metadata", "spec"}:
        yield f"it has the fields {sorted(extra)}"
    meta = manifest.get("metadata")
    if not isinstance(meta, dict) or meta.get("name") != key:
        yield "its manifest has another name"
    elif extra := meta.keys() - {"name", "labels", "annotations"}:
        yield f"its metadata has the fields {sorted(extra)}"
    elif not all(_are_texts(meta.get(field)) for field in ("labels", "annotations")):
        yield "its labels and annotations are no texts"


def _wrong_spec(spec: Any) -> Iterator[str]:
    if not isinstance(spec, dict) or not isinstance(spec.get("clusterNetwork"), str):
        yield "it has no cluster network"
        return
    if not _is_name(spec["clusterNetwork"]):
        yield f"{spec['clusterNetwork']!r} is no name of a cluster network"
    if extra := spec.keys() - SPEC_FIELDS:
        yield f"its spec has the fields {sorted(extra)}"
    if not _are_texts(spec.get("nodeSelector")):
        yield "its node selector is none"
    uplink = spec.get("uplink")
    if not isinstance(uplink, dict):
        yield "it has no uplink"
    elif extra := uplink.keys() - UPLINK_FIELDS:
        yield f"its uplink has the fields {sorted(extra)}"
    elif any(
        not isinstance(uplink.get(field) or {}, dict) for field in UPLINK_FIELDS - {"nics"}
    ):
        yield "its uplink cannot be read"


def _are_texts(values: Any) -> bool:
    if values is None:
        return True
    return isinstance(values, dict) and all(isinstance(v, str) for v in values.values())


def _wrong_goal(record: Record) -> Iterator[str]:
    """A goal that reaches further than its own objects."""
    goal: Goal = record.goal
    match goal:
        case MtuGoal():
            if not 0 < goal.mtu <= 65535 or not 0 <= record.old_mtu <= 65535:
                yield "an MTU is out of range"
            networks = {_network_of(config) for config in record.configs.values()}
            if networks - {goal.cluster_network}:
                yield "a network config is another cluster network's"
        case ConfigGoal(key=key, patch=patch):
            yield from _strangers(record.configs, [key])
            config = record.configs.get(key)
            spec = config.manifest.get("spec") if config else None
            if isinstance(spec, dict):
                yield from _wrong_spec(applied(spec, patch))
            elif patch.keys() - SPEC_FIELDS:
                yield f"its patch has the fields {sorted(patch.keys() - SPEC_FIELDS)}"
        case ConfigDeletionGoal(key=key):
            yield from _strangers(record.configs, [key])
        case VmNetworkGoal(key=key, patch=patch):
            yield from _strangers(record.vm_networks, [key])
            spec = patch.get("spec") or {}
            text = spec.get("config") if isinstance(spec, dict) else ""
            if text is not None and not _is_bridge(text):
                yield f"the config wanted of VM network {key} is no bridge's"
        case StorageNetworkGoal(text=text):
            if _is_no_object(text):
                yield "the value wanted of the storage network is no JSON object"
    if record.emptying is not None:
        own = [node for config in record.configs.values() for node in config.nodes]
        yield from _strangers(record.emptying.nodes, own)
        if not isinstance(goal, ConfigGoal | ConfigDeletionGoal):
            yield "it empties nodes for a change that empties none"
        yield from _wrong_turns(record)
    if not isinstance(goal, VmNetworkGoal | MtuGoal):
        yield from _strangers(record.vm_networks, [])


def _wrong_turns(record: Record) -> Iterator[str]:
    """Turns that lead to other nodes, or to a config that is not ours."""
    turns, moves = record.turns, record.emptying
    if turns is None or moves is None:
        return
    if sorted(turns.nodes) != sorted(moves.nodes) or not turns.nodes:
        yield "other nodes take turns than those of the change"
    if not (_is_name(turns.second) and SUFFIX in turns.second):
        yield f"{turns.second!r} is no name of a second config"
    if turns.second in record.configs:
        yield f"network config {turns.second} is no second one"
    if not (isinstance(record.goal, ConfigGoal) and record.goal.key in record.configs):
        yield "nodes take turns for a change that needs none"
    elif {"clusterNetwork", "nodeSelector"} & record.goal.patch.keys():
        yield "nodes take turns for another cluster network, or other nodes"
    if not _ID.fullmatch(record.id):
        yield f"{record.id!r} is no id of a change"


def _network_of(config: ConfigRecord) -> object:
    spec = config.manifest.get("spec")
    return spec.get("clusterNetwork") if isinstance(spec, dict) else None


def _strangers(found: Iterable[str], own: list[str]) -> Iterator[str]:
    for key in sorted(set(found) - set(own)):
        yield f"{key} is no object of the change"


def _is_bridge(text: object) -> bool:
    """Whether it is the CNI config of a bridge, the one kind that a change writes."""
    conf = readable_conf({"spec": {"config": text}}) if isinstance(text, str) else {}
    kind, network = conf.get("type"), network_of_bridge(conf.get("bridge", ""))
    return kind == "bridge" or (kind in BRIDGES and network is not None)


def _is_no_object(text: str | None) -> bool:
    """Whether the value of a Setting is neither empty nor a JSON object."""
    try:
        return bool(text) and not isinstance(json.loads(text or ""), dict)
    except (ValueError, RecursionError):
        return True
