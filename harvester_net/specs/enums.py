"""The fields that take one of several texts: the name of their type, and what texts mean.

The texts themselves are the `Literal` of the field; here is what every language shows of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .disruption import Disruption
from .host_network_config import HostNetworkConfig, NodeRequirement
from .network_config import BondOptions
from .spec import Spec
from .tenant_networks import TenantNetwork
from .traffic_path import TrafficPathHostNetwork, TrafficPathNetwork
from .vm_network import Route, VmNetwork


@dataclass(frozen=True)
class Choice:
    """One text: the name of its constant, and a sentence that holds in every language."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Enum:
    """The type of a field: its name, a sentence, and what each of its texts means."""

    name: str
    sentence: str
    choices: dict[str, Choice]


_STATIC = "Needs a static link aggregation on the switch."
_NOTHING = "Needs nothing on the switch."

BOND_MODE = Enum(
    "BondMode",
    "How the NICs of a bond share the traffic, in the words of Linux.",
    {
        "balance-rr": Choice("BalanceRr", f"Frames go out over the NICs in turn. {_STATIC}"),
        "active-backup": Choice(
            "ActiveBackup",
            "One NIC carries the traffic, and another takes over when it fails. The default. "
            + _NOTHING,
        ),
        "balance-xor": Choice(
            "BalanceXor", f"The addresses of a frame decide over which NIC it goes. {_STATIC}"
        ),
        "broadcast": Choice("Broadcast", f"Every frame goes out over every NIC. {_STATIC}"),
        "802.3ad": Choice("Ieee8023ad", "Link aggregation by LACP, also on the switch."),
        "balance-tlb": Choice(
            "BalanceTlb",
            f"What is sent is spread by the load of the NICs; one receives. {_NOTHING}",
        ),
        "balance-alb": Choice(
            "BalanceAlb",
            f"What is sent and received is spread by the load of the NICs. {_NOTHING}",
        ),
    },
)
VM_NETWORK_TYPE = Enum(
    "VmNetworkType",
    "Which traffic of its cluster network a VM network carries.",
    {
        "L2VlanNetwork": Choice("L2VlanNetwork", "One VLAN, which VMs see untagged."),
        "UntaggedNetwork": Choice("UntaggedNetwork", "The untagged traffic."),
        "L2VlanTrunkNetwork": Choice(
            "L2VlanTrunkNetwork", "Several VLANs, which VMs see with their tags."
        ),
        "OverlayNetwork": Choice(
            "OverlayNetwork", "A network of kube-ovn, over the nodes' own network."
        ),
    },
)
ON_FAILURE = Enum(
    "OnFailure",
    "What happens when a change cannot be finished.",
    {
        "stop": Choice("Stop", "It stops where it is, and the next `pulumi up` goes on."),
        "rollBack": Choice("RollBack", "What was before is put back."),
    },
)
ROUTE_MODE = Enum(
    "RouteMode",
    "How Harvester learns where the gateway of a VLAN is.",
    {
        "auto": Choice("Auto", "From the DHCP server of the VLAN."),
        "manual": Choice("Manual", "From the network and the gateway that are given."),
    },
)
HOST_MODE = Enum(
    "HostMode",
    "Where nodes have the addresses of a host network from.",
    {
        "static": Choice("Static", "From the addresses that are given."),
        "dhcp": Choice("Dhcp", "From the DHCP server of the VLAN."),
    },
)
NODE_OPERATOR = Enum(
    "NodeOperator",
    "What is asked of a label of a node.",
    {
        "In": Choice("In", "Its value is one of those that are given."),
        "NotIn": Choice("NotIn", "Its value is none of them, or there is no such label."),
        "Exists": Choice("Exists", "The label is there, with any value."),
        "DoesNotExist": Choice("DoesNotExist", "There is no such label."),
    },
)

ENUMS: dict[tuple[type[Spec], str], Enum] = {
    (BondOptions, "mode"): BOND_MODE,
    (VmNetwork, "type"): VM_NETWORK_TYPE,
    (TrafficPathNetwork, "type"): VM_NETWORK_TYPE,
    (TenantNetwork, "type"): VM_NETWORK_TYPE,
    (Disruption, "on_failure"): ON_FAILURE,
    (Route, "mode"): ROUTE_MODE,
    (HostNetworkConfig, "mode"): HOST_MODE,
    (TrafficPathHostNetwork, "mode"): HOST_MODE,
    (NodeRequirement, "operator"): NODE_OPERATOR,
}
"""The type of each such field."""
