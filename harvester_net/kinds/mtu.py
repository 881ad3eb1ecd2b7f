"""The MTU is decided once, on the cluster network; everybody else may only repeat it.

Network configs and VM networks follow their cluster network: without an MTU of their own they
take its MTU, and one that is given must be the same.
"""

from __future__ import annotations

from typing import TypeVar

from ..cluster.deadline import DeadlineExceeded
from ..cluster.resources import CLUSTER_NETWORK, SETTING, VLAN_CONFIG, Object, annotations_of
from ..harvester.loading import cached_snapshot, load_snapshot
from ..harvester.mtus import mtu_of
from ..harvester.names import UPLINK_MTU
from ..harvester.snapshot import Snapshot
from ..harvester.wording import listed
from ..specs.limits import mtu_or_default
from ..specs.network_config import NetworkConfig
from ..specs.spec import Problem
from ..specs.unknown import is_known
from ..specs.vm_network import VmNetwork
from .call import Call
from .desired_state import DesiredState
from .differences import Change, Difference, Properties
from .failures import MADE_FIRST, Refused
from .owned import OwnedKind

S = TypeVar("S", bound="NetworkConfig | VmNetwork")

FOLLOWED_MTU = "__mtu"
"""The output that keeps the MTU in bytes of the object, also where the program gives it none,
as after an import. Pulumi shows none with `__`.
"""


def disagreement(
    who: str, mtu: int | None, network: str, desired_state: DesiredState
) -> list[Problem]:
    """The problem, if an MTU is given that the program does not give the cluster network.

    Whichever of the two comes second finds it: see `contradicted`.
    """
    if mtu is None or not is_known(mtu) or not is_known(network):
        return []
    spelled = desired_state.spelled_mtus.setdefault(network, {})
    spelled[who] = given = mtu_or_default(mtu)
    decided = desired_state.mtu_of.get(network)
    if decided in (None, given):
        return []
    return [
        Problem(
            "mtu",
            f"{given} is not the {decided} of ClusterNetwork {network}; the MTU is decided "
            "there, leave it out here",
        )
    ]


def contradicted(name: str, mtu: int, desired_state: DesiredState) -> list[Problem]:
    """The problem, if what is on a cluster network was given another MTU in bytes before."""
    spelled = desired_state.spelled_mtus.get(name, {})
    others = [f"{who} ({given})" for who, given in spelled.items() if given != mtu]
    if not others:
        return []
    told = f"{mtu} is not what the program gives {listed(others)}; leave it out there"
    return [Problem("mtu", told)]


class FollowsMtu(OwnedKind[S]):
    """A kind on a cluster network, whose MTU is that network's."""

    def given_by_resource(self, given: Properties, network: Properties) -> Properties:
        """The MTU too, unless it has one of its own: so its change shows on all that have it.

        It is the one that the program gives the cluster network; what that has on the server
        is not known before a preview has it.
        """
        follows = given.get("mtu") is None and "mtu" in network
        mtu = {"mtu": network["mtu"]} if follows else {}
        return super().given_by_resource(given, network) | mtu

    def before(self, inputs: Properties, outputs: Properties) -> Properties:
        followed = outputs.get(FOLLOWED_MTU)
        return inputs if followed is None else {"mtu": followed} | inputs

    def diff(self, old: Properties, new: Properties) -> list[Difference]:
        """An MTU that was followed until now and is spelled out from now on is no change, nor
        is the reverse.
        """
        return [
            difference
            for difference in super().diff(old, new)
            if difference.location != ("mtu",) or difference.change is Change.UPDATE
        ]

    async def before_create(self, desired: S, call: Call) -> None:
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

        within = call.deadline.within(call.cluster.timings.network_made)
        try:
            await call.cluster.wait_for((CLUSTER_NETWORK,), made, within)
        except DeadlineExceeded as error:
            call.deadline.check()
            raise Refused(
                f"there was no cluster network {name} within {within.seconds:.0f} s; "
                f"{MADE_FIRST}"
            ) from error

    def computed(self, live: Object, call: Call) -> Properties:
        mtu = self.observed_inputs(live, call)["mtu"]
        followed = {} if mtu is None else {FOLLOWED_MTU: mtu}
        return super().computed(live, call) | followed

    async def prefetch(self, call: Call) -> None:
        await list_networks(call)

    def inputs_of(self, live: Object, mine: Properties, call: Call) -> Properties:
        inputs = super().inputs_of(live, mine, call)
        network = mtu_of(inputs["clusterNetwork"], known_networks(call))
        if "mtu" not in mine and network is not None and inputs.get("mtu") == network:
            del inputs["mtu"]
        return inputs


async def list_networks(call: Call) -> None:
    """List what tells the MTUs of cluster networks: themselves, and where the server has not
    noted it, their network configs.
    """
    networks = await call.cluster.list(CLUSTER_NETWORK, call.deadline)
    if any(UPLINK_MTU not in annotations_of(network) for network in networks.values()):
        # Who may not list the configs is told no more than the annotations say.
        kinds = (VLAN_CONFIG, SETTING)
        await load_snapshot(call.cluster, kinds, call.deadline, on_forbidden=lambda *_: None)


def known_networks(call: Call) -> Snapshot:
    """What `list_networks` has listed, as this run knows it."""
    return cached_snapshot(call.cluster, (CLUSTER_NETWORK, VLAN_CONFIG, SETTING))


async def get_network_mtu(name: str, call: Call) -> int | None:
    """The MTU in bytes of a cluster network, at `up` as it is now; None if there is none."""
    await list_networks(call)
    if not call.preview:
        await call.cluster.get(CLUSTER_NETWORK, name, call.deadline)
    return mtu_of(name, known_networks(call))
