"""Both judges asked about the same write, and what it means when they differ."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from harvester_net.cluster.resources import NAD, SETTING
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.versions import Version
from harvester_net.rules import catalogue  # noqa: F401  (registers the rules)
from harvester_net.rules.rule import Finding, Severity, Write, judge, refused

from .asking import Answer
from .rig import Objects, Rig
from .writes import Case

NETWORK_WEBHOOK: Version = (1, 7)
HARVESTER_WEBHOOK: Version = (1, 8)
CATCH_UP = 2.0
"""Seconds in which a webhook must have seen what is on the server."""


def versions_for(write: Write) -> tuple[Version, ...]:
    """The versions of the webhooks that judge such a write in the lab."""
    if write.resource == SETTING:
        return (HARVESTER_WEBHOOK,)
    if write.resource == NAD and write.operation == "delete":
        return (NETWORK_WEBHOOK, HARVESTER_WEBHOOK)
    return (NETWORK_WEBHOOK,)


@dataclass(frozen=True)
class Verdict:
    """What our rules and the server say to one write."""

    case: Case
    findings: tuple[Finding, ...]
    answer: Answer
    crash: str = ""
    """What a rule died of."""

    @property
    def agreed(self) -> bool:
        return not self.crash and refused(self.findings) == self.answer.refused

    @property
    def names(self) -> set[str]:
        """The rules that object."""
        return {finding.rule.name for finding in self.findings}

    @property
    def refusing(self) -> set[str]:
        """The rules for which Harvester refuses it."""
        hard = (f for f in self.findings if f.rule.severity is Severity.REFUSED)
        return {finding.rule.name for finding in hard}

    @property
    def stricter(self) -> set[str]:
        """The rules of our own that object to what the server takes."""
        if self.answer.refused:
            return set()
        own = (f for f in self.findings if f.rule.severity is Severity.STRICTER)
        return {finding.rule.name for finding in own}


def verdicts(rig: Rig, cases: Sequence[Case], objects: Objects) -> list[Verdict]:
    """What both say to each write; differences stand for as long as a webhook may lag."""
    end = time.monotonic() + CATCH_UP
    found = _verdicts(rig, cases, objects)
    while not all(verdict.agreed or verdict.crash for verdict in found):
        if time.monotonic() > end:
            break
        again = [verdict.case for verdict in found if not verdict.agreed]
        fresh = iter(_verdicts(rig, again, rig.objects()))
        found = [verdict if verdict.agreed else next(fresh) for verdict in found]
    return found


def _verdicts(rig: Rig, cases: Sequence[Case], objects: Objects) -> list[Verdict]:
    answers = rig.ask((case.write, case.as_patch) for case in cases)
    snapshots = {
        version: Snapshot(objects, version) for version in (NETWORK_WEBHOOK, HARVESTER_WEBHOOK)
    }
    asked = zip(cases, answers, strict=True)
    return [_verdict(case, answer, snapshots) for case, answer in asked]


def _verdict(case: Case, answer: Answer, snapshots: dict[Version, Snapshot]) -> Verdict:
    try:
        findings = tuple(
            finding
            for version in versions_for(case.write)
            for finding in judge(case.write, snapshots[version])
        )
    except Exception as error:
        return Verdict(case, (), answer, f"{type(error).__name__}: {error}")
    return Verdict(case, findings, answer)
