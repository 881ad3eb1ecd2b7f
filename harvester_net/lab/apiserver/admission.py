"""Who is asked before something is written: the place of Harvester's webhooks.

As in the real server, mutators see an object before it is validated and may change it in
place; validators see it as it will be written. Both hear of dry runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.resources import Resource

Operation = Literal["CREATE", "UPDATE", "DELETE"]


@dataclass(frozen=True)
class User:
    """Who asks."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class AdmissionRequest:
    """A write that is about to be done."""

    operation: Operation
    resource: Resource
    namespace: str
    name: str
    """Empty for an object whose name the server makes."""
    user: User
    object: Object | None
    """As it will be; None at a deletion."""
    old: Object | None = None
    """As it is; None at a creation."""
    sent: Object | None = None
    """As the client wants it, before any mutator saw it; None at a deletion."""
    subresource: str = ""
    dry_run: bool = False


Admit = Callable[[AdmissionRequest], None]
"""Raises StatusError if the write must not be done."""


@dataclass
class Admission:
    """Everybody who is asked, in order."""

    mutators: list[Admit] = field(default_factory=list)
    validators: list[Admit] = field(default_factory=list)

    def mutate(self, request: AdmissionRequest) -> None:
        for admit in self.mutators:
            admit(request)

    def validate(self, request: AdmissionRequest) -> None:
        for admit in self.validators:
            admit(request)
