"""Values of a program in Go, with the types that Pulumi's classes take. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from ..specs.spec import Spec
from .layout import Brackets, Node, prefixed
from .program import SPECS, Column, Network, Shared, Value, Variable, nested
from .texts import literal

ENUMS = {
    ("HostNetworkConfig", "mode"): "HostMode",
    ("NodeRequirement", "operator"): "NodeOperator",
    ("BondOptions", "mode"): "BondMode",
    ("Route", "mode"): "RouteMode",
    ("VmNetwork", "type"): "VmNetworkType",
}
"""Types of the SDK for properties that take one of several texts."""
AS_IT_IS = ""
"""In place of the type of Pulumi that a value is converted to."""
_CONVERSIONS = {
    list: AS_IT_IS,
    bool: "pulumi.Bool",
    int: "pulumi.Int",
    str: "pulumi.String",
}


def type_of(value: Value) -> str:
    """The type of a column of rows with such values."""
    if isinstance(value, list):
        return "pulumi.StringArray" if _of_texts(value) else "hn.VlanRangeArray"
    return "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"


def _of_texts(values: Sequence[Value]) -> bool:
    return all(isinstance(value, str) for value in values)


def plain(value: Value) -> Node:
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


def arguments(args: Mapping[str, Value], spec: type[Spec]) -> list[Node]:
    """The fields of a struct of arguments."""
    return [
        prefixed(
            f"{_exported(name)}: ",
            value_of(value, nested(spec, name), _conversion(spec, name)),
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
    for own, converted in _CONVERSIONS.items():
        if own in _parts(field.annotation):
            return converted
    return _CONVERSIONS[str]


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def value_of(value: Value, model: type[Spec] | None, conversion: str) -> Node:
    """A value as Pulumi's classes take it; ``conversion`` is the type of a plain one."""
    if isinstance(value, Shared | Network):
        return name_of(value.variable)
    if isinstance(value, Column):
        return _column(value, conversion)
    if isinstance(value, Mapping):
        return _map(value, model)
    if isinstance(value, list):
        return _list(value, model)
    return f"{conversion}({plain(value)})"


def _column(column: Column, conversion: str) -> str:
    if conversion == AS_IT_IS:
        return f"each.{name_of(column.variable)}"
    return f"{conversion}({text_of(column)})"


def text_of(column: Column) -> str:
    """A text of Go with the value of a column in it."""
    field = f"each.{name_of(column.variable)}"
    if not column.is_text:
        return field
    before, after = (text.replace("%", "%%") for text in (column.before, column.after))
    return f"fmt.Sprintf({literal(f'{before}%v{after}')}, {field})"


def _map(value: Mapping[str, Value], model: type[Spec] | None) -> Brackets:
    if model is not None:
        return Brackets(f"&hn.{model.__name__}Args{{", arguments(value, model), "}")
    texts = _CONVERSIONS[str]
    pairs = [prefixed(f"{literal(k)}: ", value_of(v, None, texts)) for k, v in value.items()]
    return Brackets("pulumi.StringMap{", pairs, "}")


def _list(values: Sequence[Value], model: type[Spec] | None) -> Brackets:
    if model is None:
        texts = [f"pulumi.String({literal(value)})" for value in values]
        return Brackets("pulumi.StringArray{", texts, "}")
    items = [_map(value, model) for value in values]
    return Brackets(f"hn.{model.__name__}Array{{", items, "}")


def name_of(variable: Variable) -> str:
    """The name of a variable."""
    first, *others = variable
    return first + "".join(map(str.capitalize, others))
