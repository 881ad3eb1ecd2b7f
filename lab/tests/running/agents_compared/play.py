"""Plays a scenario and tells, step by step, what was seen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial

from .facts import Facts, Names, Numbers, Objects, facts_of, holds
from .live import Live, followed
from .order import ORDER, order_seen
from .scenarios import Scenario, Step
from .stage import ROLES, Stage

_PATIENCE = 60.0
_POLL = 0.1
_HEARTBEAT = 5.0

Expectation = Callable[[Facts], bool]
"""Whether these are the facts that were expected, so that nobody needs to wait for more."""


@dataclass
class Player:
    """What is kept from step to step; `quiet` seconds without a change end a step."""

    stage: Stage
    live: Live
    quiet: float
    names: Names
    numbers: Numbers = field(default_factory=Numbers)

    async def play(self, step: Step, expected: Expectation) -> Facts:
        """The facts once the step is done and nothing moves any more."""
        start = self.live.objects
        self.live.forget()
        await step.act.play(self.stage)
        await self._done(step)
        facts = await self._settled(expected) | self._orders(step, start)
        self.numbers.count(self.live.objects)
        return facts

    def _seen(self) -> Facts:
        return facts_of(self.live.objects, self.names, self.numbers)

    async def _done(self, step: Step) -> None:
        start = beat = time.monotonic()
        while not holds(facts := self._seen(), step.done):
            seen = {key: facts.get(key) for key in step.done}
            now = time.monotonic()
            assert now < start + _PATIENCE, f"{step.title}: wanted {step.done}, seen {seen}"
            if now > beat + _HEARTBEAT:
                await self.stage.heartbeat()
                beat = now
            await asyncio.sleep(_POLL)

    async def _settled(self, expected: Expectation) -> Facts:
        last, since = await self._look(), time.monotonic()
        while not expected(last) and time.monotonic() < since + self.quiet:
            await asyncio.sleep(_POLL)
            if (facts := await self._look()) != last:
                last, since = facts, time.monotonic()
        return last

    async def _look(self) -> Facts:
        return await self.stage.devices() | self._seen()

    def _orders(self, step: Step, start: Objects) -> Facts:
        if not step.sights:
            return {}
        seen = order_seen(
            step.sights, start, self.live.events, ROLES, self.names, self.numbers
        )
        return {f"order on {role}": {ORDER: seen[role]} for role in ROLES}


async def played(
    scenario: Scenario,
    stage: Stage,
    quiet: float,
    expected: Callable[[str, Facts], bool],
) -> AsyncIterator[tuple[str, Facts]]:
    """Each step's title, and the facts after it."""
    async with followed(stage.api) as live:
        player = Player(stage, live, quiet, stage.names)
        for step in scenario.steps:
            yield step.title, await player.play(step, partial(expected, step.title))
