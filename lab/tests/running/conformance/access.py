"""Who may do what: refusals, reviews, and a role that allows one thing."""

from __future__ import annotations

from harvester_net.lab.apiserver.objects import Object
from lab.tests.running.conformance.step import (
    API,
    EVERYWHERE,
    GADGETS,
    GROUP,
    MERGE,
    NOBODY,
    RACKS,
    REVIEWS,
    SPACE,
    Step,
)


def review(**attributes: object) -> Object:
    kind = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    return kind | {"spec": attributes}


ACCESS = (
    Step("no token", "GET", "/api/v1/namespaces", headers={"Authorization": "Bearer bogus"}),
    Step("nobody lists", "GET", GADGETS, headers=NOBODY),
    Step(
        "nobody lists one", "GET", f"{GADGETS}?fieldSelector=metadata.name%3Dx", headers=NOBODY
    ),
    Step("nobody gets", "GET", f"{GADGETS}/one", headers=NOBODY),
    Step("nobody watches", "GET", f"{EVERYWHERE}?watch=true", headers=NOBODY),
    Step("nobody creates", "POST", RACKS, {}, headers=NOBODY),
    Step("nobody updates", "PUT", f"{RACKS}/r1", {}, headers=NOBODY),
    Step("nobody patches", "PATCH", f"{GADGETS}/one/status", {}, MERGE, headers=NOBODY),
    Step("nobody deletes", "DELETE", f"{RACKS}/r1", headers=NOBODY),
    Step("nobody deletes all", "DELETE", RACKS, headers=NOBODY),
    Step("nobody lists nodes", "GET", "/api/v1/nodes", headers=NOBODY),
    Step("nobody gets a namespace", "GET", f"/api/v1/namespaces/{SPACE}", headers=NOBODY),
    Step("nobody looks around", "GET", "/frob", headers=NOBODY),
    Step("nobody discovers", "GET", f"/apis/{API}", headers=NOBODY),
    Step(
        "nobody asks",
        "POST",
        REVIEWS,
        review(resourceAttributes={"verb": "list", "group": GROUP, "resource": "gadgets"}),
        headers=NOBODY,
    ),
    Step(
        "nobody asks for a path",
        "POST",
        REVIEWS,
        review(nonResourceAttributes={"verb": "get", "path": "/apis"}),
        headers=NOBODY,
    ),
    Step(
        "master asks",
        "POST",
        REVIEWS,
        review(resourceAttributes={"verb": "list", "group": GROUP, "resource": "gadgets"}),
    ),
    Step("nothing is asked", "POST", REVIEWS, review()),
    Step(
        "role",
        "POST",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        {
            "metadata": {"name": "conformance"},
            "rules": [
                {
                    "apiGroups": [GROUP],
                    "verbs": ["get"],
                    "resources": ["racks"],
                    "resourceNames": ["r1"],
                }
            ],
        },
    ),
    Step(
        "binding",
        "POST",
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        {
            "metadata": {"name": "conformance"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "conformance",
            },
            "subjects": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "nobody"}
            ],
        },
    ),
    Step("nobody gets the rack", "GET", f"{RACKS}/r1", headers=NOBODY, settled=200),
    Step("nobody gets the other rack", "GET", f"{RACKS}/r2", headers=NOBODY),
    Step(
        "why nobody may",
        "POST",
        REVIEWS,
        review(
            resourceAttributes={
                "verb": "get",
                "group": GROUP,
                "resource": "racks",
                "name": "r1",
            }
        ),
        headers=NOBODY,
    ),
)
