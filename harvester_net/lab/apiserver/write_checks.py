"""What is checked of every write, in the real server's words."""

from __future__ import annotations

from collections.abc import Iterable

from harvester_net.lab.apiserver import metadata, patches, schemas, structural
from harvester_net.lab.apiserver.errors import (
    Cause,
    StatusError,
    bad_request,
    conflict,
    details,
    internal,
    invalid,
    invalid_value,
    modified,
    required,
    status,
    unsupported_media_type,
)
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.apiserver.resources import Resource


def decoded(resource: Resource, info: RequestInfo, obj: Object) -> Object:
    """The object as its schema knows it; raises 400 where strictness was asked for."""
    if not isinstance(obj.get("metadata"), dict):
        obj["metadata"] = {}
    metadata.check_types(resource, obj)
    metadata.clean(obj)
    if not resource.schema:
        return obj
    pruned = structural.prune(obj, resource.schema)
    if pruned and info.query.get("fieldValidation") == "Strict":
        unknown = ", ".join(f'unknown field "{path}"' for path in sorted(pruned))
        raise bad_request(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a'
            f" {resource.kind}: strict decoding error: {unknown}"
        )
    structural.set_defaults(obj, resource.schema)
    return obj


def check_name(info: RequestInfo, obj: Object) -> None:
    name = (obj.get("metadata") or {}).get("name")
    if not name:
        raise bad_request(
            f"the name of the object ({info.name} based on URL) was undeterminable: name must"
            " be provided"
        )
    if name != info.name:
        raise bad_request(
            f"the name of the object ({name}) does not match the name on the URL ({info.name})"
        )


def check_namespace(resource: Resource, info: RequestInfo, obj: Object) -> None:
    meta = obj["metadata"]
    if not resource.namespaced:
        meta.pop("namespace", None)
    elif meta.setdefault("namespace", info.namespace) != info.namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the"
            " request"
        )


def check_version(resource: Resource, current: Object, obj: Object) -> None:
    version = str(obj["metadata"].get("resourceVersion") or "")
    if version and not version.isdecimal():
        raise internal(f'strconv.ParseUint: parsing "{version}": invalid syntax')
    if version not in ("", current["metadata"]["resourceVersion"]):
        raise modified(resource, current["metadata"]["name"])


def check_patch_type(resource: Resource, info: RequestInfo, content_type: str) -> None:
    accepted = (patches.JSON, patches.MERGE)
    if content_type == patches.APPLY:
        _check_apply(info)
        return
    if not resource.custom and content_type not in (*accepted, patches.STRATEGIC):
        message = "415: Unsupported Media Type"
        raise StatusError(status(415, "UnsupportedMediaType", message, {}))
    if resource.custom and content_type not in accepted:
        raise unsupported_media_type((*accepted, patches.APPLY))
    if "force" in info.query:
        why = "Forbidden: may not be specified for non-apply patch"
        raise _wrong_option(Cause("force", "FieldValueForbidden", why))


def _check_apply(info: RequestInfo) -> None:
    if not info.query.get("fieldManager"):
        raise _wrong_option(required("fieldManager", "is required for apply patch"))
    if info.subresource:
        message = "the embedded control plane applies whole objects only, no subresources"
        raise StatusError(status(415, "UnsupportedMediaType", message))


def _wrong_option(cause: Cause) -> StatusError:
    return invalid("meta.k8s.io", "PatchOptions", "", [cause])


def check_applied(resource: Resource, info: RequestInfo, config: Object) -> None:
    """Raises 400 for a configuration that isn't one of this object."""
    kind, api = config.get("kind") or "", config.get("apiVersion") or ""
    group, _, version = api.rpartition("/")
    if (api, kind) != (resource.api, resource.kind):
        place = f"{group}/{version}" if api else "/"
        raise bad_request(f"invalid object type: {place}, Kind={kind}")
    if (config.get("metadata") or {}).get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")
    check_name(info, config)


def uid_of_nothing(resource: Resource, name: str, uid: str) -> StatusError:
    why = (
        f"uid mismatch: the provided object specified uid {uid}, and no existing object was"
        " found"
    )
    return conflict(resource, name, why)


def wrong_kind(resource: Resource, obj: Object) -> Iterable[Cause]:
    if obj["kind"] != resource.kind:
        yield invalid_value("kind", f'"{obj["kind"]}"', f"must be {resource.kind}")


def wrong_status(resource: Resource, obj: Object) -> list[Cause]:
    """The server begins the path in its text at the status itself."""
    known = ((resource.schema or {}).get("properties") or {}).get("status")
    if not known or "status" not in obj:
        return []
    causes = schemas.check(obj["status"], known)
    return [
        Cause(f"status.{each.field}".rstrip("."), each.reason, each.message) for each in causes
    ]


def without_version(resource: Resource, name: str) -> StatusError:
    why = "must be specified for an update"
    cause = invalid_value("metadata.resourceVersion", "0", why)
    return invalid(resource.group, resource.plural, name, [cause])


def forbidden(resource: Resource, name: str, why: str) -> StatusError:
    message = f'{resource.id} "{name}" is forbidden: {why}'
    return StatusError(status(403, "Forbidden", message, details(resource, name)))


def terminating(resource: Resource, namespace: str, name: str) -> StatusError:
    refusal = forbidden(
        resource,
        name,
        f"unable to create new content in namespace {namespace} because it is being"
        " terminated",
    )
    cause = Cause(
        "metadata.namespace",
        "NamespaceTerminating",
        f"namespace {namespace} is being terminated",
    )
    refusal.status["details"]["causes"] = [cause.as_object()]
    return refusal
