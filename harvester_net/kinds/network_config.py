"""NetworkConfig on the server: a VlanConfig, ready when every matched node has set up its
uplink.
"""

from __future__ import annotations

import time

from ..change.goals import AnyGoal
from ..change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from ..cluster.merge_patch import applied
from ..cluster.resources import (
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VMI,
    Object,
    key_of,
)
from ..harvester import blockers
from ..harvester.blockers import Blocker
from ..harvester.loading import load_snapshot
from ..harvester.mtus import config_mtu, mtu_of
from ..harvester.names import STORAGE_SETTING
from ..harvester.network_configs import (
    NOT_HEARD,
    matched_nodes,
    nodes_not_ready,
    present_nodes,
    progress_of_nodes,
)
from ..specs import network_config as specs
from ..specs.limits import DEFAULT_MTU, MGMT, mtu_or_default
from ..specs.spec import Problem
from ..specs.unknown import is_known
from .call import Call
from .changes import describe_unfinished, get_unfinished, is_disruptive, nodes_seen
from .codecs.network_config import NetworkConfigCodec
from .desired_state import DesiredState
from .differences import Properties
from .failures import MADE_FIRST, Refused, Unfinished
from .kind import Live
from .mtu import FollowsMtu, disagreement, get_network_mtu, known_networks
from .teardown import describe_leftovers, known_nodes, repair, wait_until_torn_down


class NetworkConfig(FollowsMtu[specs.NetworkConfig]):
    """Life cycle of network configs."""

    token = "harvester-net:index:NetworkConfig"
    spec = specs.NetworkConfig
    codec = NetworkConfigCodec()
    outputs = specs.NetworkConfigOutputs
    resource = VLAN_CONFIG
    seconds_to_change = 2 * 3600
    blocking = (NAD, VMI)

    def check_in_plan(
        self, desired: specs.NetworkConfig, desired_state: DesiredState
    ) -> list[Problem]:
        if desired.cluster_network == MGMT:
            return [Problem("clusterNetwork", "mgmt is built in; it takes no network config")]
        if is_known(desired.cluster_network) and is_known(desired.name):
            desired_state.configs_of.setdefault(desired.cluster_network, set()).add(
                desired.name
            )
        return disagreement(
            f"NetworkConfig {desired.name}",
            desired.mtu,
            desired.cluster_network,
            desired_state,
        )

    def needs_check_at_apply(self, desired: specs.NetworkConfig) -> bool:
        return True

    async def mtu(self, desired: specs.NetworkConfig, live: Object | None, call: Call) -> int:
        """Its own MTU in bytes, else the cluster network's as it is.

        At preview, one whose MTU this run decides stays as it is: the cluster network's own
        update comes first and brings the config to it.
        """
        name = desired.cluster_network
        mtu = await self._get_mtu(desired, call)
        decided = call.desired_state.mtu_of.get(name) == mtu
        if live is None or live["spec"]["clusterNetwork"] != name:
            return mtu
        return config_mtu(live) if call.preview and decided else mtu

    async def _get_mtu(self, desired: specs.NetworkConfig, call: Call) -> int:
        if desired.mtu is not None:
            return mtu_or_default(desired.mtu)
        mtu = await get_network_mtu(desired.cluster_network, call)
        if mtu is None and call.preview:
            return DEFAULT_MTU  # It is made in this same run, for all that is known.
        if mtu is None:
            raise Refused(
                f"there is no cluster network {desired.cluster_network} on the server; "
                f"{MADE_FIRST}"
            )
        return mtu

    async def change_goal(
        self, desired: specs.NetworkConfig, live: Object, call: Call
    ) -> AnyGoal | None:
        if (begun := await self._goal_begun(desired, live, call)) is not None:
            return begun
        patch = (await self.patch_for(desired, live, call)).get("spec", {})
        goal = ConfigGoal(key=key_of(live), patch=patch)
        return goal if patch and await is_disruptive(goal, desired.disruption, call) else None

    async def _goal_begun(
        self, desired: specs.NetworkConfig, live: Object, call: Call
    ) -> AnyGoal | None:
        """The goal of an unfinished change of this config, or what is desired beyond that;
        None without one. What can be seen of it already, such as its uplink, is not all of it.
        """
        begun, key = await get_unfinished(call), key_of(live)
        goal = None if begun is None else begun.goal
        if begun is None or not isinstance(goal, ConfigGoal) or key not in begun.configs:
            return None
        spec = applied(begun.configs[key].manifest["spec"], goal.patch)
        beyond = (await self.patch_for(desired, live | {"spec": spec}, call)).get("spec", {})
        return ConfigGoal(key=key, patch=beyond) if beyond else goal

    async def deletion_goal(self, live: Object, call: Call) -> AnyGoal | None:
        goal = ConfigDeletionGoal(key=key_of(live))
        return goal if await is_disruptive(goal, None, call) else None

    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        """A config that an ordered change has taken away for a while is not gone."""
        seen = await super().read(key, inputs, outputs, call)
        if seen is not None:
            _tell_of_nodes_that_left(call.cluster.cached(VLAN_CONFIG)[seen.key], call)
        if seen is not None or not inputs:
            return seen
        begun = await get_unfinished(call)
        if begun is None or key not in begun.configs or not begun.goal.restores_configs:
            return None
        manifest = begun.configs[key].manifest
        shown = inputs | {"uid": "", "matchedNodes": begun.configs[key].nodes}
        name = manifest["metadata"]["name"]
        raise Unfinished(name, shown, inputs, [describe_unfinished(begun)])

    def inputs_of(self, live: Object, mine: Properties, call: Call) -> Properties:
        """One that does not follow its cluster network says so, also where its MTU is the
        default.
        """
        inputs = super().inputs_of(live, mine, call)
        network = mtu_of(inputs["clusterNetwork"], known_networks(call))
        if "mtu" not in mine and network not in (None, config_mtu(live)):
            inputs["mtu"] = config_mtu(live)
        return inputs

    def computed(self, live: Object, call: Call) -> Properties:
        seen = nodes_seen(live["spec"]["clusterNetwork"], call)
        present = present_nodes(live, known_nodes(call))
        return super().computed(live, call) | {"matchedNodes": present} | seen

    async def prefetch(self, call: Call) -> None:
        await super().prefetch(call)
        await call.cluster.list(VLAN_STATUS, call.deadline)
        await load_snapshot(call.cluster, (NODE,), call.deadline, on_forbidden=lambda *_: None)

    def unfinished(self, live: Object, call: Call) -> list[str]:
        waiting = nodes_not_ready(live, known_nodes(call))
        return [f"{node}: {why}" for node, why in sorted(waiting.items())]

    async def finish(self, desired: specs.NetworkConfig, live: Object, call: Call) -> Object:
        await self._all_nodes_ready(key_of(live), call)
        return call.cluster.cached(VLAN_CONFIG).get(key_of(live), live)

    async def _all_nodes_ready(self, key: str, call: Call) -> None:
        last: dict[str, str] = {}
        since = time.monotonic()
        async with call.cluster.watching((VLAN_CONFIG, VLAN_STATUS), call.deadline):
            while live := call.cluster.cached(VLAN_CONFIG).get(key):
                known = known_nodes(call)
                waiting = nodes_not_ready(live, known)
                if not waiting:
                    return call.tell("ready")
                if waiting != last:
                    last, since = waiting, time.monotonic()
                if (
                    gave_up(waiting)
                    and time.monotonic() - since > call.cluster.timings.failed_nodes
                ):
                    raise Refused(progress_of_nodes(live, waiting, known))
                call.tell(progress_of_nodes(live, waiting, known))
                await call.deadline.sleep(0.2)
        raise Refused(f"NetworkConfig {key} was deleted meanwhile")

    def blockers(self, live: Object, call: Call) -> list[Blocker]:
        return blockers.of_network_config(
            live,
            set(matched_nodes(live)),
            call.cluster.cached(NAD).values(),
            call.cluster.cached(VMI).values(),
            storage_leaves=(SETTING, STORAGE_SETTING) in call.cluster.leaving,
        )

    async def before_delete(self, live: Object, call: Call) -> None:
        """A node that never set up the uplink does not tear it down either (O5.5)."""
        call.cluster.invalidate(VLAN_STATUS, LINK_MONITOR)
        await call.cluster.list(VLAN_STATUS, call.deadline)
        if failed := await repair(live, call):
            monitors = await call.cluster.list_if_served(LINK_MONITOR, call.deadline)
            for leftover in describe_leftovers(live, failed, monitors):
                call.warn(leftover)

    async def after_delete(self, key: str, call: Call) -> None:
        """Another config can take the nodes only when their agents have torn this one down."""
        await wait_until_torn_down(key, call)


def _tell_of_nodes_that_left(config: Object, call: Call) -> None:
    left = {*matched_nodes(config)} - {*present_nodes(config, known_nodes(call))}
    if left:
        call.inform(
            f"{', '.join(sorted(left))} left the cluster, but Harvester still counts it among "
            "the nodes of this config until somebody changes the config; nothing waits for it"
        )


def gave_up(waiting: dict[str, str]) -> bool:
    """Whether a node says that it failed, rather than nothing yet."""
    return any(why != NOT_HEARD for why in waiting.values())
