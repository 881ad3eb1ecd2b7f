"""What a resource may interrupt to make its change, as an argument and as an output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from .enums import AnyOnFailure


@pulumi.input_type
class VerifyOnNodesArgs:
    """How a change is proven on the devices of the nodes: by a short pod on each of them."""

    vlan: pulumi.Input[int] | None = pulumi.property("vlan")
    image: pulumi.Input[str] | None = pulumi.property("image")
    namespace: pulumi.Input[str] | None = pulumi.property("namespace")
    tolerations: pulumi.Input[Sequence[pulumi.Input[str]]] | None = pulumi.property(
        "tolerations"
    )

    def __init__(
        self,
        *,
        vlan: pulumi.Input[int] | None = None,
        image: pulumi.Input[str] | None = None,
        namespace: pulumi.Input[str] | None = None,
        tolerations: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    ) -> None:
        """How a change is proven.

        Args:
            vlan: A VLAN of the cluster network over which each node pings each other with full
                frames. Without it only the devices are looked at.
            image: Image of the pods. It must hold `sh`, `ip`, `bridge` and `ping`. Defaults to
                the image of Longhorn's manager, which every node of Harvester has already.
            namespace: Namespace of the pods. Defaults to `harvester-system`.
            tolerations: Keys of the taints that the pods tolerate. Defaults to all taints.
        """
        self.vlan = vlan
        self.image = image
        self.namespace = namespace
        self.tolerations = tolerations


@pulumi.output_type
class VerifyOnNodes(dict[str, Any]):
    """How a change is proven on the devices of the nodes, as the program said."""

    vlan: int | None = pulumi.property("vlan")
    image: str | None = pulumi.property("image")
    namespace: str | None = pulumi.property("namespace")
    tolerations: list[str] | None = pulumi.property("tolerations")


@pulumi.output_type
class NodeDevices(dict[str, Any]):
    """What was seen on the devices of one node."""

    node: str = pulumi.property("node")
    """Name of the node."""
    bond_mtu: int | None = pulumi.property("bondMtu")
    """MTU in bytes of the bond."""
    bond_mode: str | None = pulumi.property("bondMode")
    """Mode of the bond."""
    active_nic: str | None = pulumi.property("activeNic")
    """The NIC that carries the traffic, in modes that use one at a time."""
    nics: list[str] | None = pulumi.property("nics")
    """The NICs in the bond."""
    bridge_mtu: int | None = pulumi.property("bridgeMtu")
    """MTU in bytes of the bridge."""
    vlans: list[int] = pulumi.property("vlans")
    """The VLANs on the uplink."""
    reaches: list[str] = pulumi.property("reaches")
    """The nodes that full frames come back from, if a VLAN was named."""


@pulumi.input_type
class DisruptionArgs:
    """What may be interrupted to make a change. Without it, nothing is interrupted.

    Changing `disruption` alone changes nothing on the cluster.
    """

    stop_vms: pulumi.Input[bool] | None = pulumi.property("stopVms")
    migrate_vms: pulumi.Input[bool] | None = pulumi.property("migrateVms")
    max_unavailable: pulumi.Input[int] | None = pulumi.property("maxUnavailable")
    only_vms: pulumi.Input[Sequence[pulumi.Input[str]]] | None = pulumi.property("onlyVms")
    restart_vms: pulumi.Input[bool] | None = pulumi.property("restartVms")
    max_parallel: pulumi.Input[int] | None = pulumi.property("maxParallel")
    cycle_storage_network: pulumi.Input[bool] | None = pulumi.property("cycleStorageNetwork")
    on_failure: pulumi.Input[AnyOnFailure] | None = pulumi.property("onFailure")
    stop_timeout_seconds: pulumi.Input[int] | None = pulumi.property("stopTimeoutSeconds")
    node_timeout_seconds: pulumi.Input[int] | None = pulumi.property("nodeTimeoutSeconds")
    migration_timeout_seconds: pulumi.Input[int] | None = pulumi.property(
        "migrationTimeoutSeconds"
    )
    storage_timeout_seconds: pulumi.Input[int] | None = pulumi.property(
        "storageTimeoutSeconds"
    )
    verify_on_nodes: pulumi.Input[pulumi.InputType[VerifyOnNodesArgs]] | None = (
        pulumi.property("verifyOnNodes")
    )

    def __init__(
        self,
        *,
        stop_vms: pulumi.Input[bool] | None = None,
        migrate_vms: pulumi.Input[bool] | None = None,
        max_unavailable: pulumi.Input[int] | None = None,
        only_vms: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        restart_vms: pulumi.Input[bool] | None = None,
        max_parallel: pulumi.Input[int] | None = None,
        cycle_storage_network: pulumi.Input[bool] | None = None,
        on_failure: pulumi.Input[AnyOnFailure] | None = None,
        stop_timeout_seconds: pulumi.Input[int] | None = None,
        node_timeout_seconds: pulumi.Input[int] | None = None,
        migration_timeout_seconds: pulumi.Input[int] | None = None,
        storage_timeout_seconds: pulumi.Input[int] | None = None,
        verify_on_nodes: pulumi.Input[pulumi.InputType[VerifyOnNodesArgs]] | None = None,
    ) -> None:
        """What may be interrupted.

        Args:
            stop_vms: Whether the VMs that block the change may be stopped. If false, the
                change is refused with the list of these VMs. Defaults to false.
            migrate_vms: Whether the VMs that block a change of uplinks may be migrated live to
                other nodes instead. Their nodes are cordoned meanwhile. VMs that cannot be
                migrated are stopped if `stop_vms` allows it, and only those. A new MTU needs
                every VM stopped all the same. Defaults to false.
            max_unavailable: How many nodes may be cordoned for `migrate_vms` at once. Defaults
                to 1.
            only_vms: Patterns `namespace/name`, each part with `*` if need be. If any other VM
                would have to stop, the change is refused before anything is touched. Defaults
                to all VMs.
            restart_vms: Whether exactly the VMs that ran are started again, with their run
                strategy. Defaults to true.
            max_parallel: How many VMs are being stopped at once, and how many are being
                started. Defaults to 5 for each node of the cluster.
            cycle_storage_network: Whether the storage network (and the RWX network) may be
                cleared for the change and set again afterwards. Defaults to false.
            on_failure: What happens when the change cannot be finished. `stop`: the journal
                stays, and the next `pulumi up` continues. `rollBack`: return to the old state
                first. Defaults to `stop`.
            stop_timeout_seconds: Seconds to wait for one VM to stop, in addition to its own
                grace period. Defaults to 180.
            node_timeout_seconds: Seconds to wait for the nodes of a network config to set up
                or tear down their uplink. Defaults to 300.
            migration_timeout_seconds: Seconds to wait for one VM to be migrated. Defaults to
                1800.
            storage_timeout_seconds: Seconds to wait for Longhorn to detach its volumes, and
                for Harvester to clear or set the storage network. Defaults to 1800.
            verify_on_nodes: Whether, and how, the end of a change is proven on the devices of
                the nodes, before the VMs start again. Needs the right to run pods with the
                network of the host. Defaults to no.
        """
        self.stop_vms = stop_vms
        self.migrate_vms = migrate_vms
        self.max_unavailable = max_unavailable
        self.only_vms = only_vms
        self.restart_vms = restart_vms
        self.max_parallel = max_parallel
        self.cycle_storage_network = cycle_storage_network
        self.on_failure = on_failure
        self.stop_timeout_seconds = stop_timeout_seconds
        self.node_timeout_seconds = node_timeout_seconds
        self.migration_timeout_seconds = migration_timeout_seconds
        self.storage_timeout_seconds = storage_timeout_seconds
        self.verify_on_nodes = verify_on_nodes


@pulumi.output_type
class Disruption(dict[str, Any]):
    """What may be interrupted to make a change, as the program said."""

    stop_vms: bool | None = pulumi.property("stopVms")
    migrate_vms: bool | None = pulumi.property("migrateVms")
    max_unavailable: int | None = pulumi.property("maxUnavailable")
    only_vms: list[str] | None = pulumi.property("onlyVms")
    restart_vms: bool | None = pulumi.property("restartVms")
    max_parallel: int | None = pulumi.property("maxParallel")
    cycle_storage_network: bool | None = pulumi.property("cycleStorageNetwork")
    on_failure: str | None = pulumi.property("onFailure")
    stop_timeout_seconds: int | None = pulumi.property("stopTimeoutSeconds")
    node_timeout_seconds: int | None = pulumi.property("nodeTimeoutSeconds")
    migration_timeout_seconds: int | None = pulumi.property("migrationTimeoutSeconds")
    storage_timeout_seconds: int | None = pulumi.property("storageTimeoutSeconds")
    verify_on_nodes: VerifyOnNodes | None = pulumi.property("verifyOnNodes")
