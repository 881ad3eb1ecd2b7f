"""VmMigrationNetwork: the setting that puts live migrations on a network of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from .limits import ClusterNetworkName, Ipv4Network
from .spec import Meanings, Problem, Spec, unordered
from .storage_network import Exclude, StorageVlanId, excluded, network_problems
from .unknown import is_known


class VmMigrationNetwork(Spec):
    """The VM migration network of Harvester: memory of VMs on its way to another node.

    There is one for each cluster, in the Setting `vm-migration-network`, since Harvester 1.6.
    Deleting the resource clears the setting: migrations go over the pods' network again. No
    VM is interrupted for it; it is refused while a VM migrates. Harvester tries each value
    once, so what it failed at is cleared and set again; this waits until every virt-handler
    has followed.
    """

    title: ClassVar[str] = "VmMigrationNetwork"
    meanings: ClassVar[Meanings] = {
        "vlan": lambda vlan: vlan or 1,
        "exclude": unordered,
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
        description="IPv4 network from which the nodes get their addresses, /16 or smaller, "
        "with one for each node."
    )
    exclude: Exclude | None = excluded()

    @property
    def network(self) -> str:
        return self.cluster_network if is_known(self.cluster_network) else ""

    def contradictions(self) -> Iterator[Problem]:
        yield from network_problems(self.cluster_network, self.vlan, self.range, self.exclude)


class VmMigrationNetworkOutputs(VmMigrationNetwork):
    """What Pulumi remembers of the VM migration network besides its inputs."""

    uid: str = Field(description="UID of the Setting on the server.")
    vm_network: str = Field(
        description="The NetworkAttachmentDefinition that Harvester made for it, "
        "`namespace/name`."
    )
