"""Built-in resources, where they differ from custom ones."""

from __future__ import annotations

from lab.tests.running.conformance.step import MAPS, SPACE, STRATEGIC, Step, config_map

BUILT_IN = (
    Step("maps", "GET", f"{MAPS}?labelSelector=mine"),
    Step("map", "POST", MAPS, config_map("c1", data={"a": "b"})),
    Step("map without kind", "POST", MAPS, {"metadata": {"name": "c2"}, "data": {"a": "1"}}),
    Step("map of another kind", "POST", MAPS, config_map("x") | {"kind": "Secret"}),
    Step(
        "map with a number",
        "POST",
        MAPS,
        config_map("x", data={"a": 1}),
        differs="built-in resources have no schema here",
    ),
    Step(
        "map with a bad label",
        "POST",
        MAPS,
        {"metadata": {"name": "x", "labels": {"a b": ""}}},
    ),
    Step("page of maps", "GET", f"{MAPS}?limit=1&fieldSelector=metadata.name%3Dc1"),
    Step("map put", "PUT", f"{MAPS}/c2", config_map("c2", data={"x": "y"})),
    Step(
        "map put of an old version",
        "PUT",
        f"{MAPS}/c2",
        config_map("c2") | {"metadata": {"name": "c2", "resourceVersion": "3"}},
    ),
    Step("put on maps", "PUT", MAPS, {}),
    Step("post on a map", "POST", f"{MAPS}/x", {}),
    Step("post on all maps", "POST", "/api/v1/configmaps", {}),
    Step("map without namespace", "GET", "/api/v1/configmaps/x"),
    Step("status of a map", "GET", f"{MAPS}/c1/status"),
    Step(
        "strategic patch",
        "PATCH",
        f"{MAPS}/c1",
        {"metadata": {"finalizers": ["lab.io/x"]}, "data": {"b": "c"}},
        STRATEGIC,
    ),
    Step(
        "another strategic patch",
        "PATCH",
        f"{MAPS}/c1",
        {"metadata": {"finalizers": ["lab.io/y"]}, "data": {"a": None}},
        STRATEGIC,
    ),
    Step(
        "strategic removal",
        "PATCH",
        f"{MAPS}/c1",
        {"metadata": {"$deleteFromPrimitiveList/finalizers": ["lab.io/y"]}},
        STRATEGIC,
    ),
    Step("map patched as JSON", "PATCH", f"{MAPS}/c1", {}),
    Step("map with another uid", "DELETE", f"{MAPS}/c1", {"preconditions": {"uid": "nope"}}),
    Step("dry deletion of a held map", "DELETE", f"{MAPS}/c1?dryRun=All"),
    Step(
        "secret",
        "POST",
        f"/api/v1/namespaces/{SPACE}/secrets",
        {"metadata": {"name": "s"}, "stringData": {"x": "y"}},
    ),
    Step(
        "lease",
        "POST",
        f"/apis/coordination.k8s.io/v1/namespaces/{SPACE}/leases",
        {"metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}},
    ),
    Step(
        "lease put without version",
        "PUT",
        f"/apis/coordination.k8s.io/v1/namespaces/{SPACE}/leases/l",
        {"metadata": {"name": "l"}, "spec": {"holderIdentity": "you"}},
    ),
)
