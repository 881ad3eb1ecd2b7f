"""Watches: from a version, by selector, with bookmarks, and their ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.lab.api import Api, ApiError
from harvester_net.lab.apiserver import ControlPlane

from .objects import GADGETS, RACKS, gadget, rack

Event = tuple[str, str]
"""The type, and the object's name."""


async def stream(api: Api, path: str = RACKS, **query: str) -> AsyncIterator[tuple[str, Any]]:
    params = {"watch": "true", "timeoutSeconds": "20"} | query
    async for kind, obj in api._stream(path, params):
        yield kind, obj


async def first(count: int, events: AsyncIterator[tuple[str, Any]]) -> list[Event]:
    """So many events, without bookmarks."""
    found: list[Event] = []
    async with asyncio.timeout(5):
        async for kind, obj in events:
            if kind != "BOOKMARK":
                found.append((kind, obj["metadata"]["name"]))
            if len(found) == count:
                break
    return found


async def version(api: Api) -> str:
    listed = await api.list(RACKS)
    return str(listed["metadata"]["resourceVersion"])


async def test_watch_from_a_list_tells_what_came_after_it(api: Api) -> None:
    await api.create(RACKS, rack("before"))
    since = await version(api)
    await api.create(RACKS, rack("between"))
    events = stream(api, resourceVersion=since)
    assert await anext(events)
    await api.merge_patch(f"{RACKS}/before", {"spec": {"size": 1}})
    await api.create(GADGETS, gadget("other"))
    await api.delete(f"{RACKS}/between")
    assert await first(2, events) == [("MODIFIED", "before"), ("DELETED", "between")]


@pytest.mark.parametrize("since", ["", "0"])
async def test_watch_from_nothing_tells_everything_first(api: Api, since: str) -> None:
    for name in "ba":
        await api.create(RACKS, rack(name))
    events = stream(api, resourceVersion=since)
    assert [await anext(events) for _ in "ab"]
    await api.create(RACKS, rack("c"))
    assert await first(1, events) == [("ADDED", "c")]


async def test_objects_come_and_go_by_the_selector(api: Api) -> None:
    await api.create(RACKS, rack("r"))
    since = await version(api)
    for value in ("yes", "yes", "no", "yes"):
        labels = {"labels": {"seen": value}, "annotations": {"now": str(value)}}
        await api.merge_patch(f"{RACKS}/r", {"metadata": labels})
    await api.merge_patch(f"{RACKS}/r", {"spec": {"size": 1}})
    await api.delete(f"{RACKS}/r")
    events = stream(api, resourceVersion=since, labelSelector="seen=yes")
    kinds = [kind for kind, _ in await first(5, events)]
    assert kinds == ["ADDED", "DELETED", "ADDED", "MODIFIED", "DELETED"]


async def test_watch_of_a_namespace_tells_of_it_alone(api: Api, plane: ControlPlane) -> None:
    plane.load([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}}])
    events = stream(api, GADGETS.replace("default", "other"), resourceVersion="1")
    waiting = asyncio.ensure_future(first(1, events))
    await api.create(GADGETS, gadget("here"))
    await api.create(GADGETS.replace("default", "other"), gadget("there", namespace="other"))
    assert await waiting == [("ADDED", "there")]


async def test_bookmarks_move_the_version_while_nothing_happens(api: Api) -> None:
    since = await version(api)
    events = stream(api, resourceVersion=since, allowWatchBookmarks="true")
    await api.create(GADGETS, gadget("elsewhere"))
    async with asyncio.timeout(5):
        kind, obj = await anext(events)
        while obj["metadata"]["resourceVersion"] == since:
            kind, obj = await anext(events)
    assert (kind, obj["kind"]) == ("BOOKMARK", "Rack")


async def test_watch_ends_after_its_time(api: Api) -> None:
    events = stream(api, timeoutSeconds="1")
    async with asyncio.timeout(5):
        assert [event async for event in events] == []


async def test_watch_ends_when_the_server_ends_it(api: Api, plane: ControlPlane) -> None:
    await api.create(RACKS, rack("r"))
    events = stream(api)
    await anext(events)
    plane.server.end_watches()
    async with asyncio.timeout(5):
        assert [event async for event in events] == []


async def test_watch_from_a_forgotten_version_hears_that_it_expired(
    api: Api, plane: ControlPlane
) -> None:
    since = await version(api)
    await api.create(RACKS, rack("r"))
    plane.store.forget_history()
    ((kind, status),) = [event async for event in stream(api, resourceVersion=since)]
    assert (kind, status["code"], status["reason"]) == ("ERROR", 410, "Expired")
    assert status["message"].startswith(f"too old resource version: {since} (")


async def test_watch_that_is_asked_for_badly_does_not_begin(api: Api) -> None:
    with pytest.raises(ApiError, match="400"):
        await anext(stream(api, labelSelector="("))


async def test_hundred_events_reach_ten_watches_in_order(
    api: Api, plane: ControlPlane
) -> None:
    since = await version(api)
    events = [stream(api, resourceVersion=since) for _ in range(10)]
    plane.load(rack(f"r{number:03}") for number in range(100))
    found = await asyncio.gather(*(first(100, each) for each in events))
    assert all(each == [("ADDED", f"r{n:03}") for n in range(100)] for each in found)
