"""What names, labels and the like must look like; each function gives the complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator

_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"
_DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_DNS_LABEL}(\.{_DNS_LABEL})*"
_MIDDLE = "alphanumeric characters, '-', '_' or '.', and must start and end with an"

_SUBDOMAIN_WRONG = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or"
    " '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex"
    f" used for validation is '{_SUBDOMAIN}')"
)
_DNS_LABEL_WRONG = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and"
    " must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex"
    f" used for validation is '{_DNS_LABEL}')"
)
_QUALIFIED_WRONG = (
    f"name part must consist of {_MIDDLE} alphanumeric character (e.g. 'MyName',  or"
    f" 'my.name',  or '123-abc', regex used for validation is '{_QUALIFIED}')"
)
_LABEL_VALUE_WRONG = (
    f"a valid label must be an empty string or consist of {_MIDDLE} alphanumeric character"
    f" (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is"
    f" '{_LABEL_VALUE}')"
)


def subdomain(name: str) -> Iterator[str]:
    """The name of most objects."""
    if len(name) > 253:
        yield "must be no more than 253 bytes"
    if not re.fullmatch(_SUBDOMAIN, name):
        yield _SUBDOMAIN_WRONG


def dns_label(name: str) -> Iterator[str]:
    """The name of a namespace."""
    if len(name) > 63:
        yield "must be no more than 63 bytes"
    if not re.fullmatch(_DNS_LABEL, name):
        yield _DNS_LABEL_WRONG


def path_segment(name: str) -> Iterator[str]:
    """The name of a role or a binding."""
    if name in (".", ".."):
        yield f"may not be '{name}'"
    for character in "/%":
        if character in name:
            yield f"may not contain '{character}'"


def label_key(key: str) -> Iterator[str]:
    """A label's key, an annotation's too, and a finalizer."""
    prefix, slash, name = key.rpartition("/")
    if slash:
        yield from (f"prefix part {complaint}" for complaint in subdomain(prefix))
    if not name:
        yield "name part must be non-empty"
    elif len(name) > 63:
        yield "name part must be no more than 63 bytes"
    if not re.fullmatch(_QUALIFIED, name):
        yield _QUALIFIED_WRONG


def label_value(value: str) -> Iterator[str]:
    if len(value) > 63:
        yield "must be no more than 63 bytes"
    if not re.fullmatch(_LABEL_VALUE, value):
        yield _LABEL_VALUE_WRONG
