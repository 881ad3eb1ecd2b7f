"""Role based access control, by the roles and bindings in the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.builtin import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    ROLE_BINDINGS,
    ROLES,
)
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.store import Store

MASTERS = "system:masters"
AUTHENTICATED = "system:authenticated"
ALL_RULES: list[Object] = [
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
]
_DISCOVERY = ("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*")
_PUBLIC = ("/healthz", "/livez", "/readyz", "/version", "/version/")


@dataclass(frozen=True)
class Attributes:
    """What somebody wants to do: to a resource, or at a path."""

    verb: str
    group: str = ""
    resource: str = ""
    """With its subresource: `pods/status`."""
    namespace: str = ""
    name: str = ""
    path: str = ""


@dataclass(frozen=True)
class Grant:
    """Rules that a binding gives to a user, and the binding, for the reason."""

    rules: list[Object]
    reason: str


class Authorizer:
    """Decides who may do what."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def allows(self, user: User, attributes: Attributes) -> bool:
        return self.reason(user, attributes) is not None

    def reason(self, user: User, attributes: Attributes) -> str | None:
        """Why the user may do it; None if not."""
        if MASTERS in user.groups:
            return ""
        for grant in self.grants(user, attributes.namespace):
            if any(_covers(rule, attributes) for rule in grant.rules):
                return grant.reason
        return None

    def grants(self, user: User, namespace: str) -> Iterator[Grant]:
        """All that bindings give to a user, cluster-wide and in a namespace."""
        yield from self._granted(user, self._store.list(CLUSTER_ROLE_BINDINGS), "")
        if namespace:
            bindings = self._store.list(ROLE_BINDINGS, namespace)
            yield from self._granted(user, bindings, namespace)

    def _granted(self, user: User, bindings: list[Object], namespace: str) -> Iterator[Grant]:
        for binding in bindings:
            for subject in binding.get("subjects") or []:
                if not _is_meant(subject, user, namespace):
                    continue
                role = binding["roleRef"]
                reason = (
                    f"RBAC: allowed by {_quoted(binding['kind'], binding, namespace)} of"
                    f' {role["kind"]} "{role["name"]}" to {subject["kind"]}'
                    f' "{_subject_name(subject)}"'
                )
                yield Grant(self._rules(role, namespace), reason)
                break

    def _rules(self, role: Object, namespace: str) -> list[Object]:
        if role["kind"] == "ClusterRole":
            found = self._store.get(CLUSTER_ROLES, role["name"])
        else:
            found = self._store.get(ROLES, f"{namespace}/{role['name']}")
        return (found or {}).get("rules") or []


def bootstrap() -> Iterator[Object]:
    """The roles that every cluster has, as far as they matter here."""
    yield _cluster_role("cluster-admin", *ALL_RULES)
    yield _binding("cluster-admin", MASTERS)
    discovery = {"verbs": ["get"], "nonResourceURLs": [*_DISCOVERY, *_PUBLIC]}
    yield _cluster_role("system:discovery", discovery)
    yield _binding("system:discovery", AUTHENTICATED)
    reviews = {
        "verbs": ["create"],
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    }
    yield _cluster_role("system:basic-user", reviews)
    yield _binding("system:basic-user", AUTHENTICATED)


def _cluster_role(name: str, *rules: Object) -> Object:
    return _object(CLUSTER_ROLES.kind, name) | {"rules": list(rules)}


def _binding(role: str, group: str) -> Object:
    api = CLUSTER_ROLES.group
    return _object(CLUSTER_ROLE_BINDINGS.kind, role) | {
        "roleRef": {"apiGroup": api, "kind": CLUSTER_ROLES.kind, "name": role},
        "subjects": [{"apiGroup": api, "kind": "Group", "name": group}],
    }


def _object(kind: str, name: str) -> Object:
    return {"apiVersion": CLUSTER_ROLES.api, "kind": kind, "metadata": {"name": name}}


def _quoted(kind: str, binding: Object, namespace: str) -> str:
    name = binding["metadata"]["name"]
    return f'{kind} "{name}/{namespace}"' if namespace else f'{kind} "{name}"'


def _subject_name(subject: Object) -> str:
    namespace = subject.get("namespace")
    return f"{subject['name']}/{namespace}" if namespace else str(subject["name"])


def _is_meant(subject: Object, user: User, namespace: str) -> bool:
    kind, name = subject["kind"], subject["name"]
    if kind == "Group":
        return name in user.groups
    if kind == "ServiceAccount":
        home = subject.get("namespace") or namespace
        return user.name == f"system:serviceaccount:{home}:{name}"
    return bool(user.name == name)


def _covers(rule: Object, attributes: Attributes) -> bool:
    if not _has(rule, "verbs", attributes.verb):
        return False
    if attributes.path:
        urls = rule.get("nonResourceURLs") or []
        return any(_fits(url, attributes.path) for url in urls)
    names = rule.get("resourceNames")
    return (
        _has(rule, "apiGroups", attributes.group)
        and _has_resource(rule, attributes.resource)
        and (not names or attributes.name in names)
    )


def _has(rule: Object, field: str, value: str) -> bool:
    values = rule.get(field) or []
    return "*" in values or value in values


def _has_resource(rule: Object, resource: str) -> bool:
    _, slash, subresource = resource.partition("/")
    if _has(rule, "resources", resource):
        return True
    return bool(slash) and f"*/{subresource}" in (rule.get("resources") or [])


def _fits(url: str, path: str) -> bool:
    return url in ("*", path) or (url.endswith("*") and path.startswith(url[:-1]))
