"""The arguments of TenantNetworks: a VM network, and what all of them have."""

from __future__ import annotations

import pulumi

from ..program.enums import AnyVmNetworkType
from ..program.registration import TextMap
from ..program.route import RouteArgs
from ..program.vm_network import Trunk


@pulumi.input_type
class TenantNetworkArgs:
    """A VM network of a team."""

    name: pulumi.Input[str] | None = pulumi.property("name")
    type: pulumi.Input[AnyVmNetworkType] | None = pulumi.property("type")
    vlan: pulumi.Input[int] | None = pulumi.property("vlan")
    vlan_trunk: Trunk | None = pulumi.property("vlanTrunk")
    route: pulumi.Input[pulumi.InputType[RouteArgs]] | None = pulumi.property("route")
    labels: TextMap | None = pulumi.property("labels")
    annotations: TextMap | None = pulumi.property("annotations")

    def __init__(
        self,
        *,
        name: pulumi.Input[str] | None = None,
        type: pulumi.Input[AnyVmNetworkType] | None = None,  # noqa: A002 - its own name
        vlan: pulumi.Input[int] | None = None,
        vlan_trunk: Trunk | None = None,
        route: pulumi.Input[pulumi.InputType[RouteArgs]] | None = None,
        labels: TextMap | None = None,
        annotations: TextMap | None = None,
    ) -> None:
        """A VM network of a team.

        Args:
            name: Name of the VM network. Defaults to its key in the map.
            type: `L2VlanNetwork` (the default with `vlan`) or `L2VlanTrunkNetwork` (the
                default with `vlan_trunk`). Untagged traffic is in no VLAN, so a team gets
                none.
            vlan: VLAN ID, one of those that the team may use.
            vlan_trunk: The VLANs of a trunk, which the team may use. Needs Harvester 1.7.
            route: Where the VLAN's gateway is. Defaults to that of all networks.
            labels: Labels of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            annotations: Annotations of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
        """
        self.name = name
        self.type = type
        self.vlan = vlan
        self.vlan_trunk = vlan_trunk
        self.route = route
        self.labels = labels
        self.annotations = annotations


@pulumi.input_type
class TenantDefaultsArgs:
    """What all VM networks of a team have, unless they say otherwise."""

    route: pulumi.Input[pulumi.InputType[RouteArgs]] | None = pulumi.property("route")
    labels: TextMap | None = pulumi.property("labels")
    annotations: TextMap | None = pulumi.property("annotations")

    def __init__(
        self,
        *,
        route: pulumi.Input[pulumi.InputType[RouteArgs]] | None = None,
        labels: TextMap | None = None,
        annotations: TextMap | None = None,
    ) -> None:
        """What all VM networks of a team have, unless they say otherwise.

        Args:
            route: Where the gateway is, for each network with one VLAN. A network's own takes
                its place as a whole.
            labels: Labels of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            annotations: Annotations of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
        """
        self.route = route
        self.labels = labels
        self.annotations = annotations
