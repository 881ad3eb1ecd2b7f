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

from ..cluster.resources import Object, Resource, is_terminating, key_of
from ..harvester.snapshot import Snapshot
from ..harvester.versions import Version
from .sources import Source

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
    def updates_terminating(self) -> bool:
        """Whether it changes an object that is being deleted; 1.7 looks at few of these."""
        return self.operation == "update" and is_terminating(self.object)

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
    cured_by: tuple[Ref, ...] = ()
    """The other objects whose change, making or deletion would cure it."""


Judge = Callable[[Write, Snapshot], Iterable[Objection]]


@dataclass(frozen=True)
class Rule:
    """One rule: when it is asked, what it says, and where it comes from."""

    name: str
    """The name of its function, with dashes."""
    summary: str
    """The docstring of its function: the first thing that the user reads about it."""
    resource: Resource
    operations: tuple[str, ...]
    """Of ``create``, ``update`` and ``delete`` those at which it is asked."""
    path: str
    """The property that it is about, unless an objection names another; may be empty."""
    fact: str
    """The section of docs/facts that tells it, and the item there: ``H3.5 (9)``."""
    source: Source
    """The file of Harvester that it was read in."""
    judge: Judge
    severity: Severity
    since: Version
    until: Version | None
    """The first version that has the rule no more."""
    only: tuple[str, ...]
    """The keys of the objects that it is for; empty if it is for all."""
    on_terminating: bool
    """Whether it judges updates of an object that is being deleted."""
    handled_by_change: bool
    """Whether the ordered change takes care of it: it stops VMs and clears the storage
    network.
    """
    transient: bool
    """Whether it passes by itself, so that harvester-net waits for it."""
    schema: bool
    """Whether it is about the object's form: the others can read the object only where this
    one is silent.
    """

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
    cured_by: tuple[Ref, ...] = ()


RULES: dict[Resource, list[Rule]] = {}
"""All rules by the kind that they judge, in the order of their modules."""

FIRST: Version = (1, 1)
J = TypeVar("J", bound=Judge)


def rule(
    resource: Resource,
    operations: str,
    path: str = "",
    *,
    fact: str,
    source: Source,
    severity: Severity = Severity.REFUSED,
    since: Version = FIRST,
    until: Version | None = None,
    only: tuple[str, ...] = (),
    on_terminating: bool = True,
    handled_by_change: bool = False,
    transient: bool = False,
    schema: bool = False,
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
            fact=fact,
            source=source,
            judge=judge,
            severity=severity,
            since=since,
            until=until,
            only=only,
            on_terminating=on_terminating,
            handled_by_change=handled_by_change,
            transient=transient,
            schema=schema,
        )
        RULES.setdefault(resource, []).append(made)
        return judge

    return registered


def judge(write: Write, snapshot: Snapshot) -> Iterator[Finding]:
    """Everything that the rules have against a write in a snapshot."""
    malformed = False
    for finding in _findings(write, snapshot, schema=True):
        malformed = True
        yield finding
    if not malformed:
        yield from _findings(write, snapshot, schema=False)


def _findings(write: Write, snapshot: Snapshot, *, schema: bool) -> Iterator[Finding]:
    terminating = write.updates_terminating
    for one in _rules_for(write.resource, write.operation, snapshot.version, schema):
        if terminating and not one.on_terminating:
            continue
        if not one.only or write.key in one.only:
            for said in one.judge(write, snapshot):
                path = one.path if said.path is None else said.path
                yield Finding(one, path, said.sentence, said.cured_by)


@cache
def _rules_for(
    resource: Resource, operation: str, version: Version, schema: bool
) -> tuple[Rule, ...]:
    # Ten thousand creates ask the same rules; all are registered when the first one comes.
    return tuple(
        one
        for one in RULES.get(resource, ())
        if one.schema is schema and one.holds_for(operation, version)
    )


def refused(findings: Iterable[Finding]) -> bool:
    """Whether Harvester itself would refuse the write."""
    return any(finding.rule.severity is Severity.REFUSED for finding in findings)
