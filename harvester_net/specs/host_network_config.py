"""HostNetworkConfig: a device of the nodes themselves in a VLAN of a cluster network."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from .limits import (
    LONGEST_DEVICE_NAME,
    ClusterNetworkName,
    HostNetworkConfigName,
    VlanId,
    host_device,
)
from .metadata import NamedSpec
from .spec import Item, Meanings, Problem, Spec, replacing
from .unknown import is_known

HostMode = Literal["static", "dhcp"]
Operator = Literal["In", "NotIn", "Exists", "DoesNotExist"]
MOST_ADDRESSES = 500
"""What the server takes (B1.1)."""


def _host_address(value: str) -> str:
    address, _, prefix = value.partition("/")
    try:
        IPv4Interface(value)
    except ValueError:
        raise ValueError(
            f"'{value}' is not an IPv4 address with its prefix length, such as 10.0.0.11/24"
        ) from None
    if not prefix.isdigit() or str(int(prefix)) != prefix:
        raise ValueError(f"'{value}' has no prefix length; write {address}/24")
    return value


def _some(value: list[str]) -> list[str]:
    if not value:
        raise ValueError("is empty; name at least one value, or leave it out")
    return value


HostAddress = Annotated[str, AfterValidator(_host_address)]


class NodeRequirement(Spec):
    """What the labels of a node must be like."""

    title: ClassVar[str] = "matchExpressions"

    key: str = Field(description="The label's key.")
    operator: Operator = Field(
        description="`In` and `NotIn` compare with `labelValues`; `Exists` and "
        "`DoesNotExist` ask only for the key."
    )
    # As `values` it would hide a method of the dict that an output is in Python.
    label_values: Annotated[list[Item[str]], AfterValidator(_some)] | None = Field(
        None,
        description="The values of `In` and `NotIn`: what Kubernetes calls `values`.",
    )


class NodeSelector(Spec):
    """Which nodes: those that meet all of it."""

    title: ClassVar[str] = "nodeSelector"

    match_labels: dict[str, Item[str]] | None = Field(
        None, description="Labels that a node must have, all of them."
    )
    match_expressions: list[Item[NodeRequirement]] | None = Field(
        None, description="What the labels of a node must be like, all of it."
    )


class HostNetworkConfig(NamedSpec):
    """A network device of the nodes themselves, with an address, in a VLAN of a cluster
    network: `<cluster network>-br.<VLAN>`. Needs Harvester 1.8.

    It is ready when the agent of every selected node that has the cluster network says so.
    That proves no address: give `disruption.verifyOnNodes` to have it read on the nodes.
    """

    title: ClassVar[str] = "HostNetworkConfig"
    listed_by: ClassVar[tuple[str, ...]] = ("clusterNetwork", "vlan", "mode")
    meanings: ClassVar[Meanings] = {
        "description": lambda text: text or "",
        "underlay": bool,
        "allowManagementVlan": bool,
    }

    name: HostNetworkConfigName = replacing(
        description="Name of the host network config. Defaults to the resource's name."
    )
    cluster_network: ClusterNetworkName = replacing(
        description="Name of the cluster network that carries it; `mgmt` is allowed."
    )
    vlan: VlanId = replacing(description="VLAN ID, 1 to 4094.")
    mode: HostMode = Field(
        description="Where the nodes have their addresses from: `static`, from `ips`, or "
        "`dhcp`. Up to Harvester 1.9 a change replaces the object."
    )
    ips: dict[str, Item[HostAddress]] | None = Field(
        None,
        description="The IPv4 address of each node with its prefix length, such as "
        "`10.0.0.11/24`, by the node's name; all in one network. Up to Harvester 1.9 another "
        "address of a node that has its device replaces the object.",
    )
    node_selector: NodeSelector | None = Field(
        None,
        description="Which nodes. Absent means every node, witness nodes too.",
    )
    description: str | None = Field(None, description="Free text.")
    underlay: bool | None = Field(
        None,
        description="Whether overlay networks have their tunnels over it: at most one has, "
        "and on every node. Defaults to false.",
    )
    allow_management_vlan: bool | None = Field(
        None,
        description="Whether it may be the VLAN over which the nodes themselves are managed. "
        "Harvester deletes that device together with the object, and the nodes are cut off; "
        "without this it is refused. Defaults to false.",
    )

    @property
    def network(self) -> str:
        return self.cluster_network if is_known(self.cluster_network) else ""

    def contradictions(self) -> Iterator[Problem]:
        yield from super().contradictions()
        if is_known(self.cluster_network):
            yield from device_problems(self.cluster_network, self.vlan)
        yield from host_network_problems(self.mode, self.ips, self.node_selector)


def device_problems(cluster_network: str, vlan: int) -> Iterator[Problem]:
    """What is wrong with the device that nodes would have; an unknown VLAN is not wrong."""
    if not is_known(vlan):
        return
    device = host_device(cluster_network, vlan)
    if len(device) > LONGEST_DEVICE_NAME:
        yield Problem(
            "vlan",
            f"the device would be {device}, which has {len(device)} characters, and Linux "
            f"allows {LONGEST_DEVICE_NAME}; use a shorter VLAN ID, or a cluster network "
            "with a shorter name",
        )


def host_network_problems(
    mode: HostMode, ips: dict[str, HostAddress] | None, selector: NodeSelector | None
) -> Iterator[Problem]:
    """What the mode, the addresses and the node selector contradict."""
    yield from _address_problems(mode, ips)
    yield from _selector_problems(selector)


def _address_problems(mode: HostMode, ips: dict[str, HostAddress] | None) -> Iterator[Problem]:
    if not is_known(mode) or not is_known(ips):
        return
    if mode == "static" and not ips:
        yield Problem("ips", "is required by mode static; give each node its address")
    if mode == "dhcp" and ips:
        yield Problem("ips", "cannot stand with mode dhcp, which would ignore it")
    if ips and len(ips) > MOST_ADDRESSES:
        yield Problem("ips", f"has {len(ips)} addresses; Harvester takes {MOST_ADDRESSES}")


def _selector_problems(selector: NodeSelector | None) -> Iterator[Problem]:
    if selector is None or not is_known(selector):
        return
    expressions = selector.match_expressions
    if not is_known(expressions):
        return
    for index, one in enumerate(expressions or ()):
        path = f"nodeSelector.matchExpressions[{index}]"
        if is_known(one) and is_known(one.operator) and is_known(one.label_values):
            yield from _requirement_problems(one, path)


def _requirement_problems(one: NodeRequirement, path: str) -> Iterator[Problem]:
    compares = one.operator in ("In", "NotIn")
    if compares and not one.label_values:
        yield Problem(f"{path}.labelValues", f"is required by {one.operator}")
    if not compares and one.label_values is not None:
        yield Problem(f"{path}.labelValues", f"cannot stand with {one.operator}")


class HostDevice(Spec):
    """What was seen of the device of one node."""

    title: ClassVar[str] = "devices"

    node: str = Field(description="Name of the node.")
    address: str | None = Field(None, description="Its IPv4 address; absent if it has none.")
    mtu: int | None = Field(None, description="MTU in bytes; absent if there is no device.")


class HostNetworkConfigOutputs(HostNetworkConfig):
    """What Pulumi remembers of a host network config besides its inputs."""

    uid: str = Field(description="UID of the object on the server.")
    selected_nodes: list[str] = Field(
        description="Names of the nodes that it selects and that have the cluster network, "
        "sorted."
    )
    ready_nodes: list[str] = Field(
        description="Names of those whose agent says that it has set up the device, sorted. "
        "That proves no address."
    )
    devices: list[HostDevice] | None = Field(
        None,
        description="What `disruption.verifyOnNodes` last saw of the device of each node.",
    )
