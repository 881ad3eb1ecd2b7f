"""The texts of properties that take one of several, as constants; the plain texts do as well.

Their names are those of the schema, so that code which Pulumi writes at an import or a
conversion runs with this package.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import pulumi

from .registration import token


@pulumi.type_token(token("BondMode"))
class BondMode(StrEnum):
    """How the NICs of a bond share the traffic, in the words of Linux."""

    BALANCE_RR = "balance-rr"
    """Frames go out over the NICs in turn. Needs a static link aggregation on the switch."""
    ACTIVE_BACKUP = "active-backup"
    """One NIC carries the traffic, and another takes over when it fails. The default. Needs
    nothing on the switch.
    """
    BALANCE_XOR = "balance-xor"
    """The addresses of a frame decide over which NIC it goes. Needs a static link aggregation
    on the switch.
    """
    BROADCAST = "broadcast"
    """Every frame goes out over every NIC. Needs a static link aggregation on the switch."""
    IEEE8023AD = "802.3ad"
    """Link aggregation by LACP, also on the switch."""
    BALANCE_TLB = "balance-tlb"
    """What is sent is spread by the load of the NICs; one receives. Needs nothing on the
    switch.
    """
    BALANCE_ALB = "balance-alb"
    """What is sent and received is spread by the load of the NICs. Needs nothing on the
    switch.
    """


@pulumi.type_token(token("VmNetworkType"))
class VmNetworkType(StrEnum):
    """Which traffic of its cluster network a VM network carries."""

    L2_VLAN_NETWORK = "L2VlanNetwork"
    """One VLAN, which VMs see untagged."""
    UNTAGGED_NETWORK = "UntaggedNetwork"
    """The untagged traffic."""
    L2_VLAN_TRUNK_NETWORK = "L2VlanTrunkNetwork"
    """Several VLANs, which VMs see with their tags."""
    OVERLAY_NETWORK = "OverlayNetwork"
    """A network of kube-ovn, over the nodes' own network."""


@pulumi.type_token(token("OnFailure"))
class OnFailure(StrEnum):
    """What happens when a change cannot be finished."""

    STOP = "stop"
    """It stops where it is, and the next `pulumi up` goes on."""
    ROLL_BACK = "rollBack"
    """What was before is put back."""


@pulumi.type_token(token("RouteMode"))
class RouteMode(StrEnum):
    """How Harvester learns where the gateway of a VLAN is."""

    AUTO = "auto"
    """From the DHCP server of the VLAN."""
    MANUAL = "manual"
    """From the network and the gateway that are given."""


@pulumi.type_token(token("HostMode"))
class HostMode(StrEnum):
    """Where nodes have the addresses of a host network from."""

    STATIC = "static"
    """From the addresses that are given."""
    DHCP = "dhcp"
    """From the DHCP server of the VLAN."""


@pulumi.type_token(token("NodeOperator"))
class NodeOperator(StrEnum):
    """What is asked of a label of a node."""

    IN_ = "In"
    """Its value is one of those that are given."""
    NOT_IN = "NotIn"
    """Its value is none of them, or there is no such label."""
    EXISTS = "Exists"
    """The label is there, with any value."""
    DOES_NOT_EXIST = "DoesNotExist"
    """There is no such label."""


AnyBondMode = (
    BondMode
    | Literal[
        "balance-rr",
        "active-backup",
        "balance-xor",
        "broadcast",
        "802.3ad",
        "balance-tlb",
        "balance-alb",
    ]
)
AnyVmNetworkType = (
    VmNetworkType
    | Literal["L2VlanNetwork", "UntaggedNetwork", "L2VlanTrunkNetwork", "OverlayNetwork"]
)
AnyOnFailure = OnFailure | Literal["stop", "rollBack"]
AnyRouteMode = RouteMode | Literal["auto", "manual"]
AnyHostMode = HostMode | Literal["static", "dhcp"]
AnyNodeOperator = NodeOperator | Literal["In", "NotIn", "Exists", "DoesNotExist"]
