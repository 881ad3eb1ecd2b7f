"""The whole check of one cluster network: look at every node, ping between them, judge.

It changes nothing that lasts. Whoever calls it holds the lease of the ordered change, so that
no two checks, and no change, are at work at the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from ..cluster.cluster import Cluster
from ..cluster.deadline import Patience
from ..cluster.errors import Denied, Forbidden, NotFound, Rejected
from ..cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VMI,
    Resource,
)
from ..harvester.settings import value_of
from ..harvester.versions import version_of
from .answers import Pinged, Unreadable, devices_in, pinged_in
from .devices import Devices
from .facts import Facts, Question, facts_of
from .findings import findings, has_small_port, notes
from .holders import Guest, guests
from .nodes import Tell, remove_leftovers, sent
from .outcome import Finding, Outcome
from .pairs import of_pings
from .pinging import PingPlan, Pings, ping_plan, pings_of
from .pods import DAEMON_SET, LONGHORN, Ended, PodWish, image_in, looking, pinging

T = TypeVar("T")

PODS = Resource("v1", "Pod", "pods", namespaced=True)
NO_PODS = (Forbidden, NotFound, Denied, Rejected)
"""The server lets no pod be made: an answer, not an outage."""


async def check(
    cluster: Cluster,
    question: Question,
    patience: Patience,
    tell: Tell = lambda _: None,
    *,
    ping_anyway: bool = True,
) -> Outcome:
    """Look at the nodes of a cluster network, ping if a VLAN is named, and judge.

    ``ping_anyway``: also where the devices are not as they should be. It takes its time, and
    whoever will look again may do without.

    What keeps it from looking is in the outcome, not an error. Raises NotFound if there is no
    such cluster network, OutOfPatience, and ClusterError during an outage.
    """
    facts = await _facts(cluster, question, patience)
    begun = Outcome(question.cluster_network, facts.expected.mtu, question.vlan)
    begun = replace(begun, nodes=dict.fromkeys((*facts.nodes, *facts.away)))
    away = [f"{node} was not looked at: the node is not ready" for node in facts.away]
    if not facts.nodes:
        none = f"no node has cluster network {question.cluster_network}"
        return replace(begun, unproven=tuple(away or [none]))
    try:
        wish = await _wish(cluster, question, patience)
        await remove_leftovers(cluster, wish.namespace, patience)
        asked = _Check(cluster, question, facts, wish, patience, tell, ping_anyway)
        return await asked.outcome(begun, away)
    except NO_PODS as error:
        reason = f"nobody looked at the nodes, because no pod may run there: {error}"
        return replace(begun, unproven=(*away, f"{reason}; {_needed(error, question)}"))
    except NoImage as error:
        return replace(begun, unproven=(*away, str(error)))


def _needed(error: Exception, question: Question) -> str:
    """What whoever may not run pods needs."""
    if isinstance(error, Forbidden):
        return (
            "needed is the right to create, list and delete pods in namespace "
            f"{question.namespace}"
        )
    return (
        f"needed is a namespace that is there and lets pods use the network of the host; "
        f"{question.namespace} does not"
    )


class NoImage(Exception):
    """There is no image known that could look at the nodes; the message says what to do."""


async def _wish(cluster: Cluster, question: Question, patience: Patience) -> PodWish:
    image = question.image
    if not image:
        try:
            found = await cluster.connection.get(DAEMON_SET, LONGHORN, patience)
        except (NotFound, Forbidden) as error:
            raise NoImage(
                f"nobody looked at the nodes: the image of DaemonSet {LONGHORN} is not known "
                f"({error}); name one that holds sh, ip, bridge and ping"
            ) from error
        image = image_in(found)
    return PodWish(image, question.namespace, question.tolerations)


async def _facts(cluster: Cluster, question: Question, patience: Patience) -> Facts:
    kinds = (
        CLUSTER_NETWORK,
        VLAN_CONFIG,
        NAD,
        NODE,
        SETTING,
        VLAN_STATUS,
        LINK_MONITOR,
    )
    networks, configs, nads, nodes, settings, statuses, monitors = await asyncio.gather(
        *(cluster.all_if_served(kind, patience) for kind in kinds)
    )
    if question.cluster_network not in networks:
        known = ", ".join(sorted(networks))
        raise NotFound(
            f"there is no cluster network {question.cluster_network}; there are: {known}"
        )
    server = settings.get("server-version")
    version = version_of(value_of(server) if server else "")
    return facts_of(
        question,
        networks,
        configs.values(),
        nads,
        nodes,
        version,
        statuses=statuses,
        monitors=monitors,
    )


@dataclass(frozen=True)
class _Check:
    """One check under way."""

    cluster: Cluster
    question: Question
    facts: Facts
    wish: PodWish
    patience: Patience
    tell: Tell
    ping_anyway: bool

    async def outcome(self, begun: Outcome, away: list[str]) -> Outcome:
        seen, blind = await self._look()
        known = await self._guests(seen)
        expected = self.facts.expected
        found = [f for d in seen.values() for f in findings(d, expected, known)]
        noted = [n for d in seen.values() for n in notes(d, expected, known)]
        pings, failed, unpinged = Pings(), list[Finding](), list[str]()
        if self.ping_anyway or not found:
            pings, failed, unpinged = await self._ping(seen)
        return replace(
            begun,
            nodes={node: seen.get(node) for node in begun.nodes},
            pings=pings,
            findings=(*found, *failed),
            notes=tuple(noted),
            unproven=(*away, *blind, *unpinged),
        )

    async def _look(self) -> tuple[dict[str, Devices], list[str]]:
        name = self.question.cluster_network
        errand = looking(name, self.question.vlan)
        ended = await sent(
            self.cluster,
            dict.fromkeys(self.facts.nodes, errand),
            name,
            self.wish,
            self.patience,
            lambda what: self.tell(f"{what} to look at the devices"),
        )
        read, mute = _read(ended, lambda node, said: devices_in(said, node, name))
        return read, [f"{node} was not looked at: {why}" for node, why in mute]

    async def _guests(self, seen: dict[str, Devices]) -> list[Guest]:
        """Who might be behind a port; asked only where there is one in question."""
        mtu = self.facts.expected.mtu
        if not any(has_small_port(devices, mtu) for devices in seen.values()):
            return []
        vmis = await self.cluster.all_if_served(VMI, self.patience)
        try:
            pods, _ = await self.cluster.connection.list(PODS, self.patience)
        except Forbidden:
            pods = []  # The VMs are most of it; to see all pods is much to ask for.
        return guests(set(self.facts.expected.vm_networks), vmis.values(), pods)

    async def _ping(self, seen: dict[str, Devices]) -> tuple[Pings, list[Finding], list[str]]:
        if self.question.vlan is None:
            return Pings(), [], []
        name, expected = self.question.cluster_network, self.facts.expected
        # Of a node whose uplink leads nowhere enough is found; nobody waits for its pings.
        joined = {node: devices for node, devices in seen.items() if devices.is_connected}
        if seen and not joined:
            return Pings(), [], []
        plan, why = ping_plan(
            joined, name, self.question.vlan, expected.mtu, expected.vm_networks
        )
        unpinged = [f"full frames on VLAN {self.question.vlan}: {reason}" for reason in why]
        if plan is None:
            return Pings(), [], unpinged
        answers, mute = await self._pinged(plan)
        pings = pings_of(plan, answers)
        small = [n for n, d in seen.items() if d.bridge and d.bridge.mtu != expected.mtu]
        return pings, of_pings(pings, expected.mtu, small), [*unpinged, *mute]

    async def _pinged(self, plan: PingPlan) -> tuple[dict[str, Pinged], list[str]]:
        ended = await sent(
            self.cluster,
            {node: pinging(plan.values(node)) for node in plan.addresses},
            plan.cluster_network,
            self.wish,
            self.patience,
            lambda what: self.tell(f"{what} to ping each other with {plan.mtu} bytes"),
        )
        read, mute = _read(ended, lambda _, said: pinged_in(said))
        return read, [f"{node} did not ping: {why}" for node, why in mute]


def _read(
    ended: Mapping[str, Ended], read: Callable[[str, str], T]
) -> tuple[dict[str, T], list[tuple[str, str]]]:
    """What the nodes answered, and why the others did not."""
    answers: dict[str, T] = {}
    mute = []
    for node, answer in sorted(ended.items()):
        try:
            if answer.trouble:
                raise Unreadable(answer.trouble)
            answers[node] = read(node, answer.message)
        except Unreadable as error:
            mute.append((node, str(error)))
    return answers, mute
