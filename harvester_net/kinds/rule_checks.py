"""A write judged by the rules: at preview with all that this run plans, and at `up`, where the
server has the last word, for what the server would not notice.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from ..cluster.errors import Denied, Forbidden
from ..cluster.resources import (
    CLAIM,
    CLUSTER_NETWORK,
    DHCP_POOL,
    HOST_NETWORK_CONFIG,
    LONGHORN_NODE,
    NAD,
    SERVICE_CIDR,
    SUBNET,
    VLAN_CONFIG,
    VM,
    VM_NETWORK_CONFIG,
    VMI,
    VOLUME,
    Resource,
)
from ..harvester.cni import is_overlay
from ..harvester.loading import NETWORK_KINDS, load_snapshot
from ..harvester.settings import Network
from ..harvester.snapshot import Snapshot
from ..rules.catalogue import judge
from ..rules.config_writes import selects_otherwise
from ..rules.network_settings import budget_of
from ..rules.rule import Finding, Severity, Write
from ..specs.storage_network import StorageNetwork
from .call import Call
from .failures import MADE_FIRST, Refused

WORKLOADS = (LONGHORN_NODE, SERVICE_CIDR, HOST_NETWORK_CONFIG, VM, VMI, VOLUME, CLAIM)
"""What the rules for settings and deletions see besides."""

HARVESTER = "harvester"
"""In the names of Harvester's webhooks; others say their last word at once."""

T = TypeVar("T")


async def check_preview(
    write: Write,
    call: Call,
    *,
    ordered: bool = False,
    besides: tuple[Resource, ...] = (),
) -> None:
    """Say at preview what stands against a write; raises Refused.

    ``besides``: the kinds that the rules see besides what networks are made of. With
    ``ordered``, what the ordered change sees to is its own matter. What a later step of
    the same run may still cure is a warning.
    """
    live = await _live_snapshot(call, (*besides, *_asked_for(write)))
    if live is None:
        return
    findings, open_ones = await _settle(write, live, call, ordered=ordered)
    for finding in findings:
        if not _is_error(finding):
            call.warn(describe(finding))
        elif finding in open_ones:
            _warn_of_open(finding, live, call)
    if certain := [f for f in findings if _is_error(f) and f not in open_ones]:
        raise Refused(describe_all(certain))


def _warn_of_open(finding: Finding, live: Snapshot, call: Call) -> None:
    """Say what the run may still cure. A cluster network that another provider or stack makes
    is missing for all that is on it, and said once.
    """
    told = call.desired_state.told
    text = f"{describe(finding)}, unless this run changes that"
    if _wants_a_network([finding], live):
        text = f"{describe(finding)}; this run, another provider or stack must make it first"
        if text in told:
            return
        told.add(text)
    call.warn(text)


async def _settle(
    write: Write, live: Snapshot, call: Call, *, ordered: bool
) -> tuple[list[Finding], list[Finding]]:
    """What the rules say when the program has named what it may have to say to it; and what of
    it the run may still cure.
    """
    while True:
        findings = _findings_against(write, call.desired_state.after(live), ordered=ordered)
        open_ones = [f for f in findings if call.desired_state.may_cure(f, live, call.urn)]
        if not open_ones or not _may_name_more(call):
            return findings, open_ones
        await call.deadline.sleep(0.05)


async def warn_about_deletion(
    write: Write, call: Call, *, ordered: bool, why: str = "is deleted before it is replaced"
) -> None:
    """Say at preview what stands against a deletion, such as the first half of a replacement.

    Only warnings: whoever holds the object may go in the same run, in another provider's
    hands.
    """
    live = await _live_snapshot(call, (*WORKLOADS, *_asked_for(write)))
    if live is not None:
        for finding in _findings_against(
            write, call.desired_state.after(live), ordered=ordered
        ):
            call.warn(f"{write.key} {why}: {finding.sentence}")


async def check_stricter(write: Write, call: Call, besides: tuple[Resource, ...] = ()) -> None:
    """Before a write: what the server would take although it cannot work; raises Refused."""
    live = await _live_snapshot(call, (*besides, *_asked_for(write)))
    if live is None:
        return
    findings, open_ones = await _settle(write, live, call, ordered=True)
    for finding in findings:
        if not _is_error(finding):
            call.warn(describe(finding))
    stricter = [f for f in findings if f.rule.severity is Severity.STRICTER]
    # What may be cured yet, the nodes will say.
    if certain := [f for f in stricter if f not in open_ones]:
        raise Refused(describe_all(certain))


async def require_allowed(
    write: Write,
    call: Call,
    *,
    ordered: bool = False,
    besides: tuple[Resource, ...] = WORKLOADS,
) -> None:
    """Before a write that is rare and concerns the whole cluster: all that the server would
    say, looked at anew; raises Refused.
    """
    call.cluster.invalidate(*NETWORK_KINDS, *besides)
    live = await _load(call, (*NETWORK_KINDS, *besides))
    if live is not None:
        findings = _findings_against(write, live, ordered=ordered)
        if against := list(filter(_is_error, findings)):
            raise Refused(describe_all(against))


async def address_budget(desired: StorageNetwork, call: Call) -> str | None:
    """The addresses of a storage network, for the user; None if they cannot be counted."""
    live = await _live_snapshot(call, WORKLOADS)
    if live is None:
        return None
    network = Network(range=desired.range, exclude=desired.exclude or [])
    budget = budget_of(network, call.desired_state.after(live))
    return None if budget is None else budget.words(desired.range)


async def send(
    write: Write,
    request: Callable[[], Awaitable[T]],
    call: Call,
    besides: tuple[Resource, ...] = (),
) -> T:
    """Send a write; when it is denied, wait for what this run is about to change, and
    otherwise say why in our words.

    The engine sends what does not depend on each other at the same time.
    """
    began = time.monotonic()
    while True:
        try:
            return await request()
        except Denied as denied:
            if HARVESTER not in denied.by:
                raise
            needed = (*NETWORK_KINDS, *besides, *_asked_for(write))
            call.cluster.invalidate(*needed)
            live = await _load(call, needed)
            if live is None or not _may_pass(write, live, began, denied, call):
                raise
        await call.deadline.sleep(call.cluster.timings.poll)


def _asked_for(write: Write) -> tuple[Resource, ...]:
    """What the rules see besides for this very write: of an overlay network, of a DHCP pool
    that goes, of a network config that may leave nodes.
    """
    if write.resource == DHCP_POOL and write.new is None:
        return (VM_NETWORK_CONFIG,)
    if write.resource == VLAN_CONFIG and selects_otherwise(write):
        return (VM,)
    return (SUBNET,) if write.resource == NAD and is_overlay(write.object) else ()


def _may_pass(write: Write, live: Snapshot, began: float, denied: Denied, call: Call) -> bool:
    """Whether a denial passes by itself; raises Refused with our words where they say more."""
    if in_the_end := _errors(write, call.desired_state.after(live)):
        first = f"; {MADE_FIRST}" if _wants_a_network(in_the_end, live) else ""
        raise Refused(f"{describe_all(in_the_end)}{first} ({denied})") from denied
    if now := _errors(write, live):
        call.tell(f"waiting: {describe(now[0])}")
        return time.monotonic() - began < call.cluster.timings.cure
    # Nothing is in the way as far as we see: the webhook may not have seen it yet.
    return time.monotonic() - call.cluster.wrote_at < call.cluster.timings.webhook_lag


def _wants_a_network(findings: Iterable[Finding], live: Snapshot) -> bool:
    """Whether a cluster network is missing, which the program may be about to make."""
    wanted = {ref for finding in findings for ref in finding.cured_by}
    return any(
        resource == CLUSTER_NETWORK and key not in live.of(resource)
        for resource, key in wanted
    )


def _errors(write: Write, snapshot: Snapshot) -> list[Finding]:
    return [f for f in judge(write, snapshot) if f.rule.severity is Severity.REFUSED]


def _findings_against(write: Write, snapshot: Snapshot, *, ordered: bool) -> list[Finding]:
    return [
        finding
        for finding in judge(write, snapshot)
        if not finding.rule.transient and not (ordered and finding.rule.handled_by_change)
    ]


def _is_error(finding: Finding) -> bool:
    return finding.rule.severity is not Severity.WARNING


def _may_name_more(call: Call) -> bool:
    """Whether the program may be about to name more of its resources."""
    return (
        time.monotonic() - call.desired_state.changed_at < call.cluster.timings.program_silence
    )


async def hear_program_out(call: Call) -> None:
    """Wait until the program has named no more of its resources for a while."""
    while _may_name_more(call):
        await call.deadline.sleep(0.05)


async def planned_snapshot(call: Call, besides: tuple[Resource, ...] = ()) -> Snapshot | None:
    """The cluster with all that this run plans, as far as it is known; None if it may not be
    looked at.
    """
    live = await _live_snapshot(call, besides)
    return None if live is None else call.desired_state.after(live)


async def _live_snapshot(call: Call, besides: tuple[Resource, ...] = ()) -> Snapshot | None:
    """The cluster as this run first saw it; None if it may not be looked at."""
    needed = NETWORK_KINDS + besides
    async with call.desired_state.looking:
        seen = call.desired_state.seen
        if seen is None or not set(needed) <= seen.objects.keys() or not call.preview:
            more = {*needed, *(seen.objects if seen is not None else ())}
            call.desired_state.seen = seen = await _load(call, tuple(more))
    return seen


async def _load(call: Call, resources: tuple[Resource, ...]) -> Snapshot | None:
    """A snapshot of these kinds; None if the user may not list all of them."""
    forbidden = call.desired_state.forbidden
    if forbidden & set(resources):
        return None

    def note(resource: Resource, error: Forbidden) -> None:
        # Said once in a run: it is the same for every resource.
        if resource not in forbidden:
            forbidden.add(resource)
            call.warn(
                f"not all that Harvester would refuse can be said: {error}; let the user of "
                "the kubeconfig list this kind"
            )

    found = await load_snapshot(call.cluster, resources, call.deadline, on_forbidden=note)
    return None if forbidden & set(resources) else found


def describe(finding: Finding) -> str:
    """A finding as the user reads it, with the property that it names."""
    return f"{finding.path}: {finding.sentence}" if finding.path else finding.sentence


def describe_all(findings: Iterable[Finding]) -> str:
    """Everything that stands against a write; each said once."""
    return "\n".join(dict.fromkeys(map(describe, findings)))
