"""Whether an object is already what its schema would make of it: the quick look at thousands.

Alike objects are put by thousands when a site comes up, and nearly all of them fit. So this
only says yes or no, and no where it is not sure: `structural` and `schemas` then do what is to
be done, and say what is wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from harvester_net.lab.apiserver import schemas
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.structural import PRESERVE

_OF_EVERY_OBJECT = {"apiVersion", "kind", "metadata"}
_PLAIN = {"type", "default", "nullable", "description", "x-kubernetes-map-type"}
"""Keywords that ask nothing of a value beyond its type."""
_STRUCTURE = {"properties", "additionalProperties", "required", "items", "maxItems", PRESERVE}
"""Those that are looked at here."""
_LIST_TYPE = "x-kubernetes-list-type"
_TYPES = {str: "string", bool: "boolean", int: "integer"}


@dataclass(frozen=True)
class _Form:
    """A schema, prepared for being asked often."""

    type: str
    properties: dict[str, Object]
    others: Object | None
    """The schema of properties that are not named; None if there may be none."""
    open: bool
    """Whether properties that are not known are kept as they are."""
    needed: tuple[str, ...]
    """What must be there: required, or else filled in."""
    most: float
    """Items that a list may have."""
    plain: bool


class Fitting:
    """Answers for the schemas of one server, which must not change meanwhile."""

    def __init__(self) -> None:
        self._forms: dict[int, _Form] = {}

    def fits(self, obj: Object, schema: Object) -> bool:
        """Whether nothing of an object is unknown, missing or wrong."""
        form = self._form(schema)
        return all(name in obj for name in form.needed) and all(
            name in _OF_EVERY_OBJECT or self._member(form, name, item)
            for name, item in obj.items()
        )

    def _fits(self, value: Any, schema: Object) -> bool:
        form = self._form(schema)
        kind = type(value)
        if kind is dict:
            return self._fits_object(value, form)
        if kind is list:
            items = schema.get("items") or {}
            taken = form.type == "array" and form.plain and len(value) <= form.most
            return taken and all(self._fits(item, items) for item in value)
        if form.plain and kind in _TYPES:
            return form.type == _TYPES[kind]
        return value is not None and not schemas.check(value, schema)

    def _fits_object(self, value: Object, form: _Form) -> bool:
        if form.type != "object" or not form.plain:
            return False
        for name in form.needed:
            if name not in value:
                return False
        return all(self._member(form, name, item) for name, item in value.items())

    def _member(self, form: _Form, name: str, item: Any) -> bool:
        known = form.properties.get(name, form.others)
        return form.open if known is None else self._fits(item, known)

    def _form(self, schema: Object) -> _Form:
        form = self._forms.get(id(schema))
        if form is None:
            form = self._forms[id(schema)] = _form(schema)
        return form


def _form(schema: Object) -> _Form:
    properties = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    filled = (name for name, known in properties.items() if "default" in known)
    keywords = schema.keys() - ({_LIST_TYPE} if schema.get(_LIST_TYPE) == "atomic" else set())
    return _Form(
        type=str(schema.get("type", "")),
        properties=properties,
        others=others if isinstance(others, dict) else None,
        open=bool(schema.get(PRESERVE) or others is True),
        needed=(*(schema.get("required") or ()), *filled),
        most=schema.get("maxItems", math.inf),
        plain=keywords <= _PLAIN | _STRUCTURE,
    )
