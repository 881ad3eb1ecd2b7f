"""From plain properties to a spec, with every problem said at once.

pydantic stops a model at its first wrong field and words its errors for programmers. Here
wrong fields become unknown, so that the rules over several properties still run over the rest,
and each error becomes a sentence for the person who wrote the program.
"""

from __future__ import annotations

from difflib import get_close_matches
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .spec import Problem, Spec, property_names
from .unknown import UNKNOWN

S = TypeVar("S", bound=Spec)

WORDS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a map of names to values",
    "model_type": "a map of properties",
    "model_attributes_type": "a map of properties",
}


def parse(model: type[S], properties: dict[str, Any]) -> tuple[S, list[Problem]]:
    """Read properties (camelCase, plain values) into a spec.

    Returns the spec, in which every wrong or missing property is unknown, and the problems in
    the order of the properties. An empty list of problems means that the spec is right as it
    is.
    """
    given = without_nulls(properties)
    try:
        spec = model.model_validate(given)
        problems: list[Problem] = []
    except ValidationError as error:
        details = error.errors(include_url=False)
        spec = model.model_validate(_without_wrong(model, given, details))
        problems = [_problem(model, detail) for detail in details]
    return spec, problems + list(spec.contradictions())


def without_nulls(value: Any) -> Any:
    """The same properties without the nulls at any depth; null means absent (P3)."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def _without_wrong(
    model: type[Spec], given: dict[str, Any], details: list[ErrorDetails]
) -> dict[str, Any]:
    wrong = {str(detail["loc"][0]) for detail in details}
    kept = {name: value for name, value in given.items() if name not in wrong}
    return kept | {name: UNKNOWN for name in wrong if name in property_names(model)}


def _problem(model: type[Spec], detail: ErrorDetails) -> Problem:
    location = _location(detail["loc"])
    return Problem(path_text(location), _sentence(model, location, detail))


def _location(raw: tuple[int | str, ...]) -> tuple[int | str, ...]:
    # pydantic marks a map's key with this word; the key before it says enough.
    return tuple(part for part in raw if part != "[key]")


def path_text(location: tuple[int | str, ...]) -> str:
    """A property path as Pulumi writes it: ``uplink.nics[1]``, ``labels["a.b/c"]``."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("-", "_").isidentifier():
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def _sentence(model: type[Spec], location: tuple[int | str, ...], detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return _not_a_property(_model_at(model, location[:-1]), str(location[-1]))
    if kind == "literal_error":
        return _not_a_choice(str(detail["input"]), detail["ctx"]["expected"])
    if kind in WORDS:
        return f"must be {WORDS[kind]}, not {_described(detail['input'])}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = "at least" if kind == "greater_than_equal" else "at most"
        limit = next(iter(detail["ctx"].values()))
        return f"must be {bound} {limit}, not {_described(detail['input'])}"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    return detail["msg"]


def _not_a_property(model: type[Spec], name: str) -> str:
    known = property_names(model)
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "it has " + ", ".join(known)
    return f"is not a property of {model.title}; {hint}"


def _not_a_choice(given: str, expected: str) -> str:
    choices = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    near = get_close_matches(given.lower(), [c.lower() for c in choices], n=1, cutoff=0.6)
    hint = next((f"; did you mean {c}?" for c in choices if [c.lower()] == near), "")
    return f"'{given}' is not one of {', '.join(choices)}{hint}"


def _described(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text '{value}'" if len(value) <= 40 else "a text"
    if isinstance(value, int | float):
        return str(value)
    return "a list" if isinstance(value, list) else "a map"


def _model_at(model: type[Spec], location: tuple[int | str, ...]) -> type[Spec]:
    """The spec that stands at a path below another one."""
    parts = iter(location)
    for part in parts:
        if isinstance(part, str):
            field = next(f for f in model.model_fields.values() if f.alias == part)
            model = spec_within(field.annotation) or model
            if is_map(field.annotation):
                next(parts, None)
    return model


def is_map(annotation: Any) -> bool:
    """Whether a field's type is a map, or an optional one."""
    return get_origin(annotation) is dict or any(map(is_map, get_args(annotation)))


def spec_within(annotation: Any) -> type[Spec] | None:
    """The spec inside a field's type: itself, or as an item of a list or map, or optional."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return annotation
    if get_origin(annotation) in (list, dict, Union, UnionType) or get_args(annotation):
        inner = (spec_within(argument) for argument in get_args(annotation))
        return next((found for found in inner if found is not None), None)
    return None
