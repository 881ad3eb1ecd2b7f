"""The program in Go. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

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
from .texts import comment, literal

PACKAGE = "github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
WIDTH = 95
ENUMS = {
    ("BondOptions", "mode"): "BondMode",
    ("Route", "mode"): "RouteMode",
    ("VmNetwork", "type"): "VmNetworkType",
}
"""Types of the SDK for properties that take one of several texts."""
_AS_IT_IS = ""
_CONVERSIONS = {
    list: _AS_IT_IS,
    bool: "pulumi.Bool",
    int: "pulumi.Int",
    str: "pulumi.String",
}
HEAD = """\
package main

import (
{imports}
)

func main() {{
	pulumi.Run(func(ctx *pulumi.Context) error {{
"""
TAIL = """\
		return nil
	})
}
"""
ABOVE = "\t\t"


def go(program: Program) -> str:
    """The text of ``main.go``."""
    body = "\n\n".join("\n".join(_section(each)) for each in program.sections)
    needed = ['"fmt"\n'] if "fmt.Sprintf(" in body else []
    needed += [f'hn "{PACKAGE}"', '"github.com/pulumi/pulumi/sdk/v3/go/pulumi"']
    imports = "\n".join(f"\t{line}" for line in needed)
    return f"{HEAD.format(imports=imports)}{body}\n\n{TAIL}"


def _section(section: Section) -> Iterator[str]:
    yield from comment("// ---", [section.heading], WIDTH, ABOVE)
    for statement in section.statements:
        yield from _statement(statement)


def _statement(statement: Statement) -> Iterator[str]:
    if isinstance(statement, Share):
        model = nested(SPECS[statement.kind], statement.property)
        value = _value(statement.value, model, _AS_IT_IS)
        yield _laid(prefixed(f"{_name(statement.variable)} := ", value), ABOVE)
    elif isinstance(statement, After):
        yield from _after(statement)
    elif isinstance(statement, Single):
        yield from comment("//", statement.comments, WIDTH, ABOVE)
        yield from _single(statement.resource, statement.variable)
    else:
        yield from comment("//", statement.comments, WIDTH, ABOVE)
        yield from _loop(statement)


def _single(resource: Resource, variable: Variable | None) -> Iterator[str]:
    if variable is None:
        yield from _tried("_", resource, ABOVE)
        return
    yield _laid(prefixed(f"{_name(variable)}, err := ", _resource(resource)), ABOVE)
    yield from _on_error(ABOVE)


def _tried(target: str, resource: Resource, above: str) -> Iterator[str]:
    call = laid_out(prefixed(f"if {target}, err := ", _resource(resource)), WIDTH, "\t", above)
    yield f"{call}; err != nil {{"
    yield f"{above}\treturn err"
    yield f"{above}}}"


def _on_error(above: str) -> Iterator[str]:
    yield f"{above}if err != nil {{"
    yield f"{above}\treturn err"
    yield f"{above}}}"


def _loop(loop: Loop) -> Iterator[str]:
    fields = "; ".join(
        f"{_name(column)} {_type(value)}"
        for column, value in zip(loop.columns, loop.rows[0], strict=True)
    )
    rows = [_row(row) for row in loop.rows]
    inner = f"{ABOVE}\t"
    if loop.variable is not None:
        yield f"{ABOVE}var {_name(loop.variable)} []pulumi.Resource"
    each = Brackets(f"for _, each := range []struct{{ {fields} }}{{", rows, "}")
    yield laid_out(each, WIDTH, "\t", ABOVE) + " {"
    if loop.variable is None:
        yield from _tried("_", loop.resource, inner)
    else:
        yield _laid(prefixed("made, err := ", _resource(loop.resource)), inner)
        yield from _on_error(inner)
        name = _name(loop.variable)
        yield f"{inner}{name} = append({name}, made)"
    yield f"{ABOVE}}}"


def _row(row: Sequence[Value]) -> Node:
    return Brackets("{", [_plain(value) for value in row], "}")


def _type(value: Value) -> str:
    if isinstance(value, list):
        return "pulumi.StringArray" if _of_texts(value) else "hn.VlanRangeArray"
    return "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"


def _of_texts(values: Sequence[Value]) -> bool:
    return all(isinstance(value, str) for value in values)


def _plain(value: Value) -> Node:
    """A value of a row, without Pulumi's types where Go has its own."""
    if isinstance(value, list):
        return _list(value, None if _of_texts(value) else _trunk())
    if isinstance(value, bool):
        return "true" if value else "false"
    return literal(value) if isinstance(value, str) else str(value)


def _trunk() -> type[Spec]:
    model = nested(SPECS["VmNetwork"], "vlanTrunk")
    assert model is not None
    return model


def _after(after: After) -> Iterator[str]:
    name = _name(after.variable)
    singles = Brackets("[]pulumi.Resource{", [_name(v) for v in after.singles], "}")
    if not after.singles and len(after.lists) == 1:
        yield f"{ABOVE}{name} := pulumi.DependsOn({_name(after.lists[0])})"
        return
    configs: Node = singles
    for each in after.lists:
        configs = Brackets("append(", [configs, f"{_name(each)}..."], ")")
    yield _laid(Brackets(f"{name} := pulumi.DependsOn(", [configs], ")"), ABOVE)


def _resource(resource: Resource) -> Node:
    spec = SPECS[resource.kind]
    args = Brackets(f"&hn.{resource.kind}Args{{", _arguments(resource.args, spec), "}")
    name = resource.name
    items: list[Node] = [
        "ctx",
        _text(name) if isinstance(name, Column) else literal(name),
        args,
    ]
    if resource.after is not None:
        items.append(_name(resource.after))
    return Brackets(f"hn.New{resource.kind}(", items, ")")


def _arguments(args: Mapping[str, Value], spec: type[Spec]) -> list[Node]:
    return [
        prefixed(
            f"{_exported(name)}: ", _value(value, nested(spec, name), _conversion(spec, name))
        )
        for name, value in args.items()
    ]


def _exported(name: str) -> str:
    return f"{name[0].upper()}{name[1:]}"


def _conversion(spec: type[Spec], name: str) -> str:
    """The type of Pulumi that a text, number or truth value of this property needs."""
    field = next(f for f in spec.model_fields.values() if f.alias == name)
    if enum := ENUMS.get((spec.__name__, name)):
        return f"hn.{enum}"
    for plain, converted in _CONVERSIONS.items():
        if plain in _parts(field.annotation):
            return converted
    return _CONVERSIONS[str]


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def _value(value: Value, model: type[Spec] | None, conversion: str) -> Node:
    if isinstance(value, Shared | Network):
        return _name(value.variable)
    if isinstance(value, Column):
        return _column(value, conversion)
    if isinstance(value, Mapping):
        return _map(value, model)
    if isinstance(value, list):
        return _list(value, model)
    return f"{conversion}({_plain(value)})"


def _column(column: Column, conversion: str) -> str:
    if conversion == _AS_IT_IS:
        return f"each.{_name(column.variable)}"
    return f"{conversion}({_text(column)})"


def _text(column: Column) -> str:
    field = f"each.{_name(column.variable)}"
    if not column.is_text:
        return field
    before, after = (text.replace("%", "%%") for text in (column.before, column.after))
    return f"fmt.Sprintf({literal(f'{before}%v{after}')}, {field})"


def _map(value: Mapping[str, Value], model: type[Spec] | None) -> Brackets:
    if model is not None:
        return Brackets(f"&hn.{model.__name__}Args{{", _arguments(value, model), "}")
    texts = _CONVERSIONS[str]
    pairs = [prefixed(f"{literal(k)}: ", _value(v, None, texts)) for k, v in value.items()]
    return Brackets("pulumi.StringMap{", pairs, "}")


def _list(values: Sequence[Value], model: type[Spec] | None) -> Brackets:
    if model is None:
        texts = [f"pulumi.String({literal(value)})" for value in values]
        return Brackets("pulumi.StringArray{", texts, "}")
    items = [_map(value, model) for value in values]
    return Brackets(f"hn.{model.__name__}Array{{", items, "}")


def _name(variable: Variable) -> str:
    first, *others = variable
    return first + "".join(map(str.capitalize, others))


def _laid(node: Node, above: str) -> str:
    return laid_out(node, WIDTH, "\t", above)
