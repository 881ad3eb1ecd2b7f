"""Counts what was asked and which rules objected, and puts a difference into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml

from harvester_net.cluster.resources import NAD, SETTING, Object
from harvester_net.rules.catalogue import all_rules
from harvester_net.rules.rule import Rule, Severity
from tests.imports import Imports

from .verdicts import HARVESTER_WEBHOOK, NETWORK_WEBHOOK, Verdict

NOT_IN_THE_LAB = ("network-under-overlays-stays",)
"""Rules of the network webhook 1.8, which judges deletions only in real clusters."""
UNTOLD = ("managedFields", "uid", "resourceVersion", "creationTimestamp", "generation")


@dataclass
class Tally:
    """What a run has seen."""

    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    """How often a rule was the only one that refused: without it the verdict were another."""
    stricter: Counter[str] = field(default_factory=Counter)
    imports: Imports = field(default_factory=Imports)

    def count(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            write = verdict.case.write
            kind = f"{write.resource.kind} {write.operation}"
            (self.refused if verdict.answer.refused else self.taken)[kind] += 1
            self.fired.update(verdict.names)
            self.stricter.update(verdict.stricter)
            if len(verdict.refusing) == 1:
                self.alone.update(verdict.refusing)

    @property
    def cases(self) -> int:
        return self.taken.total() + self.refused.total()

    def lines(self) -> Iterator[str]:
        """All counts, as a table."""
        share = 100 * self.refused.total() // (self.cases or 1)
        yield f"{self.cases} writes judged twice, {share} % of them refused:"
        for kind in sorted({*self.taken, *self.refused}):
            yield f"{kind:40} {self.taken[kind]:6} taken {self.refused[kind]:6} refused"
        done, refused = self.imports.done.total(), self.imports.refused.total()
        yield f"{done} objects that were taken imported, {refused} refused as foreign or idle."
        yield "How often each rule objected:"
        for rule in all_rules():
            words = rule.severity.name.lower()
            more = f" {self.alone[rule.name]:6} times alone"
            if rule.severity is Severity.STRICTER:
                more = f" {self.stricter[rule.name]:6} times to what the server took"
            yield f"{rule.name:50} {self.fired[rule.name]:6} {words:8}{more}"

    def never_decisive(self) -> list[str]:
        """The rules that never were the only reason of a refusal: nobody would miss them."""
        asked = (rule.name for rule in all_rules() if _in_force(rule))
        return [name for name in asked if not self.alone[name]]


def _in_force(rule: Rule) -> bool:
    """Whether the webhooks of the lab have the rule."""
    versions = {SETTING: (HARVESTER_WEBHOOK,), NAD: (NETWORK_WEBHOOK, HARVESTER_WEBHOOK)}
    asked = versions.get(rule.resource, (NETWORK_WEBHOOK,))
    if rule.resource == NAD and rule.operations != ("delete",):
        asked = (NETWORK_WEBHOOK,)
    if rule.severity is not Severity.REFUSED or rule.name in NOT_IN_THE_LAB:
        return False
    return any(
        rule.since <= version and (rule.until is None or version < rule.until)
        for version in asked
    )


def told(verdict: Verdict, cluster: Iterable[Object]) -> str:
    """A difference with all that is needed to see whose mistake it is."""
    write = verdict.case.write
    ours = "\n".join(f"  {f.rule.name}: {f.sentence}" for f in verdict.findings)
    how = " as a patch" if verdict.case.as_patch else ""
    old = (
        f"\nof\n{_yaml(write.old)}" if write.old is not None and write.new is not None else ""
    )
    return (
        f"{write.operation} {write.resource.kind} {write.key}{how}\n"
        f"Ours: {verdict.crash or ours or '  nothing'}\n"
        f"Server: {verdict.answer.status} {verdict.answer.message}\n"
        f"The write:\n{_yaml(write.object)}{old}\n"
        f"The cluster:\n{''.join(map(_yaml, cluster))}"
    )


def _yaml(obj: Object) -> str:
    meta = {k: v for k, v in obj["metadata"].items() if k not in UNTOLD}
    short = {k: v for k, v in obj.items() if k != "apiVersion"} | {"metadata": meta}
    return f"- {yaml.safe_dump(short, default_flow_style=True, width=1000)}"
