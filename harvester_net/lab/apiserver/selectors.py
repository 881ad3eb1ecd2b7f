"""Label and field selectors, parsed as the real server does it, with its complaints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from harvester_net.lab.apiserver import names
from harvester_net.lab.apiserver.errors import StatusError, bad_request
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.resources import Resource

Matches = Callable[[Object], bool]

_TOKEN = re.compile(r"\s*(?:(?P<operator>==|!=|[()!=,<>])|(?P<word>[^()!=,<>\s]+)|$)")
_OPERATORS = ("in", "notin", "=", "==", "!=", ">", "<")
_OPERATORS_NAMED = "in, notin, =, ==, !=, gt, lt"
_IN_OBJECTS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Requirement:
    """What one label must be like."""

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def accepts(self, labels: dict[str, str]) -> bool:
        value = labels.get(self.key)
        if self.operator == "!":
            return value is None
        if self.operator in ("!=", "notin"):
            return value is None or value not in self.values
        if value is None or self.operator == "exists":
            return value is not None
        if self.operator in ("<", ">"):
            return self._compares(value)
        return value in self.values

    def _compares(self, value: str) -> bool:
        (bound,) = map(int, self.values)
        try:
            return int(value) > bound if self.operator == ">" else int(value) < bound
        except ValueError:
            return False


def labels(text: str) -> Matches:
    """Whether an object has the labels that a selector asks for; raises 400."""
    requirements = list(_Parser(text).requirements())
    if not requirements:
        return lambda obj: True
    return lambda obj: all(
        each.accepts(obj["metadata"].get("labels") or {}) for each in requirements
    )


def selects(selector: Object, labels: dict[str, str]) -> bool:
    """Whether a selector as objects have it, with both its parts, means these labels."""
    equal = (selector.get("matchLabels") or {}).items()
    requirements = [Requirement(key, "=", frozenset((value,))) for key, value in equal]
    for each in selector.get("matchExpressions") or []:
        operator = _IN_OBJECTS[each["operator"]]
        values = frozenset(each.get("values") or ())
        requirements.append(Requirement(each["key"], operator, values))
    return all(requirement.accepts(labels) for requirement in requirements)


def fields(text: str, resource: Resource) -> Matches:
    """Whether an object has the fields that a selector asks for; raises 400."""
    terms = list(_terms(text))
    for path, _, _ in terms:
        if not resource.can_select(path):
            raise bad_request(f"field label not supported: {path}")
    return lambda obj: all((_at(obj, path) == value) is same for path, same, value in terms)


def selected_name(text: str) -> str:
    """The one name that a field selector asks for, if it does."""
    try:
        terms = list(_terms(text))
    except StatusError:
        return ""
    return next((value for path, same, value in terms if path == "metadata.name" and same), "")


@dataclass
class _Parser:
    text: str
    tokens: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = (match["operator"] or match["word"] for match in _TOKEN.finditer(self.text))
        self.tokens = [token for token in found if token]

    def requirements(self) -> Iterator[Requirement]:
        expected = "!, identifier, or 'end of string'"
        while self._next():
            if not (_is_word(self._next()) or self._next() == "!"):
                raise bad_request(f"found '{self._next()}', expected: {expected}")
            yield self._requirement()
            if self._next() not in ("", ","):
                raise bad_request(f"found '{self._next()}', expected: ',' or 'end of string'")
            if self._take() and not (_is_word(self._next()) or self._next() == "!"):
                raise bad_request(f"found '{self._next()}', expected: identifier after ','")

    def _requirement(self) -> Requirement:
        absent = self._next() == "!" and self._take() == "!"
        key = self._take()
        if not _is_word(key):
            raise _unparsable(f"found '{key}', expected: identifier")
        for complaint in names.label_key(key):
            raise _unparsable(f'<nil>: Invalid value: "{key}": {complaint}')
        if absent or self._next() in ("", ","):
            return Requirement(key, "!" if absent else "exists")
        operator = self._take()
        if operator not in _OPERATORS:
            raise _unparsable(f"found '{operator}', expected: {_OPERATORS_NAMED}")
        values = self._values() if operator in ("in", "notin") else [self._value()]
        _check_values(key, operator, values)
        return Requirement(key, operator, frozenset(values))

    def _value(self) -> str:
        if self._next() in ("", ","):
            return ""
        value = self._take()
        if not _is_word(value):
            raise _unparsable(f"found '{value}', expected: identifier")
        return value

    def _values(self) -> list[str]:
        if (opening := self._take()) != "(":
            raise _unparsable(f"found '{opening}' expected: '('")
        values = [""] if self._next() in (",", ")") else []
        while (token := self._take()) != ")":
            if not (_is_word(token) or token == ","):
                raise _unparsable(f"found '{token}', expected: ',' or ')'")
            if token == "," and self._next() in (",", ")"):
                values.append("")
            elif _is_word(token):
                values.append(token)
                if self._next() not in (",", ")"):
                    raise _unparsable(f"found '{self._next()}', expected: ',' or ')'")
        return values

    def _next(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def _take(self) -> str:
        return self.tokens.pop(0) if self.tokens else ""


def _is_word(token: str) -> bool:
    return bool(token) and token[0] not in "()!=,<>"


def _check_values(key: str, operator: str, values: list[str]) -> None:
    for number, value in enumerate(values):
        if operator in ("<", ">") and not value.lstrip("-").isdigit():
            why = "for 'Gt', 'Lt' operators, the value must be an integer"
            raise _unparsable(f'values[{number}]: Invalid value: "{value}": {why}')
        for complaint in names.label_value(value):
            where = f"values[{number}][{key}]"
            raise _unparsable(f'{where}: Invalid value: "{value}": {complaint}')


def _unparsable(why: str) -> Exception:
    return bad_request(f"unable to parse requirement: {why}")


def _terms(text: str) -> Iterator[tuple[str, bool, str]]:
    """Path, whether it must be equal, and value; commas may be escaped."""
    for term in re.split(r"(?<!\\),", text):
        if not term:
            continue
        parts = re.match(r"(.*?)(!=|==|=)(.*)", term, re.S)
        if parts is None:
            raise bad_request(f"invalid selector: '{term}'; can't understand '{term}'")
        path, operator, value = parts.groups()
        if "=" in _ESCAPED.sub("", value):
            why = "unescaped character in value: 61"
            raise bad_request(f"invalid field selector: {why}")
        yield path, operator != "!=", _ESCAPED.sub(r"\1", value)


def _at(obj: Object, path: str) -> str:
    value: object = obj
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return "" if value is None else str(value)
