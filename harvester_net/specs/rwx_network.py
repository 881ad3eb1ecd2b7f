"""RwxNetwork: the setting that puts the traffic of RWX volumes on a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from .limits import ClusterNetworkName, Ipv4Network
from .spec import Meanings, Problem, Spec, unordered
from .storage_network import Exclude, StorageVlanId, network_problems
from .unknown import is_known

_OWN = ("cluster_network", "vlan", "range")


class RwxNetwork(Spec):
    """The RWX network of Harvester: the traffic between nodes and Longhorn's shared (RWX)
    volumes.

    There is one for each cluster, in the Setting `rwx-network`, since Harvester 1.8. It is
    either the storage network (`shareStorageNetwork`) or a network of its own
    (`clusterNetwork`, `vlan` and `range`). Deleting the resource clears the setting: the
    traffic is back on the pods' network. Harvester changes it only while every RWX volume is
    detached; this waits until all pods of Longhorn's CSI plugin have followed.
    """

    title: ClassVar[str] = "RwxNetwork"
    meanings: ClassVar[Meanings] = {
        "shareStorageNetwork": bool,
        "vlan": lambda vlan: None if vlan is None else vlan or 1,
        "exclude": unordered,
    }

    share_storage_network: bool | None = Field(
        None,
        description="Whether RWX volumes use the storage network, which must be set. Defaults "
        "to false.",
    )
    cluster_network: ClusterNetworkName | None = Field(
        None,
        description="Name of the cluster network. Its configs must match every node that is "
        "no witness.",
    )
    vlan: StorageVlanId | None = Field(
        None,
        description="VLAN ID, 1 to 4094; 0 and 1 mean untagged traffic and are not allowed "
        "on `mgmt`.",
    )
    range: Ipv4Network | None = Field(
        None,
        description="IPv4 network from which the nodes get their addresses, /16 or smaller, "
        "with one for each node and 32 more.",
    )
    exclude: Exclude | None = Field(
        None,
        description="Networks inside `range` that are not given out. Their order has no "
        "meaning.",
    )

    @property
    def network(self) -> str:
        given = self.cluster_network
        return given if given is not None and is_known(given) else ""

    def contradictions(self) -> Iterator[Problem]:
        shares, own = self.share_storage_network, [*_OWN, "exclude"]
        given = [name for name in own if getattr(self, name) is not None]
        if not is_known(shares):
            return
        if shares:
            for name in given:
                yield Problem(
                    _wire(name),
                    "has no meaning with shareStorageNetwork: the storage network has its own",
                )
            return
        missing = [name for name in _OWN if name not in given]
        if missing and not given:
            yield Problem(
                "",
                "give either shareStorageNetwork: true, or clusterNetwork, vlan and range",
            )
            return
        for name in missing:
            yield Problem(_wire(name), "is required for a network of its own")
        if not missing:
            yield from network_problems(
                self.cluster_network, self.vlan, self.range, self.exclude
            )


def _wire(name: str) -> str:
    return "clusterNetwork" if name == "cluster_network" else name


class RwxNetworkOutputs(RwxNetwork):
    """What Pulumi remembers of the RWX network besides its inputs."""

    uid: str = Field(description="UID of the Setting on the server.")
    vm_network: str = Field(
        description="The NetworkAttachmentDefinition that RWX volumes use, `namespace/name`."
    )
