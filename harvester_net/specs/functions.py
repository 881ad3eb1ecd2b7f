"""Arguments and results of the functions."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from .spec import Spec


class GetClusterNetwork(Spec):
    """Looks up a cluster network on the server."""

    title: ClassVar[str] = "getClusterNetwork"

    name: str = Field(description="Name of the cluster network.")


class GetClusterNetworkResult(Spec):
    """A cluster network as it is on the server."""

    title: ClassVar[str] = "getClusterNetwork"

    name: str = Field(description="Name of the cluster network.")
    mtu: int = Field(description="MTU in bytes.")
    ready: bool = Field(
        description="Whether Harvester calls it ready; one without network configs never is."
    )
    network_configs: list[str] = Field(description="Names of its network configs, sorted.")


class GetNodeNics(Spec):
    """Looks up the NICs of the nodes."""

    title: ClassVar[str] = "getNodeNics"

    node: str | None = Field(None, description="Name of a node. Absent means all nodes.")


class Nic(Spec):
    """A physical NIC of a node."""

    title: ClassVar[str] = "nic"

    node: str = Field(description="Name of the node.")
    name: str = Field(description="Name of the NIC, such as `eno2`.")
    up: bool = Field(description="Whether it has a link.")
    mac: str = Field(description="MAC address.")
    free: bool = Field(description="Whether no bond has it.")
    master: str = Field(description="Name of the bond that has it; empty if it is free.")


class GetNodeNicsResult(Spec):
    """The NICs of one node or of all."""

    title: ClassVar[str] = "getNodeNics"

    nics: list[Nic] = Field(description="The NICs, sorted by node.")
