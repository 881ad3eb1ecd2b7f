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


class GetVmInterfaces(Spec):
    """Looks up the NICs of a VM: their networks, MAC addresses and, while it runs with a guest
    agent, their addresses.
    """

    title: ClassVar[str] = "getVmInterfaces"

    name: str = Field(description="Name of the VM.")
    namespace: str | None = Field(
        None, description="Namespace of the VM. Defaults to `default`."
    )


class VmInterface(Spec):
    """A NIC of a VM."""

    title: ClassVar[str] = "interface"

    name: str = Field(description="Name of the NIC in the VM.")
    vm_network: str = Field(
        description="The VM network, `namespace/name`; empty for the pod network."
    )
    mac: str = Field(description="MAC address; empty while it has none.")
    addresses: list[str] = Field(description="IP addresses, as far as they are known.")


class GetVmInterfacesResult(Spec):
    """The NICs of a VM."""

    title: ClassVar[str] = "getVmInterfaces"

    interfaces: list[VmInterface] = Field(
        description="The NICs, in the order of the VM's own list."
    )
    guest_agent: bool = Field(
        description="Whether the guest agent answers. Without it the addresses of VM networks "
        "are not known."
    )
