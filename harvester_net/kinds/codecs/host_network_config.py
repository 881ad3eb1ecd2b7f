"""A host network config: a HostNetworkConfig (B1.1)."""

from __future__ import annotations

from ...cluster.merge_patch import difference
from ...cluster.resources import HOST_NETWORK_CONFIG, Object, annotations_of, key_of, labels_of
from ...harvester.host_networks import (
    MANAGEMENT_ALLOWED,
    is_management_allowed,
    selector_object,
)
from ...specs import host_network_config as specs
from ...specs.unknown import is_known
from ..differences import Properties
from .codec import Codec, merged, metadata


class HostNetworkConfigCodec(Codec[specs.HostNetworkConfig]):
    """Between inputs and object."""

    resource = HOST_NETWORK_CONFIG

    def key(self, inputs: Properties) -> str | None:
        name = inputs.get("name")
        return str(name) if is_known(name) else None

    def manifest(self, desired: specs.HostNetworkConfig, mtu: int) -> Object:
        made = {
            "apiVersion": HOST_NETWORK_CONFIG.api,
            "kind": HOST_NETWORK_CONFIG.kind,
            "metadata": metadata(desired),
            "spec": _spec(desired),
        }
        return merged(made, _allowed(desired)) if desired.allow_management_vlan else made

    def patch(self, desired: specs.HostNetworkConfig, live: Object, mtu: int) -> Object:
        wanted, there = _spec(desired), live["spec"]
        # Fields of newer servers stay, and so does what says nothing in either spelling.
        changed = difference({name: there[name] for name in _OURS if there.get(name)}, wanted)
        patch: Object = {"spec": changed} if changed else {}
        if is_management_allowed(live) != bool(desired.allow_management_vlan):
            patch = merged(patch, _allowed(desired))
        return patch

    def observed_inputs(self, live: Object) -> Properties:
        spec = live["spec"]
        return {
            "name": key_of(live),
            "labels": labels_of(live),
            "annotations": annotations_of(live),
            "clusterNetwork": spec["clusterNetwork"],
            "vlan": spec["vlanID"],
            "mode": spec["mode"],
            "ips": spec.get("ips") or None,
            "nodeSelector": _observed_selector(spec.get("nodeSelector") or {}),
            "description": spec.get("description"),
            "underlay": spec.get("underlay"),
            "allowManagementVlan": is_management_allowed(live) or None,
        }


_OURS = ("description", "clusterNetwork", "vlanID", "mode", "ips", "nodeSelector", "underlay")


def _spec(desired: specs.HostNetworkConfig) -> Object:
    given: Object = {
        "clusterNetwork": desired.cluster_network,
        "vlanID": desired.vlan,
        "mode": desired.mode,
        "ips": dict(desired.ips or {}),
        "nodeSelector": selector_object(desired.node_selector),
        "description": desired.description,
        "underlay": desired.underlay,
    }
    return {name: value for name, value in given.items() if value}


def _observed_selector(selector: Object) -> Properties | None:
    expressions = [
        {"key": one["key"], "operator": one["operator"]}
        | ({"labelValues": one["values"]} if one.get("values") else {})
        for one in selector.get("matchExpressions") or ()
    ]
    found = {"matchLabels": selector.get("matchLabels"), "matchExpressions": expressions}
    return {name: value for name, value in found.items() if value} or None


def _allowed(desired: specs.HostNetworkConfig) -> Object:
    note = "true" if desired.allow_management_vlan else None
    return {"metadata": {"annotations": {MANAGEMENT_ALLOWED: note}}}
