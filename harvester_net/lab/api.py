"""A small asynchronous Kubernetes client for the lab: raw paths in, plain dicts out.

The lab speaks to one API server of its own with a token and a CA file, so nothing of a
kubeconfig is needed; the provider's border to real clusters is `harvester_net.cluster`.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp

Object = dict[str, Any]
WatchEvent = tuple[str, Object]

_JSON = "application/json"
_MERGE_PATCH = "application/merge-patch+json"
_JSON_PATCH = "application/json-patch+json"
_WATCH_SECONDS = 300
_RETRY_SECONDS = 0.2
_OUTAGE = (aiohttp.ClientError, ConnectionError, TimeoutError)


class ApiError(Exception):
    """An answer of the API server other than success; `body` is its Status object."""

    def __init__(self, status: int, body: Object) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body

    @property
    def reason(self) -> str:
        return str(self.body.get("reason") or "")

    @property
    def message(self) -> str:
        return str(self.body.get("message") or "")

    def __str__(self) -> str:
        head = f"{self.status} {self.reason}".strip()
        return f"{head}: {self.message}" if self.message else head


class Api:
    """One user's connection to the API server; use it as an async context manager."""

    def __init__(self, url: str, ca_file: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._ca_file = ca_file
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, path: str, **params: str) -> Object:
        return await self._send("GET", path, params=params)

    async def list(self, path: str, **params: str) -> Object:
        """The whole list object; `params` are query parameters such as labelSelector."""
        return await self._send("GET", path, params=params)

    async def create(self, path: str, obj: Object, **params: str) -> Object:
        """POST `obj` to the collection (or subresource) at `path`."""
        return await self._send("POST", path, obj, params=params)

    async def merge_patch(self, path: str, obj: Object, **params: str) -> Object:
        return await self._send("PATCH", path, obj, _MERGE_PATCH, params)

    async def json_patch(self, path: str, ops: Sequence[Object], **params: str) -> Object:
        return await self._send("PATCH", path, list(ops), _JSON_PATCH, params)

    async def replace(self, path: str, obj: Object, **params: str) -> Object:
        return await self._send("PUT", path, obj, params=params)

    async def delete(self, path: str, body: Object | None = None, **params: str) -> Object:
        """DELETE; `body` is a DeleteOptions object."""
        return await self._send("DELETE", path, body, params=params)

    async def watch(
        self, path: str, *, bookmarks: bool = False, **params: str
    ) -> AsyncIterator[WatchEvent]:
        """Yield (ADDED | MODIFIED | DELETED, object) for ever, the present objects first.

        Lost connections and expired versions are bridged by a new list, whose differences
        to what was seen come as events. With `bookmarks`, (BOOKMARK, {}) follows each list.
        """
        seen: dict[str, Object] = {}
        while True:
            try:
                listed = await self.list(path, **params)
                for event in _differences(seen, listed):
                    yield event
                if bookmarks:
                    yield "BOOKMARK", {}
                async for event in self._follow(path, _version(listed), params):
                    _remember(seen, event)
                    yield event
            except _OUTAGE:
                await asyncio.sleep(_RETRY_SECONDS)
            except ApiError as error:
                if error.status not in (410, 429) and error.status < 500:
                    raise
                await asyncio.sleep(_RETRY_SECONDS)

    async def _follow(
        self, path: str, version: str, params: dict[str, str]
    ) -> AsyncIterator[WatchEvent]:
        while True:
            query = params | {
                "watch": "1",
                "resourceVersion": version,
                "allowWatchBookmarks": "true",
                "timeoutSeconds": str(_WATCH_SECONDS),
            }
            async for kind, obj in self._stream(path, query):
                if kind == "ERROR":
                    raise ApiError(int(obj.get("code") or 500), obj)
                version = _version(obj)
                if kind != "BOOKMARK":
                    yield kind, obj

    async def _stream(self, path: str, query: dict[str, str]) -> AsyncIterator[WatchEvent]:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10)
        async with self._open().get(self._url + path, params=query, timeout=timeout) as answer:
            if answer.status != 200:
                raise ApiError(answer.status, _decoded(await answer.read()))
            rest = b""
            # readline() of aiohttp refuses the long lines that large objects make.
            async for chunk in answer.content.iter_any():
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    event = json.loads(line)
                    yield event["type"], event["object"]

    async def _send(
        self,
        method: str,
        path: str,
        body: object = None,
        content_type: str = _JSON,
        params: dict[str, str] | None = None,
    ) -> Object:
        data = None if body is None else json.dumps(body)
        async with self._open().request(
            method,
            self._url + path,
            params=params,
            data=data,
            headers={"Content-Type": content_type},
        ) as answer:
            decoded = _decoded(await answer.read())
            if answer.status >= 400:
                raise ApiError(answer.status, decoded)
            return decoded

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    ssl=ssl.create_default_context(cafile=self._ca_file), limit=0
                ),
                headers={"Authorization": f"Bearer {self._token}"},
            )
        return self._session


def _decoded(content: bytes) -> Object:
    """The JSON object of an answer; plain text (a missing virt-api, O4.4) as a message."""
    try:
        decoded = json.loads(content) if content.strip() else {}
    except ValueError:
        decoded = None
    if isinstance(decoded, dict):
        return decoded
    return {"message": content.decode(errors="replace").strip()}


def _version(obj: Object) -> str:
    return str(obj["metadata"]["resourceVersion"])


def _remember(seen: dict[str, Object], event: WatchEvent) -> None:
    kind, obj = event
    if kind == "DELETED":
        seen.pop(obj["metadata"]["uid"], None)
    else:
        seen[obj["metadata"]["uid"]] = obj


def _differences(seen: dict[str, Object], listed: Object) -> list[WatchEvent]:
    """What a new list says beyond `seen`, which is brought up to date."""
    live = {item["metadata"]["uid"]: _typed(item, listed) for item in listed["items"]}
    events = [("DELETED", seen[uid]) for uid in seen if uid not in live]
    for uid, obj in live.items():
        if uid not in seen:
            events.append(("ADDED", obj))
        elif _version(seen[uid]) != _version(obj):
            events.append(("MODIFIED", obj))
    seen.clear()
    seen.update(live)
    return events


def _typed(item: Object, listed: Object) -> Object:
    """A list's items lack kind and apiVersion where the type is built in."""
    names = {"apiVersion": listed["apiVersion"], "kind": listed["kind"].removesuffix("List")}
    return names | item
