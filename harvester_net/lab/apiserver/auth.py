"""Who asks: bearer tokens and client certificates to users; and what they are told if not.

As on Harvester's own API server, which refuses anonymous requests: without credentials the
answer is 401 wherever it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.errors import StatusError, status
from harvester_net.lab.apiserver.rbac import AUTHENTICATED, Attributes, Authorizer
from harvester_net.lab.apiserver.requests import RequestInfo

_ACT_AS, _ACT_AS_GROUP = "Impersonate-User", "Impersonate-Group"


class Authenticator:
    """Knows users by their tokens, and everybody whom the cluster's authority certifies."""

    def __init__(self, tokens: Mapping[str, User] | None = None) -> None:
        self.tokens = dict(tokens or {})

    def user(self, headers: Mapping[str, str], certificate: Mapping[str, Any] | None) -> User:
        """Raises 401 without credentials, or with ones that nobody has."""
        found = self._by_token(headers.get("Authorization", ""))
        if found is None and certificate:
            found = _certified(certificate)
        if found is None:
            raise StatusError(status(401, "Unauthorized", "Unauthorized"))
        return _authenticated(found)

    def _by_token(self, header: str) -> User | None:
        scheme, _, token = header.partition(" ")
        if not header or scheme.lower() != "bearer":
            return None
        if token.strip() not in self.tokens:
            raise StatusError(status(401, "Unauthorized", "Unauthorized"))
        return self.tokens[token.strip()]


def acting(user: User, headers: Any, authorizer: Authorizer) -> User:
    """The user that somebody wants to be for this request; raises 403 if they may not.

    `headers` may have several groups.
    """
    name = headers.get(_ACT_AS)
    if not name:
        return user
    _may_impersonate(user, authorizer, "users", name)
    groups = tuple(headers.getall(_ACT_AS_GROUP, ()))
    for group in groups:
        _may_impersonate(user, authorizer, "groups", group)
    return _authenticated(User(name, groups))


def check_allowed(user: User, info: RequestInfo, authorizer: Authorizer) -> None:
    """Raises 403 in the real server's words."""
    attributes = attributes_of(info)
    if authorizer.allows(user, attributes):
        return
    if not info.plural:
        text = f'forbidden: User "{user.name}" cannot {info.verb} path "{info.path}"'
        raise StatusError(status(403, "Forbidden", text, {}))
    raise _forbidden(user, attributes, info.plural)


def attributes_of(info: RequestInfo) -> Attributes:
    if not info.plural:
        return Attributes(info.verb, path=info.path)
    return Attributes(
        info.verb,
        info.group,
        info.resource,
        info.namespace,
        info.name,
    )


def _may_impersonate(user: User, authorizer: Authorizer, kind: str, name: str) -> None:
    attributes = Attributes("impersonate", resource=kind, name=name)
    if not authorizer.allows(user, attributes):
        raise _forbidden(user, attributes, kind)


def _forbidden(user: User, info: Attributes, plural: str) -> StatusError:
    what = f"{plural}.{info.group}" if info.group else plural
    named = f'{what} "{info.name}"' if info.name else what
    scope = f'in the namespace "{info.namespace}"' if info.namespace else _CLUSTER_SCOPE
    text = (
        f'{named} is forbidden: User "{user.name}" cannot {info.verb} resource'
        f' "{info.resource}" in API group "{info.group}" {scope}'
    )
    told = {"name": info.name, "group": info.group, "kind": plural}
    details = {field: value for field, value in told.items() if value}
    return StatusError(status(403, "Forbidden", text, details))


_CLUSTER_SCOPE = "at the cluster scope"


def _authenticated(user: User) -> User:
    return User(user.name, tuple(dict.fromkeys((*user.groups, AUTHENTICATED))))


def _certified(certificate: Mapping[str, Any]) -> User | None:
    """The common name is the user, organizations are groups, as in all of Kubernetes."""
    subject = [pair for part in certificate.get("subject", ()) for pair in part]
    name = next((value for field, value in subject if field == "commonName"), "")
    groups = tuple(value for field, value in subject if field == "organizationName")
    return User(name, groups) if name else None
