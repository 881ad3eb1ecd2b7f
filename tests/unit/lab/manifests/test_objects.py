"""What the embedded control plane starts with: all of it can be loaded, in every version."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import SERVICE_CIDR, SETTING
from harvester_net.harvester.names import (
    MIGRATION_SETTING,
    RWX_SETTING,
    STORAGE_SETTING,
    VERSION_SETTING,
)
from harvester_net.harvester.versions import NEWEST
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.manifests import base_objects, booted_objects, namespaces
from harvester_net.lab.manifests.definitions import definitions
from harvester_net.lab.simulators import base_objects as machines

VERSIONS = [f"v1.{minor}.0" for minor in range(4, NEWEST[1] + 1)]
NETWORK_SETTINGS = {STORAGE_SETTING, RWX_SETTING, MIGRATION_SETTING}


def started(version: str) -> ControlPlane:
    """One that is not served, with everything that a cluster of a version begins with."""
    plane = ControlPlane()
    plane.prepare()
    plane.load(definitions(version))
    plane.load([*namespaces(), *base_objects(version), *booted_objects(version), *machines(3)])
    return plane


def settings(plane: ControlPlane) -> dict[str, Object]:
    resource = plane.catalog.find("harvesterhci.io", "v1beta1", SETTING.plural)
    assert resource is not None
    return {each["metadata"]["name"]: each for each in plane.store.list(resource)}


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_is_taken_in_every_version(version: str) -> None:
    assert VERSION_SETTING in settings(started(version))


@pytest.mark.parametrize(
    "obj", [*base_objects("v1.8.0"), *booted_objects("v1.8.0"), *machines(1)]
)
def test_no_object_loses_a_field(obj: Object) -> None:
    plane = started("v1.8.0")
    resource = plane.catalog.of_kind(obj["apiVersion"], obj["kind"])
    assert resource is not None
    kept = plane.store.get(resource, _key(obj))
    assert kept is not None
    assert _within(obj, kept)


def _key(obj: Object) -> str:
    meta = obj["metadata"]
    return "/".join(filter(None, (meta.get("namespace"), meta["name"])))


def _within(part: object, whole: object) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _within(part[name], whole[name]) for name in part)
    return part == whole


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("v1.5.0", {STORAGE_SETTING}),
        ("v1.6.0", {STORAGE_SETTING, MIGRATION_SETTING}),
        ("v1.8.0", {STORAGE_SETTING, MIGRATION_SETTING, RWX_SETTING}),
    ],
)
def test_settings_are_those_of_the_version(version: str, names: set[str]) -> None:
    assert settings(started(version)).keys() & NETWORK_SETTINGS == names


def test_network_settings_are_as_nobody_has_set_them() -> None:
    found = settings(started("v1.8.0"))
    assert not [name for name in NETWORK_SETTINGS if "value" in found[name]]
    assert found[RWX_SETTING]["default"] == '{"share-storage-network":false}'


def test_server_says_the_version_that_was_asked_for() -> None:
    found = settings(started("v1.7.2-rc1"))
    assert found[VERSION_SETTING]["value"] == "v1.7.2-rc1"


def test_services_have_a_range() -> None:
    plane = started("v1.8.0")
    resource = plane.catalog.find("networking.k8s.io", "v1", SERVICE_CIDR.plural)
    assert resource is not None
    (found,) = plane.store.list(resource)
    assert found["spec"] == {"cidrs": ["10.0.0.0/24"]}
    assert found["status"]["conditions"][0]["type"] == "Ready"
