"""Names by patterns, one for each kind."""

from __future__ import annotations

import pytest

from network_policies.resource import Resource

from .judging import accused, judged, said

POLICY = "names-by-pattern"


@pytest.mark.parametrize(
    ("kind", "name", "settings", "is_refused"),
    [
        ("ClusterNetwork", "data", {"clusterNetwork": "cn-.+"}, True),
        ("ClusterNetwork", "cn-data", {"clusterNetwork": "cn-.+"}, False),
        ("ClusterNetwork", "cn-data2", {"clusterNetwork": "cn-[a-z]+"}, True),
        ("ClusterNetwork", "data", {"vmNetwork": "cn-.+"}, False),
        ("NetworkConfig", "rack-a", {"networkConfig": "rack-[ab]"}, False),
        ("NetworkConfig", "rack-c", {"networkConfig": "rack-[ab]"}, True),
        ("VmNetwork", "web", {"vmNetwork": "[a-z]+-[0-9]+"}, True),
        ("VmNetwork", "web", {}, False),
    ],
)
def test_whole_name_matches_the_pattern_of_its_kind(
    kind: str, name: str, settings: dict[str, str], is_refused: bool
) -> None:
    resource = Resource(kind, "in-the-program", {"name": name})
    assert bool(said(POLICY, resource, **settings)) is is_refused


def test_what_is_said_of_a_name() -> None:
    resource = Resource("ClusterNetwork", "data", {"name": "data"})
    assert said(POLICY, resource, clusterNetwork="cn-.+") == [
        "name: 'data' does not match cn-.+; choose another one now, for a new name later "
        "replaces the object"
    ]


def test_storage_network_has_no_name() -> None:
    storage = Resource("StorageNetwork", "storage", {"clusterNetwork": "cn-data"})
    assert accused(POLICY, storage, clusterNetwork="x") == []


def test_names_of_a_recorded_preview() -> None:
    assert judged(POLICY, "create") == []
    assert judged(POLICY, "create", vmNetwork="vm1.*") == ["vm200"]
