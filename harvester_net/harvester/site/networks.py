"""Names and addresses of networks in texts: keys, bridges, devices, providers, CIDRs."""

from __future__ import annotations

import base64
import binascii
import re
from ipaddress import ip_address, ip_network
from typing import Any

from ..cni import network_of_bridge
from ..names import BOND, BRIDGE
from .shapes import Meaning, Put, text

_OVN = "ovn"
_SUB_INTERFACE = re.compile(rf"(.+{BRIDGE})(\.[0-9]{{1,4}})")
_LINK_RULE = re.compile(r"([a-z0-9.-]+)(\(-br\|-bo\))")
_MAC = re.compile("([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
MIRROR = "mgmt-vlanconfig-"
"""How the network configs begin in which the agents mirror what their hosts have (H1.2)."""

vm_network = text(Meaning.VM_NETWORK)
namespace = text(Meaning.NAMESPACE)


def key_of_vm_network(value: Any, put: Put) -> Any:
    """``namespace/name``, or the name alone."""
    if not isinstance(value, str) or "/" not in value:
        return vm_network(value, put)
    place, _, name = value.partition("/")
    return _joined("/", namespace(place, put), vm_network(name, put))


def _joined(between: str, *parts: str | None) -> str | None:
    """The parts in one text; nothing if one of them is left out."""
    known = [part for part in parts if part is not None]
    return between.join(known) if len(known) == len(parts) else None


def config(value: Any, put: Put) -> Any:
    """The name of a network config."""
    if isinstance(value, str) and value.startswith(MIRROR):
        node = put(Meaning.NODE, value.removeprefix(MIRROR))
        return None if node is None else MIRROR + node
    return text(Meaning.CONFIG)(value, put)


def bridge(value: Any, put: Put) -> Any:
    """The bridge that a CNI config names."""
    network = network_of_bridge(value) if isinstance(value, str) else None
    if network is None:
        return text(Meaning.BRIDGE)(value, put)
    return _joined("", put(Meaning.CLUSTER_NETWORK, network), BRIDGE)


def device(value: Any, put: Put) -> Any:
    """A link of a node: bond, bridge or VLAN of a cluster network, or a NIC."""
    if not isinstance(value, str):
        return None
    if found := _SUB_INTERFACE.fullmatch(value):
        return _joined("", bridge(found[1], put), found[2])
    for end in (BOND, BRIDGE):
        if value.endswith(end) and len(value) > len(end):
            network = put(Meaning.CLUSTER_NETWORK, value.removesuffix(end))
            return _joined("", network, end)
    return text(Meaning.NIC)(value, put)


def link_rule(value: Any, put: Put) -> Any:
    """The names that a LinkMonitor asks for, in the form that Harvester writes (H1.4)."""
    found = _LINK_RULE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value if value == "" else None
    return _joined("", put(Meaning.CLUSTER_NETWORK, found[1]), found[2])


def provider(value: Any, put: Put) -> Any:
    """Of an overlay network: ``name.namespace.ovn`` (H1.6)."""
    if not isinstance(value, str) or value in ("", _OVN):
        return value if isinstance(value, str) else None
    name, *rest = value.split(".")
    if len(rest) < 2:
        return text(Meaning.PART)(value, put)
    others = (part if part == _OVN else text(Meaning.PART)(part, put) for part in rest[1:])
    return _joined(".", vm_network(name, put), namespace(rest[0], put), *others)


def address(value: Any, put: Put) -> Any:
    """An IP address."""
    if not isinstance(value, str) or "%" in value:
        return None
    try:
        ip_address(value)
    except ValueError:
        return None
    return put(Meaning.ADDRESS, value)


def cidr(value: Any, put: Put) -> Any:
    """A range of addresses; host bits may be set."""
    if not isinstance(value, str):
        return None
    start, slash, prefix = value.partition("/")
    if not slash or not (prefix.isascii() and prefix.isdigit()) or "%" in start:
        return None
    try:
        ip_network(value, strict=False)
    except ValueError:
        return None
    return put(Meaning.RANGE, value)


def mac(value: Any, put: Put) -> Any:
    """A MAC address."""
    fits = isinstance(value, str) and _MAC.fullmatch(value)
    return put(Meaning.MAC, value) if fits else None


def mac_bytes(value: Any, put: Put) -> Any:
    """A MAC address as VlanConfigs have it: base64 of its bytes (H1.2)."""
    if not isinstance(value, str):
        return None
    try:
        found = mac(base64.b64decode(value, validate=True).hex(":"), put)
    except binascii.Error:
        return None
    return None if found is None else base64.b64encode(_bytes(found)).decode()


def _bytes(address: str) -> bytes:
    return bytes.fromhex(address.replace(":", ""))
