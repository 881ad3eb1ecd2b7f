"""Rights on the API server as values: what somebody needs, and what rules of roles give: pure.

The terms are those of RBAC and of access reviews: verb, group, resource, namespace, name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from .resources import Object, Resource

READING = ("get", "list", "watch")


@dataclass(frozen=True)
class Right:
    """To do one thing with one kind of objects."""

    verb: str
    resource: Resource
    namespace: str = ""
    """Empty: in the whole cluster."""
    name: str = ""
    """Of the one object that it is about; empty: whatever its name. A role cannot limit
    `create`, `list` and `watch` to a name.
    """
    subresource: str = ""

    @property
    def writes(self) -> bool:
        """Whether it is one to change something."""
        return self.verb not in READING

    @property
    def plural(self) -> str:
        """The kind as a role names it: ``virtualmachines/start``."""
        return "/".join(filter(None, (self.resource.plural, self.subresource)))

    def within(self, namespace: str) -> Right:
        """The same in one namespace, if its objects are in one and none is said yet."""
        if self.namespace or not self.resource.namespaced:
            return self
        return replace(self, namespace=namespace)

    @property
    def review(self) -> Object:
        """What an access review asks."""
        asked = {
            "verb": self.verb,
            "group": self.resource.group,
            "resource": self.resource.plural,
            "subresource": self.subresource,
            "namespace": self.namespace,
            "name": self.name,
        }
        return {field: value for field, value in asked.items() if value}


def rights(
    verbs: str, *resources: Resource, namespace: str = "", name: str = ""
) -> tuple[Right, ...]:
    """A right for each of these verbs (``"get patch"``) and kinds."""
    return tuple(
        Right(verb, resource, namespace, name)
        for resource in resources
        for verb in verbs.split()
    )


# --- what rules give -------------------------------------------------------------------------


def is_covered(right: Right, rules: Iterable[Object]) -> bool:
    """Whether one of these rules of roles gives a right, as far as can be told from here: what
    says `*/start` is left to the server.
    """
    return any(_covers(rule, right) for rule in rules)


def _covers(rule: Object, right: Right) -> bool:
    names = rule.get("resourceNames")
    return (
        _has(rule.get("verbs"), right.verb)
        and _has(rule.get("apiGroups"), right.resource.group)
        and _has(rule.get("resources"), right.plural)
        and (not names or (isinstance(names, list) and right.name in names))
    )


def _has(values: Any, value: str) -> bool:
    return isinstance(values, list) and ("*" in values or value in values)


def rules_of(wanted: Iterable[Right]) -> list[Object]:
    """The rules that give exactly these rights, all of them in one place; in a fixed order."""
    verbs: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for right in wanted:
        verbs[right.resource.group, right.name, right.plural].add(right.verb)
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, name, plural), given in sorted(verbs.items()):
        alike[group, name, tuple(sorted(given, key=_order))].append(plural)
    return [
        {"apiGroups": [group], "resources": plurals}
        | ({"resourceNames": [name]} if name else {})
        | {"verbs": list(given)}
        for (group, name, given), plurals in alike.items()
    ]


def _order(verb: str) -> int:
    return ("get", "list", "watch", "create", "update", "patch", "delete").index(verb)


# --- in words --------------------------------------------------------------------------------


def words(missing: Iterable[Right]) -> str:
    """Rights in kubectl's words: ``patch virtualmachines.kubevirt.io in namespace prod``."""
    return ", ".join(sorted(dict.fromkeys(_words(missing))))


def _words(missing: Iterable[Right]) -> Iterator[str]:
    where: dict[Right, set[str]] = defaultdict(set)
    for right in missing:
        where[replace(right, namespace="")].add(right.namespace)
    for right, namespaces in where.items():
        named = sorted(filter(None, namespaces))
        place = f" in namespace{'s' if named[1:] else ''} {' and '.join(named)}"
        yield f"{right.verb} {_target(right)}{place if named else ''}"


def _target(right: Right) -> str:
    dotted = ".".join(filter(None, (right.resource.plural, right.resource.group)))
    return (
        dotted
        + (f"/{right.subresource}" if right.subresource else "")
        + (f" {right.name}" if right.name else "")
    )
