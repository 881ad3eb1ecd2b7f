"""The engine's log: in order, throttled, and in nobody's way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harvester_net.plugin import enginelog
from harvester_net.plugin.enginelog import EngineLog


class Clock:
    """Stands in for the module `time`."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


class Stub:
    """An engine's Log, as far as the sender knows it."""

    def __init__(self) -> None:
        self.requests: list[Any] = []

    # The protocol's name.
    async def Log(self, request: Any) -> None:  # noqa: N802
        self.requests.append(request)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(enginelog, "time", moved)
    return moved


async def sent(log: EngineLog) -> list[tuple[str, str]]:
    """Everything that the log has sent by now."""
    stub = Stub()
    log._stub = stub  # type: ignore[assignment]
    log._sender = asyncio.create_task(log._send())
    await asyncio.wait_for(log.flush(), 10)
    log._sender.cancel()
    return [(request.urn, request.message) for request in stub.requests]


async def test_messages_are_sent_in_order(clock: Clock) -> None:
    log = EngineLog()
    log.status("a", "one")
    log.warning("b", "two")
    log.warning("", "three")
    assert await sent(log) == [("a", "one"), ("b", "two"), ("", "three")]


async def test_status_texts_of_a_resource_come_at_most_once_a_second(clock: Clock) -> None:
    log = EngineLog()
    for step in range(31):
        log.status("a", f"step {step}")
        clock.seconds += 0.1
    messages = [message for _, message in await sent(log)]
    assert messages[0] == "step 0"
    assert 3 <= len(messages) <= 5, messages


async def test_resources_do_not_hold_each_other_back(clock: Clock) -> None:
    log = EngineLog()
    log.status("a", "one")
    log.status("b", "one")
    assert await sent(log) == [("a", "one"), ("b", "one")]


async def test_same_text_is_said_once(clock: Clock) -> None:
    log = EngineLog()
    for _ in range(5):
        log.status("a", "waiting")
        clock.seconds += 10
    assert await sent(log) == [("a", "waiting")]


async def test_warnings_are_never_held_back(clock: Clock) -> None:
    log = EngineLog()
    for _ in range(3):
        log.warning("a", "look")
    assert await sent(log) == [("a", "look")] * 3


async def test_log_without_an_engine_holds_nobody_up() -> None:
    log = EngineLog()
    log.status("a", "one")
    log.warning("a", "two")
    await asyncio.wait_for(log.flush(), 5)


async def test_engine_that_is_gone_holds_nobody_up() -> None:
    log = EngineLog()
    log.connect("127.0.0.1:1")
    log.warning("a", "two")
    await asyncio.wait_for(log.flush(), 10)
    if log._sender is not None:
        log._sender.cancel()
