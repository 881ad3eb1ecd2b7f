"""How it is said which fields of an object are kept, and what the texts in them mean.

A shape takes a value as the server sent it and gives what is kept of it, or None if that is
nothing. Every name and address that it comes across goes through `Put`, with its meaning: so
the same shapes read objects as they are, collect the names in them, and replace these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any


class Meaning(StrEnum):
    """What a text in an object names."""

    NODE = "node"
    NAMESPACE = "namespace"
    VM = "VM"
    """A VM, and the instance that runs for it."""
    MIGRATION = "migration"
    POD = "pod"
    WORKLOAD = "workload"
    BACKUP = "backup"
    RESTORE = "restore"
    UPGRADE = "upgrade"
    KEEPER = "owner in a repository"
    VM_NETWORK = "VM network"
    CLUSTER_NETWORK = "cluster network"
    CONFIG = "network config"
    STATUS = "status of a network config"
    HOST_CONFIG = "host network config"
    CLAIM = "claim"
    VOLUME = "volume"
    SUBNET = "subnet"
    SERVICES = "range of services"
    NIC = "NIC"
    BRIDGE = "bridge of no cluster network"
    DISK = "disk of a node"
    PART = "part of a VM"
    LABEL = "label"
    VALUE = "value of a label"
    ADDRESS = "address"
    RANGE = "range of addresses"
    MAC = "MAC address"
    TEXT = "free text"
    HASH = "hash of a setting"
    URN = "name of a Pulumi resource"
    VERSION = "version"


Put = Callable[[Meaning, str], str | None]
"""What stands in the place of a text with this meaning; None leaves it out."""
Shape = Callable[[Any, Put], Any]
"""What is kept of a value; None if nothing is."""


def as_it_is(meaning: Meaning, text: str) -> str | None:
    """Every text in its own place."""
    return text


def flag(value: Any, put: Put) -> Any:
    """True or false."""
    return value if isinstance(value, bool) else None


def number(value: Any, put: Put) -> Any:
    """A whole number."""
    return value if type(value) is int else None


def word(pattern: str) -> Shape:
    """A text that the server makes up, of these letters."""
    fits = re.compile(pattern).fullmatch
    return lambda value, put: value if isinstance(value, str) and fits(value) else None


def one_of(*words: str) -> Shape:
    """One of a few texts."""
    known = frozenset(words)
    return lambda value, put: value if isinstance(value, str) and value in known else None


_QUANTITY = word(r"[0-9][0-9.]{0,20}[A-Za-z]{0,2}")


def quantity(value: Any, put: Put) -> Any:
    """An amount of processors or bytes, as a number or with its unit."""
    return _QUANTITY(value, put) if isinstance(value, str) else number(value, put)


CAMEL = word("[A-Z][A-Za-z]{0,40}")
"""A constant of Kubernetes."""
TIME = word(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}Z")
TRUTH = one_of("true", "false")


def text(meaning: Meaning) -> Shape:
    """A text of one meaning; an empty one names nothing."""

    def shape(value: Any, put: Put) -> Any:
        if not isinstance(value, str):
            return None
        return put(meaning, value) if value else value

    return shape


def struct(
    fields: Mapping[str, Shape], *, required: tuple[str, ...] = (), whole: bool = False
) -> Shape:
    """An object of known fields; nothing if a required one is not there.

    Of a ``whole`` one nothing is kept either if one of its known fields cannot be.
    """

    def shape(value: Any, put: Put) -> Any:
        if not isinstance(value, dict):
            return None
        kept = {}
        for name, inner in fields.items():
            if (item := value.get(name)) is not None:
                found = inner(item, put)
                if found is not None:
                    kept[name] = found
                elif whole:
                    return None
        return kept if all(name in kept for name in required) else None

    return shape


def array(item: Shape) -> Shape:
    """A list, without the items of which nothing is kept."""

    def shape(value: Any, put: Put) -> Any:
        if not isinstance(value, list):
            return None
        kept = (item(entry, put) for entry in value)
        return [entry for entry in kept if entry is not None]

    return shape


def mapping(key: Shape, item: Shape) -> Shape:
    """A map, without the entries of which key or item is not kept."""

    def shape(value: Any, put: Put) -> Any:
        if not isinstance(value, dict):
            return None
        entries = ((key(name, put), item(entry, put)) for name, entry in value.items())
        return {
            name: entry for name, entry in entries if name is not None and entry is not None
        }

    return shape
