"""ClusterNetwork on the server: an object without a spec, whose MTU is an annotation
(H1.1).
"""

from __future__ import annotations

from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    Object,
    annotations_of,
    key_of,
    labels_of,
)
from ..rules import deletion
from ..rules.deletion import Blocker
from ..rules.planned import Planned
from ..rules.reading import UPLINK_MTU, config_mtu, uplink_mtu
from ..specs import cluster_network as specs
from ..specs.limits import mtu_or_default
from ..specs.spec import Problem
from ..specs.unknown import is_known
from .call import Call
from .differences import Properties
from .failures import Refused
from .owned import OwnedKind, metadata

MGMT = "mgmt"


class ClusterNetwork(OwnedKind):
    """Life cycle of cluster networks."""

    token = "harvester-net:index:ClusterNetwork"
    spec = specs.ClusterNetwork
    outputs = specs.ClusterNetworkOutputs
    resource = CLUSTER_NETWORK
    blocking = (VLAN_CONFIG, NAD)

    def key(self, inputs: Properties) -> str | None:
        name = inputs.get("name")
        return str(name) if is_known(name) else None

    def deletes_first(self, old: Properties, new: Properties) -> bool:
        # Only another name replaces it, so both can be there, and its network configs and VM
        # networks move over before the old one goes.
        return False

    def check_in_plan(self, wish: specs.ClusterNetwork, planned: Planned) -> list[Problem]:
        if is_known(wish.name) and is_known(wish.mtu):
            planned.mtu_of[wish.name] = mtu_or_default(wish.mtu)
        return []

    async def manifest(self, wish: specs.ClusterNetwork, call: Call) -> Object:
        # The MTU follows in `finish`: the server refuses it at create (H3.1).
        return {
            "apiVersion": CLUSTER_NETWORK.api,
            "kind": CLUSTER_NETWORK.kind,
            "metadata": metadata(wish),
        }

    async def changes(self, wish: specs.ClusterNetwork, live: Object, call: Call) -> Object:
        wanted = mtu_or_default(wish.mtu)
        if uplink_mtu(live) == wanted:
            return {}
        configs = await call.cluster.all(VLAN_CONFIG, call.patience)
        others = [
            f"{key} ({config_mtu(config)})"
            for key, config in sorted(configs.items())
            if config["spec"]["clusterNetwork"] == wish.name and config_mtu(config) != wanted
        ]
        if others:
            raise Refused(
                f"ClusterNetwork {wish.name}: the MTU cannot change from {uplink_mtu(live)} "
                f"to {wanted} while network configs carry another one: {', '.join(others)}. "
                "Delete these network configs first, and create them again with the new MTU"
            )
        return {"metadata": {"annotations": {UPLINK_MTU: str(wanted)}}}

    async def finish(self, wish: specs.ClusterNetwork, live: Object, call: Call) -> Object:
        return await self._written(wish, {}, live, call)

    def seen(self, live: Object, call: Call) -> Properties:
        return {
            "name": key_of(live),
            "labels": labels_of(live),
            "annotations": annotations_of(live),
            "mtu": uplink_mtu(live),
        }

    def adoptable(self, key: str) -> bool:
        return key == MGMT

    def forgets(self, key: str) -> bool:
        return key == MGMT

    def blockers(self, live: Object, call: Call) -> list[Blocker]:
        return deletion.of_cluster_network(
            key_of(live),
            call.cluster.known(VLAN_CONFIG).values(),
            call.cluster.known(NAD).values(),
        )
