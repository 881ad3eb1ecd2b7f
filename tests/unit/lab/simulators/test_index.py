"""Objects found by what they say, kept up to date with their mirror."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from harvester_net.lab.api import Api, Object
from harvester_net.lab.simulators.index import Index
from harvester_net.lab.simulators.mirror import Mirror


def obj(name: str, keys: Iterable[str] = ()) -> Object:
    return {"metadata": {"name": name}, "keys": list(keys)}


def mirrored(*objects: Object) -> Mirror:
    """A mirror of these objects; nobody is asked."""
    mirror = Mirror(cast(Api, None), "/api/v1", "things", namespaced=False)
    for each in objects:
        mirror._take("ADDED", each)
    return mirror


def indexed(mirror: Mirror) -> Index:
    return Index(mirror, lambda each: each["keys"])


def test_objects_are_found_by_each_of_their_keys() -> None:
    a, b = obj("a", "xy"), obj("b", "yy")
    index = indexed(mirrored(a, b))
    assert [list(index.of(key)) for key in "xyz"] == [[a], [a, b], []]
    assert index.one("x") is a
    assert index.one("z") is None


def test_an_index_follows_its_mirror() -> None:
    mirror = mirrored(obj("a", "x"))
    index = indexed(mirror)
    mirror._take("ADDED", obj("b", "x"))
    mirror._take("MODIFIED", obj("a", "y"))
    mirror._take("DELETED", obj("b", "ignored"))
    assert list(index.of("x")) == []
    assert list(index.of("y")) == [obj("a", "y")]
    mirror._take("DELETED", obj("never there"))


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["ADDED", "MODIFIED", "DELETED"]),
        st.sampled_from("abc"),
        st.text("xyz", max_size=3),
    ),
    max_size=20,
)


@given(EVENTS, EVENTS)
def test_an_index_finds_what_going_through_everything_finds(
    before: list[tuple[str, str, str]], after: list[tuple[str, str, str]]
) -> None:
    mirror = mirrored()
    for event, name, keys in before:
        mirror._take(event, obj(name, keys))
    index = indexed(mirror)
    for event, name, keys in after:
        mirror._take(event, obj(name, keys))
    for key in "xyz":
        found = sorted(each["metadata"]["name"] for each in index.of(key))
        assert found == sorted(
            each["metadata"]["name"] for each in mirror if key in each["keys"]
        )
