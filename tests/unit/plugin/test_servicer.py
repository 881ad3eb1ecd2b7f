"""The dispatcher: every call runs to its end, and every failure becomes an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, status_pb2

from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.kind import Live
from harvester_net.plugin.failures import DETAILS
from harvester_net.plugin.provider import Provider
from harvester_net.plugin.requests import CreateRequest, DeleteRequest
from harvester_net.plugin.servicer import Servicer
from harvester_net.plugin.values import Decoded, encoded

NAME = frozenset({("name",)})
CREATE = provider_pb2.CreateRequest(
    urn="urn:pulumi:dev::site::harvester-net:index:VmNetwork::vm100",
    properties=encoded({"name": "a"}, NAME),
)
LIVE = Live("default/a", {"name": "a"}, {"name": "a"})


class Aborted(Exception):
    """The call was ended with a failure."""


class Context:
    """A call's context, as far as failures use it."""

    def __init__(self) -> None:
        self.code = self.message = ""
        self.details: bytes | None = None

    async def abort(
        self, code: Any, message: str, trailing_metadata: tuple[tuple[str, bytes], ...] = ()
    ) -> NoReturn:
        self.code, self.message = code.name, message
        self.details = dict(trailing_metadata).get(DETAILS)
        raise Aborted


class FakeProvider(Provider):
    """A provider whose calls do as the test says."""

    def __init__(self, act: Callable[[], Awaitable[Any]]) -> None:
        self.act = act
        self.closed = False

    async def create(self, request: CreateRequest) -> Live:
        await self.act()
        return LIVE

    async def delete(self, request: DeleteRequest) -> None:
        await self.act()

    async def close(self) -> None:
        self.closed = True


async def servicer_of(act: Callable[[], Awaitable[Any]]) -> Servicer:
    """A servicer that has loaded a provider which does this."""

    async def loaded() -> Provider:
        return FakeProvider(act)

    servicer = Servicer(None)
    servicer._loading = asyncio.create_task(loaded())
    return servicer


def raising(error: Exception) -> Callable[[], Awaitable[None]]:
    async def act() -> None:
        raise error

    return act


async def failed(act: Callable[[], Awaitable[Any]]) -> Context:
    """How a Create fails whose provider does this."""
    servicer, context = await servicer_of(act), Context()
    with pytest.raises(Aborted):
        await servicer.Create(CREATE, context)  # type: ignore[arg-type]
    return context


async def nothing() -> None:
    pass


async def test_answer_is_encoded_with_the_secrets_of_the_request() -> None:
    servicer = await servicer_of(nothing)
    message = await servicer.Create(CREATE, Context())  # type: ignore[arg-type]
    assert message.id == LIVE.key
    assert Decoded(message.properties).secrets == NAME


async def test_call_without_an_answer_is_empty() -> None:
    servicer = await servicer_of(nothing)
    request = provider_pb2.DeleteRequest(urn=CREATE.urn)
    assert await servicer.Delete(request, Context()) == Empty()  # type: ignore[arg-type]


async def test_what_was_said_is_sent_before_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []

    async def act() -> None:
        order.append("done")

    async def flush() -> None:
        order.append("flushed")

    servicer = await servicer_of(act)
    monkeypatch.setattr(servicer._log, "flush", flush)
    await servicer.Create(CREATE, Context())  # type: ignore[arg-type]
    assert order == ["done", "flushed"]


async def test_refusal_is_told_as_it_is() -> None:
    context = await failed(raising(Refused("because")))
    assert (context.code, context.message) == ("FAILED_PRECONDITION", "because")
    assert context.details is None


async def test_mistake_of_ours_says_so() -> None:
    context = await failed(raising(KeyError("x")))
    assert context.code == "FAILED_PRECONDITION"
    assert context.message.startswith("harvester-net met an error it did not expect: KeyError")


async def test_unfinished_object_is_recorded_with_its_secrets() -> None:
    error = Unfinished("default/a", {"name": "a", "uid": "u1"}, {"name": "a"}, ["1", "2"])
    context = await failed(raising(error))
    assert (context.code, context.message) == ("UNAVAILABLE", "1; 2")
    assert context.details is not None
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(context.details).details[0].Unpack(detail)
    outputs, inputs = Decoded(detail.properties), Decoded(detail.inputs)
    assert (detail.id, list(detail.reasons)) == ("default/a", ["1", "2"])
    assert (outputs.values, outputs.secrets) == ({"name": "a", "uid": "u1"}, NAME)
    assert (inputs.values, inputs.secrets) == ({"name": "a"}, NAME)
    assert detail.refresh_before_update


@pytest.mark.parametrize("error", [None, Refused("nobody hears it")])
async def test_call_that_the_engine_cuts_off_runs_to_its_end(error: Exception | None) -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def act() -> None:
        begun.set()
        await go_on.wait()
        ended.set()
        if error is not None:
            raise error

    servicer = await servicer_of(act)
    call = asyncio.create_task(servicer.Create(CREATE, Context()))  # type: ignore[arg-type]
    await asyncio.wait_for(begun.wait(), 10)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    closing = asyncio.create_task(servicer.close())
    await asyncio.sleep(0)
    assert not closing.done(), "the running call is waited for"
    go_on.set()
    await asyncio.wait_for(closing, 10)
    assert ended.is_set()
    assert servicer._running == set()
