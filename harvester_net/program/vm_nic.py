"""NICs of VMs that a program makes with pulumi-kubernetes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pulumi

from .. import vm_nics
from .functions import render_vm_nics_output
from .vm_network import VmNetwork
from .vm_nic_spec import VmNicSpec


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
            mtu: MTU in bytes in the guest, at most the network's. Absent means the network's.
        """
        on = network.id if isinstance(network, VmNetwork) else network
        stable = vm_nics.stable_mac(pulumi.get_stack(), vm, name)
        self.vm = vm
        self.mac: pulumi.Input[str] = stable if mac is None else mac
        self.interface = vm_nics.interface(name, self.mac, boot_order)
        self.network = vm_nics.network(name, on)
        self.arguments = VmNicSpec(
            name=name,
            vm_network=on,
            mac=self.mac,
            addresses=list(addresses),
            gateway=gateway,
            dns=list(dns),
            boot_order=boot_order,
            mtu=mtu,
        )


def network_data(
    nics: Iterable[VmNic],
    version: int = 2,
    *,
    namespace: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[str]:
    """Cloud-init's network data for the NICs of one VM, as `render_vm_nics` makes it.

    Args:
        nics: The NICs; all of one VM, and at least one. Raises ValueError otherwise.
        version: Version of the network data, 1 or 2.
        namespace: Namespace of the VM. Defaults to `default`.
        opts: Options of every Pulumi function.
    """
    all_nics = list(nics)
    vms = sorted({nic.vm for nic in all_nics})
    if len(vms) != 1:
        raise ValueError(f"network_data is for the NICs of one VM, not of {vms or 'none'}")
    rendered = render_vm_nics_output(
        vm=vms[0],
        nics=[nic.arguments for nic in all_nics],
        namespace=namespace,
        version=version,
        opts=opts,
    )
    return rendered.network_data


def cloud_init_data(
    user_data: pulumi.Input[str], network_data: pulumi.Input[str]
) -> dict[str, pulumi.Input[str]]:
    """The `string_data` of a Secret for cloud-init, which a VM names as both
    `secretRef` and `networkDataSecretRef`.
    """
    return vm_nics.cloud_init_keys(user_data, network_data)
