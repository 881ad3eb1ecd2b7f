"""The NICs of a VM: what its spec asks for, and what is known of them while it runs (B5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from ..cluster.resources import Object, condition
from ..printable import printable
from .workloads import networks_of

MOST_ADDRESSES = 64
"""Of one NIC; a guest may say what it wants."""


@dataclass(frozen=True)
class Interface:
    """One NIC of a VM."""

    name: str
    network: str
    """Id of its VM network; empty for the pod network."""
    mac: str
    """Empty while nobody has given it one."""
    addresses: list[str] = field(default_factory=list)
    """IP addresses without prefix length, as far as they are known."""


def interfaces_of(vm: Object, vmi: Object | None) -> list[Interface]:
    """The NICs of a VM in the order of its spec, with what its instance, if any, knows."""
    spec = ((vm.get("spec") or {}).get("template") or {}).get("spec") or {}
    devices = (spec.get("domain") or {}).get("devices") or {}
    namespace = vm["metadata"]["namespace"]
    network_by_name = {
        each.get("name"): next(iter(networks_of({"networks": [each]}, namespace)), "")
        for each in spec.get("networks") or ()
    }
    status = ((vmi or {}).get("status") or {}).get("interfaces") or ()
    seen_by_name = {each.get("name"): each for each in status}
    found = []
    for each in devices.get("interfaces") or ():
        name = each.get("name")
        seen = seen_by_name.get(name, {})
        mac = str(seen.get("mac") or each.get("macAddress") or "")
        network = printable(network_by_name.get(name, ""))
        addresses = list(_addresses(seen))
        found.append(Interface(printable(str(name or "")), network, printable(mac), addresses))
    return found


def _addresses(seen: Object) -> Iterator[str]:
    texts: list[Any] = seen.get("ipAddresses") or [seen.get("ipAddress")]
    for text in texts[:MOST_ADDRESSES]:
        try:
            yield str(ip_address(str(text).partition("/")[0]))
        except ValueError:
            continue


def has_guest_agent(vmi: Object | None) -> bool:
    """Whether the agent in the guest answers, without which its addresses are not known."""
    return vmi is not None and condition(vmi, "AgentConnected").get("status") == "True"
