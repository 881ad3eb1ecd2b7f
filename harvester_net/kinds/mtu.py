"""The MTU is decided once, on the cluster network; everybody else may only repeat it.

Network configs and VM networks follow their cluster network: without an MTU of their own they
take its MTU, and one that is given must be the same.
"""

from __future__ import annotations

from typing import Any

from ..cluster.resources import CLUSTER_NETWORK, Object
from ..harvester.mtus import uplink_mtu
from ..specs.limits import DEFAULT_MTU, mtu_or_default
from ..specs.spec import Problem
from ..specs.unknown import is_known
from .call import Call
from .desired_state import DesiredState
from .differences import Change, Difference, Properties
from .failures import Refused
from .owned import OwnedKind

SECONDS_FOR_THE_NETWORK = 60.0


def disagreement(
    mtu: int | None, cluster_network: str, desired_state: DesiredState
) -> list[Problem]:
    """The problem, if an MTU is given that the program does not give the cluster network."""
    if mtu is None or not is_known(mtu) or not is_known(cluster_network):
        return []
    decided = desired_state.mtu_of.get(cluster_network)
    if decided is None or decided == mtu_or_default(mtu):
        return []
    return [
        Problem(
            "mtu",
            f"{mtu_or_default(mtu)} is not the {decided} of ClusterNetwork "
            f"{cluster_network}; the MTU is decided there, leave it out here",
        )
    ]


class FollowsMtu(OwnedKind):
    """A kind whose MTU is its cluster network's."""

    def diff(self, old: Properties, new: Properties) -> list[Difference]:
        """An MTU that was followed until now and is spelled out from now on is no change."""
        return [
            difference
            for difference in super().diff(old, new)
            if difference.location != ("mtu",) or difference.change is not Change.ADD
        ]

    async def before_create(self, desired: Any, call: Call) -> None:
        """Wait for a cluster network that this same run makes.

        A program that gives its name instead of the object has told Pulumi no order.
        """
        name = desired.cluster_network
        known = call.cluster.cached
        if name in known(CLUSTER_NETWORK) or name not in call.desired_state.mtu_of:
            return
        call.tell(f"waiting for cluster network {name}")

        def made() -> bool | None:
            return name in known(CLUSTER_NETWORK) or None

        await call.cluster.wait_for(
            (CLUSTER_NETWORK,), made, call.deadline.within(SECONDS_FOR_THE_NETWORK)
        )

    async def mtu(self, desired: Any, live: Object | None, call: Call) -> int:
        """The MTU in bytes of the wish, else of the cluster network as it is."""
        if desired.mtu is not None:
            return mtu_or_default(desired.mtu)
        name = desired.cluster_network
        if call.preview:
            network = await call.cluster.get_cached(CLUSTER_NETWORK, name, call.deadline)
        else:
            network = await call.cluster.get(CLUSTER_NETWORK, name, call.deadline)
        if network is None and call.preview:
            return DEFAULT_MTU  # It is made in this same run, for all that is known.
        if network is None:
            raise Refused(f"there is no cluster network {name} on the server")
        return uplink_mtu(network)

    async def prefetch(self, call: Call) -> None:
        await call.cluster.list(CLUSTER_NETWORK, call.deadline)

    def inputs_of(self, live: Object, mine: Properties, call: Call) -> Properties:
        inputs = super().inputs_of(live, mine, call)
        network = call.cluster.cached(CLUSTER_NETWORK).get(inputs["clusterNetwork"])
        follows = network is not None and inputs.get("mtu") == uplink_mtu(network)
        if "mtu" not in mine and follows:
            del inputs["mtu"]
        return inputs
