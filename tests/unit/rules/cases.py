"""What the tables are made of: a write in a snapshot, and what one rule says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from harvester_net.cluster import resources
from harvester_net.cluster.resources import Object, Resource, key_of
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.versions import Version
from harvester_net.kinds.rule_checks import describe
from harvester_net.rules.catalogue import judge
from harvester_net.rules.rule import Write

from ... import objects

KINDS = {
    (kind.api, kind.kind): kind
    for kind in vars(resources).values()
    if isinstance(kind, Resource)
}
V1_4, V1_5, V1_6, V1_7, V1_8, V1_9 = ((1, minor) for minor in range(4, 10))
LABEL = f"{objects.NETWORK}/clusternetwork"
MATCHED = f"{objects.NETWORK}/matched-nodes"
UPLINK_MTU = f"{objects.NETWORK}/uplink-mtu"


@dataclass(frozen=True)
class Case:
    """A write, and all that one rule says of it: ``property: sentence``, as the user reads
    it.
    """

    rule: str
    what: str
    write: Write
    snapshot: Snapshot
    says: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


def says(rule: str, what: str, write: Write, snapshot: Snapshot, *sentences: str) -> Case:
    """The rule says exactly this."""
    assert sentences
    return Case(rule, what, write, snapshot, sentences)


def silent(rule: str, what: str, write: Write, snapshot: Snapshot) -> Case:
    """The rule has nothing to say, one mistake away from a case in which it has."""
    return Case(rule, what, write, snapshot, ())


def said(case: Case) -> tuple[str, ...]:
    """What the case's rule says."""
    return tuple(
        describe(finding)
        for finding in judge(case.write, case.snapshot)
        if finding.rule.name == case.rule
    )


def kind_of(obj: Object) -> Resource:
    """The kind of an object."""
    return KINDS[obj["apiVersion"], obj["kind"]]


def create(new: Object) -> Write:
    """The write that makes an object."""
    return Write(kind_of(new), None, new)


def update(old: Object, new: Object) -> Write:
    """The write that changes an object into another one."""
    return Write(kind_of(old), old, new)


def delete(old: Object) -> Write:
    """The write that deletes an object."""
    return Write(kind_of(old), old, None)


def cluster(*found: Object, version: Version = V1_8, **more: Any) -> Snapshot:
    """A cluster of these objects; every kind but kube-ovn's is served."""
    served = {kind for kind in KINDS.values() if kind != resources.SUBNET}
    by_kind: dict[Resource, dict[str, Object]] = {kind: {} for kind in served}
    if more.get("kube_ovn"):
        by_kind[resources.SUBNET] = {}
    for obj in found:
        by_kind[kind_of(obj)][key_of(obj)] = obj
    return Snapshot(by_kind, version)


def of_rule(cases: Iterable[Case], speaking: bool) -> set[str]:
    """The names of the rules that speak, or that are silent, in these cases."""
    return {case.rule for case in cases if bool(case.says) is speaking}
