"""The whole check of one cluster network: read the devices of every node, ping between
them, and compare.

It changes nothing that lasts. Whoever calls it holds the lease of the ordered change, so that
no two checks, and no change, are at work at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import Denied, Forbidden, NotFound, Rejected
from ..cluster.resources import (
    CLUSTER_NETWORK,
    DAEMON_SET,
    HOST_NETWORK_CONFIG,
    POD,
    VMI,
    Resource,
)
from ..harvester.loading import NETWORK_KINDS, load_snapshot
from .devices import Devices
from .facts import CheckRequest, Facts, facts_of
from .findings import coverage, findings, has_small_port, notes
from .outcome import Finding, Outcome
from .parsing import PingReport, Unreadable, devices_in, pinged_in
from .ping_findings import of_pings
from .pinging import PingPlan, Pings, ping_plan, pings_of
from .pod_runs import OnProgress, remove_leftovers, run_pods
from .pods import LONGHORN, PodOptions, PodResult, image_in, look_task, ping_task
from .port_owners import AttachedWorkload, attached_workloads

T = TypeVar("T")

NO_PODS = (Forbidden, NotFound, Denied, Rejected)
"""The server lets no pod be made: an answer, not an outage."""


async def check(
    cluster: Cluster,
    request: CheckRequest,
    deadline: Deadline,
    on_progress: OnProgress = lambda _: None,
    *,
    ping_anyway: bool = True,
) -> Outcome:
    """Check the nodes of a cluster network; ping if a VLAN is named.

    ``ping_anyway``: also where the devices are not as they should be. It takes its time, and
    whoever will look again may do without.

    What keeps it from looking is in the outcome, not an error. Raises NotFound if there is no
    such cluster network, DeadlineExceeded, and ClusterError during an outage.
    """
    facts = await _load_facts(cluster, request, deadline)
    outcome = Outcome(request.cluster_network, facts.expected.mtu, request.vlan)
    outcome = replace(outcome, nodes=dict.fromkeys((*facts.nodes, *facts.away)))
    away = [f"{node} was not looked at: the node is not ready" for node in facts.away]
    if not facts.nodes:
        none = f"no node has cluster network {request.cluster_network}"
        return replace(outcome, unproven=tuple(away or [none]))
    try:
        options = await pod_options(cluster, request, deadline)
        await remove_leftovers(cluster, options.namespace, deadline)
        asked = _Check(cluster, request, facts, options, deadline, on_progress, ping_anyway)
        return await asked.outcome(outcome, away)
    except NO_PODS as error:
        reason = f"nobody looked at the nodes, because no pod may run there: {error}"
        return replace(
            outcome, unproven=(*away, f"{reason}; {needed_for_pods(error, request)}")
        )
    except NoImage as error:
        return replace(outcome, unproven=(*away, str(error)))


def needed_for_pods(error: Exception, request: CheckRequest) -> str:
    """What whoever may not run pods needs."""
    if isinstance(error, Forbidden):
        return (
            "needed is the right to create, list and delete pods in namespace "
            f"{request.namespace}"
        )
    return (
        f"needed is a namespace that is there and lets pods use the network of the host; "
        f"{request.namespace} does not"
    )


class NoImage(Exception):
    """There is no image known that could check the nodes; the message says what to do."""


async def pod_options(
    cluster: Cluster, request: CheckRequest, deadline: Deadline
) -> PodOptions:
    """What is known of the pods of a check; raises NoImage."""
    image = request.image
    if not image:
        try:
            found = await cluster.connection.get(DAEMON_SET, LONGHORN, deadline)
        except (NotFound, Forbidden) as error:
            raise NoImage(
                f"nobody looked at the nodes: the image of DaemonSet {LONGHORN} is not known "
                f"({error}); name one that holds sh, ip, bridge and ping"
            ) from error
        image = image_in(found)
    return PodOptions(image, request.namespace, request.tolerations)


async def _load_facts(cluster: Cluster, request: CheckRequest, deadline: Deadline) -> Facts:
    def note(resource: Resource, error: Forbidden) -> None:
        if resource is not HOST_NETWORK_CONFIG:
            raise error

    kinds = (*NETWORK_KINDS, HOST_NETWORK_CONFIG)
    snapshot = await load_snapshot(cluster, kinds, deadline, on_forbidden=note)
    networks = snapshot.of(CLUSTER_NETWORK)
    if request.cluster_network not in networks:
        raise NotFound(
            f"there is no cluster network {request.cluster_network}; there are: "
            f"{', '.join(sorted(networks))}"
        )
    return facts_of(request, snapshot)


@dataclass(frozen=True)
class _Check:
    """One check under way."""

    cluster: Cluster
    request: CheckRequest
    facts: Facts
    options: PodOptions
    deadline: Deadline
    on_progress: OnProgress
    ping_anyway: bool

    async def outcome(self, outcome: Outcome, away: list[str]) -> Outcome:
        seen, unseen = await self._look()
        known = await self._workloads(seen)
        expected = self.facts.expected
        found = [f for d in seen.values() for f in findings(d, expected, known)]
        noted = [n for d in seen.values() for n in notes(d, expected, known)]
        pings, failed, unpinged = Pings(), list[Finding](), list[str]()
        if self.ping_anyway or not found:
            pings, failed, unpinged = await self._ping(seen)
        return replace(
            outcome,
            nodes={node: seen.get(node) for node in outcome.nodes},
            pings=pings,
            findings=(*found, *failed),
            notes=(*coverage(self.facts.without, expected.cluster_network), *noted),
            unproven=(*away, *unseen, *unpinged),
        )

    async def _look(self) -> tuple[dict[str, Devices], list[str]]:
        name = self.request.cluster_network
        task = look_task(name, self.request.vlan, self.cluster.timings.pod_check)
        results = await run_pods(
            self.cluster,
            dict.fromkeys(self.facts.nodes, task),
            name,
            self.options,
            self.deadline,
            lambda what: self.on_progress(f"{what} to look at the devices"),
        )
        read, silent = answers_in(results, lambda node, said: devices_in(said, node, name))
        return read, [f"{node} was not looked at: {why}" for node, why in silent]

    async def _workloads(self, seen: dict[str, Devices]) -> list[AttachedWorkload]:
        """Who might be behind a port; asked only where there is one in question."""
        mtu = self.facts.expected.mtu
        if not any(has_small_port(devices, mtu) for devices in seen.values()):
            return []
        vmis = await self.cluster.list_if_served(VMI, self.deadline)
        try:
            pods, _ = await self.cluster.connection.list(POD, self.deadline)
        except Forbidden:
            pods = []  # The VMs are most of it; to see all pods is much to ask for.
        return attached_workloads(set(self.facts.expected.vm_networks), vmis.values(), pods)

    async def _ping(self, seen: dict[str, Devices]) -> tuple[Pings, list[Finding], list[str]]:
        if self.request.vlan is None:
            return Pings(), [], []
        name, expected = self.request.cluster_network, self.facts.expected
        # Of a node whose uplink leads nowhere enough is found; nobody waits for its pings.
        joined = {node: devices for node, devices in seen.items() if devices.is_connected}
        if seen and not joined:
            return Pings(), [], []
        plan, why = ping_plan(
            joined, name, self.request.vlan, expected.mtu, expected.vm_networks
        )
        unpinged = [f"full frames on VLAN {self.request.vlan}: {reason}" for reason in why]
        if plan is None:
            return Pings(), [], unpinged
        answers, silent = await self._ping_from_pods(plan)
        pings = pings_of(plan, answers)
        small = [n for n, d in seen.items() if d.bridge and d.bridge.mtu != expected.mtu]
        return pings, of_pings(pings, expected.mtu, small), [*unpinged, *silent]

    async def _ping_from_pods(self, plan: PingPlan) -> tuple[dict[str, PingReport], list[str]]:
        results = await run_pods(
            self.cluster,
            {
                node: ping_task(plan.values(node), self.cluster.timings.pod_ping)
                for node in plan.addresses
            },
            plan.cluster_network,
            self.options,
            self.deadline,
            lambda what: self.on_progress(f"{what} to ping each other with {plan.mtu} bytes"),
        )
        read, silent = answers_in(results, lambda _, said: pinged_in(said))
        return read, [f"{node} did not ping: {why}" for node, why in silent]


def answers_in(
    results: Mapping[str, PodResult], read: Callable[[str, str], T]
) -> tuple[dict[str, T], list[tuple[str, str]]]:
    """What the nodes answered, and why the others did not."""
    answers: dict[str, T] = {}
    silent = []
    for node, answer in sorted(results.items()):
        try:
            if answer.trouble:
                raise Unreadable(answer.trouble)
            answers[node] = read(node, answer.message)
        except Unreadable as error:
            silent.append((node, str(error)))
    return answers, silent
