"""Two clients and a bystander on one world, at random moments, in virtual time.

Some hundred scripts by default; HARVESTER_NET_HANDS_EXAMPLES says how many. A failure prints
the script without what it does not need: put it into a test of its own, as below.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

import pytest

from .hands import Act, Script, broken_by, drawn, shrunk
from .virtual import PROCESS, Deadlock, Process, played

EXAMPLES = int(os.environ.get("HARVESTER_NET_HANDS_EXAMPLES") or 100)
CHUNKS = 10


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_three_hands_do_the_promises_are_kept(chunk: int) -> None:
    for seed in range(chunk, EXAMPLES, CHUNKS):
        broken, _ = broken_by(drawn(seed))
        assert not broken, told(drawn(seed), broken)


def told(script: Script, broken: str) -> str:
    """What to know about a failure."""
    small = shrunk(script, lambda other: broken_by(other)[0][:2] == broken[:2])
    broken, log = broken_by(small)
    return "\n".join([broken, "", *log, "", str(small)])


def test_run_is_a_function_of_its_script() -> None:
    script = drawn(7)
    assert broken_by(script) == broken_by(script)


# --- found by it -----------------------------------------------------------------------------

FOUND = {
    "the config that takes the MTU is deleted": Script(
        65, (Act(0.0, "up", "A"), Act(0.5, "delete config", "", 0)), "resume"
    ),
    "the journal is deleted while a step waits, and the client cannot go on": Script(
        120,
        (
            Act(2.0, "delete vm", "", 8),
            Act(3.0, "up unasked", "B", 1),
            Act(70.0, "up", "A", 8),
            Act(2.0, "start vm", "", 5),
            Act(1.0, "delete journal"),
        ),
        "roll back",
    ),
    "an outage while a client waits for the lease is no silence of its holder": Script(
        1689,
        (
            Act(3.0, "cut", "B", 1),
            Act(3.0, "up", "B", 6),
            Act(28.0, "up", "A", 2),
            Act(0.3, "sleep", "A", 7),
            Act(8.0, "allow", "B", 9),
        ),
        "resume",
    ),
    "who resumes may not make configs": Script(
        837,
        (
            Act(1.0, "forbid", "B", 0),
            Act(0.0, "up", "A", 9),
            Act(1.0, "resume", "B", 1),
            Act(1.5, "kill", "A", 6),
            Act(25.0, "resume", "B", 4),
            Act(25.0, "up", "A", 7),
        ),
    ),
    "the lease is deleted, and its holder wakes up when another has finished": Script(
        2520,
        (
            Act(0.0, "up", "A", 3),
            Act(1.5, "delete lease"),
            Act(1.5, "sleep", "A", 7),
            Act(0.7, "up back", "B", 4),
            Act(5.0, "wake", "A", 3),
        ),
        "resume",
    ),
    "a storage network is set in the middle": Script(
        331, (Act(0.0, "up", "A"), Act(1.0, "set storage", "", 6)), "up"
    ),
    "a VM that was stopping is started": Script(
        379,
        (
            Act(1.5, "stop vm", "", 9),
            Act(0.0, "up", "A"),
            Act(0.7, "agent dies", "", 8),
            Act(0.2, "kill", "B", 1),
            Act(0.2, "start vm", "", 0),
            Act(1.0, "start vm", "", 1),
        ),
        "resume",
    ),
}


@pytest.mark.parametrize("script", FOUND.values(), ids=list(FOUND))
def test_what_was_found_is_mended(script: Script) -> None:
    broken, log = broken_by(script)
    assert not broken, "\n".join([broken, *log])


# --- the loop itself -------------------------------------------------------------------------


async def clock_after(wait: Callable[[], Awaitable[object]]) -> float:
    began = asyncio.get_running_loop().time()
    await wait()
    return asyncio.get_running_loop().time() - began


def test_hours_pass_at_once() -> None:
    assert played(clock_after(lambda: asyncio.sleep(7200))) == 7200


def test_nobody_waits_for_ever_unnoticed() -> None:
    with pytest.raises(Deadlock):
        played(clock_after(lambda: asyncio.Event().wait()))


@pytest.mark.parametrize(("asleep", "ends"), [(False, 15.0), (True, 20.0)])
def test_process_that_stands_still_goes_on_where_it_was(asleep: bool, ends: float) -> None:
    """Its timers go off when it goes on; those of a machine that slept, as much later."""

    async def story() -> float:
        process, done = Process(), list[float]()

        async def work() -> None:
            PROCESS.set(process)
            await asyncio.create_task(clock_after(lambda: asyncio.sleep(10)))
            done.append(asyncio.get_running_loop().time())

        began = asyncio.get_running_loop().time()
        task = asyncio.create_task(work())
        await asyncio.sleep(5)
        process.pause()
        await asyncio.sleep(10)
        assert not done
        process.go_on(asleep=asleep)
        await task
        return done[0] - began

    assert played(story()) == ends
