"""Limits that several kinds share, each with its sentence and where it comes from."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, ip_network
from typing import Annotated

from pydantic import AfterValidator

DEFAULT_MTU = 1500
"""Bytes; what Harvester means by an MTU that is absent or 0 (H3.1)."""

SMALLEST_MTU, LARGEST_MTU = 576, 9000
"""Bytes; what Harvester takes (H3.1)."""

LONGEST_DEVICE_NAME = 15
LONGEST_CLUSTER_NETWORK = LONGEST_DEVICE_NAME - len("-br")
LONGEST_LABEL = 63
"""Characters of a label's value; DNS names of namespaces have the same limit."""

MGMT = "mgmt"
"""The cluster network that is built in: every node's management interface."""

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


def host_device(cluster_network: str, vlan: int) -> str:
    """The device that a node has of its own in a VLAN of a cluster network (B1.3)."""
    return f"{cluster_network}-br.{vlan}"


def mtu_or_default(mtu: int | None) -> int:
    """The MTU in bytes that absent, 0 or a number mean (NC:pkg/utils/mtu.go)."""
    return mtu or DEFAULT_MTU


def _mtu(value: int) -> int:
    if value != 0 and not SMALLEST_MTU <= value <= LARGEST_MTU:
        raise ValueError(f"{value} is out of range; use 576 to 9000 bytes, or 0 for 1500")
    return value


def _vlan(value: int) -> int:
    if not 1 <= value <= 4094:
        raise ValueError(f"{value} is not a VLAN ID; use 1 to 4094")
    return value


def _subdomain(value: str, what: str, longest: int) -> str:
    if not all(map(_LABEL.fullmatch, value.split("."))):
        raise ValueError(
            f"'{value}' is not a valid name of a {what}; use lower-case letters, digits and "
            "'-', with a letter or digit at both ends, or several such parts joined by '.'"
        )
    return _short_enough(value, what, longest)


def _short_enough(value: str, what: str, longest: int) -> str:
    if len(value) > longest:
        raise ValueError(
            f"'{value}' has {len(value)} characters; the name of a {what} has at most "
            f"{longest}"
        )
    return value


def _cluster_network_name(value: str) -> str:
    # Its bridge is <name>-br, and Linux allows 15 characters for a device (H0).
    return _subdomain(value, "cluster network", LONGEST_CLUSTER_NETWORK)


def _network_config_name(value: str) -> str:
    # The agent uses it as the value of a label (H1.2), which takes dots.
    return _subdomain(value, "network config", LONGEST_LABEL)


def vm_network_name(value: str) -> str:
    """The name of a VM network. Raises ValueError if it is none."""
    return _subdomain(value, "VM network", 253)


def _host_network_config_name(value: str) -> str:
    return _subdomain(value, "host network config", 253)


def _dhcp_pool_name(value: str) -> str:
    # Its agent's pod has it in its name, and the VM network in the value of a label (B4.2).
    return _subdomain(value, "DHCP pool", LONGEST_LABEL)


def _namespace(value: str) -> str:
    if not _LABEL.fullmatch(value):
        raise ValueError(
            f"'{value}' is not a valid name of a namespace; use lower-case letters, digits "
            "and '-', with a letter or digit at both ends"
        )
    return _short_enough(value, "namespace", LONGEST_LABEL)


def _ipv4_network(value: str) -> str:
    _ipv4_part(value)
    network = IPv4Network(value, strict=False)
    if str(network.network_address) != value.partition("/")[0]:
        raise ValueError(f"{value} has host bits set; the network is {network}")
    return value


def _ipv4_part(value: str) -> str:
    # Of an exclusion Harvester takes host bits: it counts from the address on (H3.5).
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        raise ValueError(f"'{value}' is not a network such as 192.168.0.0/24") from None
    # An IPv6 range hangs the webhook of Harvester up to 1.8 for good (O4.2).
    if not isinstance(network, IPv4Network):
        raise ValueError(f"{value} is IPv6; only IPv4 is supported")
    if not value.partition("/")[2].isdigit():
        raise ValueError(f"'{value}' has no prefix length; write {network.network_address}/24")
    if network.prefixlen < 16:
        raise ValueError(f"{value} is too large; Harvester takes /16 or smaller")
    return value


Mtu = Annotated[int, AfterValidator(_mtu)]
VlanId = Annotated[int, AfterValidator(_vlan)]
ClusterNetworkName = Annotated[str, AfterValidator(_cluster_network_name)]
NetworkConfigName = Annotated[str, AfterValidator(_network_config_name)]
VmNetworkName = Annotated[str, AfterValidator(vm_network_name)]
HostNetworkConfigName = Annotated[str, AfterValidator(_host_network_config_name)]
DhcpPoolName = Annotated[str, AfterValidator(_dhcp_pool_name)]
Namespace = Annotated[str, AfterValidator(_namespace)]
Ipv4Network = Annotated[str, AfterValidator(_ipv4_network)]
Ipv4Part = Annotated[str, AfterValidator(_ipv4_part)]
"""A part of a network, which may be written from any of its addresses on."""
