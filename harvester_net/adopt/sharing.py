"""Values that several statements of a program have, written once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .names import Variables, words_of
from .program import (
    Column,
    Loop,
    Program,
    Section,
    Share,
    Shared,
    Single,
    Statement,
    Value,
    Variable,
)


def shared(program: Program, variables: Variables) -> Program:
    """The same program, with a variable for each map that several statements have."""
    uses = Counter(
        _key(name, value)
        for statement in program.statements
        if isinstance(statement, Single | Loop)
        for name, value in statement.resource.args.items()
        if _is_constant_map(value)
    )
    sharing = _Sharing(uses, variables)
    return Program(
        [
            Section(section.heading, list(sharing.statements(section.statements)))
            for section in program.sections
        ]
    )


@dataclass
class _Sharing:
    uses: Counter[tuple[str, str]]
    variables: Variables
    named: dict[tuple[str, str], Variable] = field(default_factory=dict)

    def statements(self, given: Sequence[Statement]) -> Iterator[Statement]:
        for statement in given:
            if not isinstance(statement, Single | Loop):
                yield statement
                continue
            args = dict(statement.resource.args)
            for name, value in args.items():
                if not _is_constant_map(value) or self.uses[_key(name, value)] < 2:
                    continue
                key = _key(name, value)
                if key not in self.named:
                    self.named[key] = self.variables.new(_words(name, value))
                    kind = statement.resource.kind
                    yield Share(self.named[key], kind, name, value)
                args[name] = Shared(self.named[key])
            yield replace(statement, resource=replace(statement.resource, args=args))


def _key(name: str, value: Value) -> tuple[str, str]:
    return name, repr(value)


def _is_constant_map(value: Value) -> bool:
    return isinstance(value, Mapping) and bool(value) and not _has_columns(value)


def _has_columns(value: Value) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_columns, value.values()))
    return isinstance(value, Column)


def _words(name: str, value: Mapping[str, Value]) -> Variable:
    """Of nodes that are selected, what selects them; else the property."""
    if name != "nodeSelector":
        return words_of(name)
    label, wanted = next(iter(value.items()))
    return words_of(f"{label.rpartition('/')[2]} {wanted}")
