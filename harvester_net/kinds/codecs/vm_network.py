"""A VM network: a NetworkAttachmentDefinition, whose CNI config is a text of JSON (H1.6)."""

from __future__ import annotations

import json
from typing import Any

from ...cluster.resources import NAD, Object, annotations_of, key_of, labels_of, split_key
from ...harvester.cni import cni_config
from ...harvester.mtus import nad_mtu
from ...harvester.names import BRIDGE, CLUSTER_NETWORK_LABEL, ROUTE
from ...specs import vm_network as specs
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
        config = cni_config(live)
        if (changed := with_vlans(config, desired)) != config:
            patch["spec"] = {"config": json.dumps(changed, separators=(",", ":"))}
        if (route := _route_change(desired, live)) is not None:
            patch["metadata"] = {"annotations": route}
        return patch

    def observed_inputs(self, live: Object) -> Properties:
        config = cni_config(live)
        namespace, name = split_key(key_of(live))
        return {
            "name": name,
            "namespace": namespace,
            "labels": labels_of(live),
            "annotations": annotations_of(live),
            "clusterNetwork": str(config.get("bridge", "")).removesuffix(BRIDGE),
            "route": _observed_route(live),
            "mtu": nad_mtu(live),
        } | observed_vlans(config)


def new_cni_config(desired: specs.VmNetwork) -> dict[str, Any]:
    """The CNI config of a new VM network, without the MTU, which the server adds (H3.3)."""
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
    """A CNI config with the desired VLANs and everything else as it was.

    The same object if it means the same already: a rebuilt text would be a change to the
    server.
    """
    wanted = desired.model_dump(
        by_alias=True, exclude_none=True, include={"vlan", "vlan_trunk"}
    )
    seen = observed_vlans(config)
    meaning = specs.trunk_meaning
    if seen.get("vlan") == wanted.get("vlan") and meaning(seen.get("vlanTrunk")) == meaning(
        wanted.get("vlanTrunk")
    ):
        return config
    kept = {key: value for key, value in config.items() if key not in ("vlan", "vlanTrunk")}
    if "vlanTrunk" in wanted:
        return kept | {"vlan": 0, "vlanTrunk": wanted["vlanTrunk"]}
    return kept | ({"vlan": wanted["vlan"]} if "vlan" in wanted else {})


def observed_vlans(config: dict[str, Any]) -> Properties:
    """Type and VLANs as the CNI config says; the labels lag behind it (H2)."""
    if trunk := config.get("vlanTrunk"):
        return {"type": "L2VlanTrunkNetwork", "vlanTrunk": trunk}
    if vlan := config.get("vlan"):
        return {"type": "L2VlanNetwork", "vlan": vlan}
    return {"type": "UntaggedNetwork"}


def _route_on_server(nad: Object) -> dict[str, Any]:
    try:
        route = json.loads(annotations_of(nad).get(ROUTE) or "{}")
    except ValueError:
        return {}
    return route if isinstance(route, dict) else {}


def _observed_route(nad: Object) -> Properties | None:
    route = _route_on_server(nad)
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
        return {ROUTE: None} if _observed_route(live) else None
    wanted, on_server = _desired_route(desired.route), _route_on_server(live)
    if same(specs.VmNetwork, "route", wanted, _observed_route(live)):
        return None
    fields = {field: wanted.get(field, "") for field in ROUTE_FIELDS}
    return {ROUTE: json.dumps(on_server | fields)}
