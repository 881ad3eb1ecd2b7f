"""VmNetworks: many VM networks of one cluster network, one for each VLAN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from .cluster_network import ClusterNetwork, name_of
from .disruption import Disruption, DisruptionArgs
from .registration import TextMap, existing, filled, options, token
from .route import Route, RouteArgs

TOKEN = token("VmNetworks")

Vlans = pulumi.Input[Sequence[pulumi.Input[int | str]]]
Routes = pulumi.Input[Mapping[str, pulumi.Input[pulumi.InputType[RouteArgs]]]]


@pulumi.input_type
class _Properties:
    # Any lets wrong values pass to the plugin, which has better words for them than the SDK.
    name_pattern: Any = pulumi.property("namePattern")
    namespace: Any = pulumi.property("namespace")
    cluster_network: Any = pulumi.property("clusterNetwork")
    vlans: Any = pulumi.property("vlans")
    routes: Routes = pulumi.property("routes")
    adopt: Any = pulumi.property("adopt")
    labels: Any = pulumi.property("labels")
    annotations: Any = pulumi.property("annotations")
    disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] = pulumi.property("disruption")
    networks: Any = pulumi.property("networks")


@pulumi.type_token(TOKEN)
class VmNetworks(pulumi.CustomResource):
    """Many VM networks of one cluster network: one for each VLAN of a list, all alike.

    They are made, changed and deleted together, 32 at a time; what stands against one of them
    does not hold the others up. Each is a NetworkAttachmentDefinition on the server, as that
    of a VmNetwork.
    """

    name_pattern: pulumi.Output[str | None] = pulumi.property("namePattern")
    namespace: pulumi.Output[str | None] = pulumi.property("namespace")
    cluster_network: pulumi.Output[str] = pulumi.property("clusterNetwork")
    vlans: pulumi.Output[list[int | str]] = pulumi.property("vlans")
    routes: pulumi.Output[dict[str, Route] | None] = pulumi.property("routes")
    adopt: pulumi.Output[bool | None] = pulumi.property("adopt")
    labels: pulumi.Output[dict[str, str] | None] = pulumi.property("labels")
    annotations: pulumi.Output[dict[str, str] | None] = pulumi.property("annotations")
    disruption: pulumi.Output[Disruption | None] = pulumi.property("disruption")
    networks: pulumi.Output[dict[str, str]] = pulumi.property("networks")
    """The VM networks, `namespace/name`, by their VLANs."""

    def __init__(
        self,
        resource_name: str,
        *,
        cluster_network: ClusterNetwork | pulumi.Input[str],
        vlans: Vlans,
        name_pattern: pulumi.Input[str] | None = None,
        namespace: pulumi.Input[str] | None = None,
        routes: Routes | None = None,
        adopt: pulumi.Input[bool] | None = None,
        labels: TextMap | None = None,
        annotations: TextMap | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Many VM networks.

        Args:
            resource_name: Name of the resource in the program.
            cluster_network: Name of the cluster network that carries them; `mgmt` is allowed.
                Or the ClusterNetwork object.
            vlans: The VLANs, each of which gets a VM network: numbers, and ranges such as
                `100-199`.
            name_pattern: Name of each VM network; `{vlan}` in it stands for its VLAN. Defaults
                to `vlan{vlan}`.
            namespace: Namespace of the VM networks. Defaults to `default`.
            routes: Where the gateways are: by VLANs such as `100` or `100-199`, the route of
                their networks. A VLAN in none of them has no route.
            adopt: Whether networks that exist already are taken over: those that nobody
                manages with Pulumi, and those of other resources of this stack, which leave
                them alone from then on. Without it they are refused.
            labels: Labels of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            annotations: Annotations of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            disruption: What this resource may interrupt to make its change.
            opts: Options of every Pulumi resource.
        """
        properties = filled(
            _Properties,
            name_pattern=name_pattern,
            namespace=namespace,
            cluster_network=name_of(cluster_network),
            vlans=vlans,
            routes=routes,
            adopt=adopt,
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
    ) -> VmNetworks:
        """All VM networks of an id, `namespace/cluster network/pattern`, as they are on the
        server.
        """
        return existing(VmNetworks, _Properties, TOKEN, resource_name, id, opts)
