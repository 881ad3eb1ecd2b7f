"""The runner of controllers: what is refused, what fails, and what is looked at again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager

import pytest

from harvester_net.cluster.resources import CONFIG_MAP, Object
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.apiserver.admission import AdmissionRequest
from harvester_net.lab.apiserver.errors import StatusError, status
from harvester_net.lab.controllers.controller import (
    Action,
    Controller,
    Patch,
    Refused,
    State,
    own_key,
)
from harvester_net.lab.controllers.manager import Manager
from harvester_net.lab.state import LiveState

from ....waiting import until

KEY = "default/one"
REFUSED = StatusError(status(422, "Invalid", "not today"))


def said(words: str) -> Patch:
    return Patch(CONFIG_MAP, KEY, {"data": {"said": words}})


def controller(
    looks: list[str], asked: Iterable[Action] = (), refused: Refused | None = None
) -> Controller:
    """One that notes each look, and asks for these writes as long as nothing was said."""

    def reconcile(state: State, key: str) -> Iterator[Action]:
        looks.append(key)
        if not (state.get(CONFIG_MAP, key) or {}).get("data"):
            yield from asked

    watches = {CONFIG_MAP: own_key}
    return Controller("test", "harvester", reconcile, watches, refused=refused)


@asynccontextmanager
async def managed(*controllers: Controller, refusals: int = 0) -> AsyncIterator[ControlPlane]:
    """A server with one ConfigMap, whose first changes are refused, and these controllers."""
    left = [refusals]

    def refuse(request: AdmissionRequest) -> None:
        if request.operation == "UPDATE" and left[0]:
            left[0] -= 1
            raise REFUSED

    plane = ControlPlane()
    plane.prepare()
    meta = {"name": "one", "namespace": "default"}
    plane.load([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}])
    plane.admission.validators.append(refuse)
    manager = Manager(plane, LiveState(plane.store, plane.catalog), controllers)
    running = asyncio.create_task(manager.run())
    try:
        yield plane
    finally:
        running.cancel()
        await asyncio.wait({running})


async def until_said(plane: ControlPlane) -> str:
    """What is in the ConfigMap, once something is."""
    await until(lambda: bool(_live(plane).get("data")))
    return str(_live(plane)["data"]["said"])


def _live(plane: ControlPlane) -> Object:
    found = plane.store.get(plane.catalog.resource("configmaps"), KEY)
    assert found is not None
    return found


async def test_everything_there_is_looked_at_first() -> None:
    looks: list[str] = []
    async with managed(controller(looks, [said("hello")])) as plane:
        assert await until_said(plane) == "hello"
    assert looks[0] == KEY


@pytest.mark.parametrize("refusals", [1, 3])
async def test_what_is_refused_is_tried_again_until_it_is_taken(refusals: int) -> None:
    looks: list[str] = []
    async with managed(controller(looks, [said("hello")]), refusals=refusals) as plane:
        assert await until_said(plane) == "hello"
    assert len(looks) >= refusals + 1


async def test_a_refusal_that_is_final_is_told_instead_of_tried_again() -> None:
    looks: list[str] = []

    def tell(state: State, key: str, words: str) -> Iterator[Action]:
        yield said(f"refused: {words}")

    one = controller(looks, [said("hello")], tell)
    async with managed(one, refusals=1) as plane:
        assert await until_said(plane) == "refused: not today"
        await asyncio.sleep(0)
    assert looks.count(KEY) <= 2, "the first look, and the one at what was told"


async def test_a_mistake_of_one_controller_is_none_of_another() -> None:
    def broken(state: State, key: str) -> list[Action]:
        raise ZeroDivisionError

    bad = Controller("bad", "harvester", broken, {CONFIG_MAP: own_key})
    async with managed(bad, controller([], [said("hello")])) as plane:
        assert await until_said(plane) == "hello"
