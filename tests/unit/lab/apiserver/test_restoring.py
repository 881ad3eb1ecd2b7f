"""Objects put back as they were elsewhere, and the quick look whether they fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.lab.apiserver import ControlPlane, schemas, structural
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.fitting import Fitting
from harvester_net.lab.apiserver.objects import Object, copied
from harvester_net.lab.apiserver.restoring import owners_first
from harvester_net.lab.apiserver.store import Event

from .objects import config_map, definition, gadget, owned_by, rack

HELD = "lab.io/held"
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "namespace": "default"},
    "spec": {"nodeName": "n"},
    "status": {"phase": "Running"},
}


@pytest.fixture
def plane() -> ControlPlane:
    """One that serves nobody."""
    made = ControlPlane()
    made.prepare()
    made.load([definition("Gadget", namespaced=True), definition("Rack")])
    return made


def found(plane: ControlPlane, plural: str, key: str) -> Any:
    return plane.store.get(plane.catalog.resource(plural), key)


def test_status_uid_and_spec_are_as_they_were(plane: ControlPlane) -> None:
    plane.restore([gadget("a", uid="mine", spec={"size": 3}, status={"seen": True}), POD])
    made = found(plane, "gadgets.example.lab", "default/a")
    assert made["metadata"]["uid"] == "mine"
    assert made["metadata"]["generation"] == 1
    assert made["metadata"]["creationTimestamp"]
    assert made["metadata"]["resourceVersion"].isdecimal()
    assert made["status"] == {"seen": True}
    assert made["spec"] == {"size": 3, "mode": "plain"}
    assert found(plane, "pods", "default/p")["status"] == {"phase": "Running"}


def test_without_a_uid_an_object_gets_one(plane: ControlPlane) -> None:
    plane.restore([rack("a"), rack("b", generation=7)])
    made = [found(plane, "racks.example.lab", name)["metadata"] for name in "ab"]
    assert made[0]["uid"] != made[1]["uid"]
    assert [meta["generation"] for meta in made] == [1, 7]


def test_what_has_its_name_gives_way(plane: ControlPlane) -> None:
    seen: list[str] = []
    plane.load([rack("a", spec={"size": 1}, finalizers=[HELD])])
    plane.store.subscribe(lambda resource, event: seen.append(event.type))
    plane.restore([rack("a", uid="mine", spec={"size": 2})])
    assert found(plane, "racks.example.lab", "a")["spec"]["size"] == 2
    assert seen == ["DELETED", "ADDED"]


def test_a_namespace_that_is_there_stays(plane: ControlPlane) -> None:
    before = found(plane, "namespaces", "default")
    shop = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    plane.restore(
        [gadget("a", namespace="shop"), shop, shop | {"metadata": before["metadata"]}]
    )
    assert found(plane, "namespaces", "default") is before
    assert found(plane, "gadgets.example.lab", "shop/a")


def test_owners_come_before_what_they_own(plane: ControlPlane) -> None:
    owner = rack("owner", uid="u1")
    middle = gadget("middle", uid="u2", ownerReferences=[owned_by(owner)])
    last = config_map("last") | {
        "metadata": {
            "name": "last",
            "namespace": "default",
            "ownerReferences": [owned_by(middle)],
        }
    }
    plane.restore([last, middle, owner])
    assert found(plane, "configmaps", "default/last")
    plane.store.delete(plane.catalog.resource("racks.example.lab"), "owner")
    assert found(plane, "gadgets.example.lab", "default/middle") is None
    assert found(plane, "configmaps", "default/last") is None


def test_objects_keep_their_order_beside_their_owners() -> None:
    a, b, c = rack("a", uid="1"), rack("b"), rack("c", uid="3")
    c["metadata"]["ownerReferences"] = [owned_by(a)]
    assert owners_first([c, b, a]) == [b, a, c]


def test_owners_in_a_circle_are_refused(plane: ControlPlane) -> None:
    a, b = rack("a", uid="1"), rack("b", uid="2")
    a["metadata"]["ownerReferences"] = [owned_by(b)]
    b["metadata"]["ownerReferences"] = [owned_by(a)]
    with pytest.raises(ValueError, match="owns an owner of its own"):
        plane.restore([a, b])


def test_a_deletion_goes_on_where_something_holds_it(plane: ControlPlane) -> None:
    going = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
    plane.restore([rack("a", finalizers=[HELD], **going)])
    racks = plane.catalog.resource("racks.example.lab")
    live = copied(plane.store.get(racks, "a"))
    assert live["metadata"]["deletionTimestamp"] == going["deletionTimestamp"]
    live["metadata"]["finalizers"] = []
    plane.store.update(racks, live)
    assert plane.store.get(racks, "a") is None
    with pytest.raises(ValueError, match=r"racks\.example\.lab b is being deleted"):
        plane.restore([rack("b", **going)])


@pytest.mark.parametrize(
    ("obj", "code", "message"),
    [
        (rack("Not A Name"), 422, "a lowercase RFC 1123 subdomain"),
        (rack("a", labels={"x": "no spaces"}), 422, "a valid label"),
        (rack("a", spec={"size": -1}), 422, "spec.size"),
        (rack("a", spec="text"), 422, "spec"),
        (gadget("a", namespace="nowhere"), 404, 'namespaces "nowhere" not found'),
        (rack("a", labels={"x": 1}), 400, "cannot unmarshal number"),
    ],
)
def test_what_the_server_would_not_take_is_refused(
    plane: ControlPlane, obj: Object, code: int, message: str
) -> None:
    with pytest.raises(StatusError, match=message) as refusal:
        plane.restore([obj])
    assert refusal.value.code == code


def test_a_kind_that_is_not_served_is_refused(plane: ControlPlane) -> None:
    with pytest.raises(KeyError, match=r"Wheel of example\.lab/v1 is not served"):
        plane.restore([rack("a") | {"kind": "Wheel"}])


def test_the_given_objects_are_not_changed(plane: ControlPlane) -> None:
    given_object = rack("a", spec={"size": 1, "unknown": 2})
    before = copied(given_object)
    plane.restore([given_object])
    assert given_object == before
    assert found(plane, "racks.example.lab", "a")["spec"] == {"size": 1, "mode": "plain"}


def test_everybody_hears_of_what_is_put(plane: ControlPlane) -> None:
    seen: list[Event] = []
    plane.store.subscribe(lambda resource, event: seen.append(event))
    plane.restore([rack("a"), rack("b")])
    assert [(event.type, event.key) for event in seen] == [("ADDED", "a"), ("ADDED", "b")]


# --- the quick look --------------------------------------------------------------------------

SCHEMA: Object = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "mode": {"type": "string", "enum": ["a", "b"]},
                "size": {"type": "integer", "minimum": 0},
                "count": {"type": "integer", "default": 1},
                "ratio": {"type": "number"},
                "on": {"type": "boolean"},
                "note": {"type": "string", "nullable": True},
                "port": {"x-kubernetes-int-or-string": True},
                "list": {"type": "array", "maxItems": 2, "items": {"type": "integer"}},
                "set": {
                    "type": "array",
                    "items": {"type": "string"},
                    "x-kubernetes-list-type": "set",
                },
                "map": {"type": "object", "additionalProperties": {"type": "string"}},
                "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            },
        },
    },
}
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.sampled_from([0.5, 1.0])
    | st.sampled_from(["a", "c", ""])
)
VALUES = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(st.sampled_from("xy"), LEAVES)
SPECS = st.dictionaries(
    st.sampled_from([*SCHEMA["properties"]["spec"]["properties"], "other"]), VALUES
)
GOOD = {"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}}


@given(SPECS)
def test_what_fits_is_not_changed_and_not_refused(spec: Object) -> None:
    obj = {**GOOD, "spec": {"name": "x", "count": 1} | spec}
    if not Fitting().fits(obj, SCHEMA):
        return
    changed = copied(obj)
    assert structural.prune(changed, SCHEMA) == []
    structural.set_defaults(changed, SCHEMA)
    assert changed == obj
    assert schemas.check(obj, SCHEMA) == []


@pytest.mark.parametrize(
    ("spec", "fits"),
    [
        ({"name": "x", "count": 1}, True),
        ({"name": "x", "count": 1, "mode": "a", "size": 2, "ratio": 0.5, "on": True}, True),
        ({"name": "x", "count": 1, "list": [1, 2], "map": {"a": "b"}}, True),
        ({"name": "x", "count": 1, "open": {"anything": [1]}}, True),
        ({"name": "x"}, False),
        ({"count": 1}, False),
        ({"name": "x", "count": 1, "other": 1}, False),
        ({"name": "x", "count": 1, "mode": "c"}, False),
        ({"name": "x", "count": 1, "size": -1}, False),
        ({"name": "x", "count": True}, False),
        ({"name": "x", "count": 1, "note": None}, False),
        ({"name": "x", "count": 1, "list": [1, 2, 3]}, False),
        ({"name": "x", "count": 1, "list": ["1"]}, False),
        ({"name": "x", "count": 1, "map": {"a": 1}}, False),
        ({"name": "x", "count": 1, "map": []}, False),
        # Not sure: left to those who look closely.
        ({"name": "x", "count": 1, "set": ["a"]}, False),
    ],
)
def test_quick_look(spec: Object, fits: bool) -> None:
    assert Fitting().fits({**GOOD, "spec": spec}, SCHEMA) is fits


def test_without_its_spec_nothing_fits() -> None:
    assert not Fitting().fits(GOOD, SCHEMA)
