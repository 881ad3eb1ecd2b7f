"""The policies of the pack: names, levels, settings, and what judges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .names import names_by_pattern, setting_of
from .plans import consent_names_a_plan, plan_is_reviewed
from .resource import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    NETWORK_CONFIG,
    STORAGE_NETWORK,
    VM_NETWORK,
    VM_NETWORKS,
    Resource,
    Settings,
    Violation,
)
from .storage import storage_range_has_room, storage_vlan_is_its_own
from .uplinks import miimon_is_set, two_nics_for_each_uplink
from .vm_networks import no_vm_networks_on_mgmt

Schema = dict[str, dict[str, Any]]
NAMED = (CLUSTER_NETWORK, NETWORK_CONFIG, VM_NETWORK)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What all policies have: a name, what it is for, a level and settings."""

    name: str
    description: str
    level: str
    """`mandatory` or `advisory`, until a configuration says otherwise."""
    schema: Schema = field(default_factory=dict)
    """JSON schema of each setting, with its default."""

    def settings(self, given: Mapping[str, Any]) -> Settings:
        """What is configured, and the defaults of all else."""
        return {name: each["default"] for name, each in self.schema.items()} | {**given}


@dataclass(frozen=True, kw_only=True)
class ResourcePolicy(Policy):
    """Judges the inputs of each resource of some kinds, before anything is done for it."""

    kinds: tuple[str, ...]
    judge: Callable[[Resource, Settings], Iterator[Violation]]


@dataclass(frozen=True, kw_only=True)
class StackPolicy(Policy):
    """Judges the outputs of all resources together, at the end of a preview or an `up`."""

    judge: Callable[[Sequence[Resource], Settings], Iterator[Violation]]


def _number(default: int, description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "default": default, "description": description}


def _pattern(kind: str) -> dict[str, Any]:
    description = f"Regular expression for the whole name of a {kind}. Empty: any name."
    return {"type": "string", "format": "regex", "default": "", "description": description}


POLICIES: tuple[ResourcePolicy | StackPolicy, ...] = (
    ResourcePolicy(
        name="two-nics-for-each-uplink",
        description="An uplink has two NICs or more.",
        level="mandatory",
        schema={"minimum": _number(2, "NICs of an uplink, at least.")},
        kinds=(NETWORK_CONFIG,),
        judge=two_nics_for_each_uplink,
    ),
    ResourcePolicy(
        name="miimon-is-set",
        description="A bond says how often it looks whether its links are up.",
        level="advisory",
        schema={"maximum": _number(1000, "The longest interval, in milliseconds.")},
        kinds=(NETWORK_CONFIG,),
        judge=miimon_is_set,
    ),
    StackPolicy(
        name="plan-is-reviewed",
        description="A change in steps, such as another MTU, is made by a reviewed plan.",
        level="mandatory",
        judge=plan_is_reviewed,
    ),
    ResourcePolicy(
        name="consent-names-a-plan",
        description="Consent to an interruption is consent to a reviewed plan.",
        level="mandatory",
        kinds=(*NAMED, VM_NETWORKS, STORAGE_NETWORK, HOST_NETWORK_CONFIG),
        judge=consent_names_a_plan,
    ),
    ResourcePolicy(
        name="no-vm-networks-on-mgmt",
        description="VMs stay off the management network.",
        level="mandatory",
        schema={
            "clusterNetworks": {
                "type": "array",
                "items": {"type": "string"},
                "default": ["mgmt"],
                "description": "Cluster networks that carry no VM networks.",
            }
        },
        kinds=(VM_NETWORK, VM_NETWORKS),
        judge=no_vm_networks_on_mgmt,
    ),
    StackPolicy(
        name="storage-vlan-is-its-own",
        description="No VM network is in the VLAN of the storage network.",
        level="mandatory",
        judge=storage_vlan_is_its_own,
    ),
    ResourcePolicy(
        name="storage-range-has-room",
        description="The storage network has addresses for the cluster as it will be.",
        level="advisory",
        schema={
            "nodes": _number(8, "Nodes that the cluster may grow to."),
            "disksPerNode": _number(4, "Disks that Longhorn may have on each of them."),
            "sharedWithRwx": {
                "type": "boolean",
                "default": False,
                "description": "Whether the RWX network shares the storage network.",
            },
        },
        kinds=(STORAGE_NETWORK,),
        judge=storage_range_has_room,
    ),
    ResourcePolicy(
        name="names-by-pattern",
        description="Names follow a pattern.",
        level="advisory",
        schema={setting_of(kind): _pattern(kind) for kind in NAMED},
        kinds=NAMED,
        judge=names_by_pattern,
    ),
)
