"""A value that Pulumi does not know yet: an output of something that does not exist yet.

Unknowns reach us only in previews. They may stand anywhere in the inputs, pass every check,
and differ from every known value.
"""

from __future__ import annotations

from typing import Any, Final


class Unknown:
    """The one unknown value; compare with ``is UNKNOWN``."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final[Any] = Unknown()


def is_known(value: object) -> bool:
    """Whether the value itself is known; what it contains may not be."""
    return value is not UNKNOWN


def is_wholly_known(value: object) -> bool:
    """Whether neither the value nor anything inside it is unknown."""
    if isinstance(value, dict):
        return all(map(is_wholly_known, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_wholly_known, value))
    return is_known(value)
