"""Arguments and results of the functions."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from .spec import Item, Spec


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
    nodes: list[str] = Field(
        description="Names of the nodes that carry it, sorted: where VMs on it can run."
    )


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


class VmNicSpec(Spec):
    """A NIC of a VM that is to be made."""

    title: ClassVar[str] = "nic"

    name: str = Field(description="Name of the NIC in the VM, such as `front`.")
    vm_network: str = Field(
        description="The VM network: the `id` of a VmNetwork, which is `namespace/name`."
    )
    mac: str | None = Field(
        None,
        description="MAC address in lower case. Absent means one that stays the same, made of "
        "`stack`, the VM and the NIC.",
    )
    addresses: list[Item[str]] | None = Field(
        None,
        description="IP addresses with prefix length, such as `192.168.100.10/24`. Absent "
        "means DHCP.",
    )
    gateway: str | None = Field(
        None, description="Where the VM's one default route goes; one NIC of a VM has it."
    )
    dns: list[Item[str]] | None = Field(None, description="IP addresses of DNS servers.")
    boot_order: int | None = Field(
        None, description="Its place among what the VM boots from, from 1 on."
    )
    mtu: int | None = Field(
        None,
        description="MTU in bytes in the guest, at most the network's. Absent means the "
        "network's.",
    )


class RenderVmNics(Spec):
    """Renders the NICs of a VM for the one who makes the VM, such as pulumi-kubernetes: the
    parts of a VirtualMachine, and cloud-init's network data. What the VM would lack, such as a
    network that is not there, is said.
    """

    title: ClassVar[str] = "renderVmNics"

    vm: str = Field(description="Name of the VM.")
    namespace: str | None = Field(
        None, description="Namespace of the VM. Defaults to `default`."
    )
    stack: str | None = Field(
        None,
        description="Name of the stack, which makes the MAC addresses of its VMs others than "
        "those of the next one. Needed where a NIC has no `mac`.",
    )
    nics: list[Item[VmNicSpec]] = Field(description="The NICs of the VM, in their order.")
    version: int | None = Field(
        None, description="Version of cloud-init's network data, 1 or 2. Defaults to 2."
    )


class VmNicInterface(Spec):
    """A NIC in `spec.template.spec.domain.devices.interfaces` of a VirtualMachine."""

    title: ClassVar[str] = "interface"

    name: str = Field(description="Name of the NIC in the VM.")
    model: str = Field(description="Model of the device: always `virtio`.")
    bridge: dict[str, str] = Field(
        description="Always empty: says that the NIC is bridged to its network."
    )
    mac_address: str = Field(description="MAC address.")
    boot_order: int | None = Field(
        None, description="Its place among what the VM boots from, from 1 on."
    )


class VmNicMultus(Spec):
    """The network of a NIC."""

    title: ClassVar[str] = "multus"

    network_name: str = Field(description="Id of the VM network, `namespace/name`.")


class VmNicNetwork(Spec):
    """A NIC in `spec.template.spec.networks` of a VirtualMachine."""

    title: ClassVar[str] = "network"

    name: str = Field(description="Name of the NIC in the VM.")
    multus: VmNicMultus = Field(description="The network that it is on.")


class RenderVmNicsResult(Spec):
    """The NICs of a VM, for the one who makes the VM."""

    title: ClassVar[str] = "renderVmNics"

    interfaces: list[VmNicInterface] = Field(
        description="For `spec.template.spec.domain.devices.interfaces`."
    )
    networks: list[VmNicNetwork] = Field(description="For `spec.template.spec.networks`.")
    network_data: str = Field(
        description="Cloud-init's network data, for the key `networkdata` of a Secret."
    )
    written_by_harvester: list[str] = Field(
        description="What of the VirtualMachine Harvester writes: for the option of the "
        "resource that has changes ignored."
    )
