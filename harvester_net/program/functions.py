"""Functions: look at the cluster from a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pulumi

from .registration import invoke_options, token
from .vm_nic_spec import VmNicSpec

CLUSTER_NETWORK = token("getClusterNetwork")
NODE_NICS = token("getNodeNics")
VM_INTERFACES = token("getVmInterfaces")
RENDERED_VM_NICS = token("renderVmNics")


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
    nodes: list[str] = pulumi.property("nodes")
    """Names of the nodes that carry it, sorted: where VMs on it can run."""


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


@pulumi.output_type
class VmNicInterface(dict[str, Any]):
    """A NIC in `spec.template.spec.domain.devices.interfaces` of a VirtualMachine."""

    name: str = pulumi.property("name")
    """Name of the NIC in the VM."""
    model: str = pulumi.property("model")
    """Model of the device: always `virtio`."""
    bridge: dict[str, str] = pulumi.property("bridge")
    """Always empty: says that the NIC is bridged to its network."""
    mac_address: str = pulumi.property("macAddress")
    """MAC address."""
    boot_order: int | None = pulumi.property("bootOrder")
    """Its place among what the VM boots from, from 1 on."""


@pulumi.output_type
class VmNicMultus(dict[str, Any]):
    """The network of a NIC."""

    network_name: str = pulumi.property("networkName")
    """Id of the VM network, `namespace/name`."""


@pulumi.output_type
class VmNicNetwork(dict[str, Any]):
    """A NIC in `spec.template.spec.networks` of a VirtualMachine."""

    name: str = pulumi.property("name")
    """Name of the NIC in the VM."""
    multus: VmNicMultus = pulumi.property("multus")
    """The network that it is on."""


@pulumi.output_type
class RenderVmNicsResult(dict[str, Any]):
    """The NICs of a VM, for the one who makes the VM."""

    interfaces: list[VmNicInterface] = pulumi.property("interfaces")
    """For `spec.template.spec.domain.devices.interfaces`."""
    networks: list[VmNicNetwork] = pulumi.property("networks")
    """For `spec.template.spec.networks`."""
    network_data: str = pulumi.property("networkData")
    """Cloud-init's network data, for the key `networkdata` of a Secret."""
    written_by_harvester: list[str] = pulumi.property("writtenByHarvester")
    """What of the VirtualMachine Harvester writes: for the option of the resource that has
    changes ignored.
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


def render_vm_nics(
    *,
    vm: str,
    nics: Sequence[pulumi.InputType[VmNicSpec]],
    namespace: str | None = None,
    stack: str | None = None,
    version: int | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> RenderVmNicsResult:
    """Renders the NICs of a VM for the one who makes the VM, such as pulumi-kubernetes: the
    parts of a VirtualMachine, and cloud-init's network data. What the VM would lack, such as a
    network that is not there, is said.

    Args:
        vm: Name of the VM.
        nics: The NICs of the VM, in their order.
        namespace: Namespace of the VM. Defaults to `default`.
        stack: Name of the stack, which makes the MAC addresses of its VMs others than those of
            the next one. Needed where a NIC has no `mac`.
        version: Version of cloud-init's network data, 1 or 2. Defaults to 2.
        opts: Options of every Pulumi function.
    """
    asked = _asked(vm, nics, namespace, stack, version)
    found = pulumi.runtime.invoke(
        RENDERED_VM_NICS, asked, invoke_options(opts), RenderVmNicsResult
    )
    return cast(RenderVmNicsResult, found.value)


def render_vm_nics_output(
    *,
    vm: pulumi.Input[str],
    nics: pulumi.Input[Sequence[pulumi.Input[pulumi.InputType[VmNicSpec]]]],
    namespace: pulumi.Input[str] | None = None,
    stack: pulumi.Input[str] | None = None,
    version: pulumi.Input[int] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[RenderVmNicsResult]:
    """Renders the NICs of a VM for the one who makes the VM; its arguments may be outputs,
    such as the ids of VM networks.

    Args:
        vm: Name of the VM.
        nics: The NICs of the VM, in their order.
        namespace: Namespace of the VM. Defaults to `default`.
        stack: Name of the stack, which makes the MAC addresses of its VMs others than those of
            the next one. Needed where a NIC has no `mac`.
        version: Version of cloud-init's network data, 1 or 2. Defaults to 2.
        opts: Options of every Pulumi function.
    """
    asked = _asked(vm, nics, namespace, stack, version)
    return pulumi.runtime.invoke_output(
        RENDERED_VM_NICS, asked, invoke_options(opts), RenderVmNicsResult
    )


def _asked(vm: Any, nics: Any, namespace: Any, stack: Any, version: Any) -> dict[str, Any]:
    return {
        "vm": vm,
        "nics": nics,
        "namespace": namespace,
        "stack": stack,
        "version": version,
    }
