"""A user of a cluster who has exactly some rights, and what they ask of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager

import yaml

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.resources import Object
from harvester_net.cluster.rights import Right, rules_of
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.rbac import Attributes

from .cluster import kubeconfig
from .timing import QUICK

RBAC = "rbac.authorization.k8s.io"
NAME = "somebody"
TOKEN = "token-of-somebody"
BY_NAME = {"configmaps", "daemonsets", "leases", "settings"}
"""The kinds of which only objects of some names are ours. Not of namespaces: those of VM
networks are anybody's.
"""

Asked = tuple[str, str, str, str, str]
"""Verb, group, kind, namespace and, where that matters, name."""


def roles_of(rights: Iterable[Right], name: str = NAME) -> list[Object]:
    """The roles that give exactly these rights."""
    given = list(rights)
    return [
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "Role" if namespace else "ClusterRole",
            "metadata": {"name": name} | ({"namespace": namespace} if namespace else {}),
            "rules": rules_of(right for right in given if right.namespace == namespace),
        }
        for namespace in sorted({right.namespace for right in given})
    ]


def bound(roles: Iterable[Object], user: str = NAME) -> Iterator[Object]:
    """Roles, and what binds them to a user."""
    for role in roles:
        yield role
        reference = {
            "apiGroup": RBAC,
            "kind": role["kind"],
            "name": role["metadata"]["name"],
        }
        yield {
            "apiVersion": role["apiVersion"],
            "kind": f"{role['kind']}Binding",
            "metadata": dict(role["metadata"]),
            "roleRef": reference,
            "subjects": [{"apiGroup": RBAC, "kind": "User", "name": user}],
        }


def let_in(plane: ControlPlane, rights: Iterable[Right]) -> Object:
    """A new user with exactly these rights; the credentials."""
    plane.authenticator.tokens[TOKEN] = User(NAME)
    plane.load(list(bound(roles_of(rights))))
    return {"token": TOKEN}


@asynccontextmanager
async def client_of(plane: ControlPlane, user: Object) -> AsyncIterator[Cluster]:
    """The user's view of a cluster."""
    trust = {"certificate-authority": str(plane.ca_file)}
    access = yaml.safe_dump(kubeconfig(plane.url, user, **trust))
    made = Cluster(AccessSettings(access, environment=""), timings=QUICK)
    try:
        yield made
    finally:
        await made.close()


def listen(plane: ControlPlane) -> set[Asked]:
    """What the user asks from now on, allowed or not; but reviews, which anybody may ask."""
    heard: set[Asked] = set()
    authorizer = plane.server.authorizer
    allows = authorizer.allows

    def listening(user: User, attributes: Attributes) -> bool:
        asked = attributes
        if user.name == NAME and asked.group != "authorization.k8s.io":
            named = asked.resource in BY_NAME and asked.verb not in ("create", "list", "watch")
            name = asked.name if named else ""
            # The API server takes a namespace to be in itself.
            namespace = "" if asked.resource == "namespaces" else asked.namespace
            heard.add((asked.verb, asked.group, asked.resource, namespace, name))
        return allows(user, asked)

    # The server's own, not that of the reviews, which ask it for reasons.
    authorizer.allows = listening  # type: ignore[method-assign]
    return heard


def as_asked(right: Right) -> Asked:
    """A right as it is heard when somebody makes use of it."""
    name = right.name if right.resource.plural in BY_NAME else ""
    return right.verb, right.resource.group, right.plural, right.namespace, name
