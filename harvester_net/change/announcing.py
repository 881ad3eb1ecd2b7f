"""What the cluster tells of a change: Events on what it is about, as `kubectl describe` and
Harvester's pages show them.

They are for people who look, and go by themselves after an hour; the journal has what stands.
Nothing depends on them: who may not write them, or cannot at the moment, goes on without.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError
from ..cluster.resources import EVENT, Object, split_key
from ..cluster.rights import rights
from ..printable import printable
from . import report
from .context import ChangeContext
from .errors import LeaseLost
from .record import Record

COMPONENT = "harvester-net"
MESSAGE = 1000
"""Characters of an Event; Kubernetes takes 1,024 bytes."""
NAMESPACE = "default"
"""Of Events on objects without a namespace, as Kubernetes has it."""
RIGHTS = rights("create", EVENT)
"""Asked for by nobody: roles from before do without."""


@dataclass(frozen=True)
class News:
    """One thing that there is to tell of a change."""

    reason: str
    words: str
    """What follows what the change is about."""
    is_warning: bool = False


BEGUN = News("ChangeBegun", "has begun; harvester-net mtu status shows where it stands")
FINISHED = News("ChangeFinished", "is finished")
ROLLED_BACK = News("ChangeRolledBack", "was rolled back", is_warning=True)


def stopped_by(reason: str) -> News:
    """That a change stands at a safe point, and why."""
    words = f"stands; the next pulumi up or harvester-net mtu resume goes on: {reason}"
    return News("ChangeStopped", words, is_warning=True)


async def announce(context: ChangeContext, record: Record, news: News) -> None:
    """Tell it on the object that the change is about, if that is possible."""
    resource, key = record.goal.subject
    live = context.cluster.cached(resource).get(key)
    uid = live["metadata"].get("uid", "") if live is not None else ""
    deadline = context.deadline.afterwards(context.cluster.timings.announcement)
    try:
        told = event_of(record, news, uid, datetime.now(UTC))
        await context.cluster.create(EVENT, told, deadline)
    except (ClusterError, DeadlineExceeded, LeaseLost):
        return


def event_of(record: Record, news: News, uid: str, now: datetime) -> Object:
    """The Event; ``uid``: of the object that the change is about. Pure but for its name."""
    resource, key = record.goal.subject
    namespace, name = split_key(key) if resource.namespaced else ("", key)
    message = printable(f"{report.headline(record)}: {news.words}", MESSAGE)
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    about = {"apiVersion": resource.api, "kind": resource.kind, "name": name, "uid": uid}
    return {
        "apiVersion": EVENT.api,
        "kind": EVENT.kind,
        "metadata": {
            "name": f"{COMPONENT}-{record.id}-{secrets.token_hex(4)}",
            "namespace": namespace or NAMESPACE,
        },
        "involvedObject": about | ({"namespace": namespace} if namespace else {}),
        "type": "Warning" if news.is_warning else "Normal",
        "reason": news.reason,
        "message": message,
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "count": 1,
    }
