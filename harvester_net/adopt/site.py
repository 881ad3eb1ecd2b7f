"""What was found on a cluster: what a program can say, and what it cannot, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

Properties = Mapping[str, Any]

CLUSTER_NETWORK = "ClusterNetwork"
NETWORK_CONFIG = "NetworkConfig"
VM_NETWORK = "VmNetwork"
STORAGE_NETWORK = "StorageNetwork"
RWX_NETWORK = "RwxNetwork"
MIGRATION_NETWORK = "VmMigrationNetwork"
HOST_NETWORK = "HostNetworkConfig"
SETTINGS = {STORAGE_NETWORK: "storage", RWX_NETWORK: "rwx", MIGRATION_NETWORK: "migration"}
"""The kinds of which a cluster has one each, and what a program calls it."""
KINDS = (CLUSTER_NETWORK, NETWORK_CONFIG, VM_NETWORK, HOST_NETWORK, *SETTINGS)
"""In the order in which a program names them."""


@dataclass(frozen=True)
class Found:
    """An object that a program can manage."""

    kind: str
    key: str
    """The id with which it is imported."""
    inputs: Properties
    """What an import of it yields: camelCase, plain, defaults left out."""
    notes: Sequence[str] = ()
    """What is odd about it, one sentence each."""

    @property
    def network(self) -> str:
        """The cluster network that it is, or is on; of what is on none, its key."""
        return str(self.inputs.get("clusterNetwork") or self.key)


@dataclass(frozen=True)
class LeftOut:
    """An object that the program does not have, and why."""

    kind: str
    key: str
    why: str


@dataclass(frozen=True)
class Site:
    """A cluster as it is to be adopted."""

    found: Sequence[Found]
    left_out: Sequence[LeftOut] = ()

    def of(self, kind: str) -> list[Found]:
        """The objects of a kind."""
        return [each for each in self.found if each.kind == kind]


@dataclass(frozen=True)
class Wanted:
    """Which objects of a cluster are to be adopted: all that say nothing else."""

    namespaces: Sequence[str] = ()
    """Those of VM networks; empty means all."""
    patterns: Sequence[str] = ()
    """Kinds (``VmNetwork``), or kinds and keys with ``*`` (``VmNetwork/shop/*``)."""

    def __contains__(self, asked: tuple[str, str]) -> bool:
        kind, key = asked
        namespace = key.partition("/")[0]
        if kind == VM_NETWORK and self.namespaces and namespace not in self.namespaces:
            return False
        return not self.patterns or any(
            kind == pattern or fnmatchcase(f"{kind}/{key}", pattern)
            for pattern in self.patterns
        )

    def names(self, kind: str, key: str) -> bool:
        """Whether the object itself is asked for, not only what is like it."""
        return f"{kind}/{key}" in self.patterns
