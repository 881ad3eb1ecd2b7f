"""Everything that can go wrong between us and the API server.

    ClusterError
    ├── BadConnection   the kubeconfig cannot be used
    ├── WrongCluster    it is another cluster than the one that is meant
    ├── Unreachable     no answer, or an outage behind the API server; retried at first
    ├── Forbidden       401 or 403
    │   └── Unauthenticated  401: the credentials are not accepted, or not any more
    ├── NotFound        404
    ├── AlreadyExists   409 on create
    ├── Conflict        409 otherwise: somebody else wrote, or the server is busy with it
    ├── Denied          an admission webhook said no: an answer, never an outage (H3.0)
    └── Rejected        any other answer that is no success
        └── Expired         410: the version to go on from is too old

The cause is kept as ``__cause__``; the message is for the user, one printable line of bounded
length, whatever a server or a credential plugin has said. It names no input of ours:
what can be done with those is a `Remedy`, which a program and the command line each say in
their own words.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Any

from ..printable import printable

_DENIAL = re.compile(
    r'admission webhook "(?P<by>[^"]+)" denied the request: (?P<why>.*)', re.S
)
_NOISE = "Internal error occurred: "


class Remedy(Enum):
    """What the user can do about an error with the inputs of this package."""

    NAME_A_KUBECONFIG = auto()
    """Say where the kubeconfig is."""
    GO_OFFLINE = auto()
    """Say that this machine is not meant to reach the cluster."""


class ClusterError(Exception):
    """Base of all errors of this package."""

    def __init__(self, message: str, *, remedy: Remedy | None = None) -> None:
        super().__init__(printable(message))
        self.remedy = remedy


class BadConnection(ClusterError):
    """The kubeconfig is missing or cannot be used."""


class WrongCluster(ClusterError):
    """It is another cluster than the one that is meant."""


class Unreachable(ClusterError):
    """The cluster does not answer, or a part of it that must answer does not."""

    answered = False
    """Whether there was an answer, if only that something failed."""


class Forbidden(ClusterError):
    """The credentials are not accepted, or do not allow this."""


class Unauthenticated(Forbidden):
    """The credentials are not accepted, or not any more."""


class NotFound(ClusterError):
    """The object, or its kind, does not exist."""


class AlreadyExists(ClusterError):
    """An object of this name exists."""


class Conflict(ClusterError):
    """The object changed since it was read, or the server is still busy with it."""


class Denied(ClusterError):
    """An admission webhook refused the write."""

    def __init__(self, by: str, why: str) -> None:
        super().__init__(f"Harvester refused it: {why}")
        self.by = by
        """Name of the webhook."""
        self.why = printable(why)
        """The server's own words, in one line."""


class Rejected(ClusterError):
    """The API server refused the request as invalid."""


class Expired(Rejected):
    """The version to go on from is too old; what was asked for is to be read anew."""


def denial(message: str) -> Denied | None:
    """The denial in an answer of the API server, if it is one.

    Harvester's network webhook denies with HTTP 500, so only the text tells it from an outage.
    """
    found = _DENIAL.search(message)
    if found is None:
        return None
    return Denied(found["by"], found["why"].removeprefix(_NOISE).strip())


def error_of(status: int, body: Any, what: str) -> ClusterError:
    """The error for an answer that is no success.

    ``body`` is the decoded answer, a Status object if the API server made it; ``what`` names
    the request, such as ``patch vlanconfigs nc-1``.
    """
    message, reason = _message_and_reason(body)
    if (denied := denial(message)) is not None and status != 409:
        return denied
    said = f"{what}: {message}"
    if status in (401, 403):
        return Unauthenticated(said) if status == 401 else Forbidden(said)
    if status == 404:
        return NotFound(said)
    if status == 409:
        return AlreadyExists(said) if reason == "AlreadyExists" else Conflict(said)
    if status == 410:
        return Expired(said)
    if status in (429,) or status >= 500:
        outage = Unreachable(said)
        outage.answered = True
        return outage
    return Rejected(said)


def _message_and_reason(body: Any) -> tuple[str, str]:
    if isinstance(body, dict):
        return str(body.get("message") or body), str(body.get("reason") or "")
    return str(body)[:300].strip(), ""
