"""What differs between two sets of inputs, by meaning and down to the finest property.

Absent, a default written out, and another spelling of the same are no difference (H6: the
server would stop VMs for them).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from ..specs.parse import is_map, path_text, spec_within
from ..specs.spec import Spec, is_required, property_names, replaces
from ..specs.unknown import is_wholly_known

Properties = dict[str, Any]
Location = tuple[int | str, ...]

KEPT_AS_WRITTEN = ("disruption",)
"""Properties that live only in the program; the server knows nothing of them."""


class Change(Enum):
    """How a property changes."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class Difference:
    """One property that changes."""

    location: Location
    change: Change
    replaces: bool

    @property
    def path(self) -> str:
        """The property's path as Pulumi writes it."""
        return path_text(self.location)


def changes_text(found: list[Difference], old: Properties, new: Properties) -> str:
    """Differences for the user: numbers and switches with their values, all else by name, for
    it may be secret.
    """
    return ", ".join(
        f"{difference.path}{_values(difference.location, old, new)}" for difference in found
    )


def _values(location: Location, old: Properties, new: Properties) -> str:
    before, after = _at(location, old), _at(location, new)
    if not all(value is None or isinstance(value, bool | int) for value in (before, after)):
        return ""
    return f" {_shown(before)} -> {_shown(after)}"


def _at(location: Location, properties: Any) -> Any:
    for step in location:
        try:
            properties = properties[step]
        except (KeyError, IndexError, TypeError):
            return None
    return properties


def _shown(value: bool | int | None) -> str:
    return "none" if value is None else str(value).lower()


def same(model: type[Spec], name: str, one: Any, other: Any) -> bool:
    """Whether two values of a property mean the same; an unknown means nothing we can tell."""
    if not (is_wholly_known(one) and is_wholly_known(other)):
        return False
    if one == other:
        return True
    meaning = model.meanings.get(name)
    if meaning is not None:
        return bool(meaning(one) == meaning(other))
    nested = _nested(model, name)
    if nested is not None and _all_maps(one, other):
        return all(
            same(nested, inner, (one or {}).get(inner), (other or {}).get(inner))
            for inner in property_names(nested)
        )
    return not one and not other and _all_maps(one, other)


def differences(model: type[Spec], old: Properties, new: Properties) -> list[Difference]:
    """The properties that change from the old inputs to the new ones, in the order of the
    spec.
    """
    return [
        Difference(location, change, replaces(model, str(location[0])))
        for location, change in _walk(model, (), old, new)
    ]


def _walk(
    model: type[Spec], above: Location, old: Properties, new: Properties
) -> Iterator[tuple[Location, Change]]:
    for name in property_names(model):
        one, other = old.get(name), new.get(name)
        if same(model, name, one, other):
            continue
        location, nested = (*above, name), _nested(model, name)
        if isinstance(one, list) and isinstance(other, list):
            yield from _items(location, dict(enumerate(one)), dict(enumerate(other)))
        elif nested is not None and _all_maps(one, other):
            yield from _walk(nested, location, one or {}, other or {})
        elif isinstance(one, dict) and isinstance(other, dict):
            yield from _items(location, one, other)
        else:
            yield location, _change(one, other)


def _items(
    above: Location, old: dict[Any, Any], new: dict[Any, Any]
) -> Iterator[tuple[Location, Change]]:
    for key in [*old, *(key for key in new if key not in old)]:
        one, other = old.get(key), new.get(key)
        if one != other:
            yield (*above, key), _change(one, other)


def _change(old: Any, new: Any) -> Change:
    if old is None:
        return Change.ADD
    return Change.DELETE if new is None else Change.UPDATE


@cache
def _nested(model: type[Spec], name: str) -> type[Spec] | None:
    field = next(f for f in model.model_fields.values() if f.alias == name)
    # What is in a map is compared by its keys.
    return None if is_map(field.annotation) else spec_within(field.annotation)


def _all_maps(*values: Any) -> bool:
    return all(value is None or isinstance(value, dict) for value in values)


def projected(model: type[Spec], live: Properties, mine: Properties) -> Properties:
    """The live inputs in the words of the program: what means the same stays as it was
    written.

    Of labels and annotations only the keys that the program names are looked at. ``mine`` is
    empty on an import, where everything comes from the server that is not a default, or must
    be given all the same.
    """
    result: Properties = {}
    for name in property_names(model):
        value, written = live.get(name), mine.get(name)
        if name in ("labels", "annotations"):
            value = _named(value or {}, written or {}) or None
        nested = _nested(model, name)
        if name in KEPT_AS_WRITTEN or same(model, name, value, written):
            left_out = written is None and is_required(model, name)
            value = value if left_out else written
        elif nested is not None and _all_maps(value, written):
            value = projected(nested, value or {}, written or {}) or None
        if value is not None:
            result[name] = value
    return result


def _named(live: Properties, written: Properties) -> Properties:
    return {key: live[key] for key in written if key in live}
