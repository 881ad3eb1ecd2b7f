"""What the server answers to a write: what the rules say, which the differential test holds to
the real webhooks, and the little that they do not know.
"""

from __future__ import annotations

from collections.abc import Iterator

from harvester_net.cluster.errors import Conflict, Denied, Unreachable
from harvester_net.cluster.resources import SETTING, VLAN_CONFIG, Object, Resource, key_of
from harvester_net.rules.catalogue import judge
from harvester_net.rules.config_writes import nodes_after, spec_changes
from harvester_net.rules.rule import Severity, Write

from .world import World, configs_on

NETWORK_WEBHOOK = "validator.harvester-system.harvester-network-webhook"
HARVESTER_WEBHOOK = "validator.harvesterhci.io"
CRASHING = ("config-without-nodes-stays",)
"""Rules that know a crash of the webhook: no denial but an outage for who writes (H3.2)."""


def admit(world: World, resource: Resource, old: Object | None, new: Object | None) -> None:
    """Judge a write as it was sent. Raises Denied, and Conflict or Unreachable where the
    server's answer does not say no.
    """
    write = Write(resource, old, new)
    for crash in _crashes(world, write):
        raise _outage(crash)
    refusals = [
        finding
        for finding in judge(write, world.snapshot)
        if finding.rule.severity is Severity.REFUSED
    ]
    why = "; ".join(finding.sentence for finding in refusals)
    if any(finding.rule.transient for finding in refusals):
        raise Conflict(f"{resource.plural} {write.key}: {why}")
    if any(finding.rule.name in CRASHING for finding in refusals):
        raise _outage(why)
    if refusals:
        raise Denied(HARVESTER_WEBHOOK if resource is SETTING else NETWORK_WEBHOOK, why)


def _outage(why: str) -> Unreachable:
    return Unreachable(f"failed calling webhook: {why}: EOF")


def _crashes(world: World, write: Write) -> Iterator[str]:
    """Why a webhook of 1.4 or 1.5, which the rules take to be sound, goes down (H7)."""
    if world.version >= (1, 6) or write.resource is not VLAN_CONFIG or write.new is None:
        return
    if write.old is None and not nodes_after(write, world.snapshot):
        yield "no node matches"
    if write.old is None or spec_changes(write):
        network = write.new["spec"]["clusterNetwork"]
        others = [one for one in configs_on(world, network) if key_of(one) != write.key]
        compared = [write.new, *others] if others else []
        if any(one["spec"]["uplink"].get("linkAttributes") is None for one in compared):
            yield "nil linkAttributes"
