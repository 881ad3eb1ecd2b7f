"""The program of a site: sections, loops, and what comes after what. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..specs.limits import MGMT
from .alike import Group, Path, Text, grouped, leaves
from .names import Variables, resource_names, words_of
from .program import (
    After,
    Column,
    Loop,
    Network,
    Program,
    Resource,
    Section,
    Single,
    Statement,
    Value,
    Variable,
)
from .sharing import shared
from .site import (
    CLUSTER_NETWORK,
    HOST_NETWORK,
    KINDS,
    NETWORK_CONFIG,
    SETTINGS,
    VM_NETWORK,
    Found,
    Site,
)

NAME: Path = ("",)
"""The path of the resource's own name among its values."""
FEWEST = {NETWORK_CONFIG: 2, VM_NETWORK: 3}
"""How many have to be alike for a loop: two racks, three VM networks."""

CHOICES = (("uplink", "bondOptions", "mode"), ("type",), ("route", "mode"))
"""What one chooses from a few: nothing to vary from row to row."""


def outline(site: Site) -> Program:
    """The program that declares all that was found."""
    made = _Outline(site)
    return shared(made.program(), made.variables)


@dataclass
class _Outline:
    site: Site
    variables: Variables = field(default_factory=Variables)

    def __post_init__(self) -> None:
        self.names = resource_names(self.site.found)
        self.networks = {each.key: each for each in self.site.of(CLUSTER_NETWORK)}
        used = {each.network for each in self.site.found if each.kind != CLUSTER_NETWORK}
        self.of_network = {
            key: self.variables.new(words_of(key)) for key in self.networks if key in used
        }

    def program(self) -> Program:
        named = {each.network for each in self.site.found}
        order = sorted(named, key=lambda name: (name != MGMT, name))
        return Program([self._section(name) for name in order])

    def _section(self, name: str) -> Section:
        of = {
            kind: [each for each in self.site.of(kind) if each.network == name]
            for kind in KINDS
        }
        statements: list[Statement] = [
            self._single(each, self.of_network.get(name), None) for each in of[CLUSTER_NETWORK]
        ]
        alone = [each for kind in (HOST_NETWORK, *SETTINGS) for each in of[kind]]
        waits = bool(of[VM_NETWORK] or alone)
        configs = self._all_of(of[NETWORK_CONFIG], None, named=waits)
        statements += configs
        after = self._after(name, configs) if waits and configs else None
        if after is not None:
            statements.append(after)
        variable = after.variable if after is not None else None
        statements += self._all_of(sorted(of[VM_NETWORK], key=_by_vlan), variable)
        statements += [self._single(each, None, variable) for each in alone]
        carried = any(
            each.kind == CLUSTER_NETWORK or "clusterNetwork" in each.inputs
            for kind in of.values()
            for each in kind
        )
        return Section(f"{'cluster network' if carried else 'Setting'} {name}", statements)

    def _after(self, name: str, configs: Sequence[Statement]) -> After:
        return After(
            self.variables.new(("after", *words_of(name))),
            [c.variable for c in configs if isinstance(c, Single) and c.variable],
            [c.variable for c in configs if isinstance(c, Loop) and c.variable],
        )

    def _all_of(
        self, found: Sequence[Found], after: Variable | None, *, named: bool = False
    ) -> list[Statement]:
        """Statements for objects of one kind on one cluster network.

        ``named``: each of them has a variable.
        """
        if not found:
            return []
        items = [self._leaves(each) for each in found]
        statements: list[Statement] = []
        for group in grouped(items, FEWEST[found[0].kind], CHOICES):
            first = found[group.members[0]]
            if not group.is_loop:
                variable = self.variables.new(words_of(self._name(first))) if named else None
                statements.append(self._single(first, variable, after))
                continue
            members = [found[index] for index in group.members]
            rows = [items[index] for index in group.members]
            words = (*words_of(first.network), "configs")
            variable = self.variables.new(words) if named else None
            statements.append(self._loop(group, members, rows, variable, after))
        return statements

    def _name(self, found: Found) -> str:
        return self.names[found.kind, found.key]

    def _leaves(self, found: Found) -> dict[Path, Any]:
        inputs = dict(found.inputs)
        if inputs.get("name") == self._name(found):
            del inputs["name"]
        return {NAME: self._name(found)} | leaves(inputs)

    def _single(
        self, found: Found, variable: Variable | None, after: Variable | None
    ) -> Single:
        values = self._leaves(found)
        resource = self._resource(found.kind, values, found.network, after)
        return Single(resource, variable, found.notes)

    def _loop(
        self,
        group: Group,
        members: Sequence[Found],
        rows: Sequence[Mapping[Path, Any]],
        variable: Variable | None,
        after: Variable | None,
    ) -> Loop:
        taken: dict[Path, Variable] = {}
        for path in group.columns:
            words = ("name",) if path == NAME else words_of(path[-1].rpartition("/")[2])
            while (of_loop := self.variables.of_loop(words)) in taken.values():
                words = (*words_of(path[-2] if len(path) > 1 else "other"), *words)
            taken[path] = of_loop
        values: dict[Path, Value] = dict(rows[0])
        values |= {path: Column(of_loop) for path, of_loop in taken.items()}
        values |= {path: _text(text, taken) for path, text in group.texts.items()}
        first = members[0]
        comments = [f"{self._name(each)}: {note}" for each in members for note in each.notes]
        return Loop(
            self._resource(first.kind, values, first.network, after),
            list(taken.values()),
            [[row[path] for path in taken] for row in rows],
            variable,
            comments,
        )

    def _resource(
        self, kind: str, values: Mapping[Path, Value], network: str, after: Variable | None
    ) -> Resource:
        args = _nested({path: value for path, value in values.items() if path != NAME})
        if network in self.of_network and "clusterNetwork" in args:
            args["clusterNetwork"] = Network(self.of_network[network])
        return Resource(kind, values[NAME], args, after)


def _by_vlan(found: Found) -> tuple[str, int, str]:
    vlan = found.inputs.get("vlan")
    return str(found.inputs.get("namespace") or ""), vlan or 0, found.key


def _text(text: Text, columns: Mapping[Path, Variable]) -> Column:
    return Column(columns[text.base], text.before, text.after)


def _nested(values: Mapping[Path, Value]) -> dict[str, Value]:
    """The opposite of `leaves`."""
    result: dict[str, Any] = {}
    for path, value in values.items():
        inner = result
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
        inner[path[-1]] = value
    return result
