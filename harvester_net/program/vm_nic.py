"""NICs of VMs that a program makes with pulumi-kubernetes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pulumi

from .. import vm_nics
from .vm_network import VmNetwork


def vm_ignore_changes() -> list[str]:
    """What Harvester writes into a VM, for the option `ignore_changes` of the
    VirtualMachine.
    """
    return list(vm_nics.WRITTEN_BY_HARVESTER)


class VmNic:
    """A NIC of a VM on a VM network.

    `interface` and `network` are its parts of the VirtualMachine, `mac` its MAC address. Its
    values may be outputs; what is wrong with them is said by `network_data`.
    """

    def __init__(
        self,
        name: str,
        *,
        vm: str,
        network: VmNetwork | pulumi.Input[str],
        mac: pulumi.Input[str] | None = None,
        addresses: Sequence[pulumi.Input[str]] = (),
        gateway: pulumi.Input[str] | None = None,
        dns: Sequence[pulumi.Input[str]] = (),
        boot_order: int | None = None,
        mtu: pulumi.Input[int] | None = None,
    ) -> None:
        """A NIC.

        Args:
            name: Name of the NIC in the VM, such as `front`.
            vm: Name of the VM. Stack, VM and NIC decide the MAC address.
            network: The VM network, or its id, `namespace/name`.
            mac: MAC address in lower case. Absent means one that stays the same.
            addresses: Addresses with prefix length. None means DHCP.
            gateway: Where the default route goes; one NIC of a VM has it.
            dns: IP addresses of DNS servers.
            boot_order: Its place among what the VM boots from, from 1 on.
            mtu: MTU in bytes in the guest. Absent means the network's.
        """
        on = network.id if isinstance(network, VmNetwork) else network
        stable = vm_nics.stable_mac(pulumi.get_stack(), vm, name)
        self.mac: pulumi.Input[str] = stable if mac is None else mac
        self.interface = vm_nics.interface(name, self.mac, boot_order)
        self.network = vm_nics.network(name, on)
        self._given: dict[str, Any] = {
            "name": name,
            "network": on,
            "mac": self.mac,
            "addresses": list(addresses),
            "gateway": gateway,
            "dns": list(dns),
            "boot_order": boot_order,
            "mtu": mtu,
        }

    @property
    def known(self) -> pulumi.Output[dict[str, Any]]:
        """The NIC when all its values are known."""
        return pulumi.Output.from_input(self._given)


def network_data(nics: Iterable[VmNic], version: int = 2) -> pulumi.Output[str]:
    """Cloud-init's network data for the NICs of one VM, in version 1 or 2.

    Raises ValueError, when the values are known, with all that is wrong with them.
    """
    everything: pulumi.Output[Any] = pulumi.Output.all(*(nic.known for nic in nics))
    return everything.apply(
        lambda all_known: vm_nics.network_data(
            [vm_nics.Nic(**known) for known in all_known], version
        )
    )


def cloud_init_data(
    user_data: pulumi.Input[str], network_data: pulumi.Input[str]
) -> dict[str, pulumi.Input[str]]:
    """The `string_data` of a Secret for cloud-init, which a VM names as both
    `secretRef` and `networkDataSecretRef`.
    """
    return vm_nics.cloud_init_keys(user_data, network_data)
