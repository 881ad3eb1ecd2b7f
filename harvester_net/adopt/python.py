"""The program in Python. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..specs.spec import Spec
from .layout import Brackets, Node, laid_out, prefixed
from .program import (
    SPECS,
    After,
    Column,
    Loop,
    Network,
    Program,
    Resource,
    Section,
    Share,
    Shared,
    Single,
    Statement,
    Value,
    Variable,
    nested,
)
from .texts import body, comment, literal

WIDTH = 88
INDENT = "    "
HEAD = '''\
"""The networks of a Harvester cluster."""

import pulumi

import harvester_net as hn
'''


def python(program: Program) -> str:
    """The text of ``__main__.py``."""
    return "\n".join([HEAD, *("\n".join(_section(each)) + "\n" for each in program.sections)])


def _section(section: Section) -> Iterator[str]:
    yield from comment("# ---", [section.heading], WIDTH)
    for statement in section.statements:
        yield ""
        yield from _statement(statement)


def _statement(statement: Statement) -> Iterator[str]:
    if isinstance(statement, Share):
        model = nested(SPECS[statement.kind], statement.property)
        yield _laid(
            prefixed(f"{_name(statement.variable)} = ", _value(statement.value, model))
        )
    elif isinstance(statement, After):
        yield _laid(_after(statement))
    elif isinstance(statement, Single):
        yield from comment("#", statement.comments, WIDTH)
        made = _resource(statement.resource)
        name = f"{_name(statement.variable)} = " if statement.variable else ""
        yield _laid(prefixed(name, made))
    else:
        yield from comment("#", statement.comments, WIDTH)
        yield from _loop(statement)


def _loop(loop: Loop) -> Iterator[str]:
    names = ", ".join(map(_name, loop.columns))
    rows = _rows(loop.rows)
    if loop.variable is None:
        yield _laid(prefixed(f"for {names} in ", rows)) + ":"
        yield laid_out(_resource(loop.resource), WIDTH, INDENT, INDENT)
        return
    yield f"{_name(loop.variable)} = ["
    yield laid_out(_resource(loop.resource), WIDTH, INDENT, INDENT)
    yield laid_out(prefixed(f"for {names} in ", rows), WIDTH, INDENT, INDENT)
    yield "]"


def _rows(rows: Sequence[Sequence[Value]]) -> Node:
    if len(rows[0]) > 1:
        return Brackets("[", [_listed("(", row, ")") for row in rows], "]")
    values = [row[0] for row in rows]
    whole = all(type(value) is int for value in values)
    if whole and values == list(range(values[0], values[0] + len(values))):
        return f"range({values[0]}, {values[-1] + 1})"
    return _listed("[", values, "]")


def _listed(opening: str, values: Sequence[Value], closing: str) -> Brackets:
    return Brackets(opening, [_value(value, None) for value in values], closing)


def _after(after: After) -> Node:
    singles = [_name(variable) for variable in after.singles]
    starred = [f"*{_name(variable)}" for variable in after.lists]
    only_list = len(after.lists) == 1 and not singles
    configs: Node = (
        _name(after.lists[0]) if only_list else Brackets("[", [*singles, *starred], "]")
    )
    options = Brackets("pulumi.ResourceOptions(", [prefixed("depends_on=", configs)], ")")
    return prefixed(f"{_name(after.variable)} = ", options)


def _resource(resource: Resource) -> Node:
    spec = SPECS[resource.kind]
    items: list[Node] = [_value(resource.name, None), *_arguments(resource.args, spec)]
    if resource.after is not None:
        items.append(f"opts={_name(resource.after)}")
    return Brackets(f"hn.{resource.kind}(", items, ")")


def _arguments(args: Mapping[str, Value], spec: type[Spec]) -> list[Node]:
    fields = {field.alias: name for name, field in spec.model_fields.items()}
    return [
        prefixed(f"{fields[name]}=", _value(value, nested(spec, name)))
        for name, value in args.items()
    ]


def _value(value: Value, model: type[Spec] | None) -> Node:
    if isinstance(value, Column):
        return _column(value)
    if isinstance(value, Shared | Network):
        return _name(value.variable)
    if isinstance(value, Mapping):
        return _map(value, model)
    if isinstance(value, list):
        return Brackets("[", [_value(item, model) for item in value], "]")
    return literal(value) if isinstance(value, str) else repr(value)


def _column(column: Column) -> str:
    if not column.is_text:
        return _name(column.variable)
    before, after = (_formatted(text) for text in (column.before, column.after))
    return f'f"{before}{{{_name(column.variable)}}}{after}"'


def _formatted(text: str) -> str:
    return body(text, '\\"').replace("{", "{{").replace("}", "}}")


def _map(value: Mapping[str, Any], model: type[Spec] | None) -> Brackets:
    if model is not None:
        return Brackets(f"hn.{model.__name__}Args(", _arguments(value, model), ")")
    pairs = [
        prefixed(f"{literal(key)}: ", _value(inner, None)) for key, inner in value.items()
    ]
    return Brackets("{", pairs, "}")


def _name(variable: Variable) -> str:
    return "_".join(variable)


def _laid(node: Node) -> str:
    return laid_out(node, WIDTH, INDENT)
