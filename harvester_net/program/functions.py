"""Functions: look at the cluster from a program."""

from __future__ import annotations

from typing import Any, cast

import pulumi

from .registration import invoke_options, token

CLUSTER_NETWORK = token("getClusterNetwork")
NODE_NICS = token("getNodeNics")
VM_INTERFACES = token("getVmInterfaces")


@pulumi.output_type
class GetClusterNetworkResult(dict[str, Any]):
    """A cluster network as it is on the server."""

    name: str = pulumi.property("name")
    """Name of the cluster network."""
    mtu: int = pulumi.property("mtu")
    """MTU in bytes."""
    ready: bool = pulumi.property("ready")
    """Whether Harvester calls it ready; one without network configs never is."""
    network_configs: list[str] = pulumi.property("networkConfigs")
    """Names of its network configs, sorted."""


@pulumi.output_type
class Nic(dict[str, Any]):
    """A physical NIC of a node."""

    node: str = pulumi.property("node")
    """Name of the node."""
    name: str = pulumi.property("name")
    """Name of the NIC, such as `eno2`."""
    up: bool = pulumi.property("up")
    """Whether it has a link."""
    mac: str = pulumi.property("mac")
    """MAC address."""
    free: bool = pulumi.property("free")
    """Whether no bond has it."""
    master: str = pulumi.property("master")
    """Name of the bond that has it; empty if it is free."""


@pulumi.output_type
class GetNodeNicsResult(dict[str, Any]):
    """The NICs of one node or of all."""

    nics: list[Nic] = pulumi.property("nics")
    """The NICs, sorted by node."""


@pulumi.output_type
class VmInterface(dict[str, Any]):
    """A NIC of a VM."""

    name: str = pulumi.property("name")
    """Name of the NIC in the VM."""
    vm_network: str = pulumi.property("vmNetwork")
    """The VM network, `namespace/name`; empty for the pod network."""
    mac: str = pulumi.property("mac")
    """MAC address; empty while it has none."""
    addresses: list[str] = pulumi.property("addresses")
    """IP addresses, as far as they are known."""


@pulumi.output_type
class GetVmInterfacesResult(dict[str, Any]):
    """The NICs of a VM."""

    interfaces: list[VmInterface] = pulumi.property("interfaces")
    """The NICs, in the order of the VM's own list."""
    guest_agent: bool = pulumi.property("guestAgent")
    """Whether the guest agent answers. Without it the addresses of VM networks are not
    known.
    """


def get_cluster_network(
    name: str, *, opts: pulumi.InvokeOptions | None = None
) -> GetClusterNetworkResult:
    """Looks up a cluster network on the server.

    Args:
        name: Name of the cluster network.
        opts: Options of every Pulumi function.
    """
    found = pulumi.runtime.invoke(
        CLUSTER_NETWORK, {"name": name}, invoke_options(opts), GetClusterNetworkResult
    )
    return cast(GetClusterNetworkResult, found.value)


def get_cluster_network_output(
    name: pulumi.Input[str], *, opts: pulumi.InvokeOptions | None = None
) -> pulumi.Output[GetClusterNetworkResult]:
    """Looks up a cluster network on the server; its name may be an output.

    Args:
        name: Name of the cluster network.
        opts: Options of every Pulumi function.
    """
    return pulumi.runtime.invoke_output(
        CLUSTER_NETWORK, {"name": name}, invoke_options(opts), GetClusterNetworkResult
    )


def get_node_nics(
    node: str | None = None, *, opts: pulumi.InvokeOptions | None = None
) -> GetNodeNicsResult:
    """Looks up the NICs of the nodes.

    Args:
        node: Name of a node. Absent means all nodes.
        opts: Options of every Pulumi function.
    """
    found = pulumi.runtime.invoke(
        NODE_NICS, {"node": node}, invoke_options(opts), GetNodeNicsResult
    )
    return cast(GetNodeNicsResult, found.value)


def get_node_nics_output(
    node: pulumi.Input[str] | None = None, *, opts: pulumi.InvokeOptions | None = None
) -> pulumi.Output[GetNodeNicsResult]:
    """Looks up the NICs of the nodes; the name of the node may be an output.

    Args:
        node: Name of a node. Absent means all nodes.
        opts: Options of every Pulumi function.
    """
    return pulumi.runtime.invoke_output(
        NODE_NICS, {"node": node}, invoke_options(opts), GetNodeNicsResult
    )


def get_vm_interfaces(
    name: str, namespace: str | None = None, *, opts: pulumi.InvokeOptions | None = None
) -> GetVmInterfacesResult:
    """Looks up the NICs of a VM: their networks, MAC addresses and, while it runs with a guest
    agent, their addresses.

    Args:
        name: Name of the VM.
        namespace: Namespace of the VM. Defaults to `default`.
        opts: Options of every Pulumi function.
    """
    asked = {"name": name, "namespace": namespace}
    found = pulumi.runtime.invoke(
        VM_INTERFACES, asked, invoke_options(opts), GetVmInterfacesResult
    )
    return cast(GetVmInterfacesResult, found.value)


def get_vm_interfaces_output(
    name: pulumi.Input[str],
    namespace: pulumi.Input[str] | None = None,
    *,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[GetVmInterfacesResult]:
    """Looks up the NICs of a VM; its name may be an output.

    Args:
        name: Name of the VM.
        namespace: Namespace of the VM. Defaults to `default`.
        opts: Options of every Pulumi function.
    """
    asked = {"name": name, "namespace": namespace}
    return pulumi.runtime.invoke_output(
        VM_INTERFACES, asked, invoke_options(opts), GetVmInterfacesResult
    )
