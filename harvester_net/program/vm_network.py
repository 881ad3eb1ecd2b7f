"""VmNetwork: a VLAN, a trunk or untagged traffic of a cluster network, or an overlay network,
for VMs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from .cluster_network import ClusterNetwork, mtu_on, name_of
from .disruption import Disruption, DisruptionArgs
from .enums import AnyVmNetworkType, VmNetworkType
from .registration import TextMap, existing, filled, options, token
from .route import Route, RouteArgs
from .vlan_range import VlanRange, VlanRangeArgs

TOKEN = token("VmNetwork")

Trunk = pulumi.Input[Sequence[pulumi.Input[pulumi.InputType[VlanRangeArgs]]]]


@pulumi.input_type
class _Properties:
    # Any lets wrong values pass to the plugin, which has better words for them than the SDK.
    name: Any = pulumi.property("name")
    namespace: Any = pulumi.property("namespace")
    cluster_network: Any = pulumi.property("clusterNetwork")
    type: Any = pulumi.property("type")
    vlan: Any = pulumi.property("vlan")
    vlan_trunk: Trunk = pulumi.property("vlanTrunk")
    route: pulumi.Input[pulumi.InputType[RouteArgs]] = pulumi.property("route")
    mtu: Any = pulumi.property("mtu")
    labels: Any = pulumi.property("labels")
    annotations: Any = pulumi.property("annotations")
    disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] = pulumi.property("disruption")
    uid: Any = pulumi.property("uid")
    plan: Any = pulumi.property("plan")
    affected_vms: Any = pulumi.property("affectedVms")


@pulumi.type_token(TOKEN)
class VmNetwork(pulumi.CustomResource):
    """A VM network of Harvester: VMs that attach to it get a VLAN, a trunk, untagged traffic
    or an overlay network.

    On the server it is a NetworkAttachmentDefinition.
    """

    name: pulumi.Output[str] = pulumi.property("name")
    namespace: pulumi.Output[str | None] = pulumi.property("namespace")
    cluster_network: pulumi.Output[str] = pulumi.property("clusterNetwork")
    type: pulumi.Output[str | None] = pulumi.property("type")
    vlan: pulumi.Output[int | None] = pulumi.property("vlan")
    vlan_trunk: pulumi.Output[list[VlanRange] | None] = pulumi.property("vlanTrunk")
    route: pulumi.Output[Route | None] = pulumi.property("route")
    mtu: pulumi.Output[int | None] = pulumi.property("mtu")
    labels: pulumi.Output[dict[str, str] | None] = pulumi.property("labels")
    annotations: pulumi.Output[dict[str, str] | None] = pulumi.property("annotations")
    disruption: pulumi.Output[Disruption | None] = pulumi.property("disruption")
    uid: pulumi.Output[str] = pulumi.property("uid")
    """UID of the object on the server."""
    plan: pulumi.Output[list[str] | None] = pulumi.property("plan")
    """The steps of the ordered change that this update needs. Only in a preview."""
    affected_vms: pulumi.Output[list[str] | None] = pulumi.property("affectedVms")
    """The VMs (`namespace/name`) that this update would stop. Only in a preview."""

    def __init__(
        self,
        resource_name: str,
        *,
        cluster_network: ClusterNetwork | pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        namespace: pulumi.Input[str] | None = None,
        type: pulumi.Input[AnyVmNetworkType] | None = None,  # noqa: A002 - its own name
        vlan: pulumi.Input[int] | None = None,
        vlan_trunk: Trunk | None = None,
        route: pulumi.Input[pulumi.InputType[RouteArgs]] | None = None,
        mtu: pulumi.Input[int] | None = None,
        labels: TextMap | None = None,
        annotations: TextMap | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """A VM network.

        Args:
            resource_name: Name of the resource in the program.
            cluster_network: Name of the cluster network that carries it; `mgmt` is allowed. Or
                the ClusterNetwork object.
            name: Name of the VM network. Defaults to the resource's name.
            namespace: Namespace of the VM network. Defaults to `default`.
            type: `L2VlanNetwork` (the default with `vlan`), `L2VlanTrunkNetwork` (the default
                with `vlan_trunk`), `UntaggedNetwork` or `OverlayNetwork`, which must be asked
                for by name. `OverlayNetwork` needs Harvester 1.6 with kube-ovn, is on `mgmt`,
                and becomes another type only by replacement.
            vlan: VLAN ID, 1 to 4094.
            vlan_trunk: The VLANs of a trunk. Needs Harvester 1.7.
            route: Where the VLAN's gateway is.
            mtu: MTU in bytes; it must be the cluster network's, which is the default. Filled
                in when the program gives the ClusterNetwork object instead of its name.
            labels: Labels of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            annotations: Annotations of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            disruption: What this resource may interrupt to make its change.
            opts: Options of every Pulumi resource.
        """
        properties = filled(
            _Properties,
            name=name,
            namespace=namespace,
            cluster_network=name_of(cluster_network),
            type=type,
            vlan=vlan,
            vlan_trunk=vlan_trunk,
            route=route,
            mtu=mtu if type == VmNetworkType.OVERLAY_NETWORK else mtu_on(cluster_network, mtu),
            labels=labels,
            annotations=annotations,
            disruption=disruption,
        )
        super().__init__(TOKEN, resource_name, properties, options(opts))

    @staticmethod
    def get(
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - Pulumi's own word
        opts: pulumi.ResourceOptions | None = None,
    ) -> VmNetwork:
        """The VM network with an id, which is `namespace/name`, as it is on the server."""
        return existing(VmNetwork, _Properties, TOKEN, resource_name, id, opts)
