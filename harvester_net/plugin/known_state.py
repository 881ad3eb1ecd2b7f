"""What the requests of a run tell of Pulumi's state: which resource has which object.

The engine never shows a provider its state, but it has each resource of the state read before
it goes on (P21.1), and sends the old inputs of most. That tells the repair of a killed run, in
which the state has nothing yet, from a forced replacement (`--replace`, `state taint`,
`replace_on_changes`), in which a create for the same object comes while the state still has
the old one.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..cluster.resources import Resource
from ..kinds.failures import Refused

Ref = tuple[Resource, str]
"""An object by its kind and key."""


class KnownState:
    """The objects that resources of the program have in the state, by URN."""

    def __init__(self) -> None:
        self._objects: dict[str, frozenset[Ref]] = {}

    def has(self, urn: str, refs: Iterable[Ref]) -> None:
        """The state has these objects for a resource of the program."""
        self._objects[urn] = frozenset(refs)

    def deleted(self, urn: str) -> None:
        """The resource's object has been deleted in this run."""
        self._objects.pop(urn, None)

    def is_forced_replacement(self, urn: str, ref: Ref) -> bool:
        """Whether a create would meet the very object that the state still has for it."""
        return ref in self._objects.get(urn, ())

    def other_owner(self, urn: str, ref: Ref) -> str | None:
        """Another resource of the program that has the object."""
        others = (other for other, known in self._objects.items() if ref in known)
        return next((other for other in others if other != urn), None)


def forced_replacement(words: str) -> Refused:
    """Why an object cannot be made beside the one of the same name that is to go."""
    return Refused(
        f"{words} cannot be replaced by a new one before the old one is deleted: both have "
        "the same name. Nothing was changed. For a new object, give the resource the option "
        "deleteBeforeReplace (Python: delete_before_replace=True); if nothing is wrong with "
        "it, take the mark off: pulumi state untaint"
    )
