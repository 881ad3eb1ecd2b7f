"""NetworkConfig: which NICs of which nodes carry a cluster network."""

from __future__ import annotations

from typing import Any

import pulumi

from .cluster_network import ClusterNetwork, mtu_on, name_of
from .disruption import Disruption, DisruptionArgs, NodeDevices
from .registration import TextMap, existing, filled, options, token
from .uplink import Uplink, UplinkArgs

TOKEN = token("NetworkConfig")


@pulumi.input_type
class _Properties:
    # Any lets wrong values pass to the plugin, which has better words for them than the SDK.
    name: Any = pulumi.property("name")
    cluster_network: Any = pulumi.property("clusterNetwork")
    description: Any = pulumi.property("description")
    node_selector: Any = pulumi.property("nodeSelector")
    uplink: pulumi.Input[pulumi.InputType[UplinkArgs]] = pulumi.property("uplink")
    mtu: Any = pulumi.property("mtu")
    labels: Any = pulumi.property("labels")
    annotations: Any = pulumi.property("annotations")
    disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] = pulumi.property("disruption")
    uid: Any = pulumi.property("uid")
    plan: Any = pulumi.property("plan")
    affected_vms: Any = pulumi.property("affectedVms")
    nodes: Any = pulumi.property("nodes")
    matched_nodes: Any = pulumi.property("matchedNodes")


@pulumi.type_token(TOKEN)
class NetworkConfig(pulumi.CustomResource):
    """A network config of Harvester: which NICs of which nodes carry a cluster network.

    It is ready when every matched node has set up the uplink. Configs of one cluster network
    never match the same node.
    """

    name: pulumi.Output[str] = pulumi.property("name")
    cluster_network: pulumi.Output[str] = pulumi.property("clusterNetwork")
    description: pulumi.Output[str | None] = pulumi.property("description")
    node_selector: pulumi.Output[dict[str, str] | None] = pulumi.property("nodeSelector")
    uplink: pulumi.Output[Uplink] = pulumi.property("uplink")
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
    nodes: pulumi.Output[list[NodeDevices] | None] = pulumi.property("nodes")
    """What `disruption.verify_on_nodes` saw on the devices of each node. Only after the update
    that looked.
    """
    matched_nodes: pulumi.Output[list[str]] = pulumi.property("matchedNodes")
    """Names of the nodes that the config matches, sorted."""

    def __init__(
        self,
        resource_name: str,
        *,
        cluster_network: ClusterNetwork | pulumi.Input[str],
        uplink: pulumi.Input[pulumi.InputType[UplinkArgs]],
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        node_selector: TextMap | None = None,
        mtu: pulumi.Input[int] | None = None,
        labels: TextMap | None = None,
        annotations: TextMap | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """A network config.

        Args:
            resource_name: Name of the resource in the program.
            cluster_network: Name of the cluster network that it carries, not `mgmt`. Or the
                ClusterNetwork object.
            uplink: The uplink of the matched nodes.
            name: Name of the network config: at most 63 characters. Defaults to the resource's
                name.
            description: Free text.
            node_selector: Labels that a node must have, all of them. Absent matches every node
                except witness nodes.
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
            cluster_network=name_of(cluster_network),
            description=description,
            node_selector=node_selector,
            uplink=uplink,
            mtu=mtu_on(cluster_network, mtu),
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
    ) -> NetworkConfig:
        """The network config with an id, which is its name, as it is on the server."""
        return existing(NetworkConfig, _Properties, TOKEN, resource_name, id, opts)
