"""The VLANs of new VM networks on every node, without anybody looking.

An agent looks at the VLANs of a cluster network when that changes, and takes them from its own
cache of VM networks. If that does not have the new one yet, the VLAN never comes, and nothing
in the API shows it (docs/lab.md, "Seen on real nodes"). So the cluster network is written once
more, a moment after the last of its VM networks that this run writes.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError
from ..cluster.resources import CLUSTER_NETWORK
from ..harvester.names import LOOK_AGAIN
from .call import Call


@asynccontextmanager
async def looked_at_again(cluster_network: str, call: Call) -> AsyncIterator[None]:
    """Have the agents look at the VLANs of a cluster network after a VM network was written.

    Of those that follow each other within a moment one waits for all of them, also if it
    fails: the engine has few calls under way at a time, which must not all wait.
    """
    writing, unseen = call.desired_state.writing_vlans, call.desired_state.unseen_vlans
    began = time.monotonic()
    failure: Exception | None = None
    writing[cluster_network] += 1
    try:
        yield
    except Exception as error:
        failure = error
    finally:
        writing[cluster_network] -= 1
    if call.cluster.wrote_at > began:
        unseen[cluster_network] = time.monotonic()
    if cluster_network in unseen:
        await _look_again(cluster_network, call)
    if failure is not None:
        raise failure


async def _look_again(cluster_network: str, call: Call) -> None:
    desired = call.desired_state
    writing, unseen = desired.writing_vlans, desired.unseen_vlans
    if writing[cluster_network] or cluster_network in desired.awaiting_vlans:
        # Who is at it will wait for this one too.
        return
    desired.awaiting_vlans.add(cluster_network)
    call.tell("waiting a moment for the nodes to see the VLANs of new VM networks")
    # Who may not write it, such as a tenant, goes without; so does one that is just changing.
    with suppress(ClusterError, DeadlineExceeded):
        try:
            while (left := _seconds_left(unseen[cluster_network], call)) > 0:
                await call.deadline.sleep(left)
        finally:
            # From here on a network that was written waits by itself.
            desired.awaiting_vlans.discard(cluster_network)
        if not writing[cluster_network]:
            del unseen[cluster_network]
            note = {"metadata": {"annotations": {LOOK_AGAIN: secrets.token_hex(4)}}}
            await call.cluster.patch(CLUSTER_NETWORK, cluster_network, note, call.deadline)


def _seconds_left(written: float, call: Call) -> float:
    return written + call.cluster.timings.agents_see_vlans - time.monotonic()
