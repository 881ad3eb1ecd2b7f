"""What the server serves: resources, and the catalog of them, as discovery tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from harvester_net.lab.apiserver.objects import Object

EVERYWHERE = ("metadata.name", "metadata.namespace")
ALL_VERBS = (
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
)


@dataclass(frozen=True)
class Resource:
    """One type of objects in one of its versions."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    has_status: bool = False
    """Whether the status is written by a subresource of its own."""
    counts_generations: bool = False
    needs_version: bool = False
    """Whether an update must name the version that it was made for."""
    graceful: bool = False
    """Whether a deletion waits for its grace period, as that of a pod on a node."""
    custom: bool = False
    verbs: tuple[str, ...] = ALL_VERBS
    fields: tuple[str, ...] = ()
    """What field selectors may name besides name and namespace."""
    schema: Object | None = field(default=None, compare=False, repr=False)
    list_kind: str = ""
    singular: str = ""

    @property
    def id(self) -> str:
        """Its name in messages, and in the store: all versions share their objects."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def list_name(self) -> str:
        return self.list_kind or f"{self.kind}List"

    def can_select(self, name: str) -> bool:
        return name in EVERYWHERE or name in self.fields


class Catalog:
    """All that is served at the moment."""

    def __init__(self) -> None:
        self._served: dict[tuple[str, str, str], Resource] = {}
        self._kinds: dict[tuple[str, str], Resource] = {}

    def add(self, resource: Resource) -> None:
        self._served[resource.group, resource.version, resource.plural] = resource
        self._kinds.setdefault((resource.api, resource.kind), resource)

    def remove(self, resource_id: str) -> None:
        """No version of it is served any more."""
        gone = [key for key, known in self._served.items() if known.id == resource_id]
        for key in gone:
            del self._served[key]
        self._kinds = {}
        for known in self._served.values():
            self._kinds.setdefault((known.api, known.kind), known)

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        return self._served.get((group, version, plural))

    def resource(self, resource_id: str) -> Resource:
        """A resource by its id, in the version that clients should prefer; or KeyError."""
        found = [known for known in self._served.values() if known.id == resource_id]
        if not found:
            raise KeyError(resource_id)
        return max(found, key=lambda known: _rank(known.version))

    def of_kind(self, api: str, kind: str) -> Resource | None:
        """The resource whose objects name this apiVersion and kind."""
        return self._kinds.get((api, kind))

    def groups(self) -> dict[str, list[str]]:
        """The versions of each group, the preferred one first; the core group is left out."""
        found: dict[str, set[str]] = {}
        for group, version, _ in self._served:
            if group:
                found.setdefault(group, set()).add(version)
        return {g: sorted(versions, key=_rank, reverse=True) for g, versions in found.items()}

    def of_version(self, group: str, version: str) -> list[Resource]:
        known = (k for k in self if (k.group, k.version) == (group, version))
        return sorted(known, key=lambda resource: resource.plural)

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._served.values()))


def _rank(version: str) -> tuple[int, int, int, str]:
    """v2 before v1 before v1beta2 before v1alpha1 before anything else."""
    parts = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if parts is None:
        return (0, 0, 0, version)
    stage = {None: 3, "beta": 2, "alpha": 1}[parts[2]]
    return (stage, int(parts[1]), int(parts[3] or 0), version)
