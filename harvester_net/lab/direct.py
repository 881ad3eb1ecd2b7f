"""Writes of those who run in the control plane's own process, as one of its users."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harvester_net.cluster.resources import Object, Resource, split_key
from harvester_net.lab.apiserver import patches
from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.control_plane import ControlPlane
from harvester_net.lab.apiserver.rbac import MASTERS
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.apiserver.resources import Resource as Served
from harvester_net.lab.apiserver.writing import Writer
from harvester_net.lab.controllers.controller import Action, Create, Patch
from harvester_net.lab.users import USERS


class DirectClient:
    """What HTTP requests do, without HTTP: admission and validation see every write.

    All methods raise StatusError where a client would get such an answer.
    """

    def __init__(
        self, plane: ControlPlane, user: str, query: Mapping[str, str] | None = None
    ) -> None:
        """`query` goes with every request."""
        self._plane, self._query = plane, query or {}
        self._user = User(USERS[user], (MASTERS,))
        self._writer = Writer(plane.store, plane.admission)

    def write(self, action: Action) -> Object:
        """What a controller asks for."""
        if isinstance(action, Create):
            return self.create(action.resource, action.object)
        if isinstance(action, Patch):
            return self.patch(action.resource, action.key, action.fields, status=action.status)
        return self.delete(action.resource, action.key, action.uid)

    def create(self, resource: Resource, obj: Object) -> Object:
        served, info = self._info("create", resource, obj["metadata"].get("namespace", ""))
        return self._writer.create(served, info, self._user, _body(obj), "application/json")

    def patch(
        self, resource: Resource, key: str, fields: Object, *, status: bool = False
    ) -> Object:
        """A merge patch."""
        namespace, name = _parts(resource, key)
        served, info = self._info("patch", resource, namespace, name, status)
        return self._writer.patch(served, info, self._user, _body(fields), patches.MERGE)

    def delete(self, resource: Resource, key: str, uid: str) -> Object:
        namespace, name = _parts(resource, key)
        served, info = self._info("delete", resource, namespace, name)
        options = {"preconditions": {"uid": uid}}
        return self._writer.delete(
            served, info, self._user, _body(options), "application/json"
        )

    def _info(
        self,
        verb: str,
        resource: Resource,
        namespace: str,
        name: str = "",
        status: bool = False,
    ) -> tuple[Served, RequestInfo]:
        group, _, version = resource.api.rpartition("/")
        served = self._plane.catalog.find(group, version, resource.plural)
        if served is None:
            raise KeyError(f"{resource.plural} of {resource.api} are not served")
        subresource = "status" if status and served.has_status else ""
        info = RequestInfo(
            "",
            "",
            self._query,
            verb=verb,
            group=group,
            version=version,
            plural=resource.plural,
            subresource=subresource,
            namespace=namespace,
            name=name,
        )
        return served, info


def _parts(resource: Resource, key: str) -> tuple[str, str]:
    return split_key(key) if resource.namespaced else ("", key)


def _body(obj: Any) -> bytes:
    return json.dumps(obj).encode()
