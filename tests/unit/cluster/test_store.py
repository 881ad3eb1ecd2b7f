"""The store keeps the newest version of every object, whoever brings it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harvester_net.cluster.store import Store


def obj(name: str, version: str | None = None, **meta: Any) -> dict[str, Any]:
    known = {} if version is None else {"resourceVersion": version}
    return {"metadata": {"name": name} | known | meta}


def versions(store: Store) -> dict[str, str]:
    return {key: o["metadata"]["resourceVersion"] for key, o in store.items.items()}


def test_new_store_knows_nothing_and_is_not_complete() -> None:
    store = Store()
    assert store.items == {}
    assert not store.complete


def test_list_replaces_everything_and_makes_it_complete() -> None:
    store = Store()
    store.put(obj("a", "1"))
    store.replace([obj("b", "2"), obj("c", "3", namespace="n")])
    assert versions(store) == {"b": "2", "n/c": "3"}
    assert store.complete


@pytest.mark.parametrize(
    ("known", "brought", "kept"),
    [
        ("9", "10", "10"),
        ("10", "9", "10"),
        ("10", "10", "10"),
        ("abc", "1", "1"),
        ("1", "abc", "1"),
    ],
)
def test_newer_version_wins_whoever_comes_first(known: str, brought: str, kept: str) -> None:
    store = Store()
    store.put(obj("a", known))
    store.put(obj("a", brought))
    assert versions(store) == {"a": kept}


def test_object_without_a_version_is_taken() -> None:
    store = Store()
    store.put(obj("a"))
    assert "a" in store.items


def test_list_that_is_older_than_our_own_write_does_not_undo_it() -> None:
    store = Store()
    store.replace([obj("a", "5")])
    store.put(obj("a", "7"))
    store.put(obj("c", "8"))
    store.put(obj("d", "6"))
    store.replace([obj("a", "5"), obj("b", "6")], "6")
    assert versions(store) == {"a": "7", "b": "6", "c": "8"}


def test_every_change_is_announced_once() -> None:
    store = Store()
    changes: list[Callable[[], object]] = [
        lambda: store.put(obj("a", "1")),
        lambda: store.replace([obj("a", "2")]),
        lambda: store.remove("a"),
    ]
    for change in changes:
        event = store.next_change()
        assert not event.is_set()
        change()
        assert event.is_set()
        assert not store.next_change().is_set()


def test_what_changes_nothing_is_not_announced() -> None:
    store = Store()
    store.put(obj("a", "5"))
    event = store.next_change()
    store.put(obj("a", "4"))
    store.remove("b")
    assert not event.is_set()
