"""Plays a scenario on a cluster and tells, step by step, what was seen."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from harvester_net.lab.api import Api

from .answers import Answer
from .facts import Facts, Fields, fields_of, holds
from .live import Live
from .order import Order, order_of
from .scenario import Scenario, Step
from .tokens import Tokens
from .writes import Writes, by_object, changes

log = logging.getLogger(__name__)

_TURN = 0.01
"""Seconds."""


@dataclass(frozen=True)
class Seen:
    """What was seen of a step."""

    answers: list[Answer]
    facts: Facts
    """Of the objects that are not as they were at the start; without fields: they are gone."""
    writes: Writes
    order: Order


Expectation = Callable[[Seen], bool]
"""Whether this is what was expected, so that nobody needs to wait for more."""


@dataclass(frozen=True)
class Pace:
    """How long is waited, in seconds."""

    lag: float
    """Watches tell so late at most of what was asked for."""
    quiet: float
    """So long without a write ends a step."""
    after_refusal: float
    """The same where nothing is expected, for all that was asked was refused."""
    rest: float
    """The same after what was expected: simulated machines may still be about something."""
    hope: float
    """The same where something is expected and is not there yet."""
    patience: float
    """At most so long for what a step is to bring."""
    endless: float = 120.0
    """What is still written after so long is written for ever."""


class NeverQuiet(Exception):
    """The writes after a step do not end; the message names the objects."""


@dataclass
class Player:
    """What is kept from step to step."""

    api: Api
    live: Live
    pace: Pace
    tokens: Tokens = field(default_factory=Tokens)
    start: Facts = field(default_factory=dict)
    """Facts that are not told as long as they are so."""
    _known: dict[tuple[str, str], tuple[str, Fields]] = field(default_factory=dict)

    async def play(
        self, step: Step, expected: Expectation | None = None, last: bool = False
    ) -> Seen:
        """What was seen once the step is done and nothing moves any more.

        Nobody waits longer than until all is as expected, but in the last step.
        """
        start = dict(self.live.objects)
        self._learn()
        self.live.forget()
        answers = await step.act.play(self.api, self.tokens)

        def seen() -> Seen:
            self._learn()
            found = changes(start, self.live.events, self.tokens)
            facts = _news(self.start, self._facts())
            return Seen(answers, facts, by_object(found), order_of(found))

        await self._done(step)
        refused = answers and all(answer["code"] >= 400 for answer in answers)
        quiet = self.pace.after_refusal if refused else self.pace.quiet
        if expected is None:
            await self._quiet(quiet)
        elif await self._settled(lambda: expected(seen())) and not refused:
            await self._quiet(self.pace.quiet if last else self.pace.rest)
        return seen()

    async def begin(self, expected: Callable[[Facts], bool] | None) -> None:
        """Wait until the cluster is as expected, or quiet, and tell of changes only."""
        if expected is None:
            await self._quiet(self.pace.quiet)
        else:
            await self._until(lambda: expected(self._facts()))
        self.start = self._facts()

    async def _done(self, step: Step) -> None:
        """Wait for what the step brings; if it does not, that is seen by what is compared."""
        await asyncio.sleep(self.pace.lag)
        if step.done and not await self._until(lambda: holds(self._facts(), step.done)):
            facts = self._facts()
            told = {name: facts.get(name) for name in step.done}
            log.warning("%s: wanted %s, seen %s", step.title, step.done, told)

    async def _until(self, so: Callable[[], bool]) -> bool:
        """Whether it came to be so before patience ended."""
        return await self._comes(so, self.pace.patience, from_the_last_write=False)

    async def _settled(self, as_expected: Callable[[], bool]) -> bool:
        """Whether it came to be as expected before hope ended."""
        return await self._comes(as_expected, self.pace.hope, from_the_last_write=True)

    async def _quiet(self, seconds: float) -> None:
        await self._comes(lambda: False, seconds, from_the_last_write=True)

    async def _comes(
        self, so: Callable[[], bool], within: float, *, from_the_last_write: bool
    ) -> bool:
        """Whether it comes to be so; asked after each write.

        Turns of the loop are counted, not seconds: on a busy machine simulators that live in
        it get as many turns as on an idle one.
        """
        looked_at, left = -1, math.ceil(within / _TURN)
        for _ in range(math.ceil((within + self.pace.endless) / _TURN)):
            if looked_at != self.live.count:
                looked_at = self.live.count
                if so():
                    return True
                if from_the_last_write:
                    left = math.ceil(within / _TURN)
            if left <= 0:
                return False
            await asyncio.sleep(_TURN)
            left -= 1
        raise NeverQuiet(self._restless())

    def _restless(self) -> str:
        """What is written again and again."""
        times = Counter(f"{event.word} {event.key}" for event in self.live.events)
        most = ", ".join(f"{name} ({count} times)" for name, count in times.most_common(3))
        return f"still written after {self.pace.endless:.0f} s: {most}"

    def _facts(self) -> Facts:
        """Of all objects; only what changed is read anew."""
        self._learn()
        facts: Facts = {}
        for (word, key), obj in self.live.objects.items():
            version = obj["metadata"]["resourceVersion"]
            known = self._known.get((word, key))
            if known is None or known[0] != version:
                known = version, fields_of(word, obj, self.tokens)
                self._known[word, key] = known
            facts[self.tokens.told(f"{word} {key}")] = known[1]
        return {name: facts[name] for name in sorted(facts)}

    def _learn(self) -> None:
        count = self.tokens.count
        for (word, _), obj in self.live.objects.items():
            self.tokens.learn(word, obj)
        for event in self.live.events:
            if event.obj is not None:
                self.tokens.learn(event.word, event.obj)
        if self.tokens.count != count:
            # What was read before may have named one of these.
            self._known.clear()


def _news(start: Facts, now: Facts) -> Facts:
    names = sorted(start.keys() | now.keys())
    return {name: now.get(name, {}) for name in names if now.get(name) != start.get(name)}


async def played(
    scenario: Scenario,
    api: Api,
    live: Live,
    pace: Pace,
    expected: Callable[[str], Expectation] | None = None,
    beginning: Callable[[Facts], bool] | None = None,
) -> AsyncIterator[tuple[str, Seen]]:
    """Each step's title, and what was seen of it. The last one ends when all is quiet.

    `live` follows the cluster; `beginning` tells whether a new one is as it has to be.
    """
    player = Player(api, live, pace)
    await player.begin(beginning)
    if scenario.tells_of_the_start:
        player.start = {}
    for step in scenario.steps:
        hope = expected(step.title) if expected else None
        last = step is scenario.steps[-1]
        try:
            seen = await player.play(step, hope, last)
        except NeverQuiet as error:
            raise NeverQuiet(f"{scenario.title}, {step.title}: {error}") from error
        yield step.title, seen
