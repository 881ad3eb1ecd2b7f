"""Groups of the API that other programs answer for, as virt-api does for KubeVirt's.

The server says who asks, and whether they may; the rest is the program's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.requests import RequestInfo


@dataclass(frozen=True)
class Answer:
    """What a program answers: an object, text, or nothing but a code."""

    code: int
    object: Object | None = None
    text: str = ""


@dataclass(frozen=True)
class Passed:
    """A request that was passed on."""

    info: RequestInfo
    user: User
    content: bytes = b""
    accept: str = "*/*"


class Aggregated(Protocol):
    """A program behind the server."""

    @property
    def versions(self) -> Sequence[str]:
        """Those of its group, the preferred one first."""

    def answer(self, request: Passed) -> Answer:
        """Raises StatusError instead of answering with one."""


def group_of(path: str) -> str:
    """The group that a path is in, also one that is about no resource; "" if in none."""
    parts = path.strip("/").split("/")
    return parts[1] if parts[0] == "apis" and len(parts) > 2 else ""
