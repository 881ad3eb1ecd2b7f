"""Times that a test need not live through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from harvester_net.cluster.timings import Timings
from harvester_net.lab.simulators import Timings as SimulatedTimings


class _Timed(Protocol):
    timings: Timings


def hasten(cluster: _Timed, **times: Any) -> None:
    """Give a cluster, or a model of one, other times, in seconds."""
    cluster.timings = replace(cluster.timings, **times)


QUICK = Timings(
    first_retry=0.001,
    longest_retry=0.01,
    relist=0.01,
    poll=0.01,
    program_silence=0.1,
    virt_handler=0.01,
    agents_see_vlans=0.01,
    stuck_deletion=0.2,
    step_poll=0.001,
    stale_webhooks=0.2,
    labels_seen=0.001,
    devices=0.05,
    next_check=0.0,
    pod_poll=0.001,
    pod_start=0.05,
)
"""Pauses and limits that a test need not live through."""

AT_ONCE = SimulatedTimings(
    agent_apply=0.02,
    vm_start=0.02,
    vm_stop=0.02,
    volume_attach=0.02,
    volume_detach=0.02,
    pool_fill=0.02,
    garbage_collect=0.02,
    retry=0.05,
)
"""What simulated machines take in tests that need not live through it either."""
