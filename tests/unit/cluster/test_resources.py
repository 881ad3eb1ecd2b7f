"""Kinds of objects: where they are on the server, and how we call their objects."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import (
    CLAIM,
    CLUSTER_NETWORK,
    NAD,
    NODE,
    Resource,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
    split_key,
)


@pytest.mark.parametrize(
    ("resource", "key", "path"),
    [
        (
            CLUSTER_NETWORK,
            "data",
            "/apis/network.harvesterhci.io/v1beta1/clusternetworks/data",
        ),
        (NODE, "node1", "/api/v1/nodes/node1"),
        (CLAIM, "a/b", "/api/v1/namespaces/a/persistentvolumeclaims/b"),
        (
            NAD,
            "a/b",
            "/apis/k8s.cni.cncf.io/v1/namespaces/a/network-attachment-definitions/b",
        ),
        (
            NAD,
            "b",
            "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions/b",
        ),
    ],
)
def test_path_of_an_object(resource: Resource, key: str, path: str) -> None:
    assert resource.path_of(key) == path


def test_path_of_all_objects_of_a_kind() -> None:
    assert NAD.path() == "/apis/k8s.cni.cncf.io/v1/network-attachment-definitions"
    assert (
        NAD.path("a") == "/apis/k8s.cni.cncf.io/v1/namespaces/a/network-attachment-definitions"
    )


@pytest.mark.parametrize(
    ("meta", "key"), [({"name": "a"}, "a"), ({"name": "a", "namespace": "n"}, "n/a")]
)
def test_key_says_the_namespace_if_there_is_one(meta: dict[str, Any], key: str) -> None:
    assert key_of({"metadata": meta}) == key


@pytest.mark.parametrize(
    ("key", "parts"), [("n/a", ("n", "a")), ("a", ("default", "a")), ("/a", ("default", "a"))]
)
def test_key_without_a_namespace_is_in_the_default_one(
    key: str, parts: tuple[str, str]
) -> None:
    assert split_key(key) == parts


@pytest.mark.parametrize("meta", [{}, {"labels": None, "annotations": None}])
def test_object_without_labels_has_none(meta: dict[str, Any]) -> None:
    assert labels_of({"metadata": meta}) == {}
    assert annotations_of({"metadata": meta}) == {}


def test_object_with_a_deletion_timestamp_is_going() -> None:
    assert is_terminating({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}})
    assert not is_terminating({"metadata": {}})


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        ({}, {}),
        ({"status": None}, {}),
        ({"status": {"conditions": None}}, {}),
        ({"status": {"conditions": [{"type": "other"}]}}, {}),
        (
            {
                "status": {
                    "conditions": [{"type": "other"}, {"type": "ready", "status": "True"}]
                }
            },
            {"type": "ready", "status": "True"},
        ),
    ],
)
def test_condition_is_found_by_its_type(status: dict[str, Any], seen: dict[str, str]) -> None:
    assert condition(status, "ready") == seen
