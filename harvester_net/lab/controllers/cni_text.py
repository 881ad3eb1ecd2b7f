"""The MTU in the text of a CNI config, set as Harvester sets it: nothing else moves (H1.6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[ \t\r\n:,]*")
_SPACE = re.compile(r"[ \t\r\n]*")


def with_mtu(config: str, mtu: int) -> str:
    """The text of a JSON object with this MTU in bytes, in place or as its last member.

    Raises ValueError if it is no JSON object.
    """
    if not isinstance(json.loads(config), dict):
        raise ValueError("no JSON object")
    end, comma = config.index("{") + 1, ""
    for key, low, high in _members(config, end):
        if key == "mtu":
            return f"{config[:low]}{mtu}{config[high:]}"
        end, comma = _after(_SPACE, config, high), ","
    return f'{config[:end]}{comma}"mtu":{mtu}{config[end:]}'


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Each key of an object with where its value is."""
    while text[at := _after(_BETWEEN, text, at)] != "}":
        key, at = _DECODER.raw_decode(text, at)
        low = _after(_BETWEEN, text, at)
        _, at = _DECODER.raw_decode(text, low)
        yield key, low, at


def _after(what: re.Pattern[str], text: str, at: int) -> int:
    found = what.match(text, at)
    assert found is not None, "it matches nothing too"
    return found.end()
