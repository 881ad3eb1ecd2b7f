"""HostNetworkConfig: a device of the nodes themselves in a VLAN of a cluster network."""

from __future__ import annotations

from typing import Any

import pulumi

from .cluster_network import ClusterNetwork, name_of
from .disruption import Disruption, DisruptionArgs
from .enums import AnyHostMode
from .node_selector import NodeSelector, NodeSelectorArgs
from .registration import TextMap, existing, filled, options, token

TOKEN = token("HostNetworkConfig")


@pulumi.output_type
class HostDevice(dict[str, Any]):
    """What was seen of the device of one node."""

    node: str = pulumi.property("node")
    """Name of the node."""
    address: str | None = pulumi.property("address")
    """Its IPv4 address; absent if it has none."""
    mtu: int | None = pulumi.property("mtu")
    """MTU in bytes; absent if there is no device."""


@pulumi.input_type
class _Properties:
    # Any lets wrong values pass to the plugin, which has better words for them than the SDK.
    name: Any = pulumi.property("name")
    cluster_network: Any = pulumi.property("clusterNetwork")
    vlan: Any = pulumi.property("vlan")
    mode: Any = pulumi.property("mode")
    ips: Any = pulumi.property("ips")
    node_selector: pulumi.Input[pulumi.InputType[NodeSelectorArgs]] = pulumi.property(
        "nodeSelector"
    )
    description: Any = pulumi.property("description")
    underlay: Any = pulumi.property("underlay")
    allow_management_vlan: Any = pulumi.property("allowManagementVlan")
    labels: Any = pulumi.property("labels")
    annotations: Any = pulumi.property("annotations")
    disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] = pulumi.property("disruption")
    uid: Any = pulumi.property("uid")
    selected_nodes: Any = pulumi.property("selectedNodes")
    ready_nodes: Any = pulumi.property("readyNodes")
    devices: Any = pulumi.property("devices")


@pulumi.type_token(TOKEN)
class HostNetworkConfig(pulumi.CustomResource):
    """A network device of the nodes themselves, with an address, in a VLAN of a cluster
    network: `<cluster network>-br.<VLAN>`. Needs Harvester 1.8.

    It is ready when the agent of every selected node that has the cluster network says so.
    That proves no address: give `verify_on_nodes` to have it read on the nodes.
    """

    name: pulumi.Output[str] = pulumi.property("name")
    cluster_network: pulumi.Output[str] = pulumi.property("clusterNetwork")
    vlan: pulumi.Output[int] = pulumi.property("vlan")
    mode: pulumi.Output[str] = pulumi.property("mode")
    ips: pulumi.Output[dict[str, str] | None] = pulumi.property("ips")
    node_selector: pulumi.Output[NodeSelector | None] = pulumi.property("nodeSelector")
    description: pulumi.Output[str | None] = pulumi.property("description")
    underlay: pulumi.Output[bool | None] = pulumi.property("underlay")
    allow_management_vlan: pulumi.Output[bool | None] = pulumi.property("allowManagementVlan")
    labels: pulumi.Output[dict[str, str] | None] = pulumi.property("labels")
    annotations: pulumi.Output[dict[str, str] | None] = pulumi.property("annotations")
    disruption: pulumi.Output[Disruption | None] = pulumi.property("disruption")
    uid: pulumi.Output[str] = pulumi.property("uid")
    """UID of the object on the server."""
    selected_nodes: pulumi.Output[list[str]] = pulumi.property("selectedNodes")
    """Names of the nodes that it selects and that have the cluster network, sorted."""
    ready_nodes: pulumi.Output[list[str]] = pulumi.property("readyNodes")
    """Names of those whose agent says that it has set up the device, sorted. That proves no
    address.
    """
    devices: pulumi.Output[list[HostDevice] | None] = pulumi.property("devices")
    """What `disruption.verify_on_nodes` last saw of the device of each node."""

    def __init__(
        self,
        resource_name: str,
        *,
        cluster_network: ClusterNetwork | pulumi.Input[str],
        vlan: pulumi.Input[int],
        mode: pulumi.Input[AnyHostMode],
        name: pulumi.Input[str] | None = None,
        ips: TextMap | None = None,
        node_selector: pulumi.Input[pulumi.InputType[NodeSelectorArgs]] | None = None,
        description: pulumi.Input[str] | None = None,
        underlay: pulumi.Input[bool] | None = None,
        allow_management_vlan: pulumi.Input[bool] | None = None,
        labels: TextMap | None = None,
        annotations: TextMap | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """A host network config.

        Args:
            resource_name: Name of the resource in the program.
            cluster_network: Name of the cluster network that carries it; `mgmt` is allowed. Or
                the ClusterNetwork object.
            vlan: VLAN ID, 1 to 4094.
            mode: Where the nodes have their addresses from: `static`, from `ips`, or `dhcp`.
                Up to Harvester 1.9 a change replaces the object.
            name: Name of the host network config. Defaults to the resource's name.
            ips: The IPv4 address of each node with its prefix length, such as `10.0.0.11/24`,
                by the node's name; all in one network. Up to Harvester 1.9 another address of
                a node that has its device replaces the object.
            node_selector: Which nodes. Absent means every node, witness nodes too.
            description: Free text.
            underlay: Whether overlay networks have their tunnels over it: at most one has, and
                on every node. Defaults to false.
            allow_management_vlan: Whether it may be the VLAN over which the nodes themselves
                are managed. Harvester deletes that device together with the object, and the
                nodes are cut off; without this it is refused. Defaults to false.
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
            cluster_network=name_of(cluster_network),
            vlan=vlan,
            mode=mode,
            ips=ips,
            node_selector=node_selector,
            description=description,
            underlay=underlay,
            allow_management_vlan=allow_management_vlan,
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
    ) -> HostNetworkConfig:
        """The host network config with an id, which is its name, as it is on the server."""
        return existing(HostNetworkConfig, _Properties, TOKEN, resource_name, id, opts)
