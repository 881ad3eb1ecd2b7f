"""What a controller is, what it looks at, and the writes that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from harvester_net.cluster.resources import Object, Resource, key_of
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.versions import Version


class State(Protocol):
    """All objects of a cluster at one moment. Whoever reads one must not change it."""

    @property
    def version(self) -> Version:
        """Which Harvester it is."""

    @property
    def snapshot(self) -> Snapshot:
        """The same as rules and readers look at it."""

    def get(self, resource: Resource, key: str) -> Object | None:
        """One object by its key: ``name`` or ``namespace/name``."""

    def of(self, resource: Resource) -> Mapping[str, Object]:
        """The objects of a kind by key."""


@dataclass(frozen=True)
class Create:
    """Make an object."""

    resource: Resource
    object: Object


@dataclass(frozen=True)
class Patch:
    """Merge fields into an object; into its status by the subresource, if it has one.

    With ``resourceVersion`` or ``uid`` in the fields' metadata it holds for that one only.
    """

    resource: Resource
    key: str
    fields: Object
    status: bool = False
    """Whether it is sent to the status subresource."""


@dataclass(frozen=True)
class Delete:
    """Begin the deletion of an object of this uid."""

    resource: Resource
    key: str
    uid: str


Action = Create | Patch | Delete
Refused = Callable[[State, str, str], Iterable[Action]]
"""What to write about a key when the server refused, with what it said."""
Keys = Callable[[Object, State], Iterable[str]]
"""The keys to look at because of a change of this (other) object, as it is or was last."""


def own_key(obj: Object, state: State) -> tuple[str]:
    """The key of the object itself."""
    return (key_of(obj),)


@dataclass(frozen=True)
class Controller:
    """One controller: what it does about an object, and when it has to look again."""

    name: str
    user: str
    """Whose requests its writes are: a name of `harvester_net.lab.users.USERS`."""
    reconcile: Callable[[State, str], Iterable[Action]]
    """The writes for the object of this key, which may be gone; none if all is well.

    They are sent in this order; the next one only when the one before was taken. A write that
    would change nothing must not be asked for.
    """
    watches: Mapping[Resource, Keys] = field(default_factory=dict)
    """What it watches, with the keys to look at when one of these changes."""
    delay: float = 0.0
    """Seconds between a change and the look at it."""
    refused: Refused | None = None
    """What it writes when the server refused one of its writes for this key, with what the
    server said, instead of trying again; without it, all is tried again until it is taken.

    A conflict, or an object that is gone, is no refusal.
    """
