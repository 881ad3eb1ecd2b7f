"""How the conformance suite begins and ends: definitions, a namespace, what is served."""

from __future__ import annotations

from lab.tests.running.conformance.step import (
    API,
    DEFINITIONS,
    GADGETS,
    GROUP,
    MAPS,
    SPACE,
    Step,
    definition,
    gadget,
    merge,
)

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}

_NOT_YET = "here a definition is established before its creation is answered"

SET_UP = (
    Step("namespace", "POST", "/api/v1/namespaces", NAMESPACE),
    Step(
        "definition",
        "POST",
        DEFINITIONS,
        definition("Gadget", True, subresources={"status": {}}),
        differs=_NOT_YET,
    ),
    Step(
        "definition of racks", "POST", DEFINITIONS, definition("Rack", False), differs=_NOT_YET
    ),
)

DISCOVERY = (
    Step("group", "GET", f"/apis/{GROUP}"),
    Step("resources", "GET", f"/apis/{API}"),
    Step("core versions", "GET", "/api"),
    Step("built-in group", "GET", "/apis/apps"),
    Step("definitions' resources", "GET", "/apis/apiextensions.k8s.io/v1"),
    Step("health", "GET", "/healthz"),
    Step("readiness", "GET", "/readyz"),
    Step("unknown path", "GET", "/frob"),
    Step("unknown group", "GET", "/apis/nope.io/v1/things"),
    Step("unknown version", "GET", f"/apis/{GROUP}/v2"),
    Step("unknown custom resource", "GET", f"/apis/{API}/things"),
    Step("unknown core version", "GET", "/api/v2"),
    Step("unknown core resource", "GET", "/api/v1/things"),
    Step("unknown resource of a built-in group", "GET", "/apis/apps/v1/frobs"),
    Step("post to discovery", "POST", "/api/v1", {}),
    Step("post to version", "POST", "/version", {}),
    Step(
        "definition of another name",
        "POST",
        DEFINITIONS,
        definition("Rack", False) | {"metadata": {"name": f"wrong.{GROUP}"}},
    ),
)

END = (
    Step("held gadget", "POST", GADGETS, gadget("last", finalizers=["lab.io/held"])),
    Step("namespace ends", "DELETE", f"/api/v1/namespaces/{SPACE}"),
    Step("creation in the end", "POST", GADGETS, gadget("late")),
    Step("default namespace", "DELETE", "/api/v1/namespaces/default"),
    Step(
        "dry definition",
        "DELETE",
        f"{DEFINITIONS}/racks.{GROUP}?dryRun=All",
        differs="the real one marks its status too, which nobody reads",
    ),
)

TEAR_DOWN = (
    merge("last is released", f"{GADGETS}/last", {"metadata": {"finalizers": None}}),
    merge("c1 is released", f"{MAPS}/c1", {"metadata": {"finalizers": None}}),
    Step("gadgets go", "DELETE", f"{DEFINITIONS}/gadgets.{GROUP}"),
    Step("racks go", "DELETE", f"{DEFINITIONS}/racks.{GROUP}"),
    Step("role goes", "DELETE", "/apis/rbac.authorization.k8s.io/v1/clusterroles/conformance"),
    Step(
        "binding goes",
        "DELETE",
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/conformance",
    ),
    # Nothing else in the lab ends a namespace, nor empties it.
    Step("maps go", "DELETE", MAPS),
    Step("secrets go", "DELETE", f"/api/v1/namespaces/{SPACE}/secrets"),
    Step("leases go", "DELETE", f"/apis/coordination.k8s.io/v1/namespaces/{SPACE}/leases"),
    Step("namespace goes", "PUT", f"/api/v1/namespaces/{SPACE}/finalize", NAMESPACE),
)
"""Leaves a lab as it was; the answers are not compared."""
