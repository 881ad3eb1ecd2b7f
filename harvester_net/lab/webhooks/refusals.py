"""What Harvester's webhooks refuse: the package's rules, in the webhooks' codes and words.

The text after "because" is the rule's own sentence, not Harvester's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    DHCP_POOL,
    HOST_NETWORK_CONFIG,
    NAD,
    SETTING,
    VLAN_CONFIG,
    Object,
    Resource,
)
from harvester_net.lab.apiserver.admission import AdmissionRequest
from harvester_net.lab.apiserver.errors import Cause, StatusError, status
from harvester_net.lab.controllers.controller import State
from harvester_net.lab.state import resource_id
from harvester_net.lab.webhooks.answers import (
    Answers,
    all_answer,
    denied,
    internal,
    invalid,
    unreachable,
)
from harvester_net.rules.catalogue import judge
from harvester_net.rules.rule import Finding, Severity, Write

NETWORK_WEBHOOK = "harvester-network-webhook"
HARVESTER_WEBHOOK = "harvester-webhook"
"""The programs, as the lab names its components."""

_NETWORK_ENTRY = "validator.harvester-system.harvester-network-webhook"
MUTATOR_ENTRY = "mutator.harvester-system.harvester-network-webhook"
"""What the network webhook's other half is called."""
_HARVESTER_ENTRY = "validator.harvesterhci.io"
_SERVICES = {
    webhook: (f"{webhook}.harvester-system", "/v1/webhook/validation")
    for webhook in (NETWORK_WEBHOOK, HARVESTER_WEBHOOK)
}
"""Where the server asks them: service and path."""
_WORDS = {
    CLUSTER_NETWORK: "cluster network",
    VLAN_CONFIG: "vlanConfig",
    NAD: "nad",
    HOST_NETWORK_CONFIG: "hostnetworkConfig",
    # In truth a webhook of the add-on's own.
    DHCP_POOL: "IPPool",
}
_KINDS = {resource_id(kind): kind for kind in (*_WORDS, SETTING)}
_OF_HARVESTER = ("network-of-a-setting-stays",)
"""Rules of Harvester's own webhook about kinds that are the network webhook's (H3.4)."""
_BY_MUTATOR = (
    "config-is-cni-json",
    "bridge-is-of-a-cluster-network",
    "cluster-network-of-vm-network-exists",
    "vm-network-follows-its-schema",
)
"""Rules whose objection the mutator raises before a validator is asked."""
_ABOUT_THE_SETTING = (
    "ranges-of-settings-are-apart",
    "rwx-volumes-are-detached",
    "shared-network-is-not-cleared",
    "storage-network-to-share-is-there",
)
"""Rules whose refusal names the setting as the field, and not its value."""
_CRASHING = ("config-without-nodes-stays",)
"""Rules that know a crash of the webhook, which is an outage for who writes (H3.2)."""


@dataclass(frozen=True)
class Refusals:
    """Judges each write of a network object before it is done."""

    state: State
    of_network: State
    """The same as the network webhook sees it, which may be of another version."""
    answers: Answers = all_answer
    """Whether a webhook runs; if not, writes fail as the server says it."""

    def __call__(self, request: AdmissionRequest) -> None:
        """Raises StatusError if Harvester refuses the write."""
        kind = _KINDS.get(request.resource.id)
        if kind is None or request.subresource:
            return
        webhook = HARVESTER_WEBHOOK if kind is SETTING else NETWORK_WEBHOOK
        if not self.answers(webhook):
            raise unreachable(_entry(webhook), *_SERVICES[webhook])
        write = Write(kind, request.old, _named(request))
        if refusals := list(self._refusals(write)):
            raise _denied(write, refusals)

    def _refusals(self, write: Write) -> Iterator[Finding]:
        alike = self.state is self.of_network
        for state in (self.state,) if alike else (self.of_network, self.state):
            for finding in judge(write, state.snapshot):
                own = self.state if _is_of_harvester(write, finding) else self.of_network
                if finding.rule.severity is Severity.REFUSED and own is state:
                    yield finding


def _is_of_harvester(write: Write, finding: Finding) -> bool:
    """Whether it is Harvester's own webhook that says so."""
    return write.resource is SETTING or finding.rule.name in _OF_HARVESTER


def _named(request: AdmissionRequest) -> Object | None:
    """What was sent, with the name that the server has made of a `generateName`."""
    sent, made = request.sent, request.object
    if sent is None or made is None or "name" in sent["metadata"]:
        return sent
    return sent | {"metadata": sent["metadata"] | {"name": made["metadata"]["name"]}}


def _denied(write: Write, refusals: list[Finding]) -> StatusError:
    first = refusals[0]
    if first.rule.name in _CRASHING:
        return _crashed()
    if _is_of_harvester(write, first):
        return denied(_HARVESTER_ENTRY, _of_harvester(write, first))
    about = f"{_WORDS[write.resource]} {write.key}"
    cannot = "cannot" if write.resource is DHCP_POOL else "can't"
    words = f"{cannot} {write.operation} {about} because {first.sentence}"
    mutates = write.operation != "delete" and first.rule.name in _BY_MUTATOR
    return denied(MUTATOR_ENTRY if mutates else _NETWORK_ENTRY, internal(words))


def _of_harvester(write: Write, finding: Finding) -> StatusError:
    """Codes as its webhook gives them (H3.5, O4.2)."""
    sentence = finding.sentence
    if write.resource is not SETTING:
        return StatusError(status(400, "BadRequest", sentence))
    if write.operation == "delete":
        return StatusError(status(405, "MethodNotAllowed", sentence))
    if finding.rule.transient:
        return StatusError(status(409, "Conflict", sentence))
    field = write.key if finding.rule.name in _ABOUT_THE_SETTING else "value"
    return invalid([Cause(field, "FieldValueInvalid", sentence)])


def _crashed() -> StatusError:
    service, path = _SERVICES[NETWORK_WEBHOOK]
    call = f'failed to call webhook: Post "https://{service}.svc:443{path}?timeout=10s": EOF'
    return internal(f'failed calling webhook "{_NETWORK_ENTRY}": {call}')


def _entry(webhook: str) -> str:
    return _HARVESTER_ENTRY if webhook == HARVESTER_WEBHOOK else _NETWORK_ENTRY


def kind_of(request: AdmissionRequest) -> Resource | None:
    """The network kind that a request is about."""
    return _KINDS.get(request.resource.id)
