"""HTTP: who asks, for what, may they, and the answer; everything else is decided elsewhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from harvester_net.lab.apiserver import auth, bodies, discovery, reading, reviews
from harvester_net.lab.apiserver.admission import Admission, User
from harvester_net.lab.apiserver.aggregation import Aggregated, Answer, Passed, group_of
from harvester_net.lab.apiserver.auth import Authenticator
from harvester_net.lab.apiserver.builtin import ACCESS_REVIEWS, PODS, RULES_REVIEWS
from harvester_net.lab.apiserver.errors import (
    StatusError,
    bad_request,
    internal,
    method_not_allowed,
    not_found,
    nothing_there,
)
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.patches import APPLY
from harvester_net.lab.apiserver.pods import METHODS, PodSubresources
from harvester_net.lab.apiserver.rbac import Authorizer
from harvester_net.lab.apiserver.requests import RequestInfo, parse_request
from harvester_net.lab.apiserver.resources import Catalog, Resource
from harvester_net.lab.apiserver.store import Store
from harvester_net.lab.apiserver.watching import Watch
from harvester_net.lab.apiserver.writing import Writer

BOOKMARK_EVERY = 60.0
LARGEST_BODY = 3 * 1024 * 1024
_REVIEWS = (ACCESS_REVIEWS.id, RULES_REVIEWS.id)

_log = logging.getLogger(__name__)
_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

Write = Callable[[Resource, RequestInfo, User, bytes, str], Object]


class NoPage(Exception):
    """The server's last resort has nothing at this path, and says so in plain text."""


@dataclass
class ApiServer:
    """Serves a store over HTTP."""

    store: Store
    catalog: Catalog
    admission: Admission = field(default_factory=Admission)
    authenticator: Authenticator = field(default_factory=Authenticator)
    bookmark_every: float = BOOKMARK_EVERY
    """Seconds in which nothing happens, after which a watch that may gets a bookmark."""
    aggregated: dict[str, Aggregated] = field(default_factory=dict)
    """The programs that answer for a group of the API, by its name."""

    def __post_init__(self) -> None:
        self.authorizer = Authorizer(self.store)
        writer = self._writer = Writer(self.store, self.admission)
        self.pods = PodSubresources(self.store, writer)
        self._writes: dict[str, Write] = {
            "create": writer.create,
            "update": writer.update,
            "patch": writer.patch,
            "delete": writer.delete,
            "deletecollection": writer.delete_collection,
        }
        self._watches: set[Watch] = set()

    def application(self, middlewares: Sequence[Middleware] = ()) -> web.Application:
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=middlewares)
        app.router.add_route("*", "/{path:.*}", self.handle)
        return app

    def end_watches(self) -> None:
        """Ends every open watch, as the server does it from time to time."""
        for watch in self._watches:
            watch.end()

    async def handle(self, http: web.Request) -> web.StreamResponse:
        try:
            return await self._answer(http)
        except StatusError as refusal:
            return _json(refusal.status, refusal.code)
        except NoPage:
            return web.Response(status=404, text="404 page not found\n")
        except (ConnectionError, web.HTTPException):
            raise
        except Exception as error:
            _log.exception("%s %s", http.method, http.path_qs)
            return _json(internal(f"{type(error).__name__}: {error}").status, 500)

    async def _answer(self, http: web.Request) -> web.StreamResponse:
        agent = http.headers.get("User-Agent", "").partition("/")[0]
        info = replace(parse_request(http.method, http.path, http.query), agent=agent)
        user = self.authenticator.user(http.headers, _certificate(http))
        user = auth.acting(user, http.headers, self.authorizer)
        auth.check_allowed(user, info, self.authorizer)
        if program := self.aggregated.get(group_of(info.path)):
            accept = http.headers.get("Accept", "*/*")
            return _passed_on(program.answer(Passed(info, user, await http.read(), accept)))
        if not info.plural:
            return self._at_path(info, http.headers.get("Accept", ""))
        resource = self._resource(info)
        _check_method(resource, info)
        if resource.id == PODS.id and info.subresource in METHODS:
            return await self._of_pod(http, info, user)
        if info.verb == "watch":
            return await self._watch(http, resource, info)
        if info.verb == "list":
            return _json(reading.listed(self.store, resource, info))
        if info.verb == "get":
            return _json(reading.get(self.store, resource, info))
        content = await http.read()
        if resource.id in _REVIEWS:
            review = bodies.read(content, http.content_type, resource)
            return _json(reviews.answer(resource, review, user, self.authorizer), 201)
        if http.content_type == APPLY and info.verb == "patch":
            found, new = self._writer.apply(resource, info, user, content)
            return _json(found, 201 if new else 200)
        write = self._writes[info.verb]
        found = write(resource, info, user, content, http.content_type)
        return _json(found, 201 if info.verb == "create" else 200)

    async def _of_pod(self, http: web.Request, info: RequestInfo, user: User) -> web.Response:
        if info.subresource == "log":
            text = self.pods.log(info)
            return web.Response(status=204) if text is None else web.Response(text=text)
        content = await http.read()
        return _json(self.pods.write(info, user, content, http.content_type), 201)

    def _at_path(self, info: RequestInfo, accept: str) -> web.Response:
        if info.path.strip("/") in discovery.HEALTH:
            return web.Response(text="ok")
        if info.path == "/openapi/v2" and "protobuf" in accept:
            content = discovery.schemas_of_kinds()
            return web.Response(body=content, content_type=discovery.PROTOBUF)
        found = discovery.document(info.path, self.catalog, self.aggregated)
        if found is None:
            raise self._missing(info)
        if info.method != "GET":
            raise method_not_allowed()
        return _json(found)

    def _resource(self, info: RequestInfo) -> Resource:
        """What is asked about; raises where nothing of it is served."""
        found = self.catalog.find(info.group, info.version, info.plural)
        if found is None or (found.namespaced and info.is_item and not info.namespace):
            raise self._missing(info)
        if info.subresource and not _has_subresource(found, info.subresource):
            raise not_found(found, info.name) if found.custom else nothing_there()
        return found

    def _missing(self, info: RequestInfo) -> Exception:
        if discovery.is_built_in(info.path, self.catalog):
            return nothing_there()
        return NoPage()

    async def _watch(
        self, http: web.Request, resource: Resource, info: RequestInfo
    ) -> web.StreamResponse:
        watch = Watch(self.store, resource, info, self.bookmark_every)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(http)
        self._watches.add(watch)
        try:
            async for event in watch.stream():
                await response.write(_compact(event).encode() + b"\n")
        except ConnectionError:
            # The client has heard enough.
            pass
        finally:
            self._watches.discard(watch)
        return response


def _has_subresource(resource: Resource, name: str) -> bool:
    if name == "status":
        return resource.has_status
    return resource.id == PODS.id and name in METHODS


def _check_method(resource: Resource, info: RequestInfo) -> None:
    """Raises 405, and what else the server says to a method in the wrong place."""
    if resource.id == PODS.id and info.subresource in METHODS:
        if info.method not in METHODS[info.subresource]:
            raise method_not_allowed()
        return
    if info.method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        raise method_not_allowed()
    if info.verb not in resource.verbs:
        raise method_not_allowed()
    if resource.namespaced and not info.namespace and info.verb not in ("list", "watch"):
        raise NoPage() if resource.custom else method_not_allowed()
    if info.verb == "create" and info.name and not resource.custom:
        raise method_not_allowed()
    if info.verb in ("update", "patch") and not info.name:
        raise bad_request("name must be provided") if resource.custom else method_not_allowed()


def _certificate(http: web.Request) -> dict[str, Any] | None:
    transport = http.transport
    return transport.get_extra_info("peercert") if transport is not None else None


def _passed_on(answer: Answer) -> web.Response:
    if answer.object is not None:
        return _json(answer.object, answer.code)
    if answer.text:
        return web.Response(status=answer.code, text=answer.text)
    return web.Response(status=answer.code)


def _json(obj: Object, code: int = 200) -> web.Response:
    return web.Response(
        status=code, body=_compact(obj).encode(), content_type="application/json"
    )
