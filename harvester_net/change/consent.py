"""What may be interrupted for a change: `disruption` with its defaults filled in."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from ..harvester.names import SYSTEM_NAMESPACE
from ..specs.disruption import Disruption, VerifyOnNodes


@dataclass(frozen=True)
class NodeCheck:
    """How the end of a change is proven on the devices of the nodes."""

    vlan: int | None = None
    image: str | None = None
    namespace: str = SYSTEM_NAMESPACE
    tolerations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Consent:
    """The user's word on what a change may interrupt."""

    stop_vms: bool = False
    migrate_vms: bool = False
    """Whether VMs that are in the way may be migrated live to other nodes."""
    max_unavailable: int = 1
    """How many nodes may be cordoned at once so that their VMs are migrated."""
    only_vms: tuple[str, ...] = ()
    restart_vms: bool = True
    max_parallel: int | None = None
    """How many VMs are being stopped at once, and started; None: by the number of nodes."""
    cycle_storage_network: bool = False
    on_failure: Literal["stop", "rollBack"] = "stop"
    stop_timeout_seconds: int = 180
    node_timeout_seconds: int = 300
    migration_timeout_seconds: int = 1800
    storage_timeout_seconds: int = 1800
    verify_on_nodes: NodeCheck | None = None
    reviewed_plans: tuple[str, ...] = ()
    """The ids of the plans that may be carried out; empty: any."""

    def covers(self, vm: str) -> bool:
        """Whether a VM (``namespace/name``) may be stopped, if any may."""
        return not self.only_vms or any(_matches(vm, pattern) for pattern in self.only_vms)


def _matches(vm: str, pattern: str) -> bool:
    """Whether namespace and name match, each its own part: no `*` reaches over the slash."""
    parts, patterns = vm.split("/"), pattern.split("/")
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))


def consent_of(disruption: Disruption | None) -> Consent:
    """The consent that the inputs give."""
    if disruption is None:
        return Consent()
    given = {
        "stop_vms": disruption.stop_vms,
        "migrate_vms": disruption.migrate_vms,
        "max_unavailable": disruption.max_unavailable,
        "only_vms": tuple(disruption.only_vms) if disruption.only_vms else None,
        "restart_vms": disruption.restart_vms,
        "max_parallel": disruption.max_parallel,
        "cycle_storage_network": disruption.cycle_storage_network,
        "on_failure": disruption.on_failure,
        "stop_timeout_seconds": disruption.stop_timeout_seconds,
        "node_timeout_seconds": disruption.node_timeout_seconds,
        "migration_timeout_seconds": disruption.migration_timeout_seconds,
        "storage_timeout_seconds": disruption.storage_timeout_seconds,
        "verify_on_nodes": _node_check(disruption.verify_on_nodes),
    }
    return Consent(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def _node_check(given: VerifyOnNodes | None) -> NodeCheck | None:
    if given is None:
        return None
    return NodeCheck(
        vlan=given.vlan,
        image=given.image,
        namespace=given.namespace or SYSTEM_NAMESPACE,
        tolerations=tuple(given.tolerations or ()),
    )
