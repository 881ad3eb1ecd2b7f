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

    Of those that follow each other within a moment only the last one waits for it, also if it
    fails.
    """
    writing, began = call.desired_state.writing_vlans, time.monotonic()
    failure: Exception | None = None
    writing[cluster_network] += 1
    try:
        yield
    except Exception as error:
        failure = error
    finally:
        writing[cluster_network] -= 1
    if call.cluster.wrote_at > began or cluster_network in call.desired_state.unseen_vlans:
        await _look_again(cluster_network, call)
    if failure is not None:
        raise failure


async def _look_again(cluster_network: str, call: Call) -> None:
    writing, unseen = call.desired_state.writing_vlans, call.desired_state.unseen_vlans
    mine = unseen[cluster_network] = object()
    note = {"metadata": {"annotations": {LOOK_AGAIN: secrets.token_hex(4)}}}
    # Who may not write it, such as a tenant, goes without; so does one that is just changing.
    with suppress(ClusterError, DeadlineExceeded):
        if not writing[cluster_network]:
            await call.deadline.sleep(call.cluster.timings.agents_see_vlans)
        # One that came later waits for it too, or will.
        if not writing[cluster_network] and unseen.get(cluster_network) is mine:
            del unseen[cluster_network]
            await call.cluster.patch(CLUSTER_NETWORK, cluster_network, note, call.deadline)
