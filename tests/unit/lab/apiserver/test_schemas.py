"""Structural schemas: what they prune, fill in and refuse.

The words of refusals are held against the real server by the conformance suite.
"""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.apiserver import schemas, structural
from harvester_net.lab.apiserver.objects import Object

TEXT: Object = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "value", "reason"),
    [
        (TEXT, 1, "FieldValueTypeInvalid"),
        (TEXT, None, "FieldValueTypeInvalid"),
        (TEXT | {"nullable": True}, None, None),
        ({"type": "integer"}, True, "FieldValueTypeInvalid"),
        ({"type": "integer"}, 1.0, None),
        ({"type": "integer"}, 1.5, "FieldValueTypeInvalid"),
        ({"type": "number"}, 1, None),
        ({"type": "integer", "minimum": 2}, 1, "FieldValueInvalid"),
        ({"type": "integer", "maximum": 2}, 3, "FieldValueInvalid"),
        ({"type": "integer", "minimum": 2, "maximum": 2}, 2, None),
        (TEXT | {"maxLength": 1}, "ab", "FieldValueTooLong"),
        (TEXT | {"minLength": 2}, "a", "FieldValueInvalid"),
        (TEXT | {"pattern": "^a"}, "ba", "FieldValueInvalid"),
        (TEXT | {"pattern": "a"}, "ba", None),
        (TEXT | {"enum": ["a"]}, "b", "FieldValueNotSupported"),
        (TEXT | {"format": "date-time"}, "2026-01-02T03:04:05Z", None),
        (TEXT | {"format": "date-time"}, "2026-01-02", "FieldValueTypeInvalid"),
        (TEXT | {"format": "byte"}, "eQ==", None),
        (TEXT | {"format": "byte"}, "?", "FieldValueTypeInvalid"),
        (TEXT | {"format": "byte"}, "", "FieldValueTypeInvalid"),
        (TEXT | {"format": "byte"}, [1], None),
        (TEXT, [1], "FieldValueTypeInvalid"),
        ({"x-kubernetes-int-or-string": True}, "80", None),
        ({"x-kubernetes-int-or-string": True}, [], "FieldValueTypeInvalid"),
        ({"type": "array", "items": TEXT}, [1], "FieldValueTypeInvalid"),
        ({"type": "array", "maxItems": 1}, [1, 2], "FieldValueTooMany"),
        ({"type": "array", "minItems": 1}, [], "FieldValueInvalid"),
        (
            {"type": "array", "x-kubernetes-list-type": "set"},
            ["a", "a"],
            "FieldValueDuplicate",
        ),
        ({"type": "object", "required": ["a"]}, {}, "FieldValueRequired"),
        ({"type": "object", "maxProperties": 1}, {"a": 1, "b": 2}, "FieldValueTooMany"),
        ({"type": "object", "maxProperties": 2}, {"a": 1, "b": 2}, None),
        ({"type": "object", "additionalProperties": TEXT}, {"a": 1}, "FieldValueTypeInvalid"),
        ({"x-kubernetes-preserve-unknown-fields": True}, {"a": 1}, None),
        ({}, 1, None),
    ],
)
def test_value_is_checked_by_its_schema(
    schema: Object, value: Any, reason: str | None
) -> None:
    found = schemas.check(value, schema, "f")
    assert [cause.reason for cause in found] == ([reason] if reason else [])


def test_causes_name_the_path_to_the_field() -> None:
    schema = {"properties": {"a": {"type": "array", "items": {"properties": {"b": TEXT}}}}}
    (cause,) = schemas.check({"a": [{"b": "x"}, {"b": 1}]}, schema)
    assert cause.field == "a[1].b"
    assert str(cause).endswith('a[1].b in body must be of type string: "integer"')


@pytest.mark.parametrize(
    ("schema", "value", "shown", "info"),
    [
        (TEXT, 2.0, "number", "string"),
        (TEXT, 2, "integer", "string"),
        (TEXT | {"format": "byte"}, True, "", "byte"),
        (TEXT | {"format": "byte"}, 1, "int64", "byte"),
        (TEXT | {"format": "byte"}, 1.5, "float64", "byte"),
        (TEXT | {"format": "byte"}, {}, "", "byte"),
        ({"type": "integer", "format": "int64"}, [], "array", "integer"),
        (TEXT | {"format": "byte"}, None, "null", "string"),
        ({"type": "integer", "format": "int64"}, "x", "string", "integer"),
        ({"type": "integer", "format": "int64"}, True, "", "int64"),
    ],
)
def test_wrong_type_is_told_as_the_real_server_does(
    schema: Object, value: Any, shown: str, info: str
) -> None:
    (cause,) = schemas.check(value, schema, "f")
    why = f'Invalid value: "{shown}": f in body must be of type {info}: "{shown}"'
    assert cause.message == why


@pytest.mark.parametrize(("value", "shown"), [(3.0, "3"), (3, "3"), (3.5, "3.5")])
def test_numbers_are_told_as_the_real_server_writes_them(value: float, shown: str) -> None:
    (cause,) = schemas.check(value, {"type": "number", "maximum": 2}, "f")
    assert cause.message.startswith(f"Invalid value: {shown}: ")


def test_value_of_the_wrong_type_is_no_choice_either() -> None:
    found = schemas.check({"a": 1}, TEXT | {"enum": ["x", "y"]}, "f")
    assert [cause.reason for cause in found] == [
        "FieldValueNotSupported",
        "FieldValueTypeInvalid",
    ]
    assert found[0].message == 'Unsupported value: {"a":1}: supported values: "x", "y"'


@pytest.mark.parametrize(
    ("schema", "value", "kept", "pruned"),
    [
        ({"properties": {"a": {}}}, {"a": 1, "b": 2}, {"a": 1}, ["b"]),
        ({"properties": {"a": {}}}, {"a": {"x": 1}}, {"a": {}}, ["a.x"]),
        ({}, {"kind": "K", "metadata": {"x": 1}, "b": 1}, {"kind": "K", "metadata": {"x": 1}},
         ["b"]),
        ({"x-kubernetes-preserve-unknown-fields": True, "properties": {"a": {
            "properties": {}}}}, {"a": {"x": 1}, "b": 1}, {"a": {}, "b": 1}, ["a.x"]),
        ({"properties": {"l": {"items": {"properties": {"a": {}}}}}},
         {"l": [{"a": 1, "b": 2}]}, {"l": [{"a": 1}]}, ["l[0].b"]),
        ({"properties": {"m": {"additionalProperties": {"properties": {}}}}},
         {"m": {"k": {"x": 1}}}, {"m": {"k": {}}}, ["m.k.x"]),
        ({"properties": {"m": {"additionalProperties": True}}}, {"m": {"k": {"x": 1}}},
         {"m": {"k": {"x": 1}}}, []),
        ({"properties": {"e": {"x-kubernetes-embedded-resource": True}}},
         {"e": {"kind": "K", "x": 1}}, {"e": {"kind": "K"}}, ["e.x"]),
    ],
)  # fmt: skip
def test_unknown_fields_are_pruned(
    schema: Object, value: Object, kept: Object, pruned: list[str]
) -> None:
    assert structural.prune(value, schema) == pruned
    assert value == kept


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"properties": {"a": {"default": 1}}}, {}, {"a": 1}),
        ({"properties": {"a": {"default": 1}}}, {"a": 2}, {"a": 2}),
        ({"properties": {"a": {"default": 1}}}, {"a": None}, {"a": 1}),
        ({"properties": {"a": {}}}, {"a": None}, {}),
        ({"properties": {"a": {"nullable": True}}}, {"a": None}, {"a": None}),
        ({"additionalProperties": TEXT}, {"a": None, "b": "x"}, {"b": "x"}),
        ({"additionalProperties": {"nullable": True}}, {"a": None}, {"a": None}),
        ({"additionalProperties": True}, {"a": None}, {"a": None}),
        ({"properties": {"a": {"properties": {"b": {"default": 1}}}}}, {}, {}),
        ({"properties": {"a": {"default": {}, "properties": {"b": {"default": 1}}}}}, {},
         {"a": {"b": 1}}),
        ({"properties": {"l": {"items": {"properties": {"a": {"default": 1}}}}}},
         {"l": [{}, {"a": 2}]}, {"l": [{"a": 1}, {"a": 2}]}),
    ],
)  # fmt: skip
def test_defaults_are_filled_in(schema: Object, value: Object, expected: Object) -> None:
    structural.set_defaults(value, schema)
    assert value == expected


def test_defaults_of_two_objects_are_not_the_same_object() -> None:
    schema: Object = {"properties": {"a": {"default": {"x": []}}}}
    one: Object = {}
    other: Object = {}
    structural.set_defaults(one, schema)
    structural.set_defaults(other, schema)
    one["a"]["x"].append(1)
    assert other == {"a": {"x": []}}
