"""Patience: deadlines by a clock of our own, and cancellation at once."""

from __future__ import annotations

import asyncio

import pytest

from harvester_net.cluster.deadline import Deadline, DeadlineExceeded
from harvester_net.cluster.errors import Unreachable


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_time_left_goes_down_to_0(clock: Clock) -> None:
    deadline = Deadline(10, now=clock)
    assert deadline.remaining == 10
    clock.seconds += 4
    assert deadline.remaining == 6
    deadline.check()
    clock.seconds += 100
    assert deadline.remaining == 0


def test_time_that_is_up_is_said_with_its_length(clock: Clock) -> None:
    deadline = Deadline(10, now=clock)
    clock.seconds += 10
    with pytest.raises(DeadlineExceeded, match=r"^not done after 10 s$"):
        deadline.check()


def test_cancellation_is_said_as_such(clock: Clock) -> None:
    cancelled = asyncio.Event()
    deadline = Deadline(10, cancelled, now=clock)
    cancelled.set()
    with pytest.raises(DeadlineExceeded, match=r"^cancelled$"):
        deadline.check()


async def test_sleep_ends_at_once_when_cancelled() -> None:
    cancelled = asyncio.Event()
    deadline = Deadline(3600, cancelled)
    sleeping = asyncio.create_task(deadline.sleep(3600))
    await asyncio.sleep(0)
    cancelled.set()
    with pytest.raises(DeadlineExceeded, match="cancelled"):
        await asyncio.wait_for(sleeping, 5)


async def test_sleep_does_not_last_beyond_the_deadline() -> None:
    with pytest.raises(DeadlineExceeded, match="not done after 0 s"):
        await asyncio.wait_for(Deadline(0.01).sleep(3600), 5)


async def test_sleep_within_the_deadline_just_ends() -> None:
    await Deadline(3600).sleep(0.001)


async def test_wait_gives_what_was_waited_for() -> None:
    assert await Deadline(3600).wait(asyncio.sleep(0, "done")) == "done"


async def test_wait_ends_at_once_when_cancelled_and_cancels_what_it_waited_for() -> None:
    cancelled = asyncio.Event()
    waited_for = asyncio.create_task(asyncio.Event().wait())
    waiting = asyncio.create_task(Deadline(3600, cancelled).wait(waited_for))
    await asyncio.sleep(0)
    cancelled.set()
    with pytest.raises(DeadlineExceeded, match="cancelled"):
        await asyncio.wait_for(waiting, 5)
    await asyncio.wait({waited_for})
    assert waited_for.cancelled()


async def test_wait_ends_at_the_deadline() -> None:
    with pytest.raises(DeadlineExceeded, match="not done after"):
        await asyncio.wait_for(Deadline(0.01).wait(asyncio.Event().wait()), 5)


async def test_wait_passes_errors_on() -> None:
    async def failing() -> None:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        await Deadline(3600).wait(failing())


async def test_pause_without_time_left_raises_the_outage_itself(clock: Clock) -> None:
    deadline = Deadline(10, now=clock)
    clock.seconds += 11
    with pytest.raises(Unreachable) as failure:
        await deadline.pause(1, Unreachable("no answer"))
    assert str(failure.value) == "no answer (not done after 10 s)"


async def test_pause_that_is_cancelled_raises_the_outage_itself() -> None:
    cancelled = asyncio.Event()
    cancelled.set()
    with pytest.raises(Unreachable, match=r"no answer \(cancelled\)"):
        await Deadline(10, cancelled).pause(1, Unreachable("no answer"))


async def test_answers_that_something_failed_are_taken_for_a_while_only(clock: Clock) -> None:
    """A webhook that fails at every call must not be asked for four hours."""
    heard: list[str] = []
    deadline = Deadline(1000, now=clock)
    step = deadline.patient(10, lambda outage: heard.append(str(outage)))
    failing, silent = Unreachable("EOF"), Unreachable("no answer")
    failing.answered = True
    await step.within(500).pause(0.001, failing)
    clock.seconds += 11
    with pytest.raises(Unreachable, match="EOF"):
        await step.within(500).pause(0.001, failing)
    await step.pause(0.001, silent)
    await deadline.pause(0.001, failing)
    assert heard == ["EOF", "EOF", "no answer"]
