"""VmMigrationNetwork: the setting that puts live migrations on a network of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from .cluster_network import ClusterNetwork, name_of
from .registration import existing, filled, options, token

TOKEN = token("VmMigrationNetwork")


@pulumi.input_type
class _Properties:
    # Any lets wrong values pass to the plugin, which has better words for them than the SDK.
    cluster_network: Any = pulumi.property("clusterNetwork")
    vlan: Any = pulumi.property("vlan")
    range: Any = pulumi.property("range")
    exclude: Any = pulumi.property("exclude")
    uid: Any = pulumi.property("uid")
    vm_network: Any = pulumi.property("vmNetwork")


@pulumi.type_token(TOKEN)
class VmMigrationNetwork(pulumi.CustomResource):
    """The VM migration network of Harvester: memory of VMs on its way to another node.

    There is one for each cluster, in the Setting `vm-migration-network`, since Harvester 1.6.
    Deleting the resource clears the setting: migrations go over the pods' network again. No VM
    is interrupted for it; it is refused while a VM migrates. Harvester tries each value once,
    so what it failed at is cleared and set again; this waits until every virt-handler has
    followed.
    """

    cluster_network: pulumi.Output[str] = pulumi.property("clusterNetwork")
    vlan: pulumi.Output[int] = pulumi.property("vlan")
    range: pulumi.Output[str] = pulumi.property("range")
    exclude: pulumi.Output[list[str] | None] = pulumi.property("exclude")
    uid: pulumi.Output[str] = pulumi.property("uid")
    """UID of the Setting on the server."""
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
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """The VM migration network.

        Args:
            resource_name: Name of the resource in the program.
            cluster_network: Name of the cluster network. Its configs must match every node
                that is no witness. Or the ClusterNetwork object.
            vlan: VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic and are not allowed on
                `mgmt`. A Setting that names none is read as 0.
            range: IPv4 network from which the nodes get their addresses, /16 or smaller, with
                one for each node.
            exclude: Networks inside `range` that are not given out. Their order has no
                meaning.
            opts: Options of every Pulumi resource.
        """
        properties = filled(
            _Properties,
            cluster_network=name_of(cluster_network),
            vlan=vlan,
            range=range,
            exclude=exclude,
        )
        super().__init__(TOKEN, resource_name, properties, options(opts))

    @staticmethod
    def get(
        resource_name: str,
        id: pulumi.Input[str] = "vm-migration-network",  # noqa: A002 - Pulumi's own word
        opts: pulumi.ResourceOptions | None = None,
    ) -> VmMigrationNetwork:
        """The VM migration network as it is on the server; its id is always
        `vm-migration-network`.
        """
        return existing(VmMigrationNetwork, _Properties, TOKEN, resource_name, id, opts)
