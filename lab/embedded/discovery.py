"""What clients ask first: which groups, versions and resources there are."""

from __future__ import annotations

from lab.embedded.objects import Object
from lab.embedded.resources import Catalog, Resource

VERSION = {
    "major": "1",
    "minor": "35",
    "emulationMajor": "1",
    "emulationMinor": "35",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "34",
    "gitVersion": "v1.35.4",
    "gitCommit": "",
    "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "",
    "platform": "linux/amd64",
}
"""The version that the lab's real API server has."""

HEALTH = ("healthz", "livez", "readyz")
_CUSTOM_VERBS = (
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "create",
    "update",
    "watch",
)
_STATUS_VERBS = ["get", "patch", "update"]


def document(path: str, catalog: Catalog) -> Object | None:
    """The document at a path, None if there is none."""
    parts = path.strip("/").split("/")
    match parts:
        case ["version"]:
            return dict(VERSION)
        case ["api"]:
            return {
                "kind": "APIVersions",
                "versions": ["v1"],
                "serverAddressByClientCIDRs": [],
            }
        case ["apis"]:
            groups = [_group(name, versions) for name, versions in catalog.groups().items()]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        case ["apis", group]:
            versions = catalog.groups().get(group)
            kind = {"kind": "APIGroup", "apiVersion": "v1"}
            return kind | _group(group, versions) if versions else None
        case ["api", version]:
            return _resources("", version, catalog)
        case ["apis", group, version]:
            return _resources(group, version, catalog)
    return None


def is_built_in(path: str, catalog: Catalog) -> bool:
    """Whether the server answers for what is missing there, not its last resort."""
    parts = path.strip("/").split("/")
    if parts[0] == "api":
        return True
    group = parts[1] if parts[0] == "apis" and len(parts) > 1 else ""
    return bool(group) and any(k.group == group and not k.custom for k in catalog)


def _group(name: str, versions: list[str]) -> Object:
    known = [{"groupVersion": f"{name}/{each}", "version": each} for each in versions]
    return {"name": name, "versions": known, "preferredVersion": known[0]}


def _resources(group: str, version: str, catalog: Catalog) -> Object | None:
    served = catalog.of_version(group, version)
    if not served:
        return None
    found: list[Object] = []
    for resource in served:
        found.append(_resource(resource))
        if resource.has_status:
            found.append(_status(resource))
    kind = {"kind": "APIResourceList", "groupVersion": served[0].api, "resources": found}
    return kind | ({"apiVersion": "v1"} if group else {})


def _resource(resource: Resource) -> Object:
    found: Object = {
        "name": resource.plural,
        "singularName": resource.singular or resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(_CUSTOM_VERBS if resource.custom else resource.verbs),
    }
    if resource.short_names:
        found["shortNames"] = list(resource.short_names)
    if resource.categories:
        found["categories"] = list(resource.categories)
    return found


def _status(resource: Resource) -> Object:
    return {
        "name": f"{resource.plural}/status",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": _STATUS_VERBS,
    }
