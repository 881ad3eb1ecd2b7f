"""The program in Pulumi YAML, which has no loops: resource by resource. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .names import words_of
from .program import (
    After,
    Loop,
    Network,
    Program,
    Resource,
    Section,
    Share,
    Shared,
    Single,
    Value,
    Variable,
)
from .texts import comment, literal

WIDTH = 88
TOKEN = "harvester-net:"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/-]*(\.[A-Za-z][A-Za-z0-9_/-]*)*")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_MEANS_SOMETHING = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "pulumi"}


def yaml(program: Program) -> str:
    """The resources of a ``Pulumi.yaml``."""
    writer = _Writer()
    return "\n".join(
        ["resources:", *(line for s in program.sections for line in writer.of(s))]
    )


@dataclass
class _Writer:
    keys: dict[Variable, list[str]] = field(default_factory=dict)
    """The resources that a variable stands for."""
    shared: dict[Variable, Value] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def of(self, section: Section) -> Iterator[str]:
        yield from comment("# ---", [section.heading], WIDTH, "  ")
        for statement in section.statements:
            if isinstance(statement, Share):
                self.shared[statement.variable] = statement.value
            elif isinstance(statement, After):
                members = (*statement.singles, *statement.lists)
                self.keys[statement.variable] = [k for m in members for k in self.keys[m]]
            else:
                yield from comment("#", statement.comments, WIDTH, "  ")
                yield from self._all_of(statement)

    def _all_of(self, statement: Single | Loop) -> Iterator[str]:
        resources = list(statement.each())
        keys = [self._key(resource) for resource in resources]
        if statement.variable is not None:
            self.keys[statement.variable] = keys
        for key, resource in zip(keys, resources, strict=True):
            yield from self._resource(key, resource)

    def _key(self, resource: Resource) -> str:
        """What the resource is called in this file: its own name where that can be."""
        name = str(resource.name)
        words = "-".join(words_of(f"{name} {resource.kind}"))
        wanted = [name] if _KEY.fullmatch(name) and name != "pulumi" else []
        numbered = (f"{words}-{number}" for number in range(2, len(self.taken) + 4))
        key = next(key for key in (*wanted, words, *numbered) if key not in self.taken)
        self.taken.add(key)
        return key

    def _resource(self, key: str, resource: Resource) -> Iterator[str]:
        yield f"  {_scalar(key)}:"
        yield f"    type: {TOKEN}{resource.kind}"
        if key != resource.name:
            yield f"    name: {_scalar(resource.name)}"
        if resource.args:
            yield "    properties:"
            yield from self._map(resource.args, "      ")
        if resource.after is not None:
            yield "    options:"
            yield "      dependsOn:"
            for each in self.keys[resource.after]:
                yield f"        - ${{{each}}}"

    def _map(self, values: Mapping[str, Value], above: str) -> Iterator[str]:
        for name, value in values.items():
            yield from self._entry(f"{above}{_scalar(name)}:", value, f"{above}  ")

    def _entry(self, head: str, value: Value, above: str) -> Iterator[str]:
        if isinstance(value, Shared):
            value = self.shared[value.variable]
        if isinstance(value, Mapping) and value:
            yield head
            yield from self._map(value, above)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            yield head
            yield from self._items(value, above)
        elif isinstance(value, Network):
            yield f"{head} ${{{self.keys[value.variable][0]}}}"
        else:
            yield f"{head} {_inline(value)}"

    def _items(self, values: Sequence[Value], above: str) -> Iterator[str]:
        for value in values:
            first, *others = self._map(value, f"{above}  ")
            yield f"{above}- {first.strip()}"
            yield from others


def _inline(value: Value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return "{}" if isinstance(value, Mapping) else _scalar(value)


def _scalar(value: Value) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _MEANS_SOMETHING:
        return value
    # A reference begins with "${"; written with one "$" more it is text.
    return literal(value.replace("${", "$${"))
