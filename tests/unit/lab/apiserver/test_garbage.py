"""Owners and what they own; namespaces and definitions that end."""

from __future__ import annotations

import pytest

from harvester_net.lab.apiserver.builtin import DEFINITIONS, NAMESPACES
from harvester_net.lab.apiserver.control_plane import ControlPlane
from harvester_net.lab.apiserver.deletions import Deletion
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.objects import copied

from .objects import GADGET, RACK, config_map, definition, gadget, owned_by, rack

MAPS = "configmaps"


@pytest.fixture
def plane() -> ControlPlane:
    """Not started: nothing here is asked over HTTP."""
    plane = ControlPlane()
    plane.prepare()
    plane.load([definition("Gadget", namespaced=True), definition("Rack")])
    return plane


def test_dependents_go_with_their_only_owner(plane: ControlPlane) -> None:
    owner = plane.store.create(RACK, rack("r"))
    middle = plane.store.create(GADGET, gadget("m", ownerReferences=[owned_by(owner)]))
    plane.store.create(GADGET, gadget("leaf", ownerReferences=[owned_by(middle)]))
    plane.store.delete(RACK, "r")
    assert plane.store.list(GADGET) == []


def test_dependent_stays_while_one_owner_is_left(plane: ControlPlane) -> None:
    owners = [plane.store.create(RACK, rack(name)) for name in "ab"]
    plane.store.create(GADGET, gadget("g", ownerReferences=list(map(owned_by, owners))))
    plane.store.delete(RACK, "a")
    assert len(plane.store.list(GADGET)) == 1
    plane.store.delete(RACK, "b")
    assert plane.store.list(GADGET) == []


def test_object_of_an_owner_that_never_was_goes_at_once(plane: ControlPlane) -> None:
    ghost = owned_by(plane.store.create(RACK, rack("ghost"), dry_run=True))
    plane.store.create(GADGET, gadget("g", ownerReferences=[ghost]))
    plane.store.create(GADGET, gadget("h", ownerReferences=[ghost | {"kind": "Unknown"}]))
    assert [each["metadata"]["name"] for each in plane.store.list(GADGET)] == ["h"]


def test_owner_waits_in_the_foreground_for_what_blocks_it(plane: ControlPlane) -> None:
    owner = plane.store.create(RACK, rack("r"))
    blocking = gadget(
        "g", ownerReferences=[owned_by(owner, blocks=True)], finalizers=["a.b/c"]
    )
    plane.store.create(GADGET, blocking)
    plane.store.create(GADGET, gadget("h", ownerReferences=[owned_by(owner)]))
    doomed, gone = plane.store.delete(RACK, "r", Deletion(propagation="Foreground"))
    assert not gone
    assert doomed["metadata"]["finalizers"] == ["foregroundDeletion"]
    (left,) = plane.store.list(GADGET)
    assert left["metadata"]["deletionTimestamp"]
    released = copied(left)
    released["metadata"]["finalizers"] = ["foregroundDeletion"]
    plane.store.update(GADGET, released)
    assert plane.store.list(GADGET) == []
    assert plane.store.get(RACK, "r") is None


def test_owner_without_dependents_goes_from_the_foreground(plane: ControlPlane) -> None:
    plane.store.create(RACK, rack("r"))
    plane.store.delete(RACK, "r", Deletion(propagation="Foreground"))
    assert plane.store.get(RACK, "r") is None


def test_orphans_stay_and_forget_their_owner(plane: ControlPlane) -> None:
    owner = plane.store.create(RACK, rack("r"))
    plane.store.create(GADGET, gadget("g", ownerReferences=[owned_by(owner)]))
    plane.store.delete(RACK, "r", Deletion(propagation="Orphan"))
    (orphan,) = plane.store.list(GADGET)
    assert not orphan["metadata"].get("ownerReferences")
    assert plane.store.get(RACK, "r") is None


def test_namespace_takes_its_content_along_and_waits_for_what_is_held(
    plane: ControlPlane,
) -> None:
    plane.load([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns"}}])
    maps = plane.catalog.resource(MAPS)
    plane.store.create(maps, config_map("m") | {"metadata": {"name": "m", "namespace": "ns"}})
    held = plane.store.create(GADGET, gadget("g", namespace="ns", finalizers=["a.b/c"]))
    plane.store.delete(NAMESPACES, "ns")
    ending = plane.store.get(NAMESPACES, "ns")
    assert ending is not None
    assert ending["status"]["phase"] == "Terminating"
    assert plane.store.list(maps, "ns") == []
    with pytest.raises(StatusError, match="because it is being terminated"):
        plane.load([gadget("late", namespace="ns")])
    released = copied(held)
    released["metadata"] |= {"finalizers": [], "resourceVersion": ""}
    plane.store.update(GADGET, released)
    assert plane.store.get(NAMESPACES, "ns") is None


def test_definition_takes_its_objects_along_and_is_served_no_more(plane: ControlPlane) -> None:
    plane.store.create(RACK, rack("r"))
    plane.store.delete(DEFINITIONS, f"racks.{RACK.group}")
    assert plane.store.get(DEFINITIONS, f"racks.{RACK.group}") is None
    assert plane.store.list(RACK) == []
    assert plane.catalog.find(RACK.group, "v1", "racks") is None


def test_definition_that_changes_is_served_as_it_says_now(plane: ControlPlane) -> None:
    changed = copied(plane.store.get(DEFINITIONS, f"racks.{RACK.group}"))
    changed["spec"]["versions"][1]["served"] = False
    plane.store.update(DEFINITIONS, changed)
    assert plane.catalog.groups()[RACK.group] == ["v1", "v1beta1"]
    assert [r.plural for r in plane.catalog.of_version(RACK.group, "v1beta1")] == ["gadgets"]
