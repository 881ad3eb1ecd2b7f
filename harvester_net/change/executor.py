"""Carrying out the steps of a record: skip what is done, act, wait until done, side by side.

Killed anywhere, the next run reads the journal and comes to the same end.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError, Conflict, Denied, NotFound
from ..cluster.resources import Resource
from ..harvester.loading import cached_snapshot
from ..harvester.snapshot import Snapshot
from ..verify.outcome import NotProven
from .context import ChangeContext, StepObserver
from .errors import ChangeStopped
from .journal import Journal
from .kinds import WATCHED_KINDS
from .record import Record
from .refusals import not_consented_now
from .steps.configs import CreateConfig
from .steps.host_networks import HostNetworkStep
from .steps.moving import UncordonNode
from .steps.nodes import VerifyNodes
from .steps.order import steps_of
from .steps.step import Step
from .steps.turn_order import closing_again, nodes_in_turn
from .steps.vms import StartVm, StopVm, VmStep
from .vms import in_the_way

WITHOUT_IT = ". The VMs run again without it"


class Executor:
    """One run over the steps of a record."""

    def __init__(self, context: ChangeContext, journal: Journal) -> None:
        self._context, self._journal = context, journal
        self._cluster, self._deadline = context.cluster, context.deadline
        self._observer = context.observer
        self._steps: list[Step] = []
        self._number: dict[str, int] = {}
        self._take_steps()
        self._failed: list[Step] = []
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
            keeping = asyncio.create_task(self._journal.keep())
            try:
                failed = await self._run_ready_steps(running, self._ready_steps)
                closed = self._closed_nodes()
                if failed and not self._deadline.is_over:
                    failed += await self._run_ready_steps(running, self._openings)
                in_spite = bool(failed) and self._vms_may_start()
                if in_spite:
                    failed += await self._run_ready_steps(running, self._starts)
            finally:
                # Nobody may act any more when the lease is lost, or the user waits no longer.
                for task in (keeping, *running.values()):
                    task.cancel()
                await asyncio.gather(keeping, *running.values(), return_exceptions=True)
            await self._journal.write()
            if failed:
                await self._journal.restore()
        if failed:
            raise ChangeStopped(
                self._where_it_stands(failed)
                + self._nodes_left(closed)
                + (WITHOUT_IT if in_spite and self.record.vms else ""),
                verification_failed=self._verification_failed,
                vms_started=in_spite,
            )

    async def _run_ready_steps(
        self,
        running: dict[str, asyncio.Task[None]],
        ready: Callable[[dict[str, asyncio.Task[None]]], list[Step]],
    ) -> list[str]:
        """Do the steps until all are done or one fails; returns what failed."""
        failed: list[str] = []
        while True:
            for step in self._a_few(ready(running), running):
                if not failed or self._goes_on(step):
                    running[step.id] = asyncio.create_task(self._do(step))
            if not running:
                return failed
            done, _ = await asyncio.wait(running.values(), return_when=asyncio.FIRST_COMPLETED)
            for step_id in [s for s, task in running.items() if task in done]:
                failed += self._outcome(step_id, running.pop(step_id))

    def _goes_on(self, step: Step) -> bool:
        """Whether a step is begun although another one has failed: a VM that does not come up
        keeps no other one down.
        """
        return isinstance(step, StartVm) and not self._deadline.is_over

    def _a_few(self, ready: list[Step], running: dict[str, asyncio.Task[None]]) -> list[Step]:
        """Of the VMs to be stopped, and of those to be started, as many as may be at once.

        What is live counts, so that a run after a killed one goes on where that was: VMs that
        are on their way already take their place first.
        """
        now, most = self._now(), self.record.max_parallel
        chosen, begun, waiting = list[Step](), list[Step](), list[Step]()
        room: Counter[type[Step]] = Counter({StopVm: most, StartVm: most})
        room.subtract(type(step) for step in self._steps if step.id in running)
        for step in ready:
            if not isinstance(step, VmStep) or step.done(now):
                chosen.append(step)
            else:
                (begun if step.begun(now) else waiting).append(step)
        room.subtract(type(step) for step in begun)
        for step in waiting:
            if room[type(step)] > 0:
                begun.append(step)
                room[type(step)] -= 1
        return [*chosen, *begun]

    def _outcome(self, step_id: str, task: asyncio.Task[None]) -> list[str]:
        self._waiting.pop(step_id, None)
        error = task.exception()
        if error is None:
            return []
        if not isinstance(error, ClusterError | DeadlineExceeded | ChangeStopped | NotProven):
            raise error
        self._verification_failed |= isinstance(error, NotProven)
        self._observer.event(step_id, "failed", str(error))
        number = self._number[step_id]
        step = self._steps[number - 1]
        self._failed.append(step)
        return [f"step {number}, {step.title}: {error}"]

    def _vms_may_start(self) -> bool:
        """Whether the VMs are better up than down although something has failed.

        That is so when all configs but those of dead nodes are there, whatever becomes of the
        nodes' own devices; and on the way back,
        unless a VM would not stop, for then nothing has been taken away for it yet.
        """
        if self._deadline.is_over:
            return False
        if self.record.backwards:
            return not any(isinstance(step, StopVm) for step in self._failed)
        harmless = CreateConfig | HostNetworkStep
        return all(isinstance(step, harmless) for step in self._failed)

    def _starts(self, running: dict[str, asyncio.Task[None]]) -> list[Step]:
        """The VMs to be started, whatever is left before them."""
        busy = {*self.record.done, *running, *(step.id for step in self._failed)}
        return [s for s in self._steps if isinstance(s, StartVm) and s.id not in busy]

    def _openings(self, running: dict[str, asyncio.Task[None]]) -> list[Step]:
        """The nodes to be opened to VMs again although something has failed: those that have
        their uplink, old or new. Then the VMs that were stopped start, there or elsewhere.
        """
        if self._verification_failed:
            return []  # Nobody knows what the devices carry.
        now = self._now()
        nodes = [step for step in self._steps if isinstance(step, UncordonNode)]
        busy = {*running, *(step.id for step in self._failed)}
        shut = [step for step in nodes if not step.done(now) and step.may_open(now)]
        closed = {step.node: step for step in shut}.values()
        if closed or not nodes:
            return [step for step in closed if step.id not in busy]
        return self._starts(running)

    def _closed_nodes(self) -> list[str]:
        """The nodes that are closed to VMs for the change."""
        now = self._now()
        nodes = [step for step in self._steps if isinstance(step, UncordonNode)]
        return list(dict.fromkeys(step.node for step in nodes if not step.done(now)))

    def _nodes_left(self, closed: list[str]) -> str:
        """Which nodes are open to VMs again after a failure that were ``closed`` at it, and
        which are not.
        """
        still = self._closed_nodes()
        why = "for its uplink is not as it should be"
        told = [f"{name} stays cordoned, {why}" for name in still]
        told += [f"{name} takes VMs again" for name in closed if name not in still]
        return "".join(f". {words}" for words in told)

    def _ready_steps(self, running: dict[str, asyncio.Task[None]]) -> list[Step]:
        """Those before which nothing is open. A step that is done may come after one that is
        open again, which those after it wait for too.
        """
        done, closed, ready = set(self.record.done), set[str](), []
        busy = {*running, *(step.id for step in self._failed)}
        for step in self._steps:
            if not closed.issuperset(step.after):
                continue
            if step.id in done:
                closed.add(step.id)
            elif step.id not in busy:
                ready.append(step)
        return ready

    async def _kinds_to_watch(self) -> tuple[Resource, ...]:
        """The kinds that the steps look at, and that this server knows."""
        wanted = {resource for step in self._steps for resource in step.watches}
        served = []
        for resource in WATCHED_KINDS:
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
        return cached_snapshot(self._cluster, WATCHED_KINDS)

    def _context_of(self, step: Step) -> ChangeContext:
        """The context in which a step acts: what it waits for is told under its name."""

        def waits(what: str) -> None:
            self._observer.event(step.id, "running", what)
            self._say(step, f"waiting for {what}")

        observer = StepObserver(nodes_checked=self._observer.nodes_checked, waits=waits)
        deadline = self._deadline.patient(
            step.limit(self._now()), lambda error: waits(f"the server, which says: {error}")
        )
        return replace(
            self._context, deadline=deadline, observer=observer, remember=self._remember
        )

    async def _remember(self, change: Callable[[Record], Record]) -> None:
        """What a step found out before it acts; the steps after it go by that."""
        self._journal.note(change)
        await self._journal.write()
        known = len(self._steps)
        self._take_steps()
        if len(self._steps) != known:
            self._observer.extended(self.record)

    def _take_steps(self) -> None:
        self._steps = steps_of(self.record)
        self._number = {step.id: number for number, step in enumerate(self._steps, start=1)}

    async def _act(self, step: Step) -> None:
        """Act; a denial may come from a lagging cache, or a VM that somebody started."""
        since, patience = time.monotonic(), self._cluster.timings.stale_webhooks
        while True:
            try:
                await step.act(self._now(), self._context_of(step))
                return
            except (Denied, Conflict):
                if step.done(self._now()):
                    return
                if step.interrupted_by_vms:
                    patience = max(patience, await self._stop_what_came_in_the_way(step))
                if time.monotonic() - since > patience:
                    raise
                await self._deadline.sleep(self._cluster.timings.step_poll)

    async def _stop_what_came_in_the_way(self, of: Step) -> float:
        """Empty the nodes again that are to be empty, stop those of our VMs again that
        somebody started meanwhile, and those that are new, if the consent covers them.

        Returns the seconds that they may take.
        """
        # Nothing goes down while nobody could tell what for.
        await self._journal.restore()
        record = self.record
        nodes = nodes_in_turn(of)
        for closing in closing_again(of, record):
            if not closing.done(self._now()):
                self._say(of, f"waiting for {closing.waits_for(self._now())}")
                await closing.act(self._now(), self._context_of(closing))
        way = in_the_way(record, self._now(), nodes)
        found, new = way.vms, record.coming(way.vms)
        if new:
            consent = self._context.consent
            missing = list(not_consented_now(record, new, consent, staying=way.staying))
            if missing:
                raise ChangeStopped("; ".join(map(str, missing)), refusals=tuple(missing))
            await self._remember(lambda known: known.with_vms(new))
        stops: list[Step] = [StopVm(self.record, (), key) for key in found]
        for again in self._a_few(stops, {}):
            self._say(of, f"waiting for {again.waits_for(self._now())}")
            await again.act(self._now(), self._context_of(again))
        turns = math.ceil(len(stops) / self.record.max_parallel)
        return turns * max((stop.limit(self._now()) for stop in stops), default=0.0)

    async def _wait_until_done(self, step: Step) -> None:
        limit, away = step.limit(self._now()), self._away
        deadline = self._deadline.within(limit)

        def done() -> bool | None:
            now = self._now()
            if step.done(now):
                return True
            self._observer.event(step.id, "running", step.waits_for(now))
            self._say(step, f"waiting for {step.waits_for(now)}")
            return None

        while True:
            look_again = self._cluster.timings.vms_again if step.ends_without_vms else limit
            try:
                await self._cluster.wait_for(step.watches, done, deadline.within(look_again))
                return
            except DeadlineExceeded as error:
                # Nobody has seen what happened while the API was away.
                if deadline.is_over and self._away > away and not self._deadline.is_over:
                    lost, away = self._away - away, self._away
                    deadline = self._deadline.within(lost + self._cluster.timings.relist)
                elif deadline.is_over:
                    waited = step.waits_for(self._now())
                    raise ChangeStopped(
                        f"{self._why_over(limit)}, still waiting for {waited}"
                    ) from error
            if isinstance(step, StopVm):
                await self._journal.restore()
                await step.act(self._now(), self._context_of(step))
            elif step.ends_without_vms:
                await self._stop_what_came_in_the_way(step)

    @property
    def _away(self) -> float:
        """Seconds for which the API has not answered so far."""
        return self._cluster.connection.away

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
        if any(isinstance(other, VerifyNodes) for other in self._steps):
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
