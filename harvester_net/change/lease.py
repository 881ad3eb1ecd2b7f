"""One change at a time on a cluster: a Lease, renewed while we work.

The rules are those of client-go's leader election. Only times that this process measured
itself count, never the clock of another machine: a lease is taken over when it did not change
for its whole duration while we looked. Whoever could not renew for a while acts no more, which
is before anybody else may act. Only its owner releases it.

The storage network concerns the whole cluster, so the lease does too.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline, DeadlineExceeded
from ..cluster.errors import (
    AlreadyExists,
    ClusterError,
    Conflict,
    Forbidden,
    NotFound,
    Unreachable,
)
from ..cluster.resources import LEASE, Object
from ..harvester.names import SYSTEM_NAMESPACE
from ..printable import printable
from .errors import ChangeBusy, LeaseLost

KEY = f"{SYSTEM_NAMESPACE}/harvester-net-change"
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
LONGEST = 300
"""Seconds. What a lease says of itself is data: nobody waits longer for one to expire."""

Clock = Callable[[], float]
T = TypeVar("T")


def boot_time() -> float:
    """Seconds on a clock that nobody sets, and that runs while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Leadership:
    """The lease while it is ours."""

    def __init__(self, cluster: Cluster, holder: str, clock: Clock) -> None:
        self._cluster, self._holder, self._clock = cluster, holder, clock
        self._version = ""
        self._renewed = clock()
        self._taken = False

    def check(self) -> float:
        """For how many seconds we may act; raises LeaseLost if we may not any more."""
        if self._taken:
            raise LeaseLost("the lease was taken over; somebody else goes on")
        limit = self._cluster.timings.renew_deadline
        left = self._renewed + limit - self._clock()
        if left <= 0:
            raise LeaseLost(
                f"the lease could not be renewed for {limit:.0f} s, so nothing more is done "
                "here: somebody else may have taken over"
            )
        return left

    async def acquire(self, deadline: Deadline, waiting: Callable[[str], None]) -> None:
        """Take the lease; raises ChangeBusy if its holder lives."""
        first: _Seen | None = None
        while True:
            # An answer may take as long as an outage lasts, so both ends of it count.
            asked = self._clock()
            lease = await self._cluster.get(LEASE, KEY, deadline)
            began = self._clock()
            try:
                if lease is None:
                    taken = await self._cluster.create(LEASE, self._new(), deadline)
                elif self._may_take(lease, first, asked):
                    taken = await self._take(lease, deadline)
                else:
                    first = first or _Seen.of(lease, began)
                    if not first.unchanged(lease):
                        raise ChangeBusy(_busy(lease))
                    waiting(_silent(lease))
                    await deadline.sleep(self._cluster.timings.lease_poll)
                    continue
            except (AlreadyExists, Conflict):
                deadline.check()
                continue
            if self._clock() - began < self._cluster.timings.renew_deadline / 2:
                self._version, self._renewed = taken["metadata"]["resourceVersion"], began
                return

    def _may_take(self, lease: Object, first: _Seen | None, asked: float) -> bool:
        """Whether a lease that was looked at after ``asked`` may be taken.

        One that is ours, by a write whose answer was lost, may be old: it is taken anew.
        """
        ours = holder_of(lease) == self._holder
        return ours or is_released(lease) or bool(first and first.expired(lease, asked))

    async def keep(self) -> None:
        """Renew until cancelled, or until it is lost: raises LeaseLost."""
        pause = self._cluster.timings.lease_renewal
        while True:
            await asyncio.sleep(pause)
            began = self._clock()
            try:
                await self._renew(Deadline(self._cluster.timings.lease_renewal))
            except (Unreachable, Forbidden, Conflict, AlreadyExists, DeadlineExceeded):
                # One answer is no verdict: the renew deadline is.
                pause = min(pause, self._cluster.timings.lease_poll)
            else:
                self._renewed, pause = began, self._cluster.timings.lease_renewal
            self.check()

    async def release(self) -> None:
        """Whoever comes next need not wait for it to expire; if it is still ours."""
        free = {"metadata": self._as_seen(), "spec": {"holderIdentity": ""}}
        with suppress(ClusterError, DeadlineExceeded):
            await self._cluster.patch(LEASE, KEY, free, Deadline(5))

    async def _renew(self, deadline: Deadline) -> None:
        try:
            after = await self._prolong(deadline)
        except Conflict:
            after = await self._look_again(deadline)
        except NotFound:
            # Somebody deleted it; as long as nobody made another one it is ours.
            after = await self._cluster.create(LEASE, self._new(), deadline)
        self._version = after["metadata"]["resourceVersion"]

    async def _prolong(self, deadline: Deadline) -> Object:
        patch = {"metadata": self._as_seen(), "spec": {"renewTime": _now()}}
        return await self._cluster.patch(LEASE, KEY, patch, deadline)

    async def _look_again(self, deadline: Deadline) -> Object:
        """After a conflict: whose it is, and renewed if it is ours."""
        lease = await self._cluster.get(LEASE, KEY, deadline)
        if lease is None:
            return await self._cluster.create(LEASE, self._new(), deadline)
        if holder_of(lease) != self._holder:
            self._taken = True
            self.check()
        self._version = lease["metadata"]["resourceVersion"]
        return await self._prolong(deadline)

    async def _take(self, lease: Object, deadline: Deadline) -> Object:
        seen = {"resourceVersion": lease["metadata"]["resourceVersion"]}
        return await self._cluster.patch(
            LEASE, KEY, {"metadata": seen, "spec": self._spec()}, deadline
        )

    def _as_seen(self) -> Object:
        return {"resourceVersion": self._version}

    def _new(self) -> Object:
        namespace, _, name = KEY.partition("/")
        return {
            "apiVersion": LEASE.api,
            "kind": LEASE.kind,
            "metadata": {"name": name, "namespace": namespace},
            "spec": self._spec(),
        }

    def _spec(self) -> Object:
        seconds = self._cluster.timings.lease
        times = {"acquireTime": _now(), "renewTime": _now()}
        return {"holderIdentity": self._holder, "leaseDurationSeconds": seconds, **times}


@dataclass(frozen=True)
class _Seen:
    """A lease as it was when we saw it first, by our own clock."""

    version: str
    since: float
    duration: float

    @classmethod
    def of(cls, lease: Object, now: float) -> _Seen:
        return cls(lease["metadata"]["resourceVersion"], now, duration_of(lease))

    def unchanged(self, lease: Object) -> bool:
        return bool(lease["metadata"]["resourceVersion"] == self.version)

    def expired(self, lease: Object, now: float) -> bool:
        return self.unchanged(lease) and now - self.since > self.duration


@asynccontextmanager
async def hold(
    cluster: Cluster,
    who: str,
    deadline: Deadline,
    *,
    waiting: Callable[[str], None] = lambda words: None,
    clock: Clock = boot_time,
) -> AsyncIterator[tuple[Leadership, asyncio.Task[None]]]:
    """Hold the lease meanwhile; raises ChangeBusy.

    ``waiting`` hears why it takes a while. The task ends with LeaseLost if the lease is lost.
    """
    leadership = Leadership(cluster, identity(who), clock)
    await leadership.acquire(deadline, waiting)
    keeping = asyncio.create_task(leadership.keep())
    try:
        yield leadership, keeping
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError, LeaseLost):
            await keeping
        await leadership.release()


async def unless_lost(lost: asyncio.Task[None], work: Awaitable[T]) -> T:
    """Work for as long as the lease is ours; raises LeaseLost."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task, lost}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    if task.cancelled():
        lost.result()
    return task.result()


def identity(who: str) -> str:
    """Who holds the lease: the resource or user, the process, its machine; unique."""
    host, pid = socket.gethostname(), os.getpid()
    unique = f"{_machine()}-{_started(pid)}-{secrets.token_hex(4)}"
    return f"{who} (process {pid} on {host}, {unique})"


def readable(holder: str) -> str:
    """A holder as users read it: without what makes the process unique."""
    return printable(re.sub(r", [0-9a-f]*-\d*-[0-9a-f]{8}\)$", ")", holder))


def since(lease: Object) -> str:
    """When its holder took a lease, as it says."""
    return printable(str((lease.get("spec") or {}).get("acquireTime") or "?"))


def holder_of(lease: Object) -> str:
    """Who holds a lease; empty if nobody does."""
    return str((lease.get("spec") or {}).get("holderIdentity") or "")


def duration_of(lease: Object) -> float:
    """How many seconds a lease holds that nobody renews."""
    seconds = (lease.get("spec") or {}).get("leaseDurationSeconds")
    if not isinstance(seconds, int) or not 0 < seconds <= LONGEST:
        return float(LONGEST)
    return float(seconds)


def is_released(lease: Object) -> bool:
    """Whether nobody holds a lease, or only a process of this machine that is no more."""
    return not holder_of(lease) or is_dead(holder_of(lease))


def seems_held(lease: Object, now: datetime) -> bool:
    """Whether somebody holds a lease as far as the clocks of two machines can tell.

    For people to read; who wants the lease looks longer.
    """
    try:
        renewed = datetime.strptime(lease["spec"]["renewTime"], TIME).replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError):
        return not is_released(lease)
    return not is_released(lease) and (now - renewed).total_seconds() <= duration_of(lease)


def is_dead(holder: str) -> bool:
    """Whether the holder was a process that this machine would know, and is no more.

    A host name proves nothing: containers and cloned machines share it.
    """
    found = re.search(r" \(process (\d{1,9}) on .*, ([0-9a-f]+)-(\d*)-[0-9a-f]{8}\)$", holder)
    if found is None or not _machine() or found[2] != _machine():
        return False
    pid, started = int(found[1]), found[3]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    now = _started(pid)
    return bool(now and started and now != started)


def _machine() -> str:
    """This boot of this machine, and what its processes can see of each other."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as boot:
            seen = f"{boot.read().strip()} {os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return ""
    return hashlib.sha256(seen.encode()).hexdigest()[:12]


def _started(pid: int) -> str:
    """When a process started, in its machine's ticks; empty where that cannot be told."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _busy(lease: Object) -> str:
    return (
        f"another change of the cluster's networks is going on since {since(lease)}, by "
        f"{readable(holder_of(lease))}; try again when it is over"
    )


def _silent(lease: Object) -> str:
    return (
        f"{readable(holder_of(lease))}, who holds the lease, to show that it lives; after "
        f"{duration_of(lease):.0f} s of silence we go on"
    )


def _now() -> str:
    return datetime.now(UTC).strftime(TIME)
