"""NICs of VMs on VM networks: MAC addresses, KubeVirt's own dicts, and cloud-init's network
data (B5). Pure, for programs and the plugin alike.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface
from typing import Any

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
VERSIONS = (1, 2)
"""Versions of cloud-init's network data."""


@dataclass(frozen=True)
class Nic:
    """One NIC of a VM, all of whose values are known."""

    name: str
    network: str
    """Id of its VM network, ``namespace/name``."""
    mac: str
    addresses: Sequence[str] = ()
    """Addresses with prefix length, such as ``192.168.100.10/24``; none means DHCP."""
    gateway: str | None = None
    """Where the VM's one default route goes."""
    dns: Sequence[str] = ()
    boot_order: int | None = None
    mtu: int | None = None
    """MTU in bytes in the guest; absent means what KubeVirt hands down from the network."""

    @property
    def dhcp(self) -> bool:
        """Whether it asks for its address."""
        return not self.addresses


def stable_mac(stack: str, vm: str, nic: str) -> str:
    """A locally administered MAC address that these three always have, and others have not.

    Without one Harvester makes one up and writes it into the VM (B5), which a program that
    declares the VM would undo.
    """
    digest = hashlib.sha256("\0".join((stack, vm, nic)).encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest[:5]))


def interface(name: str, mac: Any, boot_order: int | None = None) -> dict[str, Any]:
    """The NIC in ``spec.template.spec.domain.devices.interfaces`` of a VM."""
    order = {} if boot_order is None else {"bootOrder": boot_order}
    return {"name": name, "model": "virtio", "bridge": {}, "macAddress": mac} | order


def network(name: str, vm_network: Any) -> dict[str, Any]:
    """The NIC in ``spec.template.spec.networks`` of a VM.

    A name without its namespace is looked for in another one by Harvester's check of MAC
    addresses than by its mutator (B5).
    """
    return {"name": name, "multus": {"networkName": vm_network}}


def problems(nics: Sequence[Nic], version: int = 2) -> Iterator[str]:
    """What is wrong with the NICs of one VM, a sentence for each."""
    if version not in VERSIONS:
        yield f"there is no version {version} of cloud-init's network data; use 1 or 2"
    for nic in nics:
        yield from (f"NIC {nic.name}: {sentence}" for sentence in _problems_of(nic))
    for what, values in (("name", [n.name for n in nics]), ("MAC", [n.mac for n in nics])):
        for value in sorted({each for each in values if values.count(each) > 1}):
            yield f"two NICs have the {what} {value}"
    routers = [nic.name for nic in nics if nic.gateway]
    if len(routers) > 1:
        yield f"{', '.join(routers)} have a gateway each; a VM has one default route"
    if version == 1 and (hushed := [nic.name for nic in nics if _is_hushed(nic, nics)]):
        yield (
            f"{', '.join(hushed)} would take a second default route by DHCP, which version 1 "
            "cannot forbid; use version 2"
        )


def _problems_of(nic: Nic) -> Iterator[str]:
    if not _NAME.fullmatch(nic.name):
        yield "its name must be of lower-case letters, digits and '-'"
    if not all(nic.network.partition("/")):
        yield f"'{nic.network}' is not the id of a VM network; write namespace/name"
    if not _MAC.fullmatch(nic.mac):
        yield f"'{nic.mac}' is not a MAC address such as 02:00:00:aa:bb:cc, in lower case"
    elif int(nic.mac[:2], 16) & 1:
        yield f"{nic.mac} is a multicast MAC address"
    interfaces = []
    for text in nic.addresses:
        try:
            interfaces.append(ip_interface(text))
        except ValueError:
            yield f"'{text}' is not an address such as 192.168.100.10/24"
        else:
            if "/" not in text:
                yield f"{text} has no prefix length; write {text}/24"
    for text in nic.dns:
        yield from () if _is_address(text) else (f"DNS server '{text}' is not an IP address",)
    if nic.gateway is None:
        return
    if nic.dhcp:
        yield "a gateway needs addresses; by DHCP it comes from the server"
    elif not _is_address(nic.gateway):
        yield f"gateway '{nic.gateway}' is not an IP address"
    elif not any(ip_address(nic.gateway) in each.network for each in interfaces):
        yield f"gateway {nic.gateway} is in none of the networks of its addresses"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_hushed(nic: Nic, nics: Sequence[Nic]) -> bool:
    """Whether a NIC takes an address by DHCP, but no default route: another one has it."""
    first = next((each for each in nics if each.gateway), None)
    router = first or next((each for each in nics if each.dhcp), None)
    return nic.dhcp and nic is not router


def network_data(nics: Iterable[Nic], version: int = 2) -> str:
    """Cloud-init's network data for the NICs of one VM. Raises ValueError if they are wrong.

    NICs are matched by MAC, for their names move with hot-plugging and boot order. It is
    written as JSON, which is YAML with every text in quotes: a MAC of digits alone would
    otherwise be read as a number (B5).
    """
    all_nics = list(nics)
    if wrong := list(problems(all_nics, version)):
        raise ValueError("; ".join(wrong))
    if version == 1:
        data: dict[str, Any] = {"version": 1, "config": list(map(_version_1, all_nics))}
    else:
        ethernets = {nic.name: _version_2(nic, _is_hushed(nic, all_nics)) for nic in all_nics}
        data = {"version": 2, "ethernets": ethernets}
    return json.dumps(data, indent=2) + "\n"


def _version_1(nic: Nic) -> dict[str, Any]:
    subnets: list[dict[str, Any]] = [{"type": "dhcp"}]
    if not nic.dhcp:
        subnets = [{"type": "static", "address": text} for text in nic.addresses]
        for subnet in subnets:
            if (
                nic.gateway
                and ip_address(nic.gateway) in ip_interface(subnet["address"]).network
            ):
                subnet["gateway"] = nic.gateway
        if nic.dns:
            subnets[0]["dns_nameservers"] = list(nic.dns)
    mtu = {} if nic.mtu is None else {"mtu": nic.mtu}
    own = {"type": "physical", "name": nic.name, "mac_address": nic.mac}
    return own | mtu | {"subnets": subnets}


def _version_2(nic: Nic, hushed: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"match": {"macaddress": nic.mac}}
    if nic.dhcp:
        # A restored or cloned VM has another machine id, and would get another address.
        made |= {"dhcp4": True, "dhcp-identifier": "mac"}
        if hushed:
            made["dhcp4-overrides"] = {"use-routes": False}
    else:
        made |= {"dhcp4": False, "addresses": list(nic.addresses)}
    if nic.gateway:
        every = "::/0" if ":" in nic.gateway else "0.0.0.0/0"
        made["routes"] = [{"to": every, "via": nic.gateway}]
    if nic.dns:
        made["nameservers"] = {"addresses": list(nic.dns)}
    return made if nic.mtu is None else made | {"mtu": nic.mtu}


def cloud_init_keys(user_data: Any, network_data: Any) -> dict[str, Any]:
    """What a Secret for cloud-init has, by Harvester's own keys: its ``stringData``."""
    return {"userdata": user_data, "networkdata": network_data}


WRITTEN_BY_HARVESTER = (
    "spec.template.spec.affinity",
    'metadata.annotations["harvesterhci.io/mac-address"]',
    'metadata.annotations["harvesterhci.io/vmRunStrategy"]',
    'metadata.annotations["network.harvesterhci.io/ips"]',
)
"""What of a VM Harvester writes (B5), for the option ``ignore_changes`` of the resource."""
