"""What clients ask first: which groups, versions and resources there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harvester_net.lab.apiserver.aggregation import Aggregated
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.pods import METHODS
from harvester_net.lab.apiserver.resources import Catalog, Resource

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

_INFO = {"title": "Kubernetes", "version": VERSION["gitVersion"]}
PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
"""The media type of `schemas_of_kinds`."""
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


def document(
    path: str, catalog: Catalog, aggregated: Mapping[str, Aggregated]
) -> Object | None:
    """The document at a path, None if there is none.

    What a version of an aggregated group has, its program says itself.
    """
    parts = path.strip("/").split("/")
    others = {name: list(program.versions) for name, program in aggregated.items()}
    known = catalog.groups() | others
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
            groups = [_group(name, versions) for name, versions in known.items()]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        case ["apis", group]:
            versions = known.get(group)
            kind = {"kind": "APIGroup", "apiVersion": "v1"}
            return kind | _group(group, versions) if versions else None
        case ["api", version]:
            return _resources("", version, catalog)
        case ["apis", group, version]:
            return _resources(group, version, catalog)
        case ["openapi", "v2"]:
            return {"swagger": "2.0", "info": _INFO, "paths": {}, "definitions": {}}
        case ["openapi", "v3"]:
            return {"paths": {}}
    return None


def schemas_of_kinds() -> bytes:
    """/openapi/v2 as protobuf, in which form kubectl and pulumi-kubernetes ask for it.

    It knows no kind. That is enough: both leave it to the server to judge what they send.
    """
    title, version = (_text(number, text) for number, text in enumerate(_INFO.values(), 1))
    return _text(1, "2.0") + _field(2, title + version)


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _field(number: int, content: bytes) -> bytes:
    """A field of a protobuf message that is text or a message, of less than 128 bytes."""
    return bytes((number << 3 | 2, len(content))) + content


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
        if resource.id == "pods":
            found += _of_pods()
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


def _of_pods() -> Iterable[Object]:
    verbs = {"POST": "create", "GET": "get"}
    kinds = {"binding": "Binding", "eviction": "Eviction", "log": "Pod"}
    for name, methods in METHODS.items():
        group = {"group": "policy", "version": "v1"} if name == "eviction" else {}
        yield (
            {"name": f"pods/{name}", "singularName": "", "namespaced": True}
            | group
            | {
                "kind": kinds[name],
                "verbs": [verbs[method] for method in methods],
            }
        )


def _status(resource: Resource) -> Object:
    return {
        "name": f"{resource.plural}/status",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": _STATUS_VERBS,
    }
