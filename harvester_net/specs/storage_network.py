"""StorageNetwork: the setting that puts Longhorn's traffic on a cluster network."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from .disruption import Disruption, planned_steps, planned_vms
from .limits import MGMT, ClusterNetworkName, Ipv4Network, Ipv4Part
from .spec import Item, Meanings, Problem, Spec, unordered
from .unknown import is_known


def _storage_vlan(value: int) -> int:
    if not 0 <= value <= 4094:
        raise ValueError(f"{value} is not a VLAN ID; use 1 to 4094, or 0 for untagged traffic")
    return value


StorageVlanId = Annotated[int, AfterValidator(_storage_vlan)]
Exclude = list[Item[Ipv4Part]]


def excluded() -> Any:
    """The parts of the range of a setting's network that are not given out."""
    return Field(
        None,
        description="Networks inside `range` that are not given out. Their order has no "
        "meaning.",
    )


class StorageNetwork(Spec):
    """The storage network of Harvester: Longhorn's replication traffic on a VLAN of its own.

    There is one for each cluster, in the Setting `storage-network`. Deleting the resource
    clears the setting. Harvester changes it only while every VM is stopped and every volume is
    detached.
    """

    title: ClassVar[str] = "StorageNetwork"
    meanings: ClassVar[Meanings] = {
        "vlan": lambda vlan: vlan or 1,
        "exclude": unordered,
        "exclusiveVlan": bool,
    }

    cluster_network: ClusterNetworkName = Field(
        description="Name of the cluster network. Its configs must match every node that is "
        "no witness."
    )
    vlan: StorageVlanId = Field(
        description="VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic and are not allowed "
        "on `mgmt`. A Setting that names none is read as 0."
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
    disruption: Disruption | None = Field(
        None, description="What this resource may interrupt to make its change."
    )

    @property
    def network(self) -> str:
        return self.cluster_network if is_known(self.cluster_network) else ""

    def contradictions(self) -> Iterator[Problem]:
        yield from network_problems(self.cluster_network, self.vlan, self.range, self.exclude)


def network_problems(
    cluster_network: str, vlan: int, given: str, exclude: Exclude | None
) -> Iterator[Problem]:
    """What is wrong with the network of a setting, seen as a whole."""
    yield from mgmt_problems(cluster_network, vlan)
    yield from exclude_problems(given, exclude)


def mgmt_problems(cluster_network: str | None, vlan: int | None) -> Iterator[Problem]:
    """Untagged traffic on mgmt, which is the nodes' own."""
    if cluster_network == MGMT and vlan in (0, 1):
        yield Problem("vlan", f"{vlan} (untagged traffic) is not allowed on {MGMT}")


def exclude_problems(given: str, exclude: Exclude | None) -> Iterator[Problem]:
    """What is wrong with the parts of a range that are not given out."""
    if exclude is None or not is_known(exclude) or not is_known(given):
        return
    whole, before = IPv4Network(given), None
    for index, text in enumerate(exclude):
        part, path = _part(text), f"exclude[{index}]"
        if part is not None and whole.subnet_of(part):
            yield Problem(path, f"{part} leaves no address of the range {whole}")
        elif part is not None and not part.subnet_of(whole):
            yield Problem(path, f"{part} is outside the range {whole}")
        # Of those further up Harvester takes one twice, and so may a program (H3.5).
        elif part is not None and before is not None and part.overlaps(before):
            yield Problem(path, f"{part} overlaps {before}, which is excluded already")
        before = part


def _part(text: str) -> IPv4Network | None:
    return IPv4Network(text, strict=False) if is_known(text) else None


class StorageNetworkOutputs(StorageNetwork):
    """What Pulumi remembers of the storage network besides its inputs."""

    uid: str = Field(description="UID of the Setting on the server.")
    vm_network: str = Field(
        description="The NetworkAttachmentDefinition that Harvester made for it, "
        "`namespace/name`."
    )
    plan: list[str] | None = planned_steps()
    affected_vms: list[str] | None = planned_vms()
