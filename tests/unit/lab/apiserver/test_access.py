"""Who may do what: tokens, certificates, roles."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.auth import Authenticator
from harvester_net.lab.apiserver.builtin import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    ROLE_BINDINGS,
    ROLES,
)
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.rbac import AUTHENTICATED, MASTERS, Attributes, Authorizer
from harvester_net.lab.apiserver.requests import parse_request
from harvester_net.lab.apiserver.store import Store

ANN = User("ann", ("staff",))
ACCOUNT = User("system:serviceaccount:apps:robot")
PODS: Object = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
GET_POD = Attributes("get", "", "pods", "apps", "p")


def authorizer(rules: list[Object], subject: Object, namespace: str = "") -> Authorizer:
    """One role, bound to one subject in the cluster or in a namespace."""
    store = Store()
    role, binding = (
        (ROLES, ROLE_BINDINGS) if namespace else (CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS)
    )
    meta = {"name": "r"} | ({"namespace": namespace} if namespace else {})
    store.create(role, {"kind": role.kind, "metadata": meta, "rules": rules})
    reference = {"kind": role.kind, "name": "r"}
    bound = {"kind": binding.kind, "metadata": meta, "roleRef": reference}
    store.create(binding, bound | {"subjects": [subject]})
    return Authorizer(store)


@pytest.mark.parametrize(
    ("rule", "attributes", "allowed"),
    [
        (PODS, GET_POD, True),
        (PODS, Attributes("list", "", "pods"), False),
        (PODS, Attributes("get", "", "pods/status"), False),
        (PODS, Attributes("get", "apps", "pods"), False),
        (PODS | {"verbs": ["*"]}, Attributes("list", "", "pods"), True),
        (PODS | {"apiGroups": ["*"]}, Attributes("get", "apps", "pods"), True),
        (PODS | {"resources": ["*"]}, Attributes("get", "", "pods/status"), True),
        (PODS | {"resources": ["pods/status"]}, Attributes("get", "", "pods/status"), True),
        (PODS | {"resources": ["*/status"]}, Attributes("get", "", "pods/status"), True),
        (PODS | {"resources": ["*/status"]}, GET_POD, False),
        (PODS | {"resourceNames": ["p"]}, GET_POD, True),
        (PODS | {"resourceNames": ["q"]}, GET_POD, False),
        (PODS | {"resourceNames": ["p"]}, Attributes("get", "", "pods"), False),
        (
            {"verbs": ["get"], "nonResourceURLs": ["/a/*"]},
            Attributes("get", path="/a/b"),
            True,
        ),
        ({"verbs": ["get"], "nonResourceURLs": ["/a"]}, Attributes("get", path="/a/b"), False),
        ({"verbs": ["get"], "nonResourceURLs": ["*"]}, Attributes("get", path="/x"), True),
        ({"verbs": ["get"], "nonResourceURLs": ["*"]}, GET_POD, False),
    ],
)
def test_rule_covers_what_it_names(
    rule: Object, attributes: Attributes, allowed: bool
) -> None:
    found = authorizer([rule], {"kind": "User", "name": "ann"})
    assert found.allows(ANN, attributes) is allowed


@pytest.mark.parametrize(
    ("subject", "user", "meant"),
    [
        ({"kind": "User", "name": "ann"}, ANN, True),
        ({"kind": "User", "name": "staff"}, ANN, False),
        ({"kind": "Group", "name": "staff"}, ANN, True),
        ({"kind": "Group", "name": "ann"}, ANN, False),
        ({"kind": "ServiceAccount", "name": "robot", "namespace": "apps"}, ACCOUNT, True),
        ({"kind": "ServiceAccount", "name": "robot", "namespace": "other"}, ACCOUNT, False),
    ],
)
def test_binding_means_its_subjects(subject: Object, user: User, meant: bool) -> None:
    assert authorizer([PODS], subject).allows(user, GET_POD) is meant


def test_role_of_a_namespace_counts_there_only() -> None:
    found = authorizer([PODS], {"kind": "User", "name": "ann"}, "apps")
    assert found.allows(ANN, GET_POD)
    assert not found.allows(ANN, Attributes("get", "", "pods", "other"))
    assert not found.allows(ANN, Attributes("get", "", "pods"))


def test_masters_may_everything_without_a_role() -> None:
    assert Authorizer(Store()).allows(User("x", (MASTERS,)), GET_POD)
    assert not Authorizer(Store()).allows(ANN, GET_POD)


def subject_of(*fields: tuple[str, str]) -> dict[str, Any]:
    """A certificate as `ssl` tells it."""
    return {"subject": tuple((each,) for each in fields)}


@pytest.mark.parametrize(
    ("headers", "certificate", "expected"),
    [
        ({"Authorization": "Bearer t"}, None, User("ann", ("staff", AUTHENTICATED))),
        ({"Authorization": "bearer  t"}, None, User("ann", ("staff", AUTHENTICATED))),
        (
            {},
            subject_of(("organizationName", "ops"), ("commonName", "bob")),
            User("bob", ("ops", AUTHENTICATED)),
        ),
    ],
)
def test_credentials_tell_the_user(
    headers: dict[str, str], certificate: dict[str, Any] | None, expected: User
) -> None:
    assert Authenticator({"t": ANN}).user(headers, certificate) == expected


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic t"}]
)
def test_others_are_unauthorized(headers: dict[str, str]) -> None:
    with pytest.raises(StatusError) as refusal:
        Authenticator({"t": ANN}).user(headers, None)
    assert (refusal.value.code, refusal.value.status["reason"]) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/pods", ("list", "", "pods", "", "")),
        ("GET", "/api/v1/pods?watch=1", ("watch", "", "pods", "", "")),
        ("GET", "/api/v1/namespaces/n/pods/p", ("get", "", "pods", "n", "p")),
        ("PUT", "/api/v1/namespaces/n/pods/p/status", ("update", "", "pods/status", "n", "p")),
        ("GET", "/api/v1/namespaces/n", ("get", "", "namespaces", "n", "n")),
        ("PATCH", "/api/v1/namespaces/n/status", ("patch", "", "namespaces/status", "n", "n")),
        ("POST", "/apis/g/v1/things", ("create", "g", "things", "", "")),
        ("DELETE", "/apis/g/v1/things", ("deletecollection", "g", "things", "", "")),
        ("DELETE", "/apis/g/v1/things/t", ("delete", "g", "things", "", "t")),
        ("GET", "/apis/g/v1", ("get", "", "", "", "")),
        ("GET", "/version", ("get", "", "", "", "")),
        (
            "GET",
            "/api/v1/pods?fieldSelector=metadata.name=p",
            ("list", "", "pods", "", "p"),
        ),
    ],
)
def test_request_is_told_from_its_path(
    method: str, path: str, expected: tuple[str, ...]
) -> None:
    path, _, query = path.partition("?")
    name, _, value = query.partition("=")
    found = parse_request(method, path, {name: value} if name else {})
    told = (found.verb, found.group, found.resource, found.namespace, found.name)
    assert told == expected
