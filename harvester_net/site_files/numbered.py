"""YAML with the line of each value. Pure.

Plain texts mean what YAML 1.2 says: `no` is a text and not false, `0100` is one and not 64.
Anchors and aliases are there; merge keys, tags and several documents are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ..specs.parse import path_text

Place = tuple[str | int, ...]

MOST = 20_000
"""Values of a file, those of an alias counted where it stands: an alias of an alias of an
alias makes a small text large.
"""
DEEPEST = 30

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Mistake(Exception):
    """What is wrong with a text: at which line, at which path, and a sentence."""

    line: int
    path: str
    sentence: str


@dataclass(frozen=True)
class Numbered:
    """The value of a text, and the line of each path in it."""

    value: Any
    lines: dict[str, int]

    def line_of(self, path: str) -> int:
        """The line of a path, or of the nearest one above it that is there."""
        above = (
            at for at in self.lines if path == at or path.startswith((f"{at}.", f"{at}["))
        )
        return self.lines[max(above, key=len, default="")]


class _Loader(yaml.SafeLoader):
    """Takes plain texts for what they are in YAML 1.2, and nothing that is nested too deep."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._depth += 1
        if self._depth > DEEPEST + 1:
            raise _too_deep(self.get_mark().line + 1, "")
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver(
    f"{_TAG}bool", re.compile(r"(true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")
)
_Loader.add_implicit_resolver(
    f"{_TAG}int", re.compile(r"-?(0|[1-9][0-9]{0,17})\Z"), list("-0123456789")
)
_Loader.add_implicit_resolver(
    f"{_TAG}null", re.compile(r"(~|null|Null|NULL|)\Z"), ["~", "n", "N", ""]
)


def numbered(text: str) -> Numbered:
    """The value of a YAML text with its lines; raises Mistake if it is none."""
    root = _composed(text)
    reading = _Reading()
    value = {} if root is None else reading.value(root, ())
    return Numbered(value, {"": 1} | reading.lines)


def _composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Mistake(mark.line + 1 if mark else 1, "", _words(error)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        character = f"U+{int(error.character):04X}"
        raise Mistake(line, "", f"has a character that YAML forbids: {character}") from None
    except (ValueError, OverflowError):
        # "\UFFFFFFFF" is no character, and PyYAML leaves that to chr().
        raise Mistake(1, "", "is no YAML: a character is escaped that is none") from None


def _words(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.context, error.problem) if part)


def _too_deep(line: int, path: str) -> Mistake:
    return Mistake(line, path, f"is nested deeper than {DEEPEST} levels")


class _Reading:
    """Makes values of nodes, and remembers where they stand."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self._left = MOST

    def value(self, node: yaml.Node, place: Place) -> Any:
        """The value of a node; raises Mistake."""
        line, path = node.start_mark.line + 1, path_text(place)
        self.lines.setdefault(path, line)
        self._left -= 1
        if self._left < 0:
            raise Mistake(line, path, f"is too much: more than {MOST} values")
        if len(place) > DEEPEST:
            raise _too_deep(line, path)
        if isinstance(node, yaml.MappingNode):
            return {
                key: self.value(inner, (*place, key))
                for key, inner in self._pairs(node, place)
            }
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        return _scalar(node, path)

    def _pairs(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, yaml.Node]]:
        """The keys of a map and their values; a key is a text, whatever it looks like."""
        seen: dict[str, int] = {}
        for key, inner in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise Mistake(line, path_text(place), "has a key that is no text")
            path = path_text((*place, key.value))
            if key.value in seen:
                first = seen[key.value]
                raise Mistake(line, path, f"is given twice; the first is in line {first}")
            seen[key.value] = line
            # The key's, where the value begins on the next line.
            self.lines[path] = line
            yield key.value, inner


def _scalar(node: yaml.Node, path: str) -> Any:
    line, text = node.start_mark.line + 1, str(node.value)
    match node.tag.removeprefix(_TAG):
        case "str" if _is_text(text):
            return text
        case "str":
            raise Mistake(line, path, "has a character that is none")
        case "null":
            return None
        case "bool" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "int" if re.fullmatch(r"-?[0-9]{1,18}", text):
            return int(text)
    raise Mistake(line, path, f"has the tag {node.tag}; write the value without one")


def _is_text(text: str) -> bool:
    # Half a character, which cannot be written in UTF-8.
    return not any("\ud800" <= character <= "\udfff" for character in text)
