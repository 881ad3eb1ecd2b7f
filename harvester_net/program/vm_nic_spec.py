"""A NIC of a VM as an argument of `render_vm_nics`."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi


@pulumi.input_type
class VmNicSpec:
    """A NIC of a VM that is to be made."""

    name: pulumi.Input[str] = pulumi.property("name")
    vm_network: pulumi.Input[str] = pulumi.property("vmNetwork")
    mac: pulumi.Input[str] | None = pulumi.property("mac")
    addresses: pulumi.Input[Sequence[pulumi.Input[str]]] | None = pulumi.property("addresses")
    gateway: pulumi.Input[str] | None = pulumi.property("gateway")
    dns: pulumi.Input[Sequence[pulumi.Input[str]]] | None = pulumi.property("dns")
    boot_order: pulumi.Input[int] | None = pulumi.property("bootOrder")
    mtu: pulumi.Input[int] | None = pulumi.property("mtu")

    def __init__(
        self,
        *,
        name: pulumi.Input[str],
        vm_network: pulumi.Input[str],
        mac: pulumi.Input[str] | None = None,
        addresses: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        gateway: pulumi.Input[str] | None = None,
        dns: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        boot_order: pulumi.Input[int] | None = None,
        mtu: pulumi.Input[int] | None = None,
    ) -> None:
        """A NIC of a VM that is to be made.

        Args:
            name: Name of the NIC in the VM, such as `front`.
            vm_network: The VM network: the `id` of a VmNetwork, which is `namespace/name`.
            mac: MAC address in lower case. Absent means one that stays the same, made of
                `stack`, the VM and the NIC.
            addresses: IP addresses with prefix length, such as `192.168.100.10/24`. Absent
                means DHCP.
            gateway: Where the VM's one default route goes; one NIC of a VM has it.
            dns: IP addresses of DNS servers.
            boot_order: Its place among what the VM boots from, from 1 on.
            mtu: MTU in bytes in the guest, at most the network's. Absent means the network's.
        """
        self.name = name
        self.vm_network = vm_network
        self.mac = mac
        self.addresses = addresses
        self.gateway = gateway
        self.dns = dns
        self.boot_order = boot_order
        self.mtu = mtu
