"""One change at a time on a cluster: a Lease, renewed while we work.

The storage network concerns the whole cluster, so the lease does too.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import AlreadyExists, ClusterError, Conflict, Unreachable
from ..cluster.resources import LEASE, Object
from ..cluster.timings import DEFAULT_TIMINGS
from ..harvester.names import SYSTEM_NAMESPACE
from .errors import ChangeBusy, LeaseLost

KEY = f"{SYSTEM_NAMESPACE}/harvester-net-change"
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


@asynccontextmanager
async def hold(
    cluster: Cluster, who: str, deadline: Deadline
) -> AsyncIterator[asyncio.Task[None]]:
    """Hold the lease meanwhile; raises ChangeBusy.

    The task that it gives ends with LeaseLost if the lease is lost.
    """
    holder = identity(who)
    lease = await _acquire(cluster, holder, deadline)
    renewing = asyncio.create_task(_renew(cluster, lease, holder))
    try:
        yield renewing
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError, LeaseLost):
            await renewing
        # Whoever comes next need not wait for it to expire.
        with suppress(ClusterError):
            release = {"spec": {"holderIdentity": ""}}
            await cluster.patch(LEASE, KEY, release, Deadline(5))


def identity(who: str) -> str:
    """Who holds the lease: the resource or user, the process, its machine; unique."""
    host, pid = socket.gethostname(), os.getpid()
    return f"{who} (process {pid} on {host}, {_started(pid)}-{secrets.token_hex(4)})"


def _started(pid: int) -> str:
    """When a process started, in its machine's ticks; empty where that cannot be told."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def readable(holder: str) -> str:
    """A holder as users read it: without what makes the process unique."""
    return re.sub(r", \d*-[0-9a-f]{8}\)$", ")", holder)


def is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that is no more."""
    words = holder.rpartition(" (process ")[2].replace(",", "").rstrip(")").split(" ")
    if len(words) != 4 or words[2] != socket.gethostname() or not words[0].isdigit():
        return False
    return _started(int(words[0])) != words[3].partition("-")[0]


def is_free(lease: Object, now: datetime) -> bool:
    """Whether nobody holds a lease: released, expired, or its holder is dead."""
    spec = lease.get("spec") or {}
    holder = spec.get("holderIdentity") or ""
    if not holder or is_dead(holder):
        return True
    renewed = datetime.strptime(spec["renewTime"], TIME).replace(tzinfo=UTC)
    return now > renewed + timedelta(
        seconds=spec.get("leaseDurationSeconds") or DEFAULT_TIMINGS.lease
    )


async def _acquire(cluster: Cluster, holder: str, deadline: Deadline) -> Object:
    while True:
        lease = await cluster.get(LEASE, KEY, deadline)
        try:
            if lease is None:
                return await cluster.create(
                    LEASE, _new(holder, cluster.timings.lease), deadline
                )
            if lease["spec"].get("holderIdentity") == holder:
                return lease  # Ours, from a create whose answer was lost.
            if not is_free(lease, datetime.now(UTC)):
                raise ChangeBusy(_busy(lease))
            version = {"resourceVersion": lease["metadata"]["resourceVersion"]}
            taken = {"metadata": version, "spec": _spec(holder, cluster.timings.lease)}
            return await cluster.patch(LEASE, KEY, taken, deadline)
        except (AlreadyExists, Conflict):
            deadline.check()


def _new(holder: str, seconds: int) -> Object:
    namespace, _, name = KEY.partition("/")
    return {
        "apiVersion": LEASE.api,
        "kind": LEASE.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": _spec(holder, seconds),
    }


def _spec(holder: str, seconds: int) -> Object:
    now = datetime.now(UTC).strftime(TIME)
    times = {"acquireTime": now, "renewTime": now}
    return {"holderIdentity": holder, "leaseDurationSeconds": seconds, **times}


def _busy(lease: Object) -> str:
    spec = lease["spec"]
    return (
        "another change of the cluster's networks is going on since "
        f"{spec.get('acquireTime', '?')}, by {readable(spec['holderIdentity'])}; try again "
        "when it is over"
    )


async def _renew(cluster: Cluster, lease: Object, holder: str) -> None:
    """Renew until cancelled; an outage longer than the lease may have cost us the lease."""
    version = lease["metadata"]["resourceVersion"]
    while True:
        await asyncio.sleep(cluster.timings.lease_renewal)
        renewed = {"renewTime": datetime.now(UTC).strftime(TIME)}
        patch = {"metadata": {"resourceVersion": version}, "spec": renewed}
        try:
            after = await cluster.patch(
                LEASE, KEY, patch, Deadline(cluster.timings.lease_renewal)
            )
            version = after["metadata"]["resourceVersion"]
        except Conflict:
            now = await cluster.get(LEASE, KEY, Deadline(cluster.timings.lease_renewal))
            if now is None or now["spec"].get("holderIdentity") != holder:
                raise LeaseLost("the lease was taken over; somebody else goes on") from None
            version = now["metadata"]["resourceVersion"]
        except Unreachable:
            continue
