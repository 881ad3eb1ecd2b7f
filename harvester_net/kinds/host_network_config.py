"""HostNetworkConfig on the server: a device of the nodes' own in a VLAN (B1).

What its agents say of it proves no address, and they apply no other address or mode to a
device that is there (B1.3). So such a change replaces it, and the address is read on the
nodes where the program asks for that.
"""

from __future__ import annotations

import time
from dataclasses import replace

from ..change import lease
from ..change.consent import NodeCheck, consent_of
from ..change.errors import ChangeBusy, LeaseLost
from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError, NotFound
from ..cluster.resources import (
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NODE,
    SETTING,
    VLAN_STATUS,
    VM,
    Object,
    key_of,
)
from ..harvester.blockers import Blocker
from ..harvester.host_networks import (
    NO_WORD,
    NOT_MANAGEMENT,
    are_in_place,
    device_of,
    devices_at,
    is_management_allowed,
    management_nodes,
    network_of,
    nodes_not_ready,
    nodes_with_network,
    ready_nodes,
    static_addresses,
    vlan_of,
)
from ..harvester.loading import cached_snapshot, load_snapshot
from ..harvester.mtus import mtu_of
from ..harvester.names import AGENTS
from ..harvester.nodes import is_ready
from ..harvester.snapshot import Snapshot
from ..harvester.versions import HOST_NETWORKS
from ..harvester.wording import listed
from ..rules.host_networks import on_management_vlan
from ..specs import host_network_config as specs
from ..specs.limits import MGMT
from ..verify.facts import CheckRequest
from ..verify.host_devices import HostDevices, Wanted, look_at_hosts, problems
from .call import Call
from .changes import describe_unfinished, get_unfinished
from .codecs.host_network_config import HostNetworkConfigCodec
from .differences import Change, Difference, Properties
from .failures import Refused, Unfinished
from .kind import Live
from .mtu import known_networks, list_networks
from .network_setting import wait_for_configs
from .owned import OwnedKind

IN_PLACE = "__inPlace"
"""The output with the properties that this Harvester changes on a device that is there."""
SEEN = (HOST_NETWORK_CONFIG, NODE, VLAN_STATUS, LINK_MONITOR, SETTING)
"""What its progress is read from."""


class HostNetworkConfig(OwnedKind[specs.HostNetworkConfig]):
    """Life cycle of host network configs."""

    token = "harvester-net:index:HostNetworkConfig"
    spec = specs.HostNetworkConfig
    codec = HostNetworkConfigCodec()
    outputs = specs.HostNetworkConfigOutputs
    resource = HOST_NETWORK_CONFIG
    blocking = ()
    judged_by = (HOST_NETWORK_CONFIG, VM)

    def before(self, inputs: Properties, outputs: Properties) -> Properties:
        known = ("readyNodes", IN_PLACE)
        return inputs | {name: outputs[name] for name in known if name in outputs}

    def diff(self, old: Properties, new: Properties) -> list[Difference]:
        """What agents do not apply to a device that is there needs a new object."""
        return [
            replace(each, replaces=True) if _needs_new_device(each, old) else each
            for each in super().diff(old, new)
        ]

    def needs_check_at_apply(self, desired: specs.HostNetworkConfig) -> bool:
        return True

    async def create(self, inputs: Properties, call: Call) -> Live:
        await _require_served(call)
        return await super().create(inputs, call)

    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        """One that an ordered change has taken away for a while is not gone."""
        try:
            seen = await super().read(key, inputs, outputs, call)
        except NotFound:
            return None  # The kind is not served, so there is none.
        if seen is not None or not inputs:
            return seen
        begun = await get_unfinished(call)
        if begun is None or key not in begun.host_networks:
            return None
        raise Unfinished(key, outputs, inputs, [describe_unfinished(begun)])

    async def manifest(self, desired: specs.HostNetworkConfig, call: Call) -> Object:
        """With a note that no node had the device before, which later proves that it is not
        the nodes' own.
        """
        made = await super().manifest(desired, call)
        asked = desired.cluster_network == MGMT and not desired.allow_management_vlan
        if asked and not await self._is_management(made, call):
            made["metadata"].setdefault("annotations", {})[NOT_MANAGEMENT] = "true"
        return made

    async def _is_management(self, made: Object, call: Call) -> bool:
        """Whether a node may have the device as its own; raises Forbidden if that cannot be
        seen.
        """
        snapshot = await load_snapshot(call.cluster, SEEN, call.deadline)
        if not management_nodes(made, snapshot, is_made=False):
            return False
        # What it replaces has made the device, which goes with that.
        old = snapshot.of(HOST_NETWORK_CONFIG).get(call.replaced or "")
        if old is None or device_of(old) != device_of(made):
            return True
        return bool(management_nodes(old, snapshot, is_made=True))

    async def before_create(self, desired: specs.HostNetworkConfig, call: Call) -> None:
        await wait_for_configs(desired.cluster_network, call)
        if desired.cluster_network == MGMT:
            # Whose device it is must be seen as it is now.
            call.cluster.invalidate(HOST_NETWORK_CONFIG, LINK_MONITOR)

    async def _judge_create(self, desired: specs.HostNetworkConfig, call: Call) -> None:
        if call.replaced is not None:
            old = await call.cluster.get_cached(self.resource, call.replaced, call.deadline)
            if old is not None:
                await _require_not_management(old, call)
        await super()._judge_create(desired, call)

    def computed(self, live: Object, call: Call) -> Properties:
        snapshot = _known(call)
        seen = call.seen_on_nodes.get(device_of(live))
        return (
            super().computed(live, call)
            | {
                "selectedNodes": nodes_with_network(live, snapshot),
                "readyNodes": ready_nodes(live),
                IN_PLACE: are_in_place(snapshot.version),
            }
            | ({} if seen is None else {"devices": seen})
        )

    async def prefetch(self, call: Call) -> None:
        await load_snapshot(call.cluster, SEEN, call.deadline, on_forbidden=lambda *_: None)

    def unfinished(self, live: Object, call: Call) -> list[str]:
        waiting = nodes_not_ready(live, _known(call))
        return [f"{node}: {why}" for node, why in sorted(waiting.items())]

    async def finish(
        self, desired: specs.HostNetworkConfig, live: Object, call: Call
    ) -> Object:
        await self._all_nodes_ready(key_of(live), call)
        live = call.cluster.cached(HOST_NETWORK_CONFIG).get(key_of(live), live)
        how = consent_of(desired.disruption).verify_on_nodes
        if how is not None:
            await _verify(live, how, call)
        return live

    async def _all_nodes_ready(self, key: str, call: Call) -> None:
        """Wait until the agents say so; raises Refused with their words when they give up."""
        await call.cluster.list(NODE, call.deadline)
        last, since = dict[str, str](), time.monotonic()
        failed: dict[str, str] = {}
        watched = (HOST_NETWORK_CONFIG, VLAN_STATUS, LINK_MONITOR)
        async with call.cluster.watching(watched, call.deadline):
            while live := call.cluster.cached(HOST_NETWORK_CONFIG).get(key):
                snapshot = _known(call)
                waiting = nodes_not_ready(live, snapshot)
                if not waiting:
                    _tell_of_retries(live, failed, call)
                    return call.tell("ready")
                if waiting != last:
                    last, since = waiting, time.monotonic()
                failed |= {n: why for n, why in waiting.items() if why != NO_WORD}
                told = _progress(live, waiting, snapshot)
                given_up = any(why != NO_WORD for why in waiting.values())
                if given_up and time.monotonic() - since > call.cluster.timings.failed_nodes:
                    raise Refused(told)
                call.tell(told)
                await call.deadline.sleep(call.cluster.timings.poll)
        raise Refused(f"{self._named(key)} was deleted meanwhile")

    def blockers(self, live: Object, call: Call) -> list[Blocker]:
        return []

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        try:
            live = await call.cluster.get(self.resource, key, call.deadline)
            await super().delete(key, outputs, call)
        except NotFound:
            return  # The kind is not served, so there is none.
        if live is not None and key not in call.cluster.cached(self.resource):
            await _wait_for_devices_to_go(live, call)

    async def before_delete(self, live: Object, call: Call) -> None:
        call.cluster.invalidate(HOST_NETWORK_CONFIG, LINK_MONITOR)
        await _require_not_management(live, call)
        if live["spec"].get("underlay"):
            # Harvester deletes none that is one (B1.2).
            meta = {name: live["metadata"][name] for name in ("uid", "resourceVersion")}
            off = {"metadata": meta, "spec": {"underlay": False}}
            await call.cluster.patch(self.resource, key_of(live), off, call.deadline)


async def _require_served(call: Call) -> None:
    try:
        await call.cluster.list(HOST_NETWORK_CONFIG, call.deadline)
    except NotFound as error:
        version = await _version(call)
        raise Refused(
            f"a HostNetworkConfig needs Harvester {'.'.join(map(str, HOST_NETWORKS.since))}; "
            f"this cluster has {version}, which does not serve it. There, a VLAN of mgmt is "
            "added on each host by hand: `harvester-net verify mgmt` has the commands"
        ) from error


async def _version(call: Call) -> str:
    snapshot = await load_snapshot(
        call.cluster, (SETTING,), call.deadline, on_forbidden=lambda *_: None
    )
    return snapshot.version_text or "an unknown version"


def _known(call: Call) -> Snapshot:
    return cached_snapshot(call.cluster, SEEN)


def _needs_new_device(difference: Difference, old: Properties) -> bool:
    """Whether it changes a device that is there, and agents do not apply it."""
    name = str(difference.location[0])
    ready = old.get("readyNodes", ())
    if name not in ("mode", "ips") or not ready or name in old.get(IN_PLACE, ()):
        return False
    if name == "ips" and len(difference.location) > 1:
        return difference.change is Change.UPDATE and difference.location[1] in ready
    return True


def _progress(live: Object, waiting: dict[str, str], snapshot: Snapshot) -> str:
    nodes = nodes_with_network(live, snapshot)
    said = "; ".join(f"{node}: {why}" for node, why in sorted(waiting.items()))
    return f"{len(nodes) - len(waiting)} of {len(nodes)} nodes ready; {said}"


def _tell_of_retries(live: Object, failed: dict[str, str], call: Call) -> None:
    """A failure that an agent no longer speaks of has not passed: it finds the device that it
    made before, and looks no further (I#11519).
    """
    for node, why in sorted(failed.items()):
        if why.startswith("setup l3 connectivity failed"):
            call.warn(
                f"{node} said before: {why}. Its agent now says that it is ready, but it does "
                f"not try again: {device_of(live)} may have no address. disruption."
                "verifyOnNodes looks; another way is to replace this resource"
            )


async def _require_not_management(live: Object, call: Call) -> None:
    """Raises Refused if nodes would lose their management with the object."""
    snapshot = await load_snapshot(call.cluster, SEEN, call.deadline)
    nodes = management_nodes(live, snapshot, is_made=True)
    if nodes and not is_management_allowed(live):
        raise Refused(f"{key_of(live)} cannot be deleted: {on_management_vlan(live, nodes)}")


async def _wait_for_devices_to_go(gone: Object, call: Call) -> None:
    """Agents share one finalizer, so the object goes before all devices have; one whose agent
    does not run keeps it (B1.3).
    """

    def left() -> list[str]:
        snapshot, network = _known(call), network_of(gone)
        nodes = snapshot.of(NODE) or ready_nodes(gone)
        there = {node: devices_at(network, node, snapshot) for node in nodes}
        return sorted(node for node in nodes if device_of(gone) in there[node])

    def look() -> bool | None:
        if nodes := left():
            call.tell(f"waiting for {listed(nodes)} to remove {device_of(gone)}")
        return None if nodes else True

    try:
        limit = call.deadline.within(call.cluster.timings.silent_agent)
        await call.cluster.wait_for((LINK_MONITOR,), look, limit)
    except (ClusterError, DeadlineExceeded):
        for node in left():
            call.warn(
                f"the agent of {node} missed the deletion of host network config "
                f"{key_of(gone)}: {device_of(gone)} is still there. Look at its pod of "
                f"DaemonSet {AGENTS}; to remove the device, on {node}: ip link delete "
                f"{device_of(gone)}"
            )


async def _verify(live: Object, how: NodeCheck, call: Call) -> None:
    """Read address and MTU on the nodes; raises Refused if they are not as they should be."""
    snapshot = _known(call)
    nodes = nodes_with_network(live, snapshot)
    there = [node for node in nodes if is_ready(snapshot.of(NODE).get(node))]
    request = CheckRequest(
        network_of(live),
        vlan=vlan_of(live),
        image=how.image,
        namespace=how.namespace,
        tolerations=how.tolerations,
    )
    found = await _look(request, there, call)
    away = [f"{n} was not looked at: the node is not ready" for n in nodes if n not in there]
    found = replace(found, unproven=(*away, *found.unproven))
    call.seen_on_nodes[device_of(live)] = [_output(n, found) for n in sorted(found.seen)]
    await list_networks(call)
    addresses = {n: text.partition("/")[0] for n, text in static_addresses(live).items()}
    mtu = mtu_of(network_of(live), known_networks(call))
    if told := problems(found, Wanted(device_of(live), mtu, addresses)):
        raise Refused("; ".join(told))


async def _look(request: CheckRequest, nodes: list[str], call: Call) -> HostDevices:
    """One look at a time, and none in the middle of a change."""
    try:
        async with (
            call.cluster.changing,
            lease.hold(call.cluster, call.urn, call.deadline) as (leadership, lost),
        ):
            guarded = call.deadline.guarded(leadership.check)
            looking = look_at_hosts(call.cluster, request, nodes, guarded, call.tell)
            return await lease.unless_lost(lost, looking)
    except (ChangeBusy, LeaseLost) as error:
        raise Refused(f"the nodes were not looked at: {error}") from error


def _output(node: str, found: HostDevices) -> Properties:
    seen = found.seen[node]
    values = {"node": node, "address": seen.address or None, "mtu": seen.mtu or None}
    return {name: value for name, value in values.items() if value is not None}
