"""Objects of a mirror by something that they say, kept up to date with it.

A simulator looks at everything at each change; with thousands of VMs it must not go through
everything for everything that it sees.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from harvester_net.lab.api import Object
from harvester_net.lab.simulators.mirror import Mirror, key_of

Keys = Callable[[Object], Iterable[str]]


class Index:
    """The objects of a mirror by the keys that a function gives each of them."""

    def __init__(self, mirror: Mirror, keys: Keys) -> None:
        self._keys = keys
        self._under: dict[str, tuple[str, ...]] = {}
        self._objects: dict[str, dict[str, Object]] = {}
        for obj in mirror:
            self._take("ADDED", obj)
        mirror.listen(self._take)

    def of(self, key: str) -> Collection[Object]:
        """The objects with this key."""
        return self._objects.get(key, {}).values()

    def one(self, key: str) -> Object | None:
        """An object with this key, if there is one."""
        return next(iter(self.of(key)), None)

    def _take(self, event: str, obj: Object) -> None:
        name = key_of(obj)
        for key in self._under.pop(name, ()):
            self._objects[key].pop(name)
            if not self._objects[key]:
                del self._objects[key]
        if event != "DELETED":
            keys = self._under[name] = tuple(set(self._keys(obj)))
            for key in keys:
                self._objects.setdefault(key, {})[name] = obj
