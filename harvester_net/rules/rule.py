"""What a rule is, and how a write is judged by all of them.

A rule of Harvester belongs into the module of the kind that it judges: a pure function under
`@rule`, which says for the user which property it names, and for us since when it holds and
where it was read. `docs/rules.md` is made from these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TypeVar

from ..cluster.resources import Object, Resource, key_of
from ..harvester.snapshot import Situation
from ..harvester.versions import Version

Ref = tuple[Resource, str]
"""An object by its kind and key."""


class Severity(Enum):
    """Who objects, and how much."""

    REFUSED = "Harvester refuses it"
    STRICTER = "Harvester takes it, harvester-net refuses it"
    WARNING = "warning"


@dataclass(frozen=True)
class Write:
    """A create, an update or a deletion of one object, as it would be sent.

    ``old`` is the object as it is on the server, ``new`` as it would be sent. A create has no
    old, a deletion no new one.
    """

    resource: Resource
    old: Object | None
    new: Object | None

    @property
    def operation(self) -> str:
        """``create``, ``update`` or ``delete``."""
        if self.old is None:
            return "create"
        return "delete" if self.new is None else "update"

    @property
    def object(self) -> Object:
        """The object as it would be; one that is deleted, as it was."""
        obj = self.new if self.new is not None else self.old
        assert obj is not None
        return obj

    @property
    def key(self) -> str:
        """``name`` or ``namespace/name`` of the object."""
        return key_of(self.object)


@dataclass(frozen=True)
class Objection:
    """What a rule has against a write: a sentence, and the property where the rule's own is
    not exact.
    """

    sentence: str
    path: str | None = None
    others: tuple[Ref, ...] = ()
    """The other objects whose change, making or deletion would cure it."""


Judge = Callable[[Write, Situation], Iterable[Objection]]


@dataclass(frozen=True)
class Rule:
    """One rule: when it is asked, what it says, and where it comes from."""

    name: str
    summary: str
    resource: Resource
    operations: tuple[str, ...]
    path: str
    source: str
    judge: Judge
    severity: Severity
    since: Version
    until: Version | None
    """The first version that has the rule no more."""
    only: tuple[str, ...]
    """The keys of the objects that it is for; empty if it is for all."""
    of_the_change: bool
    """Whether the ordered change takes care of it: it stops VMs and clears the storage
    network.
    """
    waited_for: bool
    """Whether it passes by itself, so that harvester-net waits for it."""
    shape: bool
    """Whether the others can read the object only where this one is silent."""

    def holds_for(self, operation: str, version: Version) -> bool:
        """Whether a server of this version has the rule for such writes."""
        return (
            operation in self.operations
            and self.since <= version
            and (self.until is None or version < self.until)
        )


@dataclass(frozen=True)
class Finding:
    """An objection together with the rule that it comes from."""

    rule: Rule
    path: str
    sentence: str
    others: tuple[Ref, ...] = ()


RULES: dict[Resource, list[Rule]] = {}
"""All rules by the kind that they judge, in the order of their modules."""

FIRST: Version = (1, 1)
J = TypeVar("J", bound=Judge)


def rule(
    resource: Resource,
    operations: str,
    path: str = "",
    *,
    source: str,
    severity: Severity = Severity.REFUSED,
    since: Version = FIRST,
    until: Version | None = None,
    only: tuple[str, ...] = (),
    of_the_change: bool = False,
    waited_for: bool = False,
    shape: bool = False,
) -> Callable[[J], J]:
    """Make a rule of a function; its name and docstring become the rule's.

    ``operations`` are words such as ``"create update"``.
    """

    def registered(judge: J) -> J:
        made = Rule(
            name=judge.__name__.replace("_", "-"),
            summary=" ".join((judge.__doc__ or "").split()),
            resource=resource,
            operations=tuple(operations.split()),
            path=path,
            source=source,
            judge=judge,
            severity=severity,
            since=since,
            until=until,
            only=only,
            of_the_change=of_the_change,
            waited_for=waited_for,
            shape=shape,
        )
        RULES.setdefault(resource, []).append(made)
        return judge

    return registered


def judge(write: Write, situation: Situation) -> Iterator[Finding]:
    """Everything that the rules have against a write in a situation."""
    misshapen = False
    for finding in _said(write, situation, shape=True):
        misshapen = True
        yield finding
    if not misshapen:
        yield from _said(write, situation, shape=False)


def _said(write: Write, situation: Situation, *, shape: bool) -> Iterator[Finding]:
    asked = _asked(write.resource, write.operation, situation.version, shape)
    for one in asked:
        if not one.only or write.key in one.only:
            for said in one.judge(write, situation):
                path = one.path if said.path is None else said.path
                yield Finding(one, path, said.sentence, said.others)


@cache
def _asked(
    resource: Resource, operation: str, version: Version, shape: bool
) -> tuple[Rule, ...]:
    # Ten thousand creates ask the same rules; all are registered when the first one comes.
    return tuple(
        one
        for one in RULES.get(resource, ())
        if one.shape is shape and one.holds_for(operation, version)
    )


def refused(findings: Iterable[Finding]) -> bool:
    """Whether Harvester itself would refuse the write."""
    return any(finding.rule.severity is Severity.REFUSED for finding in findings)
