"""Objects and lists as clients get them: selected, in pages, in the version they ask for."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from harvester_net.lab.apiserver import objects, selectors
from harvester_net.lab.apiserver.errors import (
    Cause,
    StatusError,
    bad_request,
    invalid,
    not_found,
    status,
)
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.store import Store

_TOKEN_VERSION = "meta.k8s.io/v1"
_NEWEST = -1
_TOKEN_EXPIRED = (
    "The provided continue parameter is too old to display a consistent list result. You can"
    " start a new list without the continue parameter, or use the continue token in this"
    " response to retrieve the remainder of the results. Continuing with the provided token"
    " results in an inconsistent list - objects that were created, modified, or deleted"
    " between the time the first chunk was returned and now may show up in the list."
)


@dataclass(frozen=True)
class Place:
    """Where the next page begins: after a key, as of a version."""

    version: int
    after: str

    def token(self) -> str:
        start = {"v": _TOKEN_VERSION, "rv": self.version, "start": f"/{self.after}\0"}
        text = json.dumps(start, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(text).decode().rstrip("=")


def shown(resource: Resource, obj: Object) -> Object:
    """An object in the version that was asked for; all versions have the same fields."""
    if obj["apiVersion"] == resource.api:
        return obj
    return obj | {"apiVersion": resource.api}


def get(store: Store, resource: Resource, info: RequestInfo) -> Object:
    found = store.get(resource, key_of(resource, info))
    if found is None:
        raise not_found(resource, info.name)
    return shown(resource, found)


def key_of(resource: Resource, info: RequestInfo) -> str:
    return objects.key(info.namespace if resource.namespaced else "", info.name)


def matching(resource: Resource, info: RequestInfo) -> selectors.Matches:
    """Whether an object is among those that a list or a watch asks for; raises 400."""
    labels = selectors.labels(info.query.get("labelSelector", ""))
    fields = selectors.fields(info.query.get("fieldSelector", ""), resource)
    return lambda obj: labels(obj) and fields(obj)


def listed(store: Store, resource: Resource, info: RequestInfo) -> Object:
    """A list, or a page of it; raises 400, and 410 where its version is forgotten."""
    matches, limit = matching(resource, info), number(info, "limit")
    namespace = info.namespace if resource.namespaced else ""
    version, found, place = _candidates(store, resource, info, namespace)
    found = [obj for obj in found if matches(obj)]
    if place is not None:
        found = [obj for obj in found if _relative_key(obj, namespace) > place.after]
    page = found[:limit] if limit > 0 and info.query.get("resourceVersion") != "0" else found
    meta: Object = {"resourceVersion": str(version)}
    if resource.custom:
        meta["continue"] = ""
    if len(page) < len(found):
        meta["continue"] = Place(version, _relative_key(page[-1], namespace)).token()
        if not info.query.get("labelSelector") and not info.query.get("fieldSelector"):
            meta["remainingItemCount"] = len(found) - len(page)
    return as_list(resource, page, meta)


def as_list(resource: Resource, items: list[Object], meta: Object) -> Object:
    """The items of built-in resources don't say what they are: the list does."""
    left_out = () if resource.custom else ("apiVersion", "kind")
    bare = [
        {name: value for name, value in shown(resource, obj).items() if name not in left_out}
        for obj in items
    ]
    kind = {"apiVersion": resource.api, "kind": resource.list_name}
    return kind | {"metadata": meta, "items": bare}


def number(info: RequestInfo, name: str) -> int:
    text = info.query.get(name) or "0"
    try:
        return int(text)
    except ValueError as error:
        raise bad_request(_no_integer("ParseInt", text)) from error


def version_of(info: RequestInfo) -> int | None:
    """The version that a list or watch asks for, None for the newest; raises ValueError."""
    text = info.query.get("resourceVersion", "")
    if text and not text.isdecimal():
        why = _no_integer("ParseUint", text)
        raise ValueError(f'resourceVersion: Invalid value: "{text}": {why}')
    return int(text) if text else None


def _no_integer(function: str, text: str) -> str:
    return f'strconv.{function}: parsing "{text}": invalid syntax'


def _candidates(
    store: Store, resource: Resource, info: RequestInfo, namespace: str
) -> tuple[int, list[Object], Place | None]:
    """The version of a list, what there was of the resource then, and where it goes on."""
    if token := info.query.get("continue"):
        place = _place(token)
        if place.version == _NEWEST:
            return store.version, store.list(resource, namespace), place
        try:
            return place.version, store.list_at(resource, place.version, namespace), place
        except StatusError as error:
            raise _expired(place) from error
    version = _checked_version(store, info)
    if version and info.query.get("resourceVersionMatch") == "Exact":
        return version, store.list_at(resource, version, namespace), None
    return store.version, store.list(resource, namespace), None


def _checked_version(store: Store, info: RequestInfo) -> int | None:
    try:
        version = version_of(info)
    except ValueError as error:
        raise bad_request(f"invalid resource version: {error}") from error
    if info.query.get("resourceVersionMatch") and version is None:
        why = "resourceVersionMatch is forbidden unless resourceVersion is provided"
        cause = Cause("resourceVersionMatch", "FieldValueForbidden", f"Forbidden: {why}")
        raise invalid("meta.k8s.io", "ListOptions", "", [cause])
    if version is not None and version > store.version:
        raise _too_large(version, store.version)
    return version


def _too_large(version: int, current: int) -> StatusError:
    message = "Too large resource version"
    cause = {"reason": "ResourceVersionTooLarge", "message": message}
    details = {"causes": [cause], "retryAfterSeconds": 1}
    text = f"Timeout: {message}: {version}, current: {current}"
    return StatusError(status(504, "Timeout", text, details))


def _expired(place: Place) -> StatusError:
    told = status(410, "Expired", _TOKEN_EXPIRED)
    return StatusError(told | {"metadata": {"continue": Place(_NEWEST, place.after).token()}})


def _place(token: str) -> Place:
    try:
        padded = token + "=" * (-len(token) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return Place(int(found["rv"]), str(found["start"]).strip("/\0"))
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        where = len(token) // 4 * 4
        why = f"continue key is not valid: illegal base64 data at input byte {where}"
        raise bad_request(f"invalid continue token: {why}") from error


def _relative_key(obj: Object, namespace: str) -> str:
    return objects.key_of(obj).removeprefix(f"{namespace}/" if namespace else "")
