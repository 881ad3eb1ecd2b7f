"""What a policy is told of a resource, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CLUSTER_NETWORK = "ClusterNetwork"
NETWORK_CONFIG = "NetworkConfig"
VM_NETWORK = "VmNetwork"
VM_NETWORKS = "VmNetworks"
STORAGE_NETWORK = "StorageNetwork"
HOST_NETWORK_CONFIG = "HostNetworkConfig"

Properties = Mapping[str, Any]
Settings = Mapping[str, Any]
"""The settings of a policy, complete: where none is given, the default of its schema."""


@dataclass(frozen=True)
class Resource:
    """A resource of the stack, with its properties as they are on the wire."""

    kind: str
    """The last part of its type, such as NetworkConfig."""
    name: str
    """Its name in the program."""
    properties: Properties
    urn: str = ""
    provider: Properties = field(default_factory=dict)
    """The configuration of its provider, whether of the stack or of the environment."""
    provider_urn: str = ""
    """Resources of one provider are on one cluster."""

    def says(self, path: str, sentence: str) -> Violation:
        """What is wrong with one of its properties, and what to do about it."""
        return Violation(self, path, sentence)


@dataclass(frozen=True)
class Violation:
    """What is wrong with a property of a resource."""

    resource: Resource
    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.resource.kind} {self.resource.name}: {self.path}: {self.sentence}"
