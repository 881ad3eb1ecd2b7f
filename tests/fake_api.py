"""A small API server for tests: lists, watches, merge patches, finalizers, and faults on
request.

It keeps what the real one promises and the code relies on: resource versions, 404 and 409,
uid preconditions, watches that continue from a version or end with 410. It judges nothing;
what a webhook would say is set by the test with `deny`.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml
from aiohttp import web

from harvester_net.cluster import resources
from harvester_net.cluster.resources import Object, Resource, key_of

LONGHORN = "longhorn.io"


def name_of(api: str, plural: str) -> str:
    """The plural of a kind; Longhorn has nodes and settings of its own."""
    twice = api.startswith(LONGHORN) and plural in ("nodes", "settings")
    return f"{LONGHORN} {plural}" if twice else plural


KINDS = {
    name_of(kind.api, kind.plural): kind
    for kind in vars(resources).values()
    if isinstance(kind, Resource)
}
NETWORK_WEBHOOK = "validator.harvester-system.harvester-network-webhook"
END = None


def status_object(code: int, reason: str, message: str) -> Object:
    """An error as the API server words it."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
    }


def denied_text(why: str, by: str = NETWORK_WEBHOOK) -> str:
    """The message of the API server when a webhook says no."""
    return f'admission webhook "{by}" denied the request: {why}'


@dataclass
class Answer:
    """An answer to give instead of the real one; status 0 cuts the connection."""

    status: int
    body: Any = ""
    after: bool = False
    """Whether the request is carried out all the same: the answer is lost on its way."""
    permanent: bool = False


@dataclass
class Seen:
    """A request that came in."""

    method: str
    plural: str
    key: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    path: str = ""
    content_type: str = ""


@dataclass
class FakeApi:
    """The objects, the requests seen so far, and the faults to come."""

    objects: dict[str, dict[str, Object]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    """Plurals that this server does not know."""
    on_write: dict[str, Callable[[Object], None]] = field(default_factory=dict)
    """What a mutating webhook or a controller makes of an object, by plural."""
    url: str = ""
    held: asyncio.Event | None = None
    """While this is set and not yet fired, writes wait for it."""

    def __post_init__(self) -> None:
        self._version = 100
        self._faults: dict[str, deque[Answer]] = {}
        self._history: list[tuple[int, str, str, Object]] = []
        self._oldest = 0
        self._watchers: set[tuple[str, asyncio.Queue[Any]]] = set()

    # What a test says.

    def put(self, obj: Object) -> Object:
        """An object appears or changes behind everybody's back."""
        obj = copy.deepcopy(obj)
        plural = next(
            name
            for name, kind in KINDS.items()
            if (kind.kind, kind.api) == (obj["kind"], obj["apiVersion"])
        )
        key = key_of(obj)
        known = self.objects.get(plural, {}).get(key)
        meta = obj["metadata"]
        meta.setdefault("uid", known["metadata"]["uid"] if known else f"uid-{self._next()}")
        self._store("MODIFIED" if known else "ADDED", plural, obj)
        return obj

    def change(self, plural: str, key: str, fields: Object) -> Object:
        """Somebody else changes some fields of an object."""
        changed: Object = merged(self.objects[plural][key], fields)
        self._store("MODIFIED", plural, changed)
        return changed

    def remove(self, plural: str, key: str) -> None:
        """An object goes."""
        gone = copy.deepcopy(self.objects[plural].pop(key))
        gone["metadata"]["resourceVersion"] = str(self._next())
        self._announce("DELETED", plural, gone)

    def get(self, plural: str, key: str) -> Object:
        """An object as the server has it."""
        return self.objects[plural][key]

    def has(self, plural: str, key: str) -> bool:
        """Whether the server has an object."""
        return key in self.objects.get(plural, {})

    def fail(
        self,
        request: str,
        status: int,
        body: Any = "",
        *,
        times: int = 1,
        after: bool = False,
    ) -> None:
        """Answer the next requests (`POST vlanconfigs`) with this instead."""
        queue = self._faults.setdefault(request, deque())
        queue.extend(Answer(status, body, after) for _ in range(times))

    def deny(self, request: str, why: str, *, status: int = 500, times: int = 0) -> None:
        """A webhook refuses such requests; for ever if no number of times is given."""
        body = status_object(status, "InternalError", denied_text(why))
        answer = Answer(status, body, permanent=not times)
        self._faults.setdefault(request, deque()).extend([answer] * (times or 1))

    def allow(self, request: str) -> None:
        """No more faults for such requests."""
        self._faults.pop(request, None)

    def end_watches(self) -> None:
        """Every open watch ends, as the server does it from time to time."""
        for _, queue in list(self._watchers):
            queue.put_nowait(END)

    def forget_history(self) -> None:
        """Watches cannot continue from versions seen so far any more."""
        self._oldest = self._next()
        self._history.clear()

    # What a test asks.

    def count(self, request: str) -> int:
        """How many requests like `GET vlanconfigs` or `WATCH vlanconfigs` came in."""
        return self.counts()[request]

    def counts(self) -> Counter[str]:
        """All requests by method and plural; lists and reads of one object apart."""
        return Counter(self._name(seen) for seen in self.seen)

    def writes(self) -> list[Seen]:
        """The requests that were meant to change something."""
        return [seen for seen in self.seen if seen.method != "GET"]

    def kubeconfig(self, user: Object | None = None, **cluster: Any) -> str:
        """The text of a kubeconfig for this server."""
        return yaml.safe_dump(kubeconfig(self.url, user, **cluster))

    @staticmethod
    def _name(seen: Seen) -> str:
        if seen.method == "GET" and seen.query.get("watch"):
            return f"WATCH {seen.plural}"
        if seen.method == "GET" and not seen.key:
            return f"LIST {seen.plural}"
        return f"{seen.method} {seen.plural}"

    # How it answers.

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        plural, namespace, name = _parts(request.path)
        key = f"{namespace}/{name}" if namespace and name else name
        body = await request.read()
        seen = Seen(
            request.method,
            plural,
            key,
            dict(request.query),
            dict(request.headers),
            json.loads(body) if body else None,
            request.path,
            request.content_type,
        )
        self.seen.append(seen)
        if self.held is not None and seen.method != "GET":
            await self.held.wait()
        fault = self._fault(self._name(seen))
        if fault is not None:
            if fault.after:
                self._answer(seen, namespace)
            return await _faulty(request, fault)
        if seen.query.get("watch"):
            return await self._watch(request, seen)
        code, answer = self._answer(seen, namespace)
        return web.json_response(answer, status=code)

    def _fault(self, name: str) -> Answer | None:
        queue = self._faults.get(name)
        if not queue:
            return None
        return queue[0] if queue[0].permanent else queue.popleft()

    def _answer(self, seen: Seen, namespace: str) -> tuple[int, Object]:
        if seen.plural not in KINDS or seen.plural in self.missing:
            return 404, status_object(
                404, "NotFound", "the server could not find the resource"
            )
        items = self.objects.setdefault(seen.plural, {})
        if seen.method == "POST":
            return self._create(seen, items, namespace)
        if not seen.key:
            version = str(self._version)
            return 200, {
                "items": [copy.deepcopy(i) for i in items.values()],
                "metadata": {"resourceVersion": version},
            }
        known = items.get(seen.key)
        if known is None:
            name = seen.key.rpartition("/")[2]
            return 404, status_object(404, "NotFound", f'{seen.plural} "{name}" not found')
        if seen.method == "PATCH":
            return self._patch(seen, known)
        if seen.method == "DELETE":
            return self._delete(seen, known)
        return 200, copy.deepcopy(known)

    def _create(
        self, seen: Seen, items: dict[str, Object], namespace: str
    ) -> tuple[int, Object]:
        obj = copy.deepcopy(seen.body)
        if namespace:
            obj["metadata"]["namespace"] = namespace
        if key_of(obj) in items:
            text = f'{seen.plural} "{obj["metadata"]["name"]}" already exists'
            return 409, status_object(409, "AlreadyExists", text)
        obj["metadata"]["uid"] = f"uid-{self._next()}"
        return 201, self._store("ADDED", seen.plural, obj)

    def _patch(self, seen: Seen, known: Object) -> tuple[int, Object]:
        expected = (seen.body.get("metadata") or {}).get("resourceVersion")
        if expected not in (None, known["metadata"]["resourceVersion"]):
            text = (
                "the object has been modified; please apply your changes to the latest version"
            )
            return 409, status_object(409, "Conflict", text)
        return 200, self._store("MODIFIED", seen.plural, merged(known, seen.body))

    def _delete(self, seen: Seen, known: Object) -> tuple[int, Object]:
        uid = ((seen.body or {}).get("preconditions") or {}).get("uid")
        if uid not in (None, known["metadata"]["uid"]):
            text = f"Precondition failed: UID in precondition: {uid}"
            return 409, status_object(409, "Conflict", text)
        if known["metadata"].get("finalizers"):
            fields = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}
            return 200, self._store("MODIFIED", seen.plural, merged(known, fields))
        self.remove(seen.plural, seen.key)
        return 200, {"kind": "Status", "status": "Success"}

    async def _watch(self, request: web.Request, seen: Seen) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_type = "application/json"
        await response.prepare(request)
        since = int(seen.query.get("resourceVersion") or 0)
        if since < self._oldest:
            gone = status_object(410, "Expired", f"too old resource version: {since}")
            await _say(response, "ERROR", gone)
            return response
        queue: asyncio.Queue[Any] = asyncio.Queue()
        for version, kind, plural, obj in self._history:
            if plural == seen.plural and version > since:
                queue.put_nowait((kind, obj))
        watcher = (seen.plural, queue)
        self._watchers.add(watcher)
        try:
            while (event := await queue.get()) is not END:
                await _say(response, *event)
        finally:
            self._watchers.discard(watcher)
        return response

    def _next(self) -> int:
        self._version += 1
        return self._version

    def _store(self, event: str, plural: str, obj: Object) -> Object:
        if plural in self.on_write:
            self.on_write[plural](obj)
        obj["metadata"]["resourceVersion"] = str(self._next())
        self.objects.setdefault(plural, {})[key_of(obj)] = obj
        self._announce(event, plural, copy.deepcopy(obj))
        return copy.deepcopy(obj)

    def _announce(self, event: str, plural: str, obj: Object) -> None:
        version = int(obj["metadata"]["resourceVersion"])
        self._history.append((version, event, plural, obj))
        for watched, queue in list(self._watchers):
            if watched == plural:
                queue.put_nowait((event, obj))


def merged(one: Any, fields: Any) -> Any:
    """A merge patch applied (RFC 7386)."""
    if not isinstance(fields, dict):
        return copy.deepcopy(fields)
    result = dict(one) if isinstance(one, dict) else {}
    for key, value in fields.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def kubeconfig(url: str, user: Object | None = None, **cluster: Any) -> Object:
    """A kubeconfig with one cluster, one user and one context."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "clusters": [{"name": "lab", "cluster": {"server": url} | cluster}],
        "users": [{"name": "me", "user": user or {}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}],
    }


def _parts(path: str) -> tuple[str, str, str]:
    """Plural, namespace and name of a URL path."""
    parts = path.strip("/").split("/")
    rest = parts[2:] if parts[0] == "api" else parts[3:]
    namespace = ""
    if len(rest) > 2 and rest[0] == "namespaces":
        namespace, rest = rest[1], rest[2:]
    plural = name_of(parts[1], rest[0]) if rest else ""
    return (plural, namespace, rest[1] if len(rest) > 1 else "")


async def _say(response: web.StreamResponse, kind: str, obj: Object) -> None:
    await response.write(json.dumps({"type": kind, "object": obj}).encode() + b"\n")


async def _faulty(request: web.Request, fault: Answer) -> web.StreamResponse:
    if fault.status == 0:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()
    if isinstance(fault.body, str):
        return web.Response(status=fault.status, text=fault.body)
    return web.json_response(fault.body, status=fault.status)


@asynccontextmanager
async def serving(api: FakeApi | None = None, *, tls: Any = None) -> AsyncIterator[FakeApi]:
    """A fake API server on 127.0.0.1, gone at the end."""
    api = api or FakeApi()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    api.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield api
    finally:
        api.end_watches()
        await runner.cleanup()
