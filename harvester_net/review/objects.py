"""Inputs of a preview as the objects that Harvester would have, as far as a picture of the
networks reads them. Pure.

The inputs come from a file: they are read by the specs, and what these do not take, or what
is known only at `up`, makes no object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    Object,
    Resource,
    annotations_of,
)
from ..harvester.cni import KUBE_OVN, cni_config, own_provider
from ..harvester.host_networks import selector_object
from ..harvester.names import BRIDGE, MATCHED_NODES, UPLINK_MTU
from ..harvester.network_settings import MIGRATION, RWX, STORAGE, NetworkSetting
from ..harvester.snapshot import Snapshot
from ..specs.cluster_network import ClusterNetwork
from ..specs.host_network_config import HostNetworkConfig
from ..specs.limits import DEFAULT_MTU
from ..specs.network_config import NetworkConfig
from ..specs.parse import parse
from ..specs.rwx_network import RwxNetwork
from ..specs.spec import Spec
from ..specs.storage_network import StorageNetwork
from ..specs.unknown import UNKNOWN, is_known
from ..specs.vm_migration_network import VmMigrationNetwork
from ..specs.vm_network import DEFAULT_NAMESPACE, OVERLAY, VmNetwork
from .preview import Properties
from .properties import UNKNOWN as UNKNOWN_TEXT

OfSetting = StorageNetwork | RwxNetwork | VmMigrationNetwork
Drawn = ClusterNetwork | NetworkConfig | VmNetwork | HostNetworkConfig | OfSetting
_SPECS: Mapping[str, tuple[type[Drawn], Resource]] = {
    "ClusterNetwork": (ClusterNetwork, CLUSTER_NETWORK),
    "NetworkConfig": (NetworkConfig, VLAN_CONFIG),
    "VmNetwork": (VmNetwork, NAD),
    "HostNetworkConfig": (HostNetworkConfig, HOST_NETWORK_CONFIG),
    "StorageNetwork": (StorageNetwork, SETTING),
    "RwxNetwork": (RwxNetwork, SETTING),
    "VmMigrationNetwork": (VmMigrationNetwork, SETTING),
}
SETTINGS: Mapping[str, NetworkSetting] = {
    "StorageNetwork": STORAGE,
    "RwxNetwork": RWX,
    "VmMigrationNetwork": MIGRATION,
}
"""The kinds of which a cluster has one each."""
KINDS = tuple(_SPECS)
"""The kinds that are drawn, in the order in which one needs the other."""
_NOT_DRAWN = frozenset(("labels", "annotations", "description", "route", "disruption"))
_NOT_DRAWN |= frozenset(("ips", "underlay", "allowManagementVlan"))
"""Properties that no picture shows, so that they may be whatever they are."""


def place_of(kind: str, inputs: Properties) -> tuple[Resource, str] | None:
    """Which object these inputs are about: its resource and key; None if they do not tell."""
    resource = _SPECS[kind][1]
    if resource is SETTING:
        return SETTING, SETTINGS[kind].name
    name, namespace = inputs.get("name"), inputs.get("namespace") or DEFAULT_NAMESPACE
    if not isinstance(name, str) or UNKNOWN_TEXT in (name, namespace):
        return None
    return resource, f"{namespace}/{name}" if resource is NAD else name


def spec_class(kind: str) -> type[Spec]:
    """The spec of a kind that is drawn."""
    return _SPECS[kind][0]


def spec_of(kind: str, inputs: Properties) -> Drawn | None:
    """The inputs as a spec, all of whose drawn properties are known; None if one is not."""
    given = {
        name: plain(value)
        for name, value in inputs.items()
        if name not in _NOT_DRAWN and not name.startswith("__")
    }
    spec, _ = parse(_SPECS[kind][0], given)
    return spec if _is_wholly_known(spec) else None


def plain(value: Any) -> Any:
    """A value of a preview as a spec takes it."""
    if value == UNKNOWN_TEXT:
        return UNKNOWN
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value


def _is_wholly_known(value: object) -> bool:
    if isinstance(value, Spec):
        return all(_is_wholly_known(getattr(value, name)) for name in type(value).model_fields)
    if isinstance(value, dict):
        return all(map(_is_wholly_known, value.values()))
    return all(map(_is_wholly_known, value)) if isinstance(value, list) else is_known(value)


def object_of(spec: Drawn, mtu: int, snapshot: Snapshot) -> Object:
    """The object as Harvester has it afterwards, with this MTU in bytes."""
    if isinstance(spec, ClusterNetwork):
        obj: Object = {"metadata": {"name": spec.name}}
        return with_mtu(obj, CLUSTER_NETWORK, mtu)
    if isinstance(spec, NetworkConfig):
        return with_mtu(_config(spec, snapshot), VLAN_CONFIG, mtu)
    if isinstance(spec, VmNetwork):
        return with_mtu(_nad(spec), NAD, mtu)
    if isinstance(spec, HostNetworkConfig):
        return _host_network(spec)
    return _setting(spec)


def _setting(spec: OfSetting) -> Object:
    value = spec.model_dump(by_alias=True, include={"cluster_network", "vlan", "range"})
    if isinstance(spec, RwxNetwork):
        shares = bool(spec.share_storage_network)
        own = {} if shares else {"network": value}
        value = {"share-storage-network": shares} | own
    return {"metadata": {"name": SETTINGS[spec.title].name}, "value": json.dumps(value)}


def _host_network(spec: HostNetworkConfig) -> Object:
    return {
        "metadata": {"name": spec.name},
        "spec": {
            "clusterNetwork": spec.cluster_network,
            "vlanID": spec.vlan,
            "mode": spec.mode,
            "nodeSelector": selector_object(spec.node_selector),
        },
    }


def _config(spec: NetworkConfig, snapshot: Snapshot) -> Object:
    nodes = list(_nodes(spec.node_selector or {}, snapshot))
    bond = spec.uplink.bond_options
    uplink: Object = {"nics": list(spec.uplink.nics)}
    if bond and bond.mode:
        uplink["bondOptions"] = {"mode": bond.mode}
    return {
        "metadata": {"name": spec.name, "annotations": {MATCHED_NODES: json.dumps(nodes)}},
        "spec": {
            "clusterNetwork": spec.cluster_network,
            "nodeSelector": spec.node_selector,
            "uplink": uplink,
        },
    }


def _nodes(selector: Mapping[str, str], snapshot: Snapshot) -> Iterator[str]:
    """The nodes that a selector matches; where no node is known, the selector in words."""
    if snapshot.of(NODE):
        yield from snapshot.matching(selector)
    elif selector:
        yield f"nodes with {', '.join(f'{k}={v}' for k, v in sorted(selector.items()))}"
    else:
        yield "all nodes"


def _nad(spec: VmNetwork) -> Object:
    vlans = spec.model_dump(by_alias=True, exclude_none=True, include={"vlan", "vlan_trunk"})
    config = {"type": "bridge", "bridge": f"{spec.cluster_network}{BRIDGE}"} | vlans
    namespace = spec.namespace or DEFAULT_NAMESPACE
    if spec.type == OVERLAY:
        config = {"type": KUBE_OVN, "provider": own_provider(namespace, spec.name)}
    return {
        "metadata": {"name": spec.name, "namespace": namespace},
        "spec": {"config": json.dumps(config)},
    }


def with_mtu(obj: Object, resource: Resource, mtu: int) -> Object:
    """A cluster network, network config or VM network with another MTU in bytes."""
    if resource is CLUSTER_NETWORK:
        notes = annotations_of(obj) | {UPLINK_MTU: str(mtu)}
        return obj | {"metadata": obj["metadata"] | {"annotations": notes}}
    if resource is VLAN_CONFIG:
        uplink = obj["spec"]["uplink"]
        link = (uplink.get("linkAttributes") or {}) | {"mtu": mtu}
        return obj | {"spec": obj["spec"] | {"uplink": uplink | {"linkAttributes": link}}}
    return obj | {"spec": {"config": json.dumps(cni_config(obj) | {"mtu": mtu})}}


def mtu_given(spec: Drawn) -> int | None:
    """The MTU in bytes that a resource decides or repeats; None if it leaves it alone."""
    if isinstance(spec, ClusterNetwork):
        return spec.decided_mtu
    if isinstance(spec, OfSetting | HostNetworkConfig) or spec.mtu is None:
        return None
    return spec.mtu or DEFAULT_MTU
