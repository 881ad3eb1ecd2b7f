"""Carrying out the steps of a record: skip what is done, act, wait until done, side by side.

Killed anywhere, the next run reads the journal and comes to the same end.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError, Denied, NotFound
from ..cluster.resources import VMI, Resource
from ..harvester.loading import cached_snapshot
from ..harvester.snapshot import Snapshot
from ..verify.outcome import NotProven
from .context import ChangeContext, StepObserver
from .errors import ChangeStopped
from .journal import Journal
from .kinds import CHANGE_KINDS
from .record import Record
from .steps.order import steps_of
from .steps.step import Step
from .steps.vms import StopVm


class Executor:
    """One run over the steps of a record."""

    def __init__(self, context: ChangeContext, journal: Journal) -> None:
        self._context, self._journal = context, journal
        self._cluster, self._deadline = context.cluster, context.deadline
        self._observer = context.observer
        self._steps = steps_of(journal.record)
        self._number = {step.id: number for number, step in enumerate(self._steps, start=1)}
        self._waiting: dict[str, str] = {}
        self._verification_failed = False

    @property
    def record(self) -> Record:
        """The record as it is now."""
        return self._journal.record

    async def run(self) -> None:
        """Do all steps; raises ChangeStopped when one cannot be done."""
        running: dict[str, asyncio.Task[None]] = {}
        async with self._cluster.watching(await self._kinds_to_watch(), self._deadline):
            try:
                failed = await self._run_ready_steps(running)
            finally:
                # Nobody may act any more when the lease is lost, or the user waits no longer.
                for task in running.values():
                    task.cancel()
                await asyncio.gather(*running.values(), return_exceptions=True)
            await self._journal.write()
        if failed:
            raise ChangeStopped(
                self._where_it_stands(failed), verification_failed=self._verification_failed
            )

    async def _run_ready_steps(self, running: dict[str, asyncio.Task[None]]) -> list[str]:
        """Do the steps until all are done or one fails; returns what failed."""
        failed: list[str] = []
        while True:
            if not failed:
                for step in self._ready_steps(running):
                    running[step.id] = asyncio.create_task(self._do(step))
            if not running:
                return failed
            done, _ = await asyncio.wait(running.values(), return_when=asyncio.FIRST_COMPLETED)
            for step_id in [s for s, task in running.items() if task in done]:
                failed += self._outcome(step_id, running.pop(step_id))

    def _outcome(self, step_id: str, task: asyncio.Task[None]) -> list[str]:
        self._waiting.pop(step_id, None)
        error = task.exception()
        if error is None:
            return []
        if not isinstance(error, ClusterError | DeadlineExceeded | ChangeStopped | NotProven):
            raise error
        self._verification_failed |= isinstance(error, NotProven)
        self._observer.event(step_id, "failed", str(error))
        title = next(step.title for step in self._steps if step.id == step_id)
        return [f"step {self._number[step_id]}, {title}: {error}"]

    def _ready_steps(self, running: dict[str, asyncio.Task[None]]) -> list[Step]:
        done = set(self.record.done)
        return [
            step
            for step in self._steps
            if step.id not in done and step.id not in running and done.issuperset(step.after)
        ]

    async def _kinds_to_watch(self) -> tuple[Resource, ...]:
        """The kinds that the steps look at, and that this server knows."""
        wanted = {resource for step in self._steps for resource in step.watches}
        served = []
        for resource in CHANGE_KINDS:
            if resource in wanted and await self._is_served(resource):
                served.append(resource)
        return tuple(served)

    async def _is_served(self, resource: Resource) -> bool:
        try:
            await self._cluster.list(resource, self._deadline)
        except NotFound:
            return False
        return True

    async def _do(self, step: Step) -> None:
        number = f"{self._number[step.id]} of {len(self._steps)}"
        if not step.done(self._now()):
            self._observer.event(step.id, "running", "")
            self._say(step, f"step {number}: {step.title}")
            await self._journal.write()
            await self._act(step)
            if not step.blocks_until_done:
                await self._wait_until_done(step)
        await self._wait_for_proof(step)
        self._journal.note(lambda record: record.with_done(step.id))
        self._observer.event(step.id, "done", "")
        self._observer.step(f"step {number} done: {step.title}")

    def _now(self) -> Snapshot:
        return cached_snapshot(self._cluster, CHANGE_KINDS)

    def _context_of(self, step: Step) -> ChangeContext:
        """The context in which a step acts: what it waits for is told under its name."""

        def waits(what: str) -> None:
            self._observer.event(step.id, "running", what)
            self._say(step, f"waiting for {what}")

        observer = StepObserver(nodes_checked=self._observer.nodes_checked, waits=waits)
        return replace(self._context, observer=observer)

    async def _act(self, step: Step) -> None:
        """Act; a denial may come from a lagging cache, or a VM that somebody started."""
        since = time.monotonic()
        while True:
            try:
                await step.act(self._now(), self._context_of(step))
                return
            except Denied:
                if step.done(self._now()):
                    return
                if time.monotonic() - since > self._cluster.timings.stale_webhooks:
                    raise
                if step.interrupted_by_vms:
                    await self._stop_again()
                await self._deadline.sleep(self._cluster.timings.step_poll)

    async def _stop_again(self) -> None:
        """Stop those of our VMs again that somebody started meanwhile."""
        for key in self.record.vms:
            if key in self._now().of(VMI):
                again = StopVm(self.record, (), key)
                await again.act(self._now(), self._context_of(again))

    async def _wait_until_done(self, step: Step) -> None:
        limit = step.limit(self._now())
        deadline = self._deadline.within(limit)

        def done() -> bool | None:
            now = self._now()
            if step.done(now):
                return True
            self._observer.event(step.id, "running", step.waits_for(now))
            self._say(step, f"waiting for {step.waits_for(now)}")
            return None

        try:
            await self._cluster.wait_for(step.watches, done, deadline)
        except DeadlineExceeded as error:
            waited = step.waits_for(self._now())
            raise ChangeStopped(
                f"{self._why_over(limit)}, still waiting for {waited}"
            ) from error

    def _why_over(self, limit: float) -> str:
        """Which limit expired: the whole operation's, or this step's."""
        try:
            self._deadline.check()
        except DeadlineExceeded as reason:
            return str(reason)
        return f"not done after {limit:.0f} s"

    async def _wait_for_proof(self, step: Step) -> None:
        """Wait a while for the devices; what they do not show is noted, not a failure."""
        if unseen := step.unprovable(self._now()):
            self._journal.note(lambda record: record.with_unverified(unseen))
        if any(other.blocks_until_done for other in self._steps):
            return  # The devices themselves are looked at later, which is the better proof.

        def proven() -> bool | None:
            missing = step.unproven(self._now())
            if missing:
                self._observer.event(step.id, "running", f"the devices: {missing[0]}")
                self._say(step, f"waiting for the devices: {missing[0]}")
            return None if missing else True

        if proven():
            return
        try:
            await self._cluster.wait_for(
                step.watches, proven, self._deadline.within(self._cluster.timings.bonds)
            )
        except DeadlineExceeded:
            self._deadline.check()
            missing = step.unproven(self._now())
            self._journal.note(lambda record: record.with_unverified(missing))

    def _say(self, step: Step, message: str) -> None:
        self._waiting[step.id] = message
        others = len(self._waiting) - 1
        self._observer.status(message + (f" (and {others} more steps)" if others else ""))

    def _where_it_stands(self, failed: list[str]) -> str:
        done = set(self.record.done)
        left = [step.title for step in self._steps if step.id not in done]
        why = "; ".join(failed)
        end = ".\n" if "\n" in why else ". "
        return (
            f"{why}{end}{len(done)} of {len(self._steps)} steps are done; left: "
            f"{'; '.join(left)}"
        )
