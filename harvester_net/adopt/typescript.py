"""The program in TypeScript. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .layout import Brackets, Node, laid_out, prefixed, suffixed
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
from .texts import body, comment

PACKAGE = "@harvester-net/pulumi"
WIDTH = 88
INDENT = "    "


def typescript(program: Program) -> str:
    """The text of ``index.ts``."""
    sections = ("\n".join(_section(each)) + "\n" for each in program.sections)
    return "\n".join([f'import * as hn from "{PACKAGE}";\n', *sections])


def _section(section: Section) -> Iterator[str]:
    yield from comment("// ---", [section.heading], WIDTH)
    for statement in section.statements:
        yield ""
        yield from _statement(statement)


def _statement(statement: Statement) -> Iterator[str]:
    if isinstance(statement, Share):
        yield _laid(_share(statement))
    elif isinstance(statement, After):
        yield _laid(_constant(statement.variable, _after(statement)))
    elif isinstance(statement, Single):
        yield from comment("//", statement.comments, WIDTH)
        made = _resource(statement.resource)
        named = statement.variable
        yield _laid(_constant(named, made) if named else suffixed(made, ";"))
    else:
        yield from comment("//", statement.comments, WIDTH)
        yield from _loop(statement)


def _loop(loop: Loop) -> Iterator[str]:
    names = list(map(_name, loop.columns))
    each = f"[{', '.join(names)}]" if len(names) > 1 else names[0]
    rows = _rows(loop.rows)
    made = _resource(loop.resource)
    if loop.variable is None:
        yield _laid(prefixed(f"for (const {each} of ", suffixed(rows, ") {")))
        yield laid_out(suffixed(made, ";"), WIDTH, INDENT, INDENT)
        yield "}"
        return
    before, after = ("(", ")") if len(names) > 1 else ("", "")
    head = f"const {_name(loop.variable)} = {before}"
    yield _laid(prefixed(head, suffixed(rows, f"{after}.map(({each}) =>")))
    yield laid_out(made, WIDTH, INDENT, INDENT)
    yield ");"


def _rows(rows: Sequence[Sequence[Value]]) -> Node:
    listed = Brackets("[", [_row(row) for row in rows], "]")
    if len(rows[0]) == 1:
        return listed
    return suffixed(listed, f" as [{', '.join(map(_type, rows[0]))}][]")


def _type(value: Value) -> str:
    if isinstance(value, list):
        texts = all(isinstance(item, str) for item in value)
        return "string[]" if texts else "hn.types.input.VlanRangeArgs[]"
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int) else "string"


def _row(row: Sequence[Value]) -> Node:
    values = [_value(value) for value in row]
    return Brackets("[", values, "]") if len(values) > 1 else values[0]


def _share(share: Share) -> Node:
    model = nested(SPECS[share.kind], share.property)
    # Without its type, one of several texts would be any text.
    typed = f": hn.types.input.{model.__name__}Args" if model is not None else ""
    value = prefixed(f"const {_name(share.variable)}{typed} = ", _value(share.value))
    return suffixed(value, ";")


def _after(after: After) -> Node:
    singles = [_name(variable) for variable in after.singles]
    spread = [f"...{_name(variable)}" for variable in after.lists]
    configs = Brackets("[", [*singles, *spread], "]")
    return Brackets("{", [prefixed("dependsOn: ", configs)], "}", spaced=True)


def _resource(resource: Resource) -> Node:
    items: list[Node] = [_value(resource.name), _value(resource.args)]
    if resource.after is not None:
        items.append(_name(resource.after))
    elif not resource.args:
        items.pop()
    return Brackets(f"new hn.{resource.kind}(", items, ")")


def _value(value: Value) -> Node:
    if isinstance(value, Column):
        return _column(value)
    if isinstance(value, Shared | Network):
        return _name(value.variable)
    if isinstance(value, Mapping):
        pairs = [prefixed(f"{_key(key)}: ", _value(inner)) for key, inner in value.items()]
        return Brackets("{", pairs, "}", spaced=True)
    if isinstance(value, list):
        return Brackets("[", [_value(item) for item in value], "]")
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{_body(value)}"' if isinstance(value, str) else str(value)


def _column(column: Column) -> str:
    if not column.is_text:
        return _name(column.variable)
    before, after = (_body(text, "\\`$") for text in (column.before, column.after))
    return f"`{before}${{{_name(column.variable)}}}{after}`"


def _body(text: str, escaped: str = '\\"') -> str:
    return body(text, escaped, "\\u{{{:x}}}")


def _key(key: str) -> str:
    return key if key.isascii() and key.isidentifier() else f'"{_body(key)}"'


def _constant(variable: Variable, node: Node) -> Node:
    return suffixed(prefixed(f"const {_name(variable)} = ", node), ";")


def _name(variable: Variable) -> str:
    first, *others = variable
    return first + "".join(map(str.capitalize, others))


def _laid(node: Node) -> str:
    return laid_out(node, WIDTH, INDENT)
