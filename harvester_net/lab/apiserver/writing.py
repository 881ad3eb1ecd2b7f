"""Creations, updates, patches and deletions, in the order in which the real server does them:
decode, mutate, prepare, validate, ask, write.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harvester_net.cluster.merge_patch import applied
from harvester_net.lab.apiserver import (
    applying,
    bodies,
    builtin,
    cel,
    definitions,
    metadata,
    patches,
    preparation,
    schemas,
    strategic,
)
from harvester_net.lab.apiserver.admission import Admission, AdmissionRequest, Operation, User
from harvester_net.lab.apiserver.deletion_options import options_of
from harvester_net.lab.apiserver.errors import (
    bad_request,
    details,
    internal,
    invalid,
    not_found,
)
from harvester_net.lab.apiserver.objects import Object, copied
from harvester_net.lab.apiserver.reading import key_of, listed, shown
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.store import Store, check_uid
from harvester_net.lab.apiserver.write_checks import (
    check_applied,
    check_name,
    check_namespace,
    check_patch_type,
    check_version,
    decoded,
    forbidden,
    terminating,
    uid_of_nothing,
    without_version,
    wrong_kind,
    wrong_status,
)

_MERGES = {patches.MERGE: applied, patches.STRATEGIC: strategic.merged}
_SYSTEM = ("default", "kube-system", "kube-public")


class Writer:
    """What clients may do to a store; each method gives what they get for it."""

    def __init__(self, store: Store, admission: Admission) -> None:
        self._store, self._admission = store, admission

    def create(
        self,
        resource: Resource,
        info: RequestInfo,
        user: User,
        content: bytes,
        content_type: str,
    ) -> Object:
        info.is_dry_run()
        obj = bodies.read(content, content_type, resource)
        return self._create(resource, info, user, obj)

    def _create(
        self,
        resource: Resource,
        info: RequestInfo,
        user: User,
        obj: Object,
        managers: list[Object] | None = None,
    ) -> Object:
        dry_run = info.is_dry_run()
        obj = decoded(resource, info, obj)
        check_namespace(resource, info, obj)
        self._check_place(resource, info, obj)
        request = self._request("CREATE", resource, info, user, obj, None, dry_run)
        self._admission.mutate(request)
        preparation.prepare(resource, obj)
        self._check(resource, info, obj, None)
        if obj["metadata"].get("resourceVersion"):
            raise internal("resourceVersion should not be set on objects to be created")
        self._admission.validate(request)
        _set_managers(obj, managers)
        return shown(resource, self._store.create(resource, obj, dry_run))

    def update(
        self,
        resource: Resource,
        info: RequestInfo,
        user: User,
        content: bytes,
        content_type: str,
    ) -> Object:
        obj = bodies.read(content, content_type, resource)
        check_name(info, obj)
        current = self._current(resource, info)
        if resource.needs_version and not obj["metadata"].get("resourceVersion"):
            raise without_version(resource, info.name)
        check_uid(resource, current, obj)
        return self._change(resource, info, user, current, obj)

    def patch(
        self,
        resource: Resource,
        info: RequestInfo,
        user: User,
        content: bytes,
        content_type: str,
    ) -> Object:
        check_patch_type(resource, info, content_type)
        current = self._current(resource, info)
        try:
            patch = bodies.parsed(content)
        except ValueError as error:
            raise bad_request(f"error decoding patch: {error}") from error
        present = shown(resource, current)
        if content_type == patches.JSON:
            obj = patches.patched(present, patch)
        elif not isinstance(patch, dict):
            why = "cannot unmarshal array into Go value of type map[string]interface {}"
            raise bad_request(f"error decoding patch: json: {why}")
        else:
            obj = _MERGES[content_type](present, patch)
        check_name(info, obj)
        return self._change(resource, info, user, current, copied(obj))

    def apply(
        self, resource: Resource, info: RequestInfo, user: User, content: bytes
    ) -> tuple[Object, bool]:
        """Server-side apply; says whether the object is new."""
        check_patch_type(resource, info, patches.APPLY)
        config = bodies.configuration(content)
        check_applied(resource, info, config)
        current = self._store.get(resource, key_of(resource, info))
        uid = config["metadata"].get("uid")
        if current is None and uid:
            raise uid_of_nothing(resource, info.name, uid)
        present = current and shown(resource, current)
        obj, managers = applying.applied(
            resource, present, config, info.manager, info.flag("force")
        )
        if current is not None:
            return self._change(resource, info, user, current, obj, managers), False
        obj["metadata"].pop("resourceVersion", None)
        return self._create(resource, info, user, obj, managers), True

    def delete(
        self,
        resource: Resource,
        info: RequestInfo,
        user: User,
        content: bytes,
        content_type: str,
    ) -> Object:
        how, dry_run = options_of(info, content)
        key, current = key_of(resource, info), self._current(resource, info)
        self._store.delete(resource, key, how, dry_run=True)
        if resource.id == "namespaces" and info.name in _SYSTEM:
            raise forbidden(resource, info.name, "this namespace may not be deleted")
        request = self._request("DELETE", resource, info, user, None, current, dry_run)
        self._admission.mutate(request)
        self._admission.validate(request)
        last, gone = self._store.delete(resource, key, how, dry_run)
        if not gone or resource.graceful:
            return shown(resource, last)
        uid = last["metadata"]["uid"]
        found: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}}
        return found | {
            "status": "Success",
            "details": details(resource, info.name, uid=uid),
        }

    def delete_collection(
        self,
        resource: Resource,
        info: RequestInfo,
        user: User,
        content: bytes,
        content_type: str,
    ) -> Object:
        page = listed(self._store, resource, info)
        for item in page["items"]:
            meta = item["metadata"]
            one = _one_of(info, meta.get("namespace", ""), meta["name"])
            self.delete(resource, one, user, content, content_type)
        return page

    def _change(
        self,
        resource: Resource,
        info: RequestInfo,
        user: User,
        current: Object,
        obj: Object,
        managers: list[Object] | None = None,
    ) -> Object:
        """`managers` are given where the object was applied, by whom else it was written."""
        dry_run = info.is_dry_run()
        sent = obj.get("metadata", {}).get("managedFields")
        obj = decoded(resource, info, obj)
        check_namespace(resource, info, obj)
        check_version(resource, current, obj)
        request = self._request("UPDATE", resource, info, user, obj, current, dry_run)
        self._admission.mutate(request)
        preparation.prepare_change(resource, info.subresource, current, obj)
        self._check(resource, info, obj, current)
        self._admission.validate(request)
        if managers is None:
            managers = _managers_of_write(resource, info, current, obj, sent)
        _set_managers(obj, managers)
        return shown(resource, self._store.update(resource, obj, dry_run))

    def _current(self, resource: Resource, info: RequestInfo) -> Object:
        found = self._store.get(resource, key_of(resource, info))
        if found is None:
            raise not_found(resource, info.name)
        return found

    def _check_place(self, resource: Resource, info: RequestInfo, obj: Object) -> None:
        """Raises 404 and 403 for a namespace that isn't there, or not for long."""
        if not resource.namespaced:
            return
        namespace = self._store.get(builtin.NAMESPACES, info.namespace)
        if namespace is None:
            raise not_found(builtin.NAMESPACES, info.namespace)
        if namespace["metadata"].get("deletionTimestamp"):
            raise terminating(resource, info.namespace, obj["metadata"].get("name", ""))

    def _check(
        self, resource: Resource, info: RequestInfo, obj: Object, before: Object | None
    ) -> None:
        causes = [*wrong_kind(resource, obj), *metadata.wrong(resource, obj)]
        if before is not None:
            causes = [*metadata.wrong_change(before, obj), *causes]
        if resource.id == builtin.DEFINITIONS.id:
            causes += definitions.wrong(obj)
        if info.subresource == "status":
            causes += wrong_status(resource, obj)
        elif resource.schema:
            causes += schemas.check(obj, resource.schema)
        if resource.schema:
            causes += cel.wrong(obj, resource.schema, causes)
        if causes:
            name = obj["metadata"].get("name", "")
            raise invalid(resource.group, str(obj["kind"]), name, causes)

    def _request(
        self,
        operation: Operation,
        resource: Resource,
        info: RequestInfo,
        user: User,
        obj: Object | None,
        old: Object | None,
        dry_run: bool,
    ) -> AdmissionRequest:
        meta = (obj or old or {"metadata": {}})["metadata"]
        namespace = info.namespace if resource.namespaced else ""
        name = meta.get("name", "")
        return AdmissionRequest(
            operation,
            resource,
            namespace,
            name,
            user,
            obj,
            old,
            copied(obj),
            info.subresource,
            dry_run,
        )


def _managers_of_write(
    resource: Resource, info: RequestInfo, current: Object, obj: Object, sent: Any
) -> list[Object] | None:
    """Who sets which fields after a write that applies nothing.

    A client may write that down itself, as pulumi-kubernetes does to take over fields; an
    entry that is empty means that nobody does.
    """
    known: list[Object] | None = current["metadata"].get("managedFields")
    if info.verb == "patch" and sent is not None and sent != known:
        return [entry for entry in sent if entry]
    if info.subresource:
        return known
    return applying.tracked(resource, current, obj, info.manager)


def _set_managers(obj: Object, managers: list[Object] | None) -> None:
    obj["metadata"].pop("managedFields", None)
    if managers:
        obj["metadata"]["managedFields"] = managers


def _one_of(info: RequestInfo, namespace: str, name: str) -> RequestInfo:
    """The deletion of one object of a collection."""
    query = {key: value for key, value in info.query.items() if "Selector" not in key}
    return replace(info, query=query, verb="delete", namespace=namespace, name=name)
