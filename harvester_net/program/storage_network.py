"""StorageNetwork: the setting that puts Longhorn's traffic on a cluster network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from .cluster_network import ClusterNetwork, name_of
from .disruption import Disruption, DisruptionArgs
from .registration import existing, filled, options, token

TOKEN = token("StorageNetwork")


@pulumi.input_type
class _Properties:
    # Any lets wrong values pass to the plugin, which has better words for them than the SDK.
    cluster_network: Any = pulumi.property("clusterNetwork")
    vlan: Any = pulumi.property("vlan")
    range: Any = pulumi.property("range")
    exclude: Any = pulumi.property("exclude")
    exclusive_vlan: Any = pulumi.property("exclusiveVlan")
    disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] = pulumi.property("disruption")
    uid: Any = pulumi.property("uid")
    plan: Any = pulumi.property("plan")
    affected_vms: Any = pulumi.property("affectedVms")
    vm_network: Any = pulumi.property("vmNetwork")


@pulumi.type_token(TOKEN)
class StorageNetwork(pulumi.CustomResource):
    """The storage network of Harvester: Longhorn's replication traffic on a VLAN of its own.

    There is one for each cluster, in the Setting `storage-network`. Deleting the resource
    clears the setting. Harvester changes it only while every VM is stopped and every volume is
    detached.
    """

    cluster_network: pulumi.Output[str] = pulumi.property("clusterNetwork")
    vlan: pulumi.Output[int] = pulumi.property("vlan")
    range: pulumi.Output[str] = pulumi.property("range")
    exclude: pulumi.Output[list[str] | None] = pulumi.property("exclude")
    exclusive_vlan: pulumi.Output[bool | None] = pulumi.property("exclusiveVlan")
    disruption: pulumi.Output[Disruption | None] = pulumi.property("disruption")
    uid: pulumi.Output[str] = pulumi.property("uid")
    """UID of the Setting on the server."""
    plan: pulumi.Output[list[str] | None] = pulumi.property("plan")
    """The steps of the ordered change that this update needs. Only in a preview."""
    affected_vms: pulumi.Output[list[str] | None] = pulumi.property("affectedVms")
    """The VMs (`namespace/name`) that this update would stop. Only in a preview."""
    vm_network: pulumi.Output[str] = pulumi.property("vmNetwork")
    """The NetworkAttachmentDefinition that Harvester made for it, `namespace/name`."""

    def __init__(
        self,
        resource_name: str,
        *,
        cluster_network: ClusterNetwork | pulumi.Input[str],
        vlan: pulumi.Input[int],
        range: pulumi.Input[str],  # noqa: A002 - its own name
        exclude: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        exclusive_vlan: pulumi.Input[bool] | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """The storage network.

        Args:
            resource_name: Name of the resource in the program.
            cluster_network: Name of the cluster network. Its configs must match every node
                that is no witness. Or the ClusterNetwork object.
            vlan: VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic and are not allowed on
                `mgmt`. A Setting that names none is read as 0.
            range: IPv4 network from which Longhorn's pods get their addresses, /16 or smaller,
                such as 192.168.0.0/24.
            exclude: Networks inside `range` that are not given out. Their order has no
                meaning.
            exclusive_vlan: Whether no VM network may use this VLAN. Needs Harvester 1.9.
                Defaults to false.
            disruption: What this resource may interrupt to make its change.
            opts: Options of every Pulumi resource.
        """
        properties = filled(
            _Properties,
            cluster_network=name_of(cluster_network),
            vlan=vlan,
            range=range,
            exclude=exclude,
            exclusive_vlan=exclusive_vlan,
            disruption=disruption,
        )
        super().__init__(TOKEN, resource_name, properties, options(opts))

    @staticmethod
    def get(
        resource_name: str,
        id: pulumi.Input[str] = "storage-network",  # noqa: A002 - Pulumi's own word
        opts: pulumi.ResourceOptions | None = None,
    ) -> StorageNetwork:
        """The storage network as it is on the server; its id is always `storage-network`."""
        return existing(StorageNetwork, _Properties, TOKEN, resource_name, id, opts)
