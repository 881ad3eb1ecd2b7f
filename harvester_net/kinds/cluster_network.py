"""ClusterNetwork on the server: an object without a spec, whose MTU is an annotation
(H1.1).
"""

from __future__ import annotations

from ..change.goals import AnyGoal
from ..change.goals.mtu import MtuGoal
from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    key_of,
)
from ..harvester import blockers
from ..harvester.blockers import Blocker
from ..harvester.loading import cached_snapshot
from ..harvester.mtus import config_mtu, mtu_of, uplink_mtu
from ..harvester.network_configs import configs_of
from ..specs import cluster_network as specs
from ..specs.limits import MGMT
from ..specs.spec import Problem
from ..specs.unknown import is_known
from .call import Call
from .changes import describe_unfinished, get_unfinished, nodes_seen
from .codecs.cluster_network import ClusterNetworkCodec
from .deleting import waiting_for
from .desired_state import DesiredState
from .differences import Difference, Properties
from .failures import Unfinished
from .kind import Live
from .mtu import contradicted, known_networks, list_networks
from .owned import OwnedKind


class ClusterNetwork(OwnedKind[specs.ClusterNetwork]):
    """Life cycle of cluster networks."""

    token = "harvester-net:index:ClusterNetwork"
    spec = specs.ClusterNetwork
    codec = ClusterNetworkCodec()
    outputs = specs.ClusterNetworkOutputs
    resource = CLUSTER_NETWORK
    seconds_to_change = 4 * 3600
    blocking = (VLAN_CONFIG, NAD, VLAN_STATUS)

    def deletes_first(self, old: Properties, new: Properties) -> bool:
        # Only another name replaces it, so both can be there, and its network configs and VM
        # networks move over before the old one goes.
        return False

    def check_in_plan(
        self, desired: specs.ClusterNetwork, desired_state: DesiredState
    ) -> list[Problem]:
        known = is_known(desired.name) and is_known(desired.mtu)
        if known and (mtu := desired.decided_mtu) is not None:
            desired_state.mtu_of[desired.name] = mtu
            return contradicted(desired.name, mtu, desired_state)
        return []

    def diff(self, old: Properties, new: Properties) -> list[Difference]:
        """An MTU of mgmt that is not spelled out any more stays as it is."""
        found = super().diff(old, new)
        if new.get("name") == MGMT and "mtu" not in new:
            return [each for each in found if each.location != ("mtu",)]
        return found

    async def change_goal(
        self, desired: specs.ClusterNetwork, live: Object, call: Call
    ) -> AnyGoal | None:
        wanted = desired.decided_mtu
        if wanted is None:
            return None
        goal = MtuGoal(cluster_network=desired.name, mtu=wanted)
        begun = await get_unfinished(call)
        if begun is not None and begun.goal.mtu_network == desired.name:
            return goal
        await call.cluster.list(VLAN_CONFIG, call.deadline)
        snapshot = cached_snapshot(call.cluster, (VLAN_CONFIG,))
        carrying = configs_of(snapshot, desired.name)
        if all(config_mtu(c) == wanted for c in carrying) and uplink_mtu(live) == wanted:
            return None
        return goal if carrying or desired.name == MGMT else None

    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        """An unfinished change shows at every preview until it is finished."""
        await list_networks(call)
        seen = await super().read(key, inputs, outputs, call)
        begun = await get_unfinished(call)
        if seen is not None and begun is not None and begun.goal.mtu_network == key:
            raise Unfinished(seen.key, seen.outputs, seen.inputs, [describe_unfinished(begun)])
        return seen

    async def finish(self, desired: specs.ClusterNetwork, live: Object, call: Call) -> Object:
        return await self._write(desired, {}, live, call)

    def observed_inputs(self, live: Object, call: Call) -> Properties:
        snapshot = known_networks(call).with_object(CLUSTER_NETWORK, live)
        return super().observed_inputs(live, call) | {"mtu": mtu_of(key_of(live), snapshot)}

    def inputs_of(self, live: Object, mine: Properties, call: Call) -> Properties:
        inputs = super().inputs_of(live, mine, call)
        if mine and "mtu" not in mine and key_of(live) == MGMT:
            inputs.pop("mtu", None)
        return inputs

    def computed(self, live: Object, call: Call) -> Properties:
        return super().computed(live, call) | nodes_seen(key_of(live), call)

    def can_adopt(self, key: str) -> bool:
        return key == MGMT

    def keeps_on_delete(self, key: str) -> bool:
        return key == MGMT

    def blockers(self, live: Object, call: Call) -> list[Blocker]:
        return blockers.of_cluster_network(
            key_of(live),
            call.cluster.cached(VLAN_CONFIG).values(),
            call.cluster.cached(NAD).values(),
            call.cluster.cached(VLAN_STATUS).values(),
        )

    async def before_delete(self, live: Object, call: Call) -> None:
        """Wait for the uplinks that are being torn down; the server would not."""

        def may_be_asked() -> bool | None:
            found = self.blockers(live, call)
            if all(blocker.going for blocker in found) and found:
                call.tell(waiting_for(found))
                return None
            return True

        await call.cluster.wait_for(self.blocking, may_be_asked, call.deadline)
