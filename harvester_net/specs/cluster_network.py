"""ClusterNetwork: an isolated path for traffic."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from .disruption import NodeDevices, planned_steps, planned_vms, seen_nodes
from .limits import MGMT, ClusterNetworkName, Mtu, mtu_or_default
from .metadata import NamedSpec
from .spec import Meanings, replacing
from .unknown import is_known


class ClusterNetwork(NamedSpec):
    """A cluster network of Harvester: an isolated path for traffic, carried by its network
    configs.

    The MTU of all that belongs to the cluster network is decided here, once.
    """

    title: ClassVar[str] = "ClusterNetwork"
    listed_by: ClassVar[tuple[str, ...]] = ("mtu",)
    meanings: ClassVar[Meanings] = {"mtu": mtu_or_default}

    name: ClusterNetworkName = replacing(
        description="Name of the cluster network: at most 12 lower-case letters, digits and "
        "'-'. The devices on the nodes are named `<name>-br` and `<name>-bo`. Defaults to "
        "the resource's name."
    )
    mtu: Mtu | None = Field(
        None,
        description="MTU in bytes of the cluster network, its network configs and its VM "
        "networks: 576 to 9000. Absent and 0 mean 1500; absent on `mgmt`, which is built in, "
        "leaves the MTU that is there.",
    )

    @property
    def decided_mtu(self) -> int | None:
        """The MTU in bytes that is to be; None where that of `mgmt` is left as it is."""
        if self.mtu is None and self.name == MGMT:
            return None
        return mtu_or_default(self.mtu)

    @property
    def network(self) -> str:
        return self.name if is_known(self.name) else ""


class ClusterNetworkOutputs(ClusterNetwork):
    """What Pulumi remembers of a cluster network besides its inputs."""

    uid: str = Field(description="UID of the object on the server.")
    plan: list[str] | None = planned_steps()
    affected_vms: list[str] | None = planned_vms()
    nodes: list[NodeDevices] | None = seen_nodes()
