"""RwxNetwork: the setting that puts the traffic of RWX volumes on a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from .cluster_network import ClusterNetwork, name_of
from .registration import existing, filled, options, token

TOKEN = token("RwxNetwork")


@pulumi.input_type
class _Properties:
    # Any lets wrong values pass to the plugin, which has better words for them than the SDK.
    share_storage_network: Any = pulumi.property("shareStorageNetwork")
    cluster_network: Any = pulumi.property("clusterNetwork")
    vlan: Any = pulumi.property("vlan")
    range: Any = pulumi.property("range")
    exclude: Any = pulumi.property("exclude")
    uid: Any = pulumi.property("uid")
    vm_network: Any = pulumi.property("vmNetwork")


@pulumi.type_token(TOKEN)
class RwxNetwork(pulumi.CustomResource):
    """The RWX network of Harvester: the traffic between nodes and Longhorn's shared (RWX)
    volumes.

    There is one for each cluster, in the Setting `rwx-network`, since Harvester 1.8. It is
    either the storage network (`share_storage_network`) or a network of its own
    (`cluster_network`, `vlan` and `range`). Deleting the resource clears the setting: the
    traffic is back on the pods' network. Harvester changes it only while every RWX volume is
    detached; this waits until all pods of Longhorn's CSI plugin have followed.
    """

    share_storage_network: pulumi.Output[bool | None] = pulumi.property("shareStorageNetwork")
    cluster_network: pulumi.Output[str | None] = pulumi.property("clusterNetwork")
    vlan: pulumi.Output[int | None] = pulumi.property("vlan")
    range: pulumi.Output[str | None] = pulumi.property("range")
    exclude: pulumi.Output[list[str] | None] = pulumi.property("exclude")
    uid: pulumi.Output[str] = pulumi.property("uid")
    """UID of the Setting on the server."""
    vm_network: pulumi.Output[str] = pulumi.property("vmNetwork")
    """The NetworkAttachmentDefinition that RWX volumes use, `namespace/name`."""

    def __init__(
        self,
        resource_name: str,
        *,
        share_storage_network: pulumi.Input[bool] | None = None,
        cluster_network: ClusterNetwork | pulumi.Input[str] | None = None,
        vlan: pulumi.Input[int] | None = None,
        range: pulumi.Input[str] | None = None,  # noqa: A002 - its own name
        exclude: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """The RWX network.

        Args:
            resource_name: Name of the resource in the program.
            share_storage_network: Whether RWX volumes use the storage network, which must be
                set. Defaults to false.
            cluster_network: Name of the cluster network. Its configs must match every node
                that is no witness. Or the ClusterNetwork object.
            vlan: VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic and are not allowed on
                `mgmt`.
            range: IPv4 network from which the nodes get their addresses, /16 or smaller, with
                one for each node and 32 more.
            exclude: Networks inside `range` that are not given out. Their order has no
                meaning.
            opts: Options of every Pulumi resource.
        """
        properties = filled(
            _Properties,
            share_storage_network=share_storage_network,
            cluster_network=None if cluster_network is None else name_of(cluster_network),
            vlan=vlan,
            range=range,
            exclude=exclude,
        )
        super().__init__(TOKEN, resource_name, properties, options(opts))

    @staticmethod
    def get(
        resource_name: str,
        id: pulumi.Input[str] = "rwx-network",  # noqa: A002 - Pulumi's own word
        opts: pulumi.ResourceOptions | None = None,
    ) -> RwxNetwork:
        """The RWX network as it is on the server; its id is always `rwx-network`."""
        return existing(RwxNetwork, _Properties, TOKEN, resource_name, id, opts)
