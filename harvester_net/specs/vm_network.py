"""VmNetwork: a VLAN, a trunk or untagged traffic of a cluster network, or an overlay network
of kube-ovn, for VMs to attach to.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_interface
from typing import Annotated, ClassVar, Literal, Protocol

from pydantic import AfterValidator, Field

from .disruption import planned_steps, planned_vms
from .limits import (
    MGMT,
    ClusterNetworkName,
    Mtu,
    Namespace,
    VlanId,
    VmNetworkName,
    mtu_or_default,
)
from .metadata import NamedSpec
from .spec import Item, Meanings, Problem, Spec, replacing
from .unknown import is_known

DEFAULT_NAMESPACE = "default"

VmNetworkType = Literal[
    "L2VlanNetwork", "UntaggedNetwork", "L2VlanTrunkNetwork", "OverlayNetwork"
]
OVERLAY = "OverlayNetwork"


def _cidr(value: str) -> str:
    try:
        interface = ip_interface(value)
    except ValueError:
        raise ValueError(f"'{value}' is not a CIDR such as 192.168.100.0/24") from None
    if interface.network.prefixlen == 0 or not value.partition("/")[2].isdigit():
        raise ValueError(f"'{value}' has no prefix length above 0")
    return value


def _address(value: str) -> str:
    try:
        ip_address(value)
    except ValueError:
        raise ValueError(f"'{value}' is not an IP address") from None
    return value


Cidr = Annotated[str, AfterValidator(_cidr)]
Address = Annotated[str, AfterValidator(_address)]


class VlanRange(Spec):
    """VLANs of a trunk: one (`id`) or several (`minID` to `maxID`)."""

    title: ClassVar[str] = "vlanTrunk"

    id: VlanId | None = Field(None, alias="id", description="One VLAN ID, 1 to 4094.")
    min_id: VlanId | None = Field(
        None, alias="minID", description="First VLAN ID of a range, 1 to 4094."
    )
    max_id: VlanId | None = Field(
        None, alias="maxID", description="Last VLAN ID of a range, 1 to 4094."
    )


def trunk_meaning(trunk: list[dict[str, int]] | None) -> list[tuple[int, int]] | None:
    """The VLANs of a trunk as sorted (first, last) pairs; None if it is no trunk."""
    if trunk is None:
        return None
    return sorted(
        (item.get("minID") or item.get("id", 0), item.get("maxID") or item.get("id", 0))
        for item in trunk
    )


class Route(Spec):
    """Where the VLAN's gateway is: Harvester checks that it answers. Only for a VLAN."""

    title: ClassVar[str] = "route"

    mode: Literal["auto", "manual"] = Field(
        description="`auto` asks the VLAN's DHCP server; `manual` needs `cidr` and `gateway`."
    )
    cidr: Cidr | None = Field(
        None, description="Network of the VLAN, such as 192.168.100.0/24."
    )
    gateway: Address | None = Field(None, description="IP address of the gateway.")
    server_ip_addr: Address | None = Field(
        None,
        alias="serverIPAddr",
        description="IP address of the DHCP server that `auto` asks. Absent means any.",
    )


class VmNetwork(NamedSpec):
    """A VM network of Harvester: VMs that attach to it get a VLAN, a trunk, untagged traffic
    or an overlay network.

    On the server it is a NetworkAttachmentDefinition.
    """

    title: ClassVar[str] = "VmNetwork"
    listed_by: ClassVar[tuple[str, ...]] = (
        "namespace",
        "clusterNetwork",
        "type",
        "vlan",
        "mtu",
    )
    meanings: ClassVar[Meanings] = {
        "namespace": lambda namespace: namespace or DEFAULT_NAMESPACE,
        "mtu": mtu_or_default,
        "vlanTrunk": trunk_meaning,
    }

    name: VmNetworkName = replacing(
        description="Name of the VM network. Defaults to the resource's name."
    )
    namespace: Namespace | None = replacing(
        default=None, description="Namespace of the VM network. Defaults to `default`."
    )
    cluster_network: ClusterNetworkName = replacing(
        description="Name of the cluster network that carries it; `mgmt` is allowed."
    )
    type: VmNetworkType | None = Field(
        None,
        description="`L2VlanNetwork` (the default with `vlan`), `L2VlanTrunkNetwork` (the "
        "default with `vlanTrunk`), `UntaggedNetwork` or `OverlayNetwork`, which must be "
        "asked for by name. `OverlayNetwork` needs Harvester 1.6 with kube-ovn, is on `mgmt`, "
        "and becomes another type only by replacement.",
    )
    vlan: VlanId | None = Field(None, description="VLAN ID, 1 to 4094.")
    vlan_trunk: list[Item[VlanRange]] | None = Field(
        None, description="The VLANs of a trunk. Needs Harvester 1.7."
    )
    route: Route | None = Field(None, description="Where the VLAN's gateway is.")
    mtu: Mtu | None = Field(
        None,
        description="MTU in bytes; it must be the cluster network's, which is the default. "
        "Filled in when the program gives the ClusterNetwork object instead of its name.",
    )

    @property
    def network(self) -> str:
        return self.cluster_network if is_known(self.cluster_network) else ""

    def contradictions(self) -> Iterator[Problem]:
        yield from super().contradictions()
        yield from traffic_problems(self)
        if self.type == OVERLAY:
            yield from self._overlay_problems()

    def _overlay_problems(self) -> Iterator[Problem]:
        if is_known(self.cluster_network) and self.cluster_network != MGMT:
            yield Problem(
                "clusterNetwork",
                f"must be {MGMT} with type {OVERLAY}; what carries it is up to kube-ovn",
            )
        if self.mtu is not None:
            yield Problem("mtu", f"cannot stand with type {OVERLAY}; kube-ovn's Subnet has it")


class Traffic(Protocol):
    """What says which traffic a VM network carries."""

    @property
    def type(self) -> VmNetworkType | None: ...
    @property
    def vlan(self) -> int | None: ...
    @property
    def vlan_trunk(self) -> list[VlanRange] | None: ...
    @property
    def route(self) -> Route | None: ...


def traffic_problems(network: Traffic) -> Iterator[Problem]:
    """What is wrong with the traffic of a VM network as a whole."""
    yield from _tagging_problems(network)
    yield from _trunk_problems(network)
    yield from _route_problems(network)


def _tagging_problems(network: Traffic) -> Iterator[Problem]:
    kind, vlan, trunk = network.type, network.vlan, network.vlan_trunk
    if not all(map(is_known, (kind, vlan, trunk))):
        return
    if vlan is not None and trunk is not None:
        yield Problem("vlan", "cannot stand together with vlanTrunk; give one of them")
        return
    if kind is None and vlan is None and trunk is None:
        yield Problem(
            "vlan",
            "is missing; give vlan, vlanTrunk, or type: UntaggedNetwork for untagged traffic",
        )
    wanted = {"L2VlanNetwork": "vlan", "L2VlanTrunkNetwork": "vlanTrunk"}.get(kind or "")
    for name, value in (("vlan", vlan), ("vlanTrunk", trunk)):
        if kind is not None and value is not None and name != wanted:
            yield Problem(name, f"cannot stand with type {kind}")
        if name == wanted and value is None:
            yield Problem(name, f"is required by type {kind}")


def _trunk_problems(network: Traffic) -> Iterator[Problem]:
    trunk = network.vlan_trunk
    if trunk is None or not is_known(trunk):
        return
    if not trunk:
        yield Problem("vlanTrunk", "is empty; give at least one VLAN")
    for index, item in enumerate(trunk):
        if is_known(item) and (sentence := _range_problem(item)):
            yield Problem(f"vlanTrunk[{index}]", sentence)


def _range_problem(item: VlanRange) -> str | None:
    parts = (item.id, item.min_id, item.max_id)
    if not all(map(is_known, parts)):
        return None
    if (item.min_id is None) != (item.max_id is None):
        return "needs minID and maxID together"
    if (item.id is None) == (item.min_id is None):
        return "needs either id, or minID and maxID"
    if item.min_id is not None and item.max_id is not None and item.min_id > item.max_id:
        return f"is reversed: minID {item.min_id} is greater than maxID {item.max_id}"
    return None


def _route_problems(network: Traffic) -> Iterator[Problem]:
    route = network.route
    if route is None or not is_known(route):
        return
    if network.vlan is None:
        yield Problem("route", "needs vlan; only a VLAN has a gateway")
    yield from route_problems(route, "route")


def route_problems(route: Route, path: str) -> Iterator[Problem]:
    """What is wrong with a route, which is at a path of the properties."""
    if route.mode == "manual":
        for name, value in (("cidr", route.cidr), ("gateway", route.gateway)):
            if value is None:
                yield Problem(f"{path}.{name}", "is required by mode manual")
    if route.mode == "auto":
        for name, value in (("cidr", route.cidr), ("gateway", route.gateway)):
            if value is not None:
                yield Problem(f"{path}.{name}", "is found out by mode auto; leave it out")


class VmNetworkOutputs(VmNetwork):
    """What Pulumi remembers of a VM network besides its inputs."""

    uid: str = Field(description="UID of the object on the server.")
    plan: list[str] | None = planned_steps()
    affected_vms: list[str] | None = planned_vms()
