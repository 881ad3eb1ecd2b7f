"""Policies for names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .resource import Resource, Settings, Violation


def names_by_pattern(resource: Resource, settings: Settings) -> Iterator[Violation]:
    """The whole name of an object matches the regular expression for its kind, if there is
    one.
    """
    pattern = settings[setting_of(resource.kind)]
    name = resource.properties["name"]
    if pattern and not re.fullmatch(pattern, name):
        yield resource.says(
            "name",
            f"'{name}' does not match {pattern}; choose another one now, for a new name "
            "later replaces the object",
        )


def setting_of(kind: str) -> str:
    """The setting that holds the pattern of a kind."""
    return kind[0].lower() + kind[1:]
