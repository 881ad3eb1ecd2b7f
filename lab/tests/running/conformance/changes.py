"""Updates, patches and deletions."""

from __future__ import annotations

from harvester_net.lab.apiserver.objects import Object
from lab.tests.running.conformance.step import (
    EVERYWHERE,
    GADGETS,
    JSON_PATCH,
    RACKS,
    STRATEGIC,
    Step,
    gadget,
    merge,
)


def json_patch(name: str, *operations: Object) -> Step:
    return Step(name, "PATCH", f"{GADGETS}/one", list(operations), JSON_PATCH)


CHANGES = (
    Step("put on the collection", "PUT", GADGETS, gadget("one")),
    Step("put of what is missing", "PUT", f"{GADGETS}/two", gadget("two")),
    Step("put of another name", "PUT", f"{GADGETS}/one", gadget("two")),
    Step("put without version", "PUT", f"{GADGETS}/one", gadget("one")),
    Step("put of an old version", "PUT", f"{GADGETS}/one", gadget("one", resourceVersion="1")),
    Step(
        "put of another uid",
        "PUT",
        f"{GADGETS}/one",
        gadget("one", resourceVersion="1", uid="1234"),
    ),
    merge("patch of an old version", f"{GADGETS}/one", {"metadata": {"resourceVersion": "1"}}),
    merge("patch of no version", f"{GADGETS}/one", {"metadata": {"resourceVersion": "abc"}}),
    merge("patch of the uid", f"{GADGETS}/one", {"metadata": {"uid": "abc"}}),
    merge("patch of the name", f"{GADGETS}/one", {"metadata": {"name": "abc"}}),
    merge("patch of the namespace", f"{GADGETS}/one", {"metadata": {"namespace": "abc"}}),
    merge("patch of the kind", f"{GADGETS}/one", {"kind": "Rack"}),
    merge("patch", f"{GADGETS}/one", {"spec": {"paused": True}, "status": {"ready": True}}),
    merge(
        "patch of the status",
        f"{GADGETS}/one/status",
        {
            "spec": {"paused": False},
            "metadata": {"labels": {"a": "b"}},
            "status": {"ready": True, "junk": 1},
        },
    ),
    merge("bad status", f"{GADGETS}/one/status", {"status": {"ready": "x"}}),
    merge("patch without change", f"{GADGETS}/one", {"spec": {"vlan": None}}),
    merge("dry patch", f"{GADGETS}/one?dryRun=All", {"spec": {"vlan": 7}}),
    merge("invalid patch", f"{GADGETS}/one", {"spec": {"uplink": {"nics": []}}}),
    merge("patch of what is missing", f"{GADGETS}/nope", {"spec": {}}),
    merge("patch that is no JSON", f"{GADGETS}/one", b"{nope"),
    merge("patch that is a list", f"{GADGETS}/one", []),
    merge("labels", f"{GADGETS}/one", {"metadata": {"labels": {"app": "x", "a": "1"}}}),
    merge(
        "status without subresource is patched", f"{RACKS}/r2", {"status": {"ready": False}}
    ),
    Step("strategic patch of a custom resource", "PATCH", f"{GADGETS}/one", {}, STRATEGIC),
    Step("patch of an unknown format", "PATCH", f"{GADGETS}/one", {}),
    Step(
        "apply",
        "PATCH",
        f"{GADGETS}/one?fieldManager=x",
        gadget("one"),
        "application/apply-patch+yaml",
    ),
    json_patch("failing test", {"op": "test", "path": "/spec/paused", "value": False}),
    json_patch(
        "JSON patch",
        {"op": "test", "path": "/spec/paused", "value": True},
        {"op": "replace", "path": "/spec/uplink/nics/0", "value": "b"},
        {"op": "add", "path": "/spec/uplink/nics/-", "value": "c"},
    ),
    json_patch("removal of nothing", {"op": "remove", "path": "/spec/nothing"}),
    json_patch("replacement of nothing", {"op": "replace", "path": "/spec/vlan", "value": 4}),
    json_patch("addition to nothing", {"op": "add", "path": "/spec/x/y", "value": 1}),
    json_patch("unknown operation", {"op": "frob", "path": "/spec/x", "value": 1}),
    Step("JSON patch that is no list", "PATCH", f"{GADGETS}/one", {"a": 1}, JSON_PATCH),
    Step("status is read", "GET", f"{GADGETS}/one/status"),
    Step("unknown subresource", "GET", f"{GADGETS}/one/scale"),
)

DELETION = (
    Step("other uid", "DELETE", f"{GADGETS}/one", {"preconditions": {"uid": "nope"}}),
    Step(
        "old version", "DELETE", f"{GADGETS}/one", {"preconditions": {"resourceVersion": "1"}}
    ),
    Step("dry deletion", "DELETE", f"{GADGETS}/one?dryRun=All"),
    Step("dry deletion by body", "DELETE", f"{GADGETS}/one", {"dryRun": ["All"]}),
    Step("unknown policy", "DELETE", f"{GADGETS}/one", {"propagationPolicy": "Frob"}),
    Step(
        "options of another kind",
        "DELETE",
        f"{GADGETS}/one",
        {"kind": "Frob", "apiVersion": "v1"},
    ),
    Step("deletion with no JSON", "DELETE", f"{GADGETS}/one", b"{nope"),
    Step("deletion of what is missing", "DELETE", f"{GADGETS}/nope"),
    Step(
        "deletion by uid",
        "DELETE",
        f"{GADGETS}/nospec",
        lambda said: {"preconditions": {"uid": said["without spec"]["metadata"]["uid"]}},
    ),
    merge("finalizer", f"{GADGETS}/one", {"metadata": {"finalizers": ["lab.io/held"]}}),
    Step("held", "DELETE", f"{GADGETS}/one"),
    Step("held still", "DELETE", f"{GADGETS}/one"),
    merge(
        "another finalizer",
        f"{GADGETS}/one",
        {"metadata": {"finalizers": ["lab.io/held", "lab.io/new"]}},
    ),
    merge(
        "deletion is not undone", f"{GADGETS}/one", {"metadata": {"deletionTimestamp": None}}
    ),
    merge("released", f"{GADGETS}/one", {"metadata": {"finalizers": None}}),
    Step("gone", "GET", f"{GADGETS}/one"),
    Step("nothing matches", "DELETE", f"{GADGETS}?labelSelector=a%3Dzzz"),
    Step("deletion everywhere", "DELETE", EVERYWHERE),
    Step("collection", "DELETE", f"{GADGETS}?fieldSelector=metadata.name%3Dbad"),
)
