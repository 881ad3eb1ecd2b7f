"""Pods to nodes: sent, waited for, and always taken away again.

Whatever ends us, the pods end too: by their own deadline if we could not delete them, and
what is left of them is deleted by the next check.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline, DeadlineExceeded
from ..cluster.errors import AlreadyExists, ClusterError, NotFound
from ..cluster.resources import Object
from .pods import (
    LABEL,
    SECONDS_TO_END,
    PodOptions,
    PodResult,
    PodTask,
    manifest,
    pods_in,
    result_of,
)

MOST_AT_ONCE = 20
"""Requests at the same time."""

OnProgress = Callable[[str], None]


async def run_pods(
    cluster: Cluster,
    tasks: Mapping[str, PodTask],
    cluster_network: str,
    options: PodOptions,
    deadline: Deadline,
    on_progress: OnProgress,
) -> dict[str, PodResult]:
    """Run a pod on each of these nodes, and return what each came to.

    Raises ClusterError if the server lets no pod be made, and DeadlineExceeded. The pods are
    gone afterwards.
    """
    pods = {
        node: manifest(task, node, cluster_network, options) for node, task in tasks.items()
    }
    seconds = max((task.seconds for task in tasks.values()), default=0)
    try:
        await _create_pods(cluster, list(pods.values()), options, deadline)
        names = {node: pod["metadata"]["name"] for node, pod in pods.items()}
        limit = deadline.within(seconds + cluster.timings.pod_start)
        answers = await _wait_for_results(cluster, names, options, limit, on_progress)
        deadline.check()
        return answers
    finally:
        names_of_all = [pod["metadata"]["name"] for pod in pods.values()]
        await asyncio.shield(_delete_pods(cluster, names_of_all, options.namespace))


async def remove_leftovers(cluster: Cluster, namespace: str, deadline: Deadline) -> int:
    """Delete what killed runs have left, and wait until it is gone; returns how many.

    The caller holds the lease: no other run is at work.
    """
    found = await _list_pods(cluster, namespace, deadline)
    await _delete_pods(cluster, list(found), namespace)
    with suppress(DeadlineExceeded):
        limit = deadline.within(SECONDS_TO_END + cluster.timings.pod_removal)
        while found.keys() & (await _list_pods(cluster, namespace, limit)).keys():
            await limit.sleep(cluster.timings.pod_poll)
    deadline.check()
    return len(found)


async def _create_pods(
    cluster: Cluster, pods: list[Object], options: PodOptions, deadline: Deadline
) -> None:
    async def make(pod: Object) -> None:
        # It exists already: our own create, whose answer was lost.
        with suppress(AlreadyExists):
            await cluster.connection.create(
                pods_in(options.namespace), options.namespace, pod, deadline
            )

    for start in range(0, len(pods), MOST_AT_ONCE):
        await asyncio.gather(*(make(pod) for pod in pods[start : start + MOST_AT_ONCE]))


async def _wait_for_results(
    cluster: Cluster,
    names: dict[str, str],
    options: PodOptions,
    deadline: Deadline,
    on_progress: OnProgress,
) -> dict[str, PodResult]:
    found: dict[str, PodResult] = {}
    with suppress(DeadlineExceeded):
        while len(found) < len(names):
            pods = await _list_pods(cluster, options.namespace, deadline)
            for node in names.keys() - found.keys():
                if (answer := _result(pods.get(names[node]))) is not None:
                    found[node] = answer
            waiting = sorted(names.keys() - found.keys())
            if waiting:
                on_progress(f"the pods on {', '.join(waiting[:5])}")
                await deadline.sleep(cluster.timings.pod_poll)
    late = PodResult(trouble=f"its pod has said nothing for {deadline.seconds:.0f} s")
    return {node: found.get(node, late) for node in names}


def _result(pod: Object | None) -> PodResult | None:
    if pod is None:
        return PodResult(trouble="somebody deleted its pod")
    return result_of(pod)


async def _list_pods(
    cluster: Cluster, namespace: str, deadline: Deadline
) -> dict[str, Object]:
    pods, _ = await cluster.connection.list(pods_in(namespace), deadline, labelSelector=LABEL)
    return {pod["metadata"]["name"]: pod for pod in pods}


async def _delete_pods(cluster: Cluster, names: list[str], namespace: str) -> None:
    """Delete pods; what cannot be deleted ends by its own deadline."""

    async def remove(name: str) -> None:
        deadline = Deadline(cluster.timings.pod_removal)
        with suppress(NotFound):
            await cluster.connection.delete(pods_in(namespace), name, None, deadline)

    with suppress(ClusterError, DeadlineExceeded):
        await asyncio.gather(*(remove(name) for name in names))
