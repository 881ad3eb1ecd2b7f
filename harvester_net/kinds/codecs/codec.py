"""What every codec can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from ...cluster.merge_patch import applied
from ...cluster.resources import Object, Resource, key_of
from ...specs.metadata import LabelledSpec
from ..differences import Properties

S = TypeVar("S", bound=LabelledSpec)


class Codec(ABC, Generic[S]):
    """Between inputs and the one object that a resource owns. Pure; MTUs are in bytes."""

    resource: ClassVar[Resource]

    @abstractmethod
    def key(self, inputs: Properties) -> str | None:
        """The id of an object with these inputs; None while it is not known."""

    def canonical(self, key: str) -> str:
        """The id for what a user may write for it on an import."""
        return key

    @abstractmethod
    def manifest(self, desired: S, mtu: int) -> Object:
        """The object to create, on a cluster network of this MTU."""

    @abstractmethod
    def patch(self, desired: S, live: Object, mtu: int) -> Object:
        """The merge patch that brings a live object to what is desired; empty if it is there
        already.
        """

    def proposed(self, desired: S, live: Object | None, mtu: int) -> Object:
        """The object after its write, from the live one, if any."""
        if live is None:
            return self.manifest(desired, mtu)
        return dict(applied(live, self.patch(desired, live, mtu)))

    def foreign(self, live: Object, mine: Properties | None = None) -> str | None:
        """What a live object is that is none of this kind, or that cannot be what these inputs
        made; None if it is one.
        """
        return None

    @abstractmethod
    def observed_inputs(self, live: Object) -> Properties:
        """The inputs that a live object amounts to, defaults written out."""

    def network(self, live: Object) -> str:
        """The cluster network that a live object is, or is on."""
        return str(self.observed_inputs(live).get("clusterNetwork") or key_of(live))

    def computed(self, live: Object) -> Properties:
        """The outputs of a live object besides its inputs."""
        return {"uid": live["metadata"]["uid"]}


def metadata(desired: Any, **more: Any) -> Object:
    """The metadata of a new object."""
    own = {
        "labels": dict(desired.labels or {}),
        "annotations": dict(desired.annotations or {}),
    }
    return {"name": desired.name} | {key: value for key, value in own.items() if value} | more


def own_metadata(desired: LabelledSpec, old: Properties, live: Object) -> Object:
    """The merge patch of the user's own labels and annotations; keys of others stay."""
    patch: Object = {}
    for field in ("labels", "annotations"):
        wanted = getattr(desired, field) or {}
        present = live["metadata"].get(field) or {}
        keys: dict[str, str | None] = {
            key: None for key in old.get(field) or {} if key not in wanted and key in present
        }
        keys |= {key: value for key, value in wanted.items() if present.get(key) != value}
        if keys:
            patch.setdefault("metadata", {})[field] = keys
    return patch


def merged(one: Object, other: Object) -> Object:
    """Two merge patches as one; the other one wins."""
    result = dict(one)
    for key, value in other.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result
