"""What a resource may interrupt to make its change: the consent of the ordered change."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from .spec import Item, Spec


def planned_steps() -> Any:
    """The output that holds the plan of a previewed change."""
    return Field(
        None,
        description="The steps of the ordered change that this update needs. Only in a "
        "preview.",
    )


def planned_vms() -> Any:
    """The output that holds the VMs that a previewed change would stop."""
    return Field(
        None,
        description="The VMs (`namespace/name`) that this update would stop. Only in a "
        "preview.",
    )


def seen_nodes() -> Any:
    """The output that holds what was seen on the nodes."""
    return Field(
        None,
        description="What `disruption.verifyOnNodes` last saw on the devices of each node.",
    )


class NodeDevices(Spec):
    """What was seen on the devices of one node."""

    title: ClassVar[str] = "nodes"

    node: str = Field(description="Name of the node.")
    bond_mtu: int | None = Field(None, description="MTU in bytes of the bond.")
    bond_mode: str | None = Field(None, description="Mode of the bond.")
    active_nic: str | None = Field(
        None, description="The NIC that carries the traffic, in modes that use one at a time."
    )
    nics: list[str] | None = Field(None, description="The NICs in the bond.")
    bridge_mtu: int | None = Field(None, description="MTU in bytes of the bridge.")
    vlans: list[int] = Field(description="The VLANs on the uplink.")
    reaches: list[str] = Field(
        description="The nodes that full frames come back from, if a VLAN was named."
    )


def vm_pattern(pattern: str) -> str:
    """A pattern of VMs, ``namespace/name``; raises ValueError with the way to write it."""
    namespace, slash, name = pattern.partition("/")
    if not slash:
        raise ValueError(
            f"'{pattern}' is not namespace/name; write {pattern}/* for namespaces, or "
            f"*/{pattern} for VMs"
        )
    if not namespace or not name or "/" in name:
        raise ValueError(f"'{pattern}' is not namespace/name")
    return pattern


VmPattern = Annotated[str, AfterValidator(vm_pattern)]


class VerifyOnNodes(Spec):
    """How a change is proven on the devices of the nodes: by a short pod on each of them."""

    title: ClassVar[str] = "verifyOnNodes"

    vlan: int | None = Field(
        None,
        ge=1,
        le=4094,
        description="A VLAN of the cluster network over which each node pings each other with "
        "full frames. Without it only the devices are looked at.",
    )
    image: str | None = Field(
        None,
        description="Image of the pods. It must hold `sh`, `ip`, `bridge` and `ping`. "
        "Defaults to the image of Longhorn's manager, which every node of Harvester has "
        "already.",
    )
    namespace: str | None = Field(
        None, description="Namespace of the pods. Defaults to `harvester-system`."
    )
    tolerations: list[Item[str]] | None = Field(
        None,
        description="Keys of the taints that the pods tolerate. Defaults to all taints.",
    )


class Disruption(Spec):
    """What may be interrupted to make a change. Without it, nothing is interrupted.

    Changing `disruption` alone changes nothing on the cluster.
    """

    title: ClassVar[str] = "disruption"

    stop_vms: bool | None = Field(
        None,
        description="Whether the VMs that block the change may be stopped. If false, the "
        "change is refused with the list of these VMs. Defaults to false.",
    )
    migrate_vms: bool | None = Field(
        None,
        description="Whether the VMs that block a change of uplinks may be migrated live to "
        "other nodes instead. Their nodes are cordoned meanwhile. VMs that cannot be migrated "
        "are stopped if `stopVms` allows it, and only those. A new MTU needs every VM stopped "
        "all the same. Defaults to false.",
    )
    max_unavailable: int | None = Field(
        None,
        ge=1,
        description="How many nodes may be cordoned for `migrateVms` at once. Defaults to 1.",
    )
    only_vms: list[Item[VmPattern]] | None = Field(
        None,
        description="Patterns `namespace/name`, each part with `*` if need be. If any other "
        "VM would have to stop, the change is refused before anything is touched. Defaults to "
        "all VMs.",
    )
    restart_vms: bool | None = Field(
        None,
        description="Whether exactly the VMs that ran are started again, with their run "
        "strategy. Defaults to true.",
    )
    max_parallel: int | None = Field(
        None,
        ge=1,
        description="How many VMs are being stopped at once, and how many are being started. "
        "Defaults to 5 for each node of the cluster.",
    )
    cycle_storage_network: bool | None = Field(
        None,
        description="Whether the storage network (and the RWX network) may be cleared for "
        "the change and set again afterwards. Defaults to false.",
    )
    on_failure: Literal["stop", "rollBack"] | None = Field(
        None,
        description="What happens when the change cannot be finished. `stop`: the journal "
        "stays, and the next `pulumi up` continues. `rollBack`: return to the old state "
        "first. Defaults to `stop`.",
    )
    stop_timeout_seconds: int | None = Field(
        None,
        ge=1,
        description="Seconds to wait for one VM to stop, in addition to its own grace period. "
        "Defaults to 180.",
    )
    node_timeout_seconds: int | None = Field(
        None,
        ge=1,
        description="Seconds to wait for the nodes of a network config to set up or tear down "
        "their uplink. Defaults to 300.",
    )
    migration_timeout_seconds: int | None = Field(
        None,
        ge=1,
        description="Seconds to wait for one VM to be migrated. Defaults to 1800.",
    )
    storage_timeout_seconds: int | None = Field(
        None,
        ge=1,
        description="Seconds to wait for Longhorn to detach its volumes, and for Harvester to "
        "clear or set the storage network. Defaults to 1800.",
    )
    verify_on_nodes: VerifyOnNodes | None = Field(
        None,
        description="Whether, and how, the end of a change is proven on the devices of the "
        "nodes, before the VMs start again. Needs the right to run pods with the network of "
        "the host. Defaults to no.",
    )


def disruption_of(desired: Spec) -> Disruption | None:
    """What it may interrupt; None for a kind that interrupts nothing."""
    return getattr(desired, "disruption", None)
