"""DhcpPool: addresses that Harvester's managed DHCP add-on gives the VMs of a VM network."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from .limits import DhcpPoolName, Namespace, vm_network_name
from .metadata import LabelledSpec
from .spec import Item, Meanings, Problem, replacing, unordered
from .unknown import is_known

DEFAULT_NAMESPACE = "default"
LONGEST_VM_NETWORK = 64
"""Characters of `namespace/name` that the server takes (B4.2)."""
MOST_DNS, MOST_NTP = 3, 4
"""What the server takes (B4.2)."""


def _address(value: str) -> str:
    try:
        IPv4Address(value)
    except AddressValueError:
        raise ValueError(f"'{value}' is not an IPv4 address such as 192.168.100.10") from None
    return value


def _subnet(value: str) -> str:
    address, _, prefix = value.partition("/")
    try:
        network = IPv4Network(value, strict=False)
    except ValueError:
        raise ValueError(
            f"'{value}' is not an IPv4 network such as 192.168.100.0/24"
        ) from None
    if not prefix.isdigit() or not 0 < network.prefixlen <= 30:
        raise ValueError(f"'{value}' has no prefix length from 1 to 30; write {address}/24")
    if str(network.network_address) != address:
        raise ValueError(f"{value} has host bits set; the network is {network}")
    return value


def _vm_network(value: str) -> str:
    namespace, slash, name = value.partition("/")
    if not (namespace and slash and name) or "/" in name:
        raise ValueError(
            f"'{value}' is not namespace and name of a VM network, such as default/web"
        )
    if len(value) > LONGEST_VM_NETWORK:
        raise ValueError(
            f"'{value}' has {len(value)} characters; the add-on takes {LONGEST_VM_NETWORK}"
        )
    vm_network_name(name)
    return value


def _lease(value: int) -> int:
    if value < 1:
        raise ValueError(f"{value} is no time; give the lease in seconds, such as 3600")
    return value


def _some_text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; leave it out")
    return value


VmNetworkKey = Annotated[str, AfterValidator(_vm_network)]
Subnet = Annotated[str, AfterValidator(_subnet)]
Address = Annotated[str, AfterValidator(_address)]
LeaseTime = Annotated[int, AfterValidator(_lease)]
Text = Annotated[str, AfterValidator(_some_text)]


class DhcpPool(LabelledSpec):
    """Experimental: addresses that the VMs of a VM network get from Harvester's managed DHCP,
    the add-on vm-dhcp-controller, which is experimental itself.

    It is ready when the add-on says that the pool is registered, its cache is ready and its
    agent runs; a paused one when it has stopped.
    """

    title: ClassVar[str] = "DhcpPool"
    listed_by: ClassVar[tuple[str, ...]] = ("namespace", "vmNetwork")
    meanings: ClassVar[Meanings] = {
        "namespace": lambda namespace: namespace or DEFAULT_NAMESPACE,
        "exclude": unordered,
        "dns": lambda servers: servers or [],
        "domainName": lambda text: text or "",
        "domainSearch": lambda domains: domains or [],
        "ntp": lambda servers: servers or [],
        "paused": bool,
    }

    name: DhcpPoolName = replacing(
        description="Name of the DHCP pool. Defaults to the resource's name."
    )
    namespace: Namespace | None = replacing(
        default=None, description="Namespace of the DHCP pool. Defaults to `default`."
    )
    vm_network: VmNetworkKey = replacing(
        description="The VM network as `namespace/name`; no overlay network."
    )
    cidr: Subnet = replacing(description="The subnet, such as 192.168.100.0/24.")
    server_ip: Address = replacing(
        description="Address of the DHCP server itself, which the add-on's agent gets."
    )
    start: Address = replacing(description="First address that VMs get.")
    end: Address = replacing(description="Last address that VMs get.")
    exclude: list[Item[Address]] | None = replacing(
        default=None, description="Addresses between them that no VM gets."
    )
    router: Address | None = Field(
        None,
        description="The gateway that VMs are told. It can be added; another one, or none, "
        "replaces the pool.",
    )
    dns: list[Item[Address]] | None = Field(
        None, description="DNS servers that VMs are told, at most 3."
    )
    domain_name: Text | None = Field(None, description="Domain that VMs are told.")
    domain_search: list[Item[Text]] | None = Field(
        None, description="Domains in which VMs look for names."
    )
    ntp: list[Item[Text]] | None = Field(
        None, description="Time servers that VMs are told, at most 4."
    )
    lease_time: LeaseTime | None = Field(
        None, description="How long an address is lent, in seconds."
    )
    paused: bool | None = Field(
        None,
        description="Whether the DHCP server is stopped: no VM gets or renews an address. "
        "Defaults to false.",
    )

    def contradictions(self) -> Iterator[Problem]:
        yield from super().contradictions()
        yield from self._length_problems()
        if is_known(self.cidr):
            yield from self._address_problems(IPv4Network(self.cidr))

    def _length_problems(self) -> Iterator[Problem]:
        for name, given, most in (("dns", self.dns, MOST_DNS), ("ntp", self.ntp, MOST_NTP)):
            if given and is_known(given) and len(given) > most:
                yield Problem(name, f"has {len(given)} servers; the add-on takes {most}")

    def _address_problems(self, subnet: IPv4Network) -> Iterator[Problem]:
        """Each address against the subnet, and then against the others (B4.2)."""
        found = list(self._misplaced(subnet))
        yield from found
        if not found:
            yield from self._range_problems()
            yield from self._doubled()

    def _single_addresses(self) -> Iterator[tuple[str, IPv4Address]]:
        given = {
            "serverIp": self.server_ip,
            "start": self.start,
            "end": self.end,
            "router": self.router,
        }
        for name, text in given.items():
            if text is not None and is_known(text):
                yield name, IPv4Address(text)

    def _excluded(self) -> Iterator[tuple[str, IPv4Address]]:
        excluded = self.exclude
        if excluded and is_known(excluded):
            for index, text in enumerate(excluded):
                if is_known(text):
                    yield f"exclude[{index}]", IPv4Address(text)

    def _misplaced(self, subnet: IPv4Network) -> Iterator[Problem]:
        for path, address in (*self._single_addresses(), *self._excluded()):
            if address not in subnet:
                yield Problem(path, f"{address} is not in {subnet}")
            elif address == subnet.network_address:
                yield Problem(path, f"{address} is the network address of {subnet}")
            elif address == subnet.broadcast_address:
                yield Problem(path, f"{address} is the broadcast address of {subnet}")

    def _range_problems(self) -> Iterator[Problem]:
        if not (is_known(self.start) and is_known(self.end)):
            return
        start, end = IPv4Address(self.start), IPv4Address(self.end)
        if start > end:
            yield Problem("end", f"{end} comes before start {start}; the pool is reversed")
            return
        for path, address in self._excluded():
            if not start <= address <= end:
                yield Problem(path, f"{address} is not between start {start} and end {end}")

    def _doubled(self) -> Iterator[Problem]:
        given = dict(self._single_addresses())
        server, router = given.get("serverIp"), given.get("router")
        if server is not None and server == router:
            yield Problem("serverIp", f"{server} is the router's; give the server its own")
        for path, address in self._excluded():
            if address == server:
                yield Problem(
                    path, f"{address} is the server's own, which no VM gets; leave it out"
                )


class DhcpPoolOutputs(DhcpPool):
    """What Pulumi remembers of a DHCP pool besides its inputs."""

    uid: str = Field(description="UID of the object on the server.")
    used: int | None = Field(
        None, description="How many addresses VMs have; absent until the add-on says so."
    )
    available: int | None = Field(
        None, description="How many addresses are left; absent until the add-on says so."
    )
