"""VmNetwork on the server: a NetworkAttachmentDefinition, whose CNI config is a text of JSON
(H1.6).
"""

from __future__ import annotations

import json
from typing import Any

from ..change.goals import AnyGoal
from ..change.goals.vm_network import VmNetworkGoal
from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VM,
    VMI,
    Object,
    annotations_of,
    key_of,
    labels_of,
    split_key,
)
from ..harvester import blockers
from ..harvester.blockers import Blocker
from ..harvester.cni import cni_config
from ..harvester.mtus import nad_mtu, uplink_mtu
from ..harvester.names import CLUSTER_NETWORK_LABEL, ROUTE
from ..specs import vm_network as specs
from ..specs.limits import mtu_or_default
from ..specs.spec import Problem
from ..specs.unknown import is_known
from .call import Call
from .changes import is_disruptive
from .desired_state import DesiredState
from .differences import Properties, same
from .failures import Refused
from .mtu import FollowsMtu, disagreement
from .owned import metadata

ROUTE_FIELDS = ("mode", "cidr", "gateway", "serverIPAddr")
"""The keys of the route that are ours; the others are the controller's findings (H1.6)."""


class VmNetwork(FollowsMtu):
    """Life cycle of VM networks."""

    token = "harvester-net:index:VmNetwork"
    spec = specs.VmNetwork
    outputs = specs.VmNetworkOutputs
    resource = NAD
    seconds_to_change = 3600
    blocking = (VM, VMI)

    def key(self, inputs: Properties) -> str | None:
        name = inputs.get("name")
        namespace = inputs.get("namespace") or specs.DEFAULT_NAMESPACE
        return f"{namespace}/{name}" if is_known(name) and is_known(namespace) else None

    def canonical(self, key: str) -> str:
        return "/".join(split_key(key, specs.DEFAULT_NAMESPACE))

    def check_in_plan(
        self, desired: specs.VmNetwork, desired_state: DesiredState
    ) -> list[Problem]:
        return disagreement(desired.mtu, desired.cluster_network, desired_state)

    def needs_check_at_apply(self, desired: specs.VmNetwork) -> bool:
        return desired.vlan_trunk is not None

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

    async def mtu(self, desired: specs.VmNetwork, live: Object | None, call: Call) -> int:
        return 0  # The server gives it (H3.3).

    def patch(self, desired: specs.VmNetwork, live: Object, mtu: int) -> Object:
        patch: Object = {}
        config = cni_config(live)
        if (changed := with_vlans(config, desired)) != config:
            patch["spec"] = {"config": json.dumps(changed, separators=(",", ":"))}
        if (route := _route_change(desired, live)) is not None:
            patch["metadata"] = {"annotations": route}
        return patch

    def seen(self, live: Object, call: Call) -> Properties:
        config = cni_config(live)
        namespace, name = split_key(key_of(live))
        return {
            "name": name,
            "namespace": namespace,
            "labels": labels_of(live),
            "annotations": annotations_of(live),
            "clusterNetwork": str(config.get("bridge", "")).removesuffix("-br"),
            "route": _route_seen(live),
            "mtu": nad_mtu(live),
        } | vlans_seen(config)

    def inputs_of(self, live: Object, mine: Properties, call: Call) -> Properties:
        """`type` says something new only where the VLANs do not say it already."""
        inputs = super().inputs_of(live, mine, call)
        if "type" not in mine and inputs.get("type") != "UntaggedNetwork":
            inputs.pop("type", None)
        return inputs

    async def change_goal(
        self, desired: specs.VmNetwork, live: Object, call: Call
    ) -> AnyGoal | None:
        patch = await self.changes(desired, live, call)
        goal = VmNetworkGoal(key=key_of(live), patch=patch)
        return goal if "spec" in patch and await is_disruptive(goal, None, call) else None

    async def finish(self, desired: specs.VmNetwork, live: Object, call: Call) -> Object:
        """The server gives the network its MTU; it must become the one that was asked for."""
        wanted = mtu_or_default(desired.mtu)
        if desired.mtu is None or nad_mtu(live) == wanted:
            return live
        network = await call.cluster.get(
            CLUSTER_NETWORK, desired.cluster_network, call.deadline
        )
        decided = uplink_mtu(network) if network is not None else nad_mtu(live)
        if decided != wanted:
            raise Refused(
                f"the server gave it MTU {nad_mtu(live)}, not {wanted}: cluster network "
                f"{desired.cluster_network} has {decided}; set mtu={wanted} there"
            )
        key = key_of(live)
        call.tell(f"waiting for Harvester to give it MTU {wanted}")

        def follows() -> Object | None:
            seen = call.cluster.cached(NAD).get(key)
            return seen if seen is not None and nad_mtu(seen) == wanted else None

        return await call.cluster.wait_for((NAD,), follows, call.deadline)

    def blockers(self, live: Object, call: Call) -> list[Blocker]:
        return blockers.of_vm_network(
            key_of(live),
            call.cluster.cached(VM).values(),
            call.cluster.cached(VMI).values(),
        )


def new_cni_config(desired: specs.VmNetwork) -> dict[str, Any]:
    """The CNI config of a new VM network, without the MTU, which the server adds (H3.3)."""
    return with_vlans(
        {
            "cniVersion": "0.3.1",
            "name": desired.name,
            "type": "bridge",
            "bridge": f"{desired.cluster_network}-br",
            "promiscMode": True,
            "ipam": {},
        },
        desired,
    )


def with_vlans(config: dict[str, Any], desired: specs.VmNetwork) -> dict[str, Any]:
    """A CNI config with the VLANs of the wish and everything else as it was.

    The same object if it means the same already: a rebuilt text would be a change to the
    server.
    """
    wanted = desired.model_dump(
        by_alias=True, exclude_none=True, include={"vlan", "vlan_trunk"}
    )
    seen = vlans_seen(config)
    meaning = specs.trunk_meaning
    if seen.get("vlan") == wanted.get("vlan") and meaning(seen.get("vlanTrunk")) == meaning(
        wanted.get("vlanTrunk")
    ):
        return config
    kept = {key: value for key, value in config.items() if key not in ("vlan", "vlanTrunk")}
    if "vlanTrunk" in wanted:
        return kept | {"vlan": 0, "vlanTrunk": wanted["vlanTrunk"]}
    return kept | ({"vlan": wanted["vlan"]} if "vlan" in wanted else {})


def vlans_seen(config: dict[str, Any]) -> Properties:
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


def _route_seen(nad: Object) -> Properties | None:
    route = _route_on_server(nad)
    if not route.get("mode"):
        return None
    # What `auto` found out is no wish of anybody.
    fields = ROUTE_FIELDS if route["mode"] == "manual" else ("mode", "serverIPAddr")
    return {field: route[field] for field in fields if route.get(field)}


def _desired_route(route: specs.Route) -> Properties:
    return route.model_dump(by_alias=True, exclude_none=True)


def _route_change(desired: specs.VmNetwork, live: Object) -> dict[str, str | None] | None:
    """The annotation to write, with the controller's own keys kept; None if nothing
    changes.
    """
    if desired.route is None:
        return {ROUTE: None} if _route_seen(live) else None
    wanted, on_server = _desired_route(desired.route), _route_on_server(live)
    if same(specs.VmNetwork, "route", wanted, _route_seen(live)):
        return None
    fields = {field: wanted.get(field, "") for field in ROUTE_FIELDS}
    return {ROUTE: json.dumps(on_server | fields)}
