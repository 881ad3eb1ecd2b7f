"""Carrying a record out in the model, in any order that the steps allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, cast

from harvester_net.change.context import ChangeContext
from harvester_net.change.record import Record
from harvester_net.change.steps.order import steps_of
from harvester_net.change.steps.step import Step

from .model import ModelCluster, ModelPatience, at_once
from .world import World


class Stuck(AssertionError):
    """A step never gets done; the message says which, and what it waits for."""


class Interrupted(Exception):
    """The process is killed here."""


@dataclass
class Walk:
    """One process that carries a record out; what it journalled survives it."""

    world: World
    record: Record
    chance: Random
    kill_after: int | None = None
    """How many acts are begun before the process is killed."""
    skipped: frozenset[str] = frozenset()
    """Steps that are taken for done without being done."""
    acts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journalled = self.record
        self._cluster = ModelCluster(self.world)
        self._waiting: list[Step] = []

    def go(self) -> World:
        """The world when all steps are done. Raises Stuck, Interrupted, ClusterError."""
        steps = steps_of(self.record)
        while True:
            startable = [step for step in steps if self._is_startable(step)]
            choices: list[Callable[[], None]] = [partial(self._begin, s) for s in startable]
            if self._waiting:
                choices += [self._tick, self._settle]
            if not choices:
                break
            self.chance.choice(choices)()
        assert {step.id for step in steps} == set(self.record.done)
        return self.world

    def _is_startable(self, step: Step) -> bool:
        done = set(self.record.done)
        begun = {other.id for other in self._waiting}
        return step.id not in done | begun and done.issuperset(step.after)

    def _begin(self, step: Step) -> None:
        if step.id in self.skipped or step.done(self.world.snapshot):
            self._done(step)
            return
        if self.kill_after is not None and len(self.acts) == self.kill_after:
            raise Interrupted
        self.journalled = self.record
        self.acts.append(step.id)
        self._cluster.world = self.world
        deadline = ModelPatience(self._cluster)
        context = ChangeContext(cast(Any, self._cluster), cast(Any, deadline), "the test")
        at_once(step.act(self.world.snapshot, context))
        self.world = self._cluster.world
        if step.blocks_until_done:
            self._done(step)
        else:
            self._waiting.append(step)

    def _done(self, step: Step) -> None:
        self.record = self.record.with_done(step.id)

    def _tick(self) -> None:
        self._cluster.world = self.world
        self._cluster.tick(self.chance)
        self.world = self._cluster.world
        self._collect()

    def _settle(self) -> None:
        self._cluster.world = self.world
        self._cluster.settle()
        self.world = self._cluster.world
        waited = list(self._waiting)
        self._collect()
        if self._waiting == waited:
            now = self.world.snapshot
            raise Stuck("; ".join(f"{s.id}: waits for {s.waits_for(now)}" for s in waited))

    def _collect(self) -> None:
        now = self.world.snapshot
        for step in [step for step in self._waiting if step.done(now)]:
            self._waiting.remove(step)
            self._done(step)


def walked(world: World, record: Record, chance: Random) -> World:
    """The world after a record was carried out without a disturbance."""
    return Walk(world, record, chance).go()
