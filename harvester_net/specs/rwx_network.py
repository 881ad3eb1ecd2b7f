"""RwxNetwork: the setting that puts the traffic of RWX volumes on a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field
from pydantic.alias_generators import to_camel

from .limits import ClusterNetworkName, Ipv4Network
from .spec import Meanings, Problem, Spec, unordered
from .storage_network import (
    Exclude,
    StorageVlanId,
    exclude_problems,
    excluded,
    mgmt_problems,
)
from .unknown import is_known


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
    exclude: Exclude | None = excluded()

    @property
    def network(self) -> str:
        given = self.cluster_network
        return given if given is not None and is_known(given) else ""

    def contradictions(self) -> Iterator[Problem]:
        yield from rwx_problems(self, ("cluster_network", "vlan", "range"))
        if not self.share_storage_network:
            yield from mgmt_problems(self.cluster_network, self.vlan)


def rwx_problems(rwx: Any, own: tuple[str, ...]) -> Iterator[Problem]:
    """What is wrong with an RWX network as a whole; ``own``: what one of its own must have."""
    shares = rwx.share_storage_network
    given = [name for name in (*own, "exclude") if getattr(rwx, name) is not None]
    if not is_known(shares):
        return
    if shares:
        for name in given:
            yield Problem(
                to_camel(name),
                "has no meaning with shareStorageNetwork: the storage network has its own",
            )
        return
    missing = [to_camel(name) for name in own if name not in given]
    if missing and not given:
        wanted = f"{', '.join(missing[:-1])} and {missing[-1]}"
        yield Problem("", f"give either shareStorageNetwork: true, or {wanted}")
        return
    for name in missing:
        yield Problem(name, "is required for a network of its own")
    if rwx.range is not None:
        yield from exclude_problems(rwx.range, rwx.exclude)


class RwxNetworkOutputs(RwxNetwork):
    """What Pulumi remembers of the RWX network besides its inputs."""

    uid: str = Field(description="UID of the Setting on the server.")
    vm_network: str = Field(
        description="The NetworkAttachmentDefinition that RWX volumes use, `namespace/name`."
    )
