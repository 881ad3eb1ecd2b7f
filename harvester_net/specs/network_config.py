"""NetworkConfig: which NICs of which nodes carry a cluster network (a VlanConfig on the
server).
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, Field

from .disruption import NodeDevices, planned_steps, planned_vms, seen_nodes
from .limits import ClusterNetworkName, Mtu, NetworkConfigName, mtu_or_default
from .metadata import NamedSpec
from .spec import Item, Meanings, Spec, replacing, unordered
from .unknown import is_known

BondMode = Literal[
    "balance-rr",
    "active-backup",
    "balance-xor",
    "broadcast",
    "802.3ad",
    "balance-tlb",
    "balance-alb",
]
BOND_MODES: tuple[str, ...] = get_args(BondMode)
DEFAULT_BOND_MODE: BondMode = "active-backup"
DEFAULT_MIIMON = 100
"""Milliseconds; what agents from 1.7 on make of an absent or -1 miimon (H1.2)."""
UNCHANGED_QUEUE = -1
"""The txQLen that leaves the kernel's own (H1.2)."""
DEFAULTED = (None, -1, 0)
"""What says nothing: a 0 is lost with the server's next write, and the default comes back."""

_MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")


def _mac(value: str) -> str:
    if not _MAC.fullmatch(value):
        raise ValueError(f"'{value}' is not a MAC address such as 02:00:00:aa:bb:cc")
    return value


def _storable(value: int) -> int:
    # The server's Go types drop a 0 at their next write, and the default comes back (H1.2).
    if value == 0:
        raise ValueError("0 cannot be stored by Harvester; leave it out for the default")
    if value < -1:
        raise ValueError(
            f"{value} is out of range; use a positive number, or -1 for the default"
        )
    return value


def _nic(value: str) -> str:
    if not value or len(value) > 15 or "/" in value or " " in value:
        raise ValueError(f"'{value}' is not the name of a NIC (1 to 15 characters, no '/')")
    return value


def _some_and_different(value: list[str]) -> list[str]:
    if not value:
        raise ValueError("is empty; name at least one NIC")
    twice = sorted({nic for nic in value if isinstance(nic, str) and value.count(nic) > 1})
    if twice:
        raise ValueError(f"{twice[0]} is listed twice")
    return value


Storable = Annotated[int, AfterValidator(_storable)]
NicName = Annotated[str, AfterValidator(_nic)]
MacAddress = Annotated[str, AfterValidator(_mac)]
Nics = Annotated[list[Item[NicName]], AfterValidator(_some_and_different)]


class BondOptions(Spec):
    """How the NICs of a node are bonded."""

    title: ClassVar[str] = "bondOptions"
    meanings: ClassVar[Meanings] = {
        "mode": lambda mode: mode or DEFAULT_BOND_MODE,
        "miimon": lambda miimon: DEFAULT_MIIMON if miimon in DEFAULTED else miimon,
    }

    mode: BondMode | None = Field(
        None,
        description="Bond mode. `802.3ad` needs LACP on the switch; `balance-rr`, "
        "`balance-xor` and `broadcast` need a static link aggregation; the others need "
        "none. Defaults to `active-backup`.",
    )
    miimon: Storable | None = Field(
        None,
        description="Interval of link monitoring in milliseconds. Absent and -1 mean 100.",
    )


class LinkAttributes(Spec):
    """Attributes of the uplink, other than its MTU, which is the cluster network's."""

    title: ClassVar[str] = "linkAttributes"
    meanings: ClassVar[Meanings] = {
        "txQLen": lambda length: UNCHANGED_QUEUE if length in DEFAULTED else length,
        "hardwareAddr": lambda address: address and address.lower(),
    }

    tx_q_len: Storable | None = Field(
        None,
        alias="txQLen",
        description="Length of the transmit queue in packets. Absent and -1 leave the "
        "kernel's.",
    )
    hardware_addr: MacAddress | None = Field(
        None,
        description="MAC address of the bond, such as `02:00:00:aa:bb:cc`. Useful only for "
        "a config that matches one node. Absent leaves the kernel's choice.",
    )


class Uplink(Spec):
    """The uplink of the matched nodes: a bond over their NICs."""

    title: ClassVar[str] = "uplink"
    meanings: ClassVar[Meanings] = {"nics": unordered}

    nics: Nics = Field(
        description="Names of the NICs, the same on every matched node. Their order has no "
        "meaning."
    )
    bond_options: BondOptions | None = Field(None, description="How the NICs are bonded.")
    link_attributes: LinkAttributes | None = Field(
        None, description="Attributes of the uplink other than the MTU."
    )


class NetworkConfig(NamedSpec):
    """A network config of Harvester: which NICs of which nodes carry a cluster network.

    It is ready when every matched node has set up the uplink. Configs of one cluster network
    never match the same node.
    """

    title: ClassVar[str] = "NetworkConfig"
    listed_by: ClassVar[tuple[str, ...]] = ("clusterNetwork", "mtu")
    meanings: ClassVar[Meanings] = {
        "mtu": mtu_or_default,
        "description": lambda text: text or "",
    }

    name: NetworkConfigName = replacing(
        description="Name of the network config: at most 63 characters. Defaults to the "
        "resource's name."
    )
    cluster_network: ClusterNetworkName = Field(
        description="Name of the cluster network that it carries, not `mgmt`."
    )
    description: str | None = Field(None, description="Free text.")
    node_selector: dict[str, Item[str]] | None = Field(
        None,
        description="Labels that a node must have, all of them. Absent matches every node "
        "except witness nodes.",
    )
    uplink: Uplink = Field(description="The uplink of the matched nodes.")
    mtu: Mtu | None = Field(
        None,
        description="MTU in bytes; it must be the cluster network's, which is the default. "
        "Filled in when the program gives the ClusterNetwork object instead of its name.",
    )

    @property
    def network(self) -> str:
        return self.cluster_network if is_known(self.cluster_network) else ""


class NetworkConfigOutputs(NetworkConfig):
    """What Pulumi remembers of a network config besides its inputs."""

    uid: str = Field(description="UID of the object on the server.")
    matched_nodes: list[str] = Field(
        description="Names of the nodes that the config matches, sorted."
    )
    plan: list[str] | None = planned_steps()
    affected_vms: list[str] | None = planned_vms()
    nodes: list[NodeDevices] | None = seen_nodes()
