"""Objects of a kind by its schema: whole ones, and ones with mistakes.

`mistakes` makes each mistake once at each place of a full object, `objects` up to three of
them in a random object.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from harvester_net.lab.apiserver.objects import Object, copied

Values = SearchStrategy[Any]

TEXTS = ("", "a", "eno1", "x" * 60, "AgAAqrvM", "?", "10.0.0.1/24", "fd00::1/64", "10.0.0.1")
NUMBERS = (-2, -1, 0, 1, 1500, 4094, 4095, 1.5, 2.0)
MISTAKES: tuple[Any, ...] = (
    *TEXTS,
    *NUMBERS,
    None,
    True,
    [],
    [1],
    [None],
    {},
    {"a": 1},
    {"a": None},
)
_MISTAKES: Values = st.sampled_from(MISTAKES).map(copied)
_KEYS = st.sampled_from(["a", "b-c", "node1", "d.e/f"])
_UNKNOWN = "unknown"


def mistakes(definition: Object) -> Iterator[Object]:
    """An object with all fields, and the same with one thing dropped, added or changed."""
    content, _ = _content(definition)
    full = {name: _full(schema) for name, schema in content.items()}
    yield full | head(definition)
    for number, (holder, key) in enumerate(_places(full)):
        kept = holder[key]
        for wrong in MISTAKES:
            holder[key] = wrong
            yield copied(full) | head(definition)
        holder[key] = kept
        for change in (_drop, _add):
            changed = copied(full)
            change(*list(_places(changed))[number])
            yield changed | head(definition)


@st.composite
def objects(draw: DrawFn, definition: Object) -> Object:
    """Any object of a kind."""
    content, required = _content(definition)
    made: Object = draw(_of_fields(content, required))
    for _ in range(draw(st.integers(0, 3))):
        _break(draw, made)
    return made | head(definition)


def head(definition: Object) -> Object:
    """Of objects of a kind that are named x, in the version that is stored."""
    spec, version = definition["spec"], _stored(definition)["name"]
    names = {"apiVersion": f"{spec['group']}/{version}", "kind": spec["names"]["kind"]}
    return names | {"metadata": {"name": "x"}}


def _content(definition: Object) -> tuple[Object, list[str]]:
    """The schemas of the fields beside the head, and which of them are required."""
    schema = _stored(definition)["schema"]["openAPIV3Schema"]
    properties = (schema.get("properties") or {}).items()
    content = {name: each for name, each in properties if name not in head(definition)}
    return content, schema.get("required") or []


def _stored(definition: Object) -> Object:
    found: Object = next(each for each in definition["spec"]["versions"] if each["storage"])
    return found


def _full(schema: Object) -> Any:
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {name: _full(each) for name, each in schema["properties"].items()}
        case "object":
            return {"a": _full(schema.get("additionalProperties") or {})}
        case "array":
            return [_full(schema["items"])]
        case "string":
            return "AgAAqrvM" if "format" in schema else schema.get("enum", ["10.0.0.1/24"])[0]
        case "integer":
            return max(1, schema.get("minimum", 1))
    return True


def _break(draw: DrawFn, made: Object) -> None:
    """Changes, drops or adds something."""
    places = list(_places(made))
    holder, key = draw(st.sampled_from(places)) if places else (made, _UNKNOWN)
    match draw(st.sampled_from(["change", "change", "drop", "add"])):
        case "drop" if places:
            _drop(holder, key)
        case "add":
            _add(holder, key)
        case _:
            holder[key] = draw(_MISTAKES)


def _drop(holder: Any, key: Any) -> None:
    del holder[key]


def _add(holder: Any, key: Any) -> None:
    """What no schema knows, beside the key."""
    if isinstance(holder, dict):
        holder[_UNKNOWN] = {"a": 1}
    else:
        holder.append(copied(holder[key]))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything within a value: what holds it, and the key or index there."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _fitting(schema: Object) -> Values:
    match schema.get("type"):
        case "object" if "properties" in schema:
            return _of_fields(schema["properties"], schema.get("required") or [])
        case "object":
            values = _fitting(schema.get("additionalProperties") or {})
            return st.dictionaries(_KEYS, values, max_size=2)
        case "array":
            return st.lists(_fitting(schema["items"]), max_size=2)
        case "string":
            return st.sampled_from(schema.get("enum") or TEXTS)
        case "integer":
            least, most = schema.get("minimum", -2), schema.get("maximum", 2**40)
            return st.sampled_from([n for n in NUMBERS if least <= n <= most and n == int(n)])
        case "boolean":
            return st.booleans()
    return _MISTAKES


def _of_fields(properties: Object, required: list[str]) -> Values:
    made = {name: _fitting(schema) for name, schema in properties.items()}
    needed = {name: made.pop(name) for name in required}
    return st.fixed_dictionaries(needed, optional=made)
