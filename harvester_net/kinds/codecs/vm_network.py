"""A VM network: a NetworkAttachmentDefinition, whose CNI config is a text of JSON (H1.6)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ...cluster.resources import NAD, Object, annotations_of, key_of, labels_of, split_key
from ...harvester import cni, gojson
from ...harvester.cni import cni_config, network_of_bridge, readable_conf
from ...harvester.json_texts import json_object
from ...harvester.mtus import nad_mtu
from ...harvester.names import BRIDGE, CLUSTER_NETWORK_LABEL, ROUTE
from ...harvester.vm_networks import is_of_a_setting
from ...specs import vm_network as specs
from ...specs.limits import MGMT
from ...specs.unknown import is_known
from ..differences import Properties, same
from .codec import Codec, metadata

ROUTE_FIELDS = ("mode", "cidr", "gateway", "serverIPAddr")
"""The keys of the route that are ours; the others are the controller's findings (H1.6)."""


class VmNetworkCodec(Codec[specs.VmNetwork]):
    """Between inputs and object."""

    resource = NAD

    def key(self, inputs: Properties) -> str | None:
        name = inputs.get("name")
        namespace = inputs.get("namespace") or specs.DEFAULT_NAMESPACE
        return f"{namespace}/{name}" if is_known(name) and is_known(namespace) else None

    def canonical(self, key: str) -> str:
        return "/".join(split_key(key, specs.DEFAULT_NAMESPACE))

    def manifest(self, desired: specs.VmNetwork, mtu: int) -> Object:
        own = metadata(desired, namespace=desired.namespace or specs.DEFAULT_NAMESPACE)
        # Without this label the webhook takes the MTU for 1500 and refuses others; the other
        # labels are the controller's, and setting `type` stops it on 1.6 (H2, H3.4).
        own["labels"] = own.get("labels", {}) | {
            CLUSTER_NETWORK_LABEL: desired.cluster_network
        }
        if desired.route is not None:
            route = dict.fromkeys(ROUTE_FIELDS, "") | _desired_route(desired.route)
            own["annotations"] = own.get("annotations", {}) | {ROUTE: json.dumps(route)}
        return {
            "apiVersion": NAD.api,
            "kind": NAD.kind,
            "metadata": own,
            "spec": {"config": json.dumps(new_cni_config(desired), separators=(",", ":"))},
        }

    def patch(self, desired: specs.VmNetwork, live: Object, mtu: int) -> Object:
        patch: Object = {}
        if not has_vlans(readable_conf(live), desired):
            changed = with_vlans(cni_config(live), desired)
            patch["spec"] = {"config": json.dumps(changed, separators=(",", ":"))}
        if (route := _route_change(desired, live)) is not None:
            patch["metadata"] = {"annotations": route}
        return patch

    def foreign(self, live: Object, mine: Properties | None = None) -> str | None:
        if is_of_a_setting(live):
            return "the network of a Setting"
        # The type of a config stays for good (H3.4): this one is another object.
        if (what := cni.foreign(live)) or not mine:
            return what
        overlay = cni.is_overlay(live)
        if (mine.get("type") == specs.OVERLAY) == overlay:
            return None
        return cni.OVERLAY if overlay else cni.BRIDGED

    def observed_inputs(self, live: Object) -> Properties:
        conf = readable_conf(live)
        namespace, name = split_key(key_of(live))
        return {
            "name": name,
            "namespace": namespace,
            "labels": labels_of(live),
            "annotations": annotations_of(live),
            "route": _observed_route(live),
        } | (_OF_OVERLAY if cni.is_overlay(live) else _on_bridge(live, conf))


# What carries an overlay is kube-ovn's to say, and so is its MTU; the label follows (H3.3).
_OF_OVERLAY: Properties = {"type": specs.OVERLAY, "clusterNetwork": MGMT, "mtu": None}


def _on_bridge(live: Object, conf: dict[str, Any]) -> Properties:
    network = network_of_bridge(conf.get("bridge", "")) or ""
    return {"clusterNetwork": network, "mtu": nad_mtu(live)} | observed_vlans(conf)


def new_cni_config(desired: specs.VmNetwork) -> dict[str, Any]:
    """The CNI config of a new VM network, without the MTU, which the server adds (H3.3)."""
    if desired.type == specs.OVERLAY:
        namespace = desired.namespace or specs.DEFAULT_NAMESPACE
        return {
            "cniVersion": "0.3.1",
            "name": desired.name,
            "type": cni.KUBE_OVN,
            "server_socket": "/run/openvswitch/kube-ovn-daemon.sock",
            "provider": cni.own_provider(namespace, desired.name),
        }
    return with_vlans(
        {
            "cniVersion": "0.3.1",
            "name": desired.name,
            "type": "bridge",
            "bridge": f"{desired.cluster_network}{BRIDGE}",
            "promiscMode": True,
            "ipam": {},
        },
        desired,
    )


def with_vlans(config: dict[str, Any], desired: specs.VmNetwork) -> dict[str, Any]:
    """A CNI config with the desired VLANs and everything else as it was."""
    wanted = _desired_vlans(desired)
    kept = _without_keys(config, ("vlan", "vlanTrunk"))
    if "vlanTrunk" in wanted:
        return kept | {"vlan": 0, "vlanTrunk": wanted["vlanTrunk"]}
    return kept | ({"vlan": wanted["vlan"]} if "vlan" in wanted else {})


def has_vlans(conf: dict[str, Any], desired: specs.VmNetwork) -> bool:
    """Whether a decoded CNI config has the desired VLANs already, however it spells them: a
    rebuilt text would be a change to the server.
    """
    seen, wanted = observed_vlans(conf), _desired_vlans(desired)
    return all(
        same(specs.VmNetwork, name, seen.get(name), wanted.get(name))
        for name in ("vlan", "vlanTrunk")
    )


def observed_vlans(conf: dict[str, Any]) -> Properties:
    """Type and VLANs as the decoded CNI config says; the labels lag behind it (H2)."""
    if conf.get("vlanTrunk"):
        return {"type": "L2VlanTrunkNetwork", "vlanTrunk": list(_trunk(conf["vlanTrunk"]))}
    if vlan := conf.get("vlan"):
        return {"type": "L2VlanNetwork", "vlan": vlan}
    return {"type": "UntaggedNetwork"}


def _trunk(items: list[dict[str, int | None] | None]) -> Iterator[Properties]:
    """The VLANs of a trunk as a program says them; on the server one item may be both."""
    for item in filter(None, items):
        numbers = {key: number for key, number in item.items() if number is not None}
        if "id" in numbers:
            yield {"id": numbers.pop("id")}
        if numbers:
            yield numbers


def _desired_vlans(desired: specs.VmNetwork) -> Properties:
    return desired.model_dump(by_alias=True, exclude_none=True, include={"vlan", "vlan_trunk"})


def _without_keys(found: dict[str, Any], ours: Iterable[str]) -> dict[str, Any]:
    """The keys that are not ours in any case, as the server reads them."""
    folded = {key.casefold() for key in ours}
    return {key: value for key, value in found.items() if key.casefold() not in folded}


def _route_text(nad: Object) -> str:
    return str(annotations_of(nad).get(ROUTE) or "")


def _decoded_route(nad: Object) -> dict[str, Any]:
    try:
        route: dict[str, Any] = gojson.decode(_route_text(nad) or "{}", cni.ROUTE)
    except gojson.Undecodable:
        return {}
    return route


def _observed_route(nad: Object) -> Properties | None:
    # Harvester's own pages write one on every network; it means something on a VLAN only.
    route = _decoded_route(nad) if "vlan" in observed_vlans(readable_conf(nad)) else {}
    if not route.get("mode"):
        return None
    # What `auto` found out is not desired by anybody.
    fields = ROUTE_FIELDS if route["mode"] == "manual" else ("mode", "serverIPAddr")
    return {field: route[field] for field in fields if route.get(field)}


def _desired_route(route: specs.Route) -> Properties:
    return route.model_dump(by_alias=True, exclude_none=True)


def _route_change(desired: specs.VmNetwork, live: Object) -> dict[str, str | None] | None:
    """The annotation to write, with the controller's own keys kept; None if nothing
    changes.
    """
    if desired.route is None:
        # Of a network that becomes a VLAN the route begins to mean something.
        told = _decoded_route(live).get("mode") if desired.vlan else _observed_route(live)
        return {ROUTE: None} if told else None
    wanted = _desired_route(desired.route)
    if same(specs.VmNetwork, "route", wanted, _observed_route(live)):
        return None
    fields = {field: wanted.get(field, "") for field in ROUTE_FIELDS}
    theirs = _without_keys(json_object(_route_text(live)), ROUTE_FIELDS)
    return {ROUTE: json.dumps(theirs | fields)}
