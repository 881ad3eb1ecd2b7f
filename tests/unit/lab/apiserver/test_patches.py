"""The three formats of patches."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.merge_patch import applied
from harvester_net.lab.apiserver import patches, strategic
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.objects import copied


@pytest.mark.parametrize(
    ("value", "patch", "expected"),
    [
        # The table of RFC 7386, appendix A.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_does_as_its_rfc_says(value: Any, patch: Any, expected: Any) -> None:
    before = copied(value)
    assert applied(value, patch) == expected
    assert value == before


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/b", "value": 2}, {"a": 1, "l": ["x", "y"], "b": 2}),
        ({"op": "add", "path": "/l/1", "value": "m"}, {"a": 1, "l": ["x", "m", "y"]}),
        ({"op": "add", "path": "/l/2", "value": "z"}, {"a": 1, "l": ["x", "y", "z"]}),
        ({"op": "add", "path": "/l/-", "value": "z"}, {"a": 1, "l": ["x", "y", "z"]}),
        ({"op": "add", "path": "", "value": {"n": 1}}, {"n": 1}),
        ({"op": "add", "path": "/a~1b~0", "value": 1}, {"a": 1, "l": ["x", "y"], "a/b~": 1}),
        ({"op": "remove", "path": "/l/0"}, {"a": 1, "l": ["y"]}),
        ({"op": "remove", "path": "/a"}, {"l": ["x", "y"]}),
        ({"op": "replace", "path": "/l/0", "value": 5}, {"a": 1, "l": [5, "y"]}),
        ({"op": "replace", "path": "/n", "value": 5}, {"a": 1, "l": ["x", "y"], "n": 5}),
        ({"op": "move", "from": "/a", "path": "/b"}, {"b": 1, "l": ["x", "y"]}),
        ({"op": "copy", "from": "/l/0", "path": "/l/-"}, {"a": 1, "l": ["x", "y", "x"]}),
        ({"op": "test", "path": "/a", "value": 1}, {"a": 1, "l": ["x", "y"]}),
        ({"op": "test", "path": "/n", "value": None}, {"a": 1, "l": ["x", "y"]}),
    ],
)
def test_json_patch_does_as_its_rfc_says(operation: Any, expected: Any) -> None:
    value = {"a": 1, "l": ["x", "y"]}
    assert patches.patched(value, [operation]) == expected
    assert value == {"a": 1, "l": ["x", "y"]}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/n"},
        {"op": "remove", "path": "/l/2"},
        {"op": "add", "path": "/l/3", "value": 1},
        {"op": "add", "path": "/n/m", "value": 1},
        {"op": "add", "path": "/a/b", "value": 1},
        {"op": "add", "path": "/b"},
        {"op": "add", "path": "b", "value": 1},
        {"op": "add", "path": "/l/x", "value": 1},
        {"op": "test", "path": "/a", "value": 2},
        {"op": "copy", "from": "/n", "path": "/b"},
        {"op": "frob", "path": "/a"},
        {"op": "add", "path": "", "value": 1},
        {"path": "/a"},
        "text",
    ],
)
def test_json_patch_that_does_not_fit_is_refused(operation: Any) -> None:
    with pytest.raises(StatusError) as refusal:
        patches.patched({"a": 1, "l": ["x", "y"]}, [operation])
    assert refusal.value.code == 422


def test_json_patch_that_is_no_list_is_a_bad_request() -> None:
    with pytest.raises(StatusError) as refusal:
        patches.patched({}, {"a": 1})
    assert refusal.value.code == 400


READY = {"type": "Ready", "status": "True"}


@pytest.mark.parametrize(
    ("value", "patch", "expected"),
    [
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"args": ["x"]}, {"args": ["y"]}, {"args": ["y"]}),
        ({"finalizers": ["x"]}, {"finalizers": ["y", "x"]}, {"finalizers": ["y", "x"]}),
        (
            {"finalizers": ["x", "y"]},
            {"$deleteFromPrimitiveList/finalizers": ["x"]},
            {"finalizers": ["y"]},
        ),
        ({"finalizers": ["x"]}, {"$deleteFromPrimitiveList/finalizers": ["x"]}, {}),
        (
            {"conditions": [READY]},
            {"conditions": [{"type": "Disk"}, {"type": "Ready", "reason": "r"}]},
            {"conditions": [{"type": "Disk"}, READY | {"reason": "r"}]},
        ),
        (
            {"containers": [{"name": "a", "image": "x"}, {"name": "b"}]},
            {"containers": [{"name": "a", "$patch": "delete"}]},
            {"containers": [{"name": "b"}]},
        ),
        (
            {"volumes": [{"name": "a"}]},
            {"volumes": [{"$patch": "replace"}, {"name": "b"}]},
            {"volumes": [{"name": "b"}]},
        ),
        ({"a": {"b": 1}}, {"a": {"$patch": "replace", "c": 2}}, {"a": {"c": 2}}),
        ({"a": {"b": 1}, "c": 1}, {"a": {"$patch": "delete"}}, {"c": 1}),
        (
            {"containers": [{"name": "a"}]},
            {"$setElementOrder/containers": [{"name": "a"}]},
            {"containers": [{"name": "a"}]},
        ),
        ({}, {"networks": [{"name": "n"}]}, {"networks": [{"name": "n"}]}),
    ],
)
def test_strategic_patch_merges_maps_and_known_lists(
    value: Any, patch: Any, expected: Any
) -> None:
    before = copied(value)
    assert strategic.merged(value, patch) == expected
    assert value == before
