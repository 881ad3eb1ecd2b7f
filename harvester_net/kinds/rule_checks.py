"""A write judged by the rules: at preview with all that this run plans, and at `up`, where the
server has the last word, for what the server would not notice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from ..cluster.errors import Denied, Forbidden
from ..cluster.resources import (
    CLAIM,
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    LONGHORN_NODE,
    NAD,
    NODE,
    SERVICE_CIDR,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Resource,
)
from ..harvester.settings import Network
from ..harvester.snapshot import Objects, Situation
from ..rules.catalogue import judge
from ..rules.network_settings import budget_of
from ..rules.rule import Finding, Severity, Write
from ..specs.storage_network import StorageNetwork
from .call import Call
from .failures import Refused

NETWORKS = (
    CLUSTER_NETWORK,
    VLAN_CONFIG,
    VLAN_STATUS,
    NAD,
    SETTING,
    NODE,
    LINK_MONITOR,
)
"""What the rules for networks look at."""
WORKLOADS = (LONGHORN_NODE, SERVICE_CIDR, HOST_NETWORK_CONFIG, VM, VMI, VOLUME, CLAIM)
"""What the rules for settings and deletions look at besides."""

SECONDS_OF_SILENCE = 1.0
"""How long a preview waits for the program to name what it has not named so far."""
SECONDS_FOR_A_CURE = 120.0
"""How long an `up` waits for another resource of the same run to clear the way."""
SECONDS_OF_LAG = 5.0
"""How long the webhooks may take to see what was written (H3.0)."""
PAUSE = 0.3
HARVESTER = "harvester"
"""In the names of Harvester's webhooks; others say their last word at once."""

T = TypeVar("T")


async def previewed(
    write: Write, call: Call, *, ordered: bool = False, workloads: bool = False
) -> None:
    """Say at preview what stands against a write; raises Refused.

    With ``ordered``, what the ordered change sees to is its own matter. What a later step of
    the same run may still cure is a warning.
    """
    live = await _live(call, workloads)
    if live is None:
        return
    findings, open_ones = await _settled(write, live, call, ordered=ordered)
    for finding in findings:
        if not _is_error(finding):
            call.warn(words(finding))
        elif finding in open_ones:
            call.warn(f"{words(finding)}, unless this run changes that")
    if certain := [f for f in findings if _is_error(f) and f not in open_ones]:
        raise Refused(sentence(certain))


async def _settled(
    write: Write, live: Situation, call: Call, *, ordered: bool
) -> tuple[list[Finding], list[Finding]]:
    """What the rules say when the program has named what it may have to say to it; and what of
    it the run may still cure.
    """
    while True:
        findings = _against(write, call.planned.after(live), ordered=ordered)
        open_ones = [f for f in findings if call.planned.may_cure(f, live, call.urn)]
        if not any(map(_is_error, open_ones)) or not _is_naming(call):
            return findings, open_ones
        await call.patience.sleep(0.05)


async def deletion_previewed(write: Write, call: Call, *, ordered: bool) -> None:
    """Say at preview of a replacement what stands against the deletion that comes first.

    Only warnings: whoever holds the object may go in the same run, in another provider's
    hands.
    """
    live = await _live(call, workloads=True)
    if live is not None:
        for finding in _against(write, call.planned.after(live), ordered=ordered):
            call.warn(f"{write.key} is deleted before it is replaced: {finding.sentence}")


async def not_stricter(write: Write, call: Call) -> None:
    """Before a write: what the server would take although it cannot work; raises Refused."""
    live = await _live(call, workloads=False)
    if live is None:
        return
    findings, open_ones = await _settled(write, live, call, ordered=True)
    for finding in findings:
        if not _is_error(finding):
            call.warn(words(finding))
    stricter = [f for f in findings if f.rule.severity is Severity.STRICTER]
    # What may be cured yet, the nodes will say.
    if certain := [f for f in stricter if f not in open_ones]:
        raise Refused(sentence(certain))


async def allowed(write: Write, call: Call, *, ordered: bool = False) -> None:
    """Before a write that is rare and concerns the whole cluster: all that the server would
    say, looked at anew; raises Refused.
    """
    call.cluster.forget(*NETWORKS, *WORKLOADS)
    live = await _looked(call, (*NETWORKS, *WORKLOADS))
    if live is not None:
        findings = _against(write, live, ordered=ordered)
        if against := list(filter(_is_error, findings)):
            raise Refused(sentence(against))


async def address_budget(wish: StorageNetwork, call: Call) -> str | None:
    """The addresses of a storage network, for the user; None if they cannot be counted."""
    live = await _live(call, workloads=True)
    if live is None:
        return None
    network = Network(range=wish.range, exclude=wish.exclude or [])
    budget = budget_of(network, call.planned.after(live))
    return None if budget is None else budget.words(wish.range)


async def sent(write: Write, send: Callable[[], Awaitable[T]], call: Call) -> T:
    """Send a write; when it is denied, wait for what this run is about to change, and
    otherwise say why in our words.

    The engine sends what does not depend on each other at the same time.
    """
    began = time.monotonic()
    while True:
        try:
            return await send()
        except Denied as denied:
            if HARVESTER not in denied.by:
                raise
            call.cluster.forget(*NETWORKS)
            live = await _looked(call, NETWORKS)
            if live is None or not _may_pass(write, live, began, denied, call):
                raise
        await call.patience.sleep(PAUSE)


def _may_pass(write: Write, live: Situation, began: float, denied: Denied, call: Call) -> bool:
    """Whether a denial passes by itself; raises Refused with our words where they say more."""
    if in_the_end := _errors(write, call.planned.after(live)):
        raise Refused(f"{sentence(in_the_end)} ({denied})") from denied
    if now := _errors(write, live):
        call.tell(f"waiting: {words(now[0])}")
        return time.monotonic() - began < SECONDS_FOR_A_CURE
    # Nothing is in the way as far as we see: the webhook may not have seen it yet.
    return time.monotonic() - call.cluster.wrote_at < SECONDS_OF_LAG


def _errors(write: Write, situation: Situation) -> list[Finding]:
    return [f for f in judge(write, situation) if f.rule.severity is Severity.REFUSED]


def _against(write: Write, situation: Situation, *, ordered: bool) -> list[Finding]:
    return [
        finding
        for finding in judge(write, situation)
        if not finding.rule.transient and not (ordered and finding.rule.handled_by_change)
    ]


def _is_error(finding: Finding) -> bool:
    return finding.rule.severity is not Severity.WARNING


def _is_naming(call: Call) -> bool:
    """Whether the program may be about to name more of its resources."""
    return time.monotonic() - call.planned.changed_at < SECONDS_OF_SILENCE


async def _live(call: Call, workloads: bool) -> Situation | None:
    """The cluster as this run first saw it; None if it may not be looked at."""
    needed = NETWORKS + (WORKLOADS if workloads else ())
    async with call.planned.looking:
        seen = call.planned.seen
        if seen is None or not set(needed) <= seen.objects.keys() or not call.preview:
            more = {*needed, *(seen.objects if seen is not None else ())}
            call.planned.seen = seen = await _looked(call, tuple(more))
    return seen


async def _looked(call: Call, resources: tuple[Resource, ...]) -> Situation | None:
    if call.planned.forbidden & set(resources):
        return None
    found = await asyncio.gather(*(_listed(call, resource) for resource in resources))
    objects = dict(zip(resources, found, strict=True))
    if any(listed is None for listed in found):
        return None
    return Situation({r: dict(listed) for r, listed in objects.items() if listed is not None})


async def _listed(call: Call, resource: Resource) -> Objects | None:
    try:
        return await call.cluster.all_if_served(resource, call.patience)
    except Forbidden as error:
        # Said once in a run: it is the same for every resource.
        if resource not in call.planned.forbidden:
            call.planned.forbidden.add(resource)
            call.warn(
                f"not all that Harvester would refuse can be said: {error}; let the user of "
                "the kubeconfig list this kind"
            )
        return None


def words(finding: Finding) -> str:
    """A finding as the user reads it, with the property that it names."""
    return f"{finding.path}: {finding.sentence}" if finding.path else finding.sentence


def sentence(findings: Iterable[Finding]) -> str:
    """Everything that stands against a write; each said once."""
    return "\n".join(dict.fromkeys(map(words, findings)))
