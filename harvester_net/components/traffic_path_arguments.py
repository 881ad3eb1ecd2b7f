"""The arguments of a TrafficPath: an uplink, a VM network, a host network, and the networks of
Settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import pulumi

from ..program.enums import AnyHostMode, AnyVmNetworkType
from ..program.node_selector import NodeSelectorArgs
from ..program.registration import TextMap
from ..program.route import RouteArgs
from ..program.uplink import BondOptionsArgs, LinkAttributesArgs
from ..program.vm_network import Trunk

A = TypeVar("A")


@pulumi.input_type
class TrafficPathUplinkArgs:
    """The uplink of a group of nodes: a bond over their NICs. It becomes a network config."""

    nics: pulumi.Input[Sequence[pulumi.Input[str]]] = pulumi.property("nics")
    bond_options: pulumi.Input[pulumi.InputType[BondOptionsArgs]] | None = pulumi.property(
        "bondOptions"
    )
    link_attributes: pulumi.Input[pulumi.InputType[LinkAttributesArgs]] | None = (
        pulumi.property("linkAttributes")
    )
    node_selector: TextMap | None = pulumi.property("nodeSelector")
    name: pulumi.Input[str] | None = pulumi.property("name")
    description: pulumi.Input[str] | None = pulumi.property("description")

    def __init__(
        self,
        *,
        nics: pulumi.Input[Sequence[pulumi.Input[str]]],
        bond_options: pulumi.Input[pulumi.InputType[BondOptionsArgs]] | None = None,
        link_attributes: pulumi.Input[pulumi.InputType[LinkAttributesArgs]] | None = None,
        node_selector: TextMap | None = None,
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
    ) -> None:
        """The uplink of a group of nodes.

        Args:
            nics: Names of the NICs, the same on every matched node. Their order has no
                meaning.
            bond_options: How the NICs are bonded.
            link_attributes: Attributes of the uplink other than the MTU.
            node_selector: Labels that a node of the group must have, all of them. Absent
                matches every node except witness nodes. No node may be in two groups.
            name: Name of the network config. Defaults to the path's name in the program and
                the group's, joined by '-'.
            description: Free text.
        """
        self.nics = nics
        self.bond_options = bond_options
        self.link_attributes = link_attributes
        self.node_selector = node_selector
        self.name = name
        self.description = description


@pulumi.input_type
class TrafficPathNetworkArgs:
    """A VM network on a traffic path."""

    name: pulumi.Input[str] | None = pulumi.property("name")
    namespace: pulumi.Input[str] | None = pulumi.property("namespace")
    type: pulumi.Input[AnyVmNetworkType] | None = pulumi.property("type")
    vlan: pulumi.Input[int] | None = pulumi.property("vlan")
    vlan_trunk: Trunk | None = pulumi.property("vlanTrunk")
    route: pulumi.Input[pulumi.InputType[RouteArgs]] | None = pulumi.property("route")
    labels: TextMap | None = pulumi.property("labels")
    annotations: TextMap | None = pulumi.property("annotations")

    def __init__(
        self,
        *,
        name: pulumi.Input[str] | None = None,
        namespace: pulumi.Input[str] | None = None,
        type: pulumi.Input[AnyVmNetworkType] | None = None,  # noqa: A002 - its own name
        vlan: pulumi.Input[int] | None = None,
        vlan_trunk: Trunk | None = None,
        route: pulumi.Input[pulumi.InputType[RouteArgs]] | None = None,
        labels: TextMap | None = None,
        annotations: TextMap | None = None,
    ) -> None:
        """A VM network on a traffic path.

        Args:
            name: Name of the VM network. Defaults to its key in the map.
            namespace: Namespace of the VM network. Defaults to `default`.
            type: `L2VlanNetwork` (the default with `vlan`), `L2VlanTrunkNetwork` (the default
                with `vlan_trunk`) or `UntaggedNetwork`, which must be asked for by name.
            vlan: VLAN ID, 1 to 4094.
            vlan_trunk: The VLANs of a trunk. Needs Harvester 1.7.
            route: Where the VLAN's gateway is.
            labels: Labels of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            annotations: Annotations of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
        """
        self.name = name
        self.namespace = namespace
        self.type = type
        self.vlan = vlan
        self.vlan_trunk = vlan_trunk
        self.route = route
        self.labels = labels
        self.annotations = annotations


@pulumi.input_type
class TrafficPathHostNetworkArgs:
    """A network device of the nodes themselves, in a VLAN of a traffic path. It becomes a host
    network config.
    """

    vlan: pulumi.Input[int] = pulumi.property("vlan")
    mode: pulumi.Input[AnyHostMode] = pulumi.property("mode")
    ips: TextMap | None = pulumi.property("ips")
    node_selector: pulumi.Input[pulumi.InputType[NodeSelectorArgs]] | None = pulumi.property(
        "nodeSelector"
    )
    name: pulumi.Input[str] | None = pulumi.property("name")
    description: pulumi.Input[str] | None = pulumi.property("description")
    underlay: pulumi.Input[bool] | None = pulumi.property("underlay")
    allow_management_vlan: pulumi.Input[bool] | None = pulumi.property("allowManagementVlan")

    def __init__(
        self,
        *,
        vlan: pulumi.Input[int],
        mode: pulumi.Input[AnyHostMode],
        ips: TextMap | None = None,
        node_selector: pulumi.Input[pulumi.InputType[NodeSelectorArgs]] | None = None,
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        underlay: pulumi.Input[bool] | None = None,
        allow_management_vlan: pulumi.Input[bool] | None = None,
    ) -> None:
        """A network device of the nodes themselves.

        Args:
            vlan: VLAN ID, 1 to 4094.
            mode: Where the nodes have their addresses from: `static`, from `ips`, or `dhcp`.
                Up to Harvester 1.9 a change replaces the object.
            ips: The IPv4 address of each node with its prefix length, such as `10.0.0.11/24`,
                by the node's name; all in one network.
            node_selector: Which nodes. Absent means every node, witness nodes too.
            name: Name of the host network config. Defaults to the path's name in the program
                and its key in the map, joined by '-'.
            description: Free text.
            underlay: Whether overlay networks have their tunnels over it: at most one has, and
                on every node. Defaults to false.
            allow_management_vlan: Whether it may be the VLAN over which the nodes themselves
                are managed, which only `mgmt` can have. Defaults to false.
        """
        self.vlan = vlan
        self.mode = mode
        self.ips = ips
        self.node_selector = node_selector
        self.name = name
        self.description = description
        self.underlay = underlay
        self.allow_management_vlan = allow_management_vlan


@pulumi.input_type
class TrafficPathStorageArgs:
    """The storage network on a traffic path."""

    vlan: pulumi.Input[int] = pulumi.property("vlan")
    range: pulumi.Input[str] = pulumi.property("range")
    exclude: pulumi.Input[Sequence[pulumi.Input[str]]] | None = pulumi.property("exclude")
    exclusive_vlan: pulumi.Input[bool] | None = pulumi.property("exclusiveVlan")

    def __init__(
        self,
        *,
        vlan: pulumi.Input[int],
        range: pulumi.Input[str],  # noqa: A002 - its own name
        exclude: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        exclusive_vlan: pulumi.Input[bool] | None = None,
    ) -> None:
        """The storage network on a traffic path.

        Args:
            vlan: VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic.
            range: IPv4 network from which Longhorn's pods get their addresses, /16 or smaller,
                such as 192.168.0.0/24.
            exclude: Networks inside `range` that are not given out. Their order has no
                meaning.
            exclusive_vlan: Whether no VM network may use this VLAN. Needs Harvester 1.9.
                Defaults to false.
        """
        self.vlan = vlan
        self.range = range
        self.exclude = exclude
        self.exclusive_vlan = exclusive_vlan


@pulumi.input_type
class TrafficPathRwxArgs:
    """The RWX network: the storage network, or a network of its own on a traffic path."""

    share_storage_network: pulumi.Input[bool] | None = pulumi.property("shareStorageNetwork")
    vlan: pulumi.Input[int] | None = pulumi.property("vlan")
    range: pulumi.Input[str] | None = pulumi.property("range")
    exclude: pulumi.Input[Sequence[pulumi.Input[str]]] | None = pulumi.property("exclude")

    def __init__(
        self,
        *,
        share_storage_network: pulumi.Input[bool] | None = None,
        vlan: pulumi.Input[int] | None = None,
        range: pulumi.Input[str] | None = None,  # noqa: A002 - its own name
        exclude: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    ) -> None:
        """The RWX network.

        Args:
            share_storage_network: Whether RWX volumes use the storage network, which must be
                set. Defaults to false.
            vlan: VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic.
            range: IPv4 network from which the nodes get their addresses, /16 or smaller, with
                one for each node and 32 more.
            exclude: Networks inside `range` that are not given out. Their order has no
                meaning.
        """
        self.share_storage_network = share_storage_network
        self.vlan = vlan
        self.range = range
        self.exclude = exclude


@pulumi.input_type
class TrafficPathMigrationArgs:
    """The VM migration network on a traffic path."""

    vlan: pulumi.Input[int] = pulumi.property("vlan")
    range: pulumi.Input[str] = pulumi.property("range")
    exclude: pulumi.Input[Sequence[pulumi.Input[str]]] | None = pulumi.property("exclude")

    def __init__(
        self,
        *,
        vlan: pulumi.Input[int],
        range: pulumi.Input[str],  # noqa: A002 - its own name
        exclude: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    ) -> None:
        """The VM migration network on a traffic path.

        Args:
            vlan: VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic.
            range: IPv4 network from which the nodes get their addresses, /16 or smaller, with
                one for each node.
            exclude: Networks inside `range` that are not given out. Their order has no
                meaning.
        """
        self.vlan = vlan
        self.range = range
        self.exclude = exclude


def as_arguments(kind: type[A], given: A | Mapping[str, Any]) -> A:
    """Arguments that a program gives as their class, or as a dict with the names of Python or
    of the wire. Raises TypeError if it is neither, or a dict lacks one or has another one.
    """
    if isinstance(given, kind):
        return given
    if not isinstance(given, Mapping):
        # Not the value itself, which may be a secret.
        raise TypeError(f"must be {kind.__name__} or a dict, not {type(given).__name__}")
    return kind(**{snake(name): value for name, value in given.items()})


def snake(name: str) -> str:
    """The name in Python of an input that has this one on the wire."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
