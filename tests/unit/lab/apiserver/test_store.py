"""The store: versions, history, deletions."""

from __future__ import annotations

import pytest

from harvester_net.lab.apiserver.deletions import Deletion
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.objects import Object, copied
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.store import Event, Store

from .objects import GADGET, POD, RACK, gadget, rack

HELD = "lab.io/held"


@pytest.fixture
def store() -> Store:
    return Store()


def changed(obj: Object, **spec: object) -> Object:
    return obj | {"spec": spec}


def test_created_object_gets_what_only_the_server_sets(store: Store) -> None:
    made = store.create(GADGET, gadget("a", uid="mine", generation=7))
    meta = made["metadata"]
    assert meta["uid"] not in ("", "mine")
    assert meta["generation"] == 1
    assert meta["resourceVersion"] == str(store.version)
    assert store.get(GADGET, "default/a") is made


def test_all_resources_share_one_counter(store: Store) -> None:
    first = store.create(GADGET, gadget("a"))
    second = store.create(RACK, rack("a"))
    versions = [int(each["metadata"]["resourceVersion"]) for each in (first, second)]
    assert versions[1] == versions[0] + 1


def test_dry_run_changes_nothing(store: Store) -> None:
    made = store.create(GADGET, gadget("a"))
    store.create(GADGET, gadget("b"), dry_run=True)
    store.update(GADGET, changed(made, size=1), dry_run=True)
    store.delete(GADGET, "default/a", dry_run=True)
    assert store.list(GADGET) == [made]
    assert store.version == int(made["metadata"]["resourceVersion"])


def test_update_of_the_spec_counts_a_generation_and_of_metadata_none(store: Store) -> None:
    made = store.create(GADGET, gadget("a"))
    resized = store.update(GADGET, changed(made, size=1))
    labelled = copied(resized)
    labelled["metadata"]["labels"] = {"x": "y"}
    labelled = store.update(GADGET, labelled)
    assert [each["metadata"]["generation"] for each in (made, resized, labelled)] == [1, 2, 2]


def test_update_that_changes_nothing_makes_no_version(store: Store) -> None:
    made = store.create(GADGET, gadget("a"))
    assert store.update(GADGET, gadget("a")) is made
    assert len(store.since(GADGET, 0)) == 1


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("resourceVersion", "the object has been modified; please apply your changes"),
        ("uid", "Precondition failed: UID in precondition: 1"),
    ],
)
def test_update_of_another_object_or_version_is_a_conflict(
    store: Store, field: str, message: str
) -> None:
    store.create(GADGET, gadget("a"))
    with pytest.raises(StatusError, match=message) as refusal:
        store.update(GADGET, gadget("a", **{field: "1"}))
    assert refusal.value.code == 409


def test_finalizer_holds_a_deleted_object_until_it_is_removed(store: Store) -> None:
    made = store.create(GADGET, gadget("a", finalizers=[HELD]))
    doomed, gone = store.delete(GADGET, "default/a")
    assert not gone
    assert doomed["metadata"]["deletionTimestamp"]
    assert doomed["metadata"]["generation"] == 2
    released = copied(doomed)
    del released["metadata"]["finalizers"]
    store.update(GADGET, released)
    assert store.get(GADGET, "default/a") is None
    assert [event.type for event in store.since(GADGET, 0)] == ["ADDED", "MODIFIED", "DELETED"]
    last = store.since(GADGET, 0)[-1].object["metadata"]
    assert int(last["resourceVersion"]) == store.version
    assert last["uid"] == made["metadata"]["uid"]


def test_second_deletion_of_a_held_object_is_no_event(store: Store) -> None:
    store.create(GADGET, gadget("a", finalizers=[HELD]))
    store.delete(GADGET, "default/a")
    before = store.version
    store.delete(GADGET, "default/a")
    assert store.version == before


def test_pod_on_a_node_has_time_to_end_and_then_goes(store: Store) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "default"},
    }
    store.create(POD, pod | {"spec": {"nodeName": "n", "terminationGracePeriodSeconds": 9}})
    doomed, gone = store.delete(POD, "default/p")
    assert not gone
    assert doomed["metadata"]["deletionGracePeriodSeconds"] == 9
    _, gone = store.delete(POD, "default/p", Deletion(grace=0))
    assert gone
    assert store.list(POD) == []


@pytest.mark.parametrize("spec", [{}, {"nodeName": "n"}])
def test_end_of_a_pod_is_written_down_before_it_is_gone(store: Store, spec: Object) -> None:
    meta = {"name": "p", "namespace": "default"}
    store.create(POD, {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
    before = store.version
    store.delete(POD, "default/p", Deletion(grace=0))
    changed, gone = store.since(POD, before)
    assert (changed.type, gone.type) == ("MODIFIED", "DELETED")
    assert changed.object["metadata"]["deletionTimestamp"]


def test_other_objects_go_without_a_word_before(store: Store) -> None:
    store.create(GADGET, gadget("a"))
    before = store.version
    store.delete(GADGET, "default/a")
    assert [event.type for event in store.since(GADGET, before)] == ["DELETED"]


def test_lists_are_sorted_by_key_and_of_one_namespace_if_asked(store: Store) -> None:
    for namespace, name in (("b", "y"), ("a", "z"), ("b", "x")):
        store.create(GADGET, gadget(name, namespace=namespace))
    assert [each["metadata"]["name"] for each in store.list(GADGET)] == ["z", "x", "y"]
    assert [each["metadata"]["name"] for each in store.list(GADGET, "b")] == ["x", "y"]


def test_list_at_a_version_is_as_it_was(store: Store) -> None:
    first = store.create(GADGET, gadget("a"))
    store.create(GADGET, gadget("b"))
    then = store.version
    before = store.list(GADGET)
    store.update(GADGET, changed(first, size=1))
    store.delete(GADGET, "default/b")
    store.create(GADGET, gadget("c"))
    assert store.list_at(GADGET, then) == before


def test_version_that_is_forgotten_has_expired() -> None:
    store = Store(history=2)
    for name in "abcd":
        store.create(GADGET, gadget(name))
    newest = store.version
    assert len(store.since(GADGET, newest - 2)) == 2
    with pytest.raises(StatusError, match=r"too old resource version: \d+ \(\d+\)") as refusal:
        store.since(GADGET, newest - 3)
    assert (refusal.value.code, refusal.value.status["reason"]) == (410, "Expired")
    with pytest.raises(StatusError, match="too old"):
        store.list_at(GADGET, newest - 3)


def test_history_can_be_forgotten_at_once(store: Store) -> None:
    made = store.create(GADGET, gadget("a"))
    store.create(RACK, rack("a"))
    store.forget_history()
    with pytest.raises(StatusError, match="too old"):
        store.since(GADGET, int(made["metadata"]["resourceVersion"]))
    assert store.since(GADGET, store.version) == []


def test_listeners_that_write_keep_the_order_for_all(store: Store) -> None:
    heard: list[tuple[str, str]] = []

    def answer(resource: Resource, event: Event) -> None:
        if resource is GADGET:
            store.create(RACK, rack(event.object["metadata"]["name"]))

    def note(resource: Resource, event: Event) -> None:
        heard.append((resource.plural, event.object["metadata"]["name"]))

    store.subscribe(answer)
    end = store.subscribe(note)
    store.create(GADGET, gadget("a"))
    assert heard == [("gadgets", "a"), ("racks", "a")]
    end()
    store.create(RACK, rack("b"))
    assert len(heard) == 2


def test_listener_that_fails_keeps_nobody_from_hearing(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []

    def fail(resource: Resource, event: Event) -> None:
        raise RuntimeError("oh")

    store.subscribe(fail)
    store.subscribe(lambda resource, event: heard.append(event.key))
    store.create(RACK, rack("r"))
    assert heard == ["r"]
    assert "RuntimeError: oh" in caplog.text
