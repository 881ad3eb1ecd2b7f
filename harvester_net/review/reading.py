"""What Pulumi wrote, as previews: the document of `pulumi preview --json`, or its events.

The events come from `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json`, or from
`--event-log`: an object in each line. Lines that begin otherwise, such as a warning of the
command, are passed over. What is cut off, or is the log of something else, is refused: nothing
may look like a preview in which nothing changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .digest import is_digest, preview_of_digest
from .events import is_event, previews_of_events
from .preview import Preview, Unfit

LONGEST_NAME = 255
"""Characters of project and stack; Pulumi allows a hundred for each."""
_DECODER = json.JSONDecoder()


def previews(text: str) -> list[Preview]:
    """All previews in a text. Raises Unfit if there is none, or one is broken."""
    found: list[Preview] = []
    events: list[dict[str, Any]] = []
    for value in _objects(text):
        if is_digest(value):
            found.append(preview_of_digest(value))
        elif is_event(value):
            events.append(value)
    found += previews_of_events(events)
    if not found:
        raise Unfit("no preview of Pulumi; make it with `pulumi preview --json`")
    if any(len(preview.name) > LONGEST_NAME for preview in found):
        raise Unfit("the name of its stack is too long for one")
    return found


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that begin a line."""
    position = 0
    while position < len(text):
        if text[position] == "{":
            value, position = _object_at(text, position)
            yield value
        end = text.find("\n", position)
        position = len(text) if end < 0 else end + 1


def _object_at(text: str, position: int) -> tuple[dict[str, Any], int]:
    try:
        value, end = _DECODER.raw_decode(text, position)
    except (ValueError, RecursionError) as error:
        line = text.count("\n", 0, position) + 1
        raise Unfit(f"line {line} begins JSON that is broken or cut off") from error
    return value, end


def as_one_stack_each(found: list[Preview]) -> list[Preview]:
    """The previews in the order of their names. Raises Unfit if a stack has two."""
    by_name = {preview.name: preview for preview in found}
    if len(by_name) < len(found):
        names = [preview.name for preview in found]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unfit(f"two previews of {twice}; give one of each stack")
    return [by_name[name] for name in sorted(by_name)]
