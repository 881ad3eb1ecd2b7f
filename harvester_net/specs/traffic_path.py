"""TrafficPath: the component of a cluster network with its uplinks and all that it carries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from .disruption import Disruption
from .host_network_config import (
    HostAddress,
    HostMode,
    NodeSelector,
    device_problems,
    host_network_problems,
)
from .limits import (
    MGMT,
    ClusterNetworkName,
    HostNetworkConfigName,
    Ipv4Network,
    Mtu,
    Namespace,
    NetworkConfigName,
    VlanId,
    VmNetworkName,
)
from .metadata import LabelledSpec
from .network_config import Uplink
from .parse import parse, path_text
from .rwx_network import rwx_problems
from .spec import Item, Problem, Spec, plain
from .storage_network import Exclude, StorageVlanId, exclude_problems, excluded
from .unknown import UNKNOWN
from .vm_network import OVERLAY, Route, VlanRange, VmNetworkType, traffic_problems

BY_KEY = ("uplinks", "networks", "hostNetworks")
"""Inputs that are a map; each entry becomes a resource."""
NOT_KNOWN = "must be known in a preview, because it becomes resources"
"""What is wrong with an unknown value that is to become resources."""


class TrafficPathUplink(Uplink):
    """The uplink of a group of nodes: a bond over their NICs. It becomes a network config."""

    title: ClassVar[str] = "uplinks"

    node_selector: dict[str, Item[str]] | None = Field(
        None,
        description="Labels that a node of the group must have, all of them. Absent matches "
        "every node except witness nodes. No node may be in two groups.",
    )
    name: NetworkConfigName | None = Field(
        None,
        description="Name of the network config. Defaults to the path's name in the program "
        "and the group's, joined by '-'.",
    )
    description: str | None = Field(None, description="Free text.")


class TrafficPathNetwork(LabelledSpec):
    """A VM network on a traffic path."""

    title: ClassVar[str] = "networks"

    name: VmNetworkName | None = Field(
        None, description="Name of the VM network. Defaults to its key in the map."
    )
    namespace: Namespace | None = Field(
        None, description="Namespace of the VM network. Defaults to `default`."
    )
    type: VmNetworkType | None = Field(
        None,
        description="`L2VlanNetwork` (the default with `vlan`), `L2VlanTrunkNetwork` (the "
        "default with `vlanTrunk`) or `UntaggedNetwork`, which must be asked for by name.",
    )
    vlan: VlanId | None = Field(None, description="VLAN ID, 1 to 4094.")
    vlan_trunk: list[Item[VlanRange]] | None = Field(
        None, description="The VLANs of a trunk. Needs Harvester 1.7."
    )
    route: Route | None = Field(None, description="Where the VLAN's gateway is.")

    def contradictions(self) -> Iterator[Problem]:
        yield from super().contradictions()
        if self.type == OVERLAY:
            yield Problem("type", "is on no traffic path; make it a VmNetwork of its own")
        else:
            yield from traffic_problems(self)


class TrafficPathHostNetwork(Spec):
    """A network device of the nodes themselves, in a VLAN of a traffic path. It becomes a host
    network config.
    """

    title: ClassVar[str] = "hostNetworks"

    vlan: VlanId = Field(description="VLAN ID, 1 to 4094.")
    mode: HostMode = Field(
        description="Where the nodes have their addresses from: `static`, from `ips`, or "
        "`dhcp`. Up to Harvester 1.9 a change replaces the object."
    )
    ips: dict[str, Item[HostAddress]] | None = Field(
        None,
        description="The IPv4 address of each node with its prefix length, such as "
        "`10.0.0.11/24`, by the node's name; all in one network.",
    )
    node_selector: NodeSelector | None = Field(
        None,
        description="Which nodes. Absent means every node, witness nodes too.",
    )
    name: HostNetworkConfigName | None = Field(
        None,
        description="Name of the host network config. Defaults to the path's name in the "
        "program and its key in the map, joined by '-'.",
    )
    description: str | None = Field(None, description="Free text.")
    underlay: bool | None = Field(
        None,
        description="Whether overlay networks have their tunnels over it: at most one has, "
        "and on every node. Defaults to false.",
    )
    allow_management_vlan: bool | None = Field(
        None,
        description="Whether it may be the VLAN over which the nodes themselves are managed, "
        "which only `mgmt` can have. Defaults to false.",
    )

    def contradictions(self) -> Iterator[Problem]:
        yield from host_network_problems(self.mode, self.ips, self.node_selector)


class TrafficPathStorage(Spec):
    """The storage network on a traffic path."""

    title: ClassVar[str] = "storage"

    vlan: StorageVlanId = Field(
        description="VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic."
    )
    range: Ipv4Network = Field(
        description="IPv4 network from which Longhorn's pods get their addresses, /16 or "
        "smaller, such as 192.168.0.0/24."
    )
    exclude: Exclude | None = excluded()
    exclusive_vlan: bool | None = Field(
        None,
        description="Whether no VM network may use this VLAN. Needs Harvester 1.9. Defaults "
        "to false.",
    )

    def contradictions(self) -> Iterator[Problem]:
        yield from exclude_problems(self.range, self.exclude)


class TrafficPathRwx(Spec):
    """The RWX network: the storage network, or a network of its own on a traffic path."""

    title: ClassVar[str] = "rwx"

    share_storage_network: bool | None = Field(
        None,
        description="Whether RWX volumes use the storage network, which must be set. Defaults "
        "to false.",
    )
    vlan: StorageVlanId | None = Field(
        None, description="VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic."
    )
    range: Ipv4Network | None = Field(
        None,
        description="IPv4 network from which the nodes get their addresses, /16 or smaller, "
        "with one for each node and 32 more.",
    )
    exclude: Exclude | None = excluded()

    def contradictions(self) -> Iterator[Problem]:
        yield from rwx_problems(self, ("vlan", "range"))


class TrafficPathMigration(Spec):
    """The VM migration network on a traffic path."""

    title: ClassVar[str] = "migration"

    vlan: StorageVlanId = Field(
        description="VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic."
    )
    range: Ipv4Network = Field(
        description="IPv4 network from which the nodes get their addresses, /16 or smaller, "
        "with one for each node."
    )
    exclude: Exclude | None = excluded()

    def contradictions(self) -> Iterator[Problem]:
        yield from exclude_problems(self.range, self.exclude)


CARRIED: dict[str, type[Spec]] = {
    "networks": TrafficPathNetwork,
    "hostNetworks": TrafficPathHostNetwork,
}
"""Inputs that are a map of what the uplinks carry."""
OF_SETTINGS: dict[str, type[Spec]] = {
    "storage": TrafficPathStorage,
    "rwx": TrafficPathRwx,
    "migration": TrafficPathMigration,
}
"""Inputs that become one resource each, of which a cluster has one."""


def _some(value: dict[str, Any]) -> dict[str, Any]:
    if not value:
        raise ValueError("is empty; name at least one group of nodes")
    return value


def _own(value: str) -> str:
    if value == MGMT:
        raise ValueError(
            f"{MGMT} is built in and has its uplink already; make what is on it by itself"
        )
    return value


class TrafficPath(Spec):
    """A path for traffic from the NICs to the VMs: one cluster network, its uplinks by group
    of nodes, and on it the VM networks, the host networks, the storage network, the RWX
    network and the VM migration network.

    What needs the uplinks comes after them, and goes before them. MTU and consent are said
    once, for all of it.
    """

    title: ClassVar[str] = "TrafficPath"

    uplinks: Annotated[dict[str, Item[TrafficPathUplink]], AfterValidator(_some)] = plain(
        description="The uplinks by the name of the group of nodes, at least one."
    )
    networks: dict[str, Item[TrafficPathNetwork]] | None = plain(
        default=None, description="The VM networks by name."
    )
    host_networks: dict[str, Item[TrafficPathHostNetwork]] | None = plain(
        default=None,
        description="The networks of the nodes themselves by name. Needs Harvester 1.8.",
    )
    storage: TrafficPathStorage | None = plain(
        default=None, description="The storage network, if it is on this path."
    )
    rwx: TrafficPathRwx | None = plain(
        default=None,
        description="The RWX network, if it is on this path or shares the storage network. "
        "Needs Harvester 1.8.",
    )
    migration: TrafficPathMigration | None = plain(
        default=None,
        description="The VM migration network, if it is on this path. Needs Harvester 1.6.",
    )
    name: Annotated[ClusterNetworkName, AfterValidator(_own)] | None = Field(
        None,
        description="Name of the cluster network: at most 12 lower-case letters, digits and "
        "'-'. Not `mgmt`, which is built in. Defaults to the component's name.",
    )
    mtu: Mtu | None = Field(
        None,
        description="MTU in bytes of the whole path: 576 to 9000. Absent and 0 mean 1500.",
    )
    disruption: Disruption | None = Field(
        None,
        description="What the resources of the path may interrupt to make their changes.",
    )


class TrafficPathOutputs(Spec):
    """What a traffic path tells other resources."""

    title: ClassVar[str] = "TrafficPath"

    cluster_network: str = Field(description="Name of the cluster network.")
    vm_networks: dict[str, str] = Field(
        description="The VM networks, `namespace/name`, by their keys in the program."
    )
    host_devices: dict[str, str] = Field(
        description="The devices that nodes have of the host networks, "
        "`<cluster network>-br.<VLAN>`, by their keys in the program."
    )
    matched_nodes: dict[str, list[str]] = Field(
        description="Names of the nodes in each group, sorted."
    )
    storage_vm_network: str | None = Field(
        None,
        description="The NetworkAttachmentDefinition that Harvester made for the storage "
        "network, `namespace/name`.",
    )


def problems_of(inputs: dict[str, Any]) -> list[Problem]:
    """What is wrong with the inputs of a traffic path, at every depth.

    An unknown value is not wrong, but which resources there are must be known.
    """
    _, found = parse(TrafficPath, inputs)
    return found + inner_problems(inputs, inputs.get("name", UNKNOWN))


def inner_problems(inputs: dict[str, Any], cluster_network: Any) -> list[Problem]:
    """What is wrong with the parts of a traffic path beside the fields of its spec.

    ``cluster_network``: its name, or unknown.
    """
    found = [Problem(path, NOT_KNOWN) for path in _unknown_parts(inputs)]
    for path, model, given in _parts(inputs):
        # What is wrong with its fields was found above.
        spec, _ = parse(model, given)
        found += [
            Problem(f"{path}.{inner.path}".rstrip("."), inner.sentence)
            for inner in _contradictions(spec, cluster_network)
        ]
    return found


def _contradictions(spec: Spec, cluster_network: Any) -> Iterator[Problem]:
    """What several properties of a part contradict, with those of its path."""
    yield from spec.contradictions()
    if isinstance(spec, TrafficPathHostNetwork) and isinstance(cluster_network, str):
        yield from device_problems(cluster_network, spec.vlan)


def _unknown_parts(inputs: dict[str, Any]) -> Iterator[str]:
    """The paths at which it is not known which resources there are."""
    for name in (*BY_KEY, *OF_SETTINGS):
        given = inputs.get(name)
        if given is UNKNOWN:
            yield name
        elif name in BY_KEY and isinstance(given, dict):
            yield from (path_text((name, key)) for key in given if given[key] is UNKNOWN)


def _parts(inputs: dict[str, Any]) -> Iterator[tuple[str, type[Spec], dict[str, Any]]]:
    """The parts in which several properties may contradict each other."""
    for name, model in CARRIED.items():
        parts = inputs.get(name)
        for key, given in parts.items() if isinstance(parts, dict) else ():
            if isinstance(given, dict):
                yield path_text((name, key)), model, given
    for name, model in OF_SETTINGS.items():
        if isinstance(given := inputs.get(name), dict):
            yield name, model, given
