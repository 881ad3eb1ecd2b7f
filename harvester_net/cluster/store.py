"""The objects of one kind as we last saw them, and a way to wait for the next change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from .resources import Object, key_of


class Store:
    """Objects by key. Newer versions replace older ones, whoever brings them."""

    def __init__(self) -> None:
        self.items: dict[str, Object] = {}
        self.complete = False
        """Whether everything of the kind is here, as of the last list."""
        self.namespaces: set[str] = set()
        """The namespaces of which everything is here, where nothing else may be listed."""
        self._changed = asyncio.Event()

    def next_change(self) -> asyncio.Event:
        """The event that is set at the next change; take it before looking at the items."""
        return self._changed

    def replace(
        self, objects: Iterable[Object], version: str = "", namespace: str = ""
    ) -> None:
        """Take over a whole list, or that of one namespace, as of a resource version.

        What was written while the list was under way is newer than the list, and stays.
        """
        kept = {
            key: obj
            for key, obj in self.items.items()
            if (version and _number(version) < _version(obj))
            or (namespace and obj["metadata"].get("namespace") != namespace)
        }
        self.items = {key_of(obj): obj for obj in objects} | kept
        if namespace:
            self.namespaces.add(namespace)
        else:
            self.complete = True
        self.announce()

    def put(self, obj: Object) -> None:
        """Take over one object, unless a newer version of it is here already."""
        key = key_of(obj)
        known = self.items.get(key)
        if known is None or _version(known) <= _version(obj):
            self.items[key] = obj
            self.announce()

    def remove(self, key: str) -> None:
        """Forget an object that is gone."""
        if self.items.pop(key, None) is not None:
            self.announce()

    def announce(self) -> None:
        """Wake those who wait for the next change."""
        self._changed.set()
        self._changed = asyncio.Event()


def _version(obj: Object) -> int:
    # Opaque by contract, a counter in every API server there is; since 1.35 officially
    # comparable.
    return _number(obj["metadata"].get("resourceVersion", ""))


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0
