"""Pods to nodes: sent, waited for, and always taken away again.

Whatever ends us, the pods end too: by their own deadline if we could not delete them, and
what is left of them is deleted by the next check.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from ..cluster.cluster import Cluster
from ..cluster.deadline import OutOfPatience, Patience
from ..cluster.errors import AlreadyExists, ClusterError, NotFound
from ..cluster.resources import Object
from .pods import LABEL, SECONDS_TO_END, Ended, Errand, PodWish, ended, manifest, pods_in

PAUSE = 0.5
SECONDS_TO_START = 120
"""How long a node may take to pull the image and start the pod, beyond the pod's own time."""
SECONDS_TO_REMOVE = 15.0
MOST_AT_ONCE = 20
"""Requests at the same time."""

Tell = Callable[[str], None]


async def sent(
    cluster: Cluster,
    errands: Mapping[str, Errand],
    cluster_network: str,
    wish: PodWish,
    patience: Patience,
    tell: Tell,
) -> dict[str, Ended]:
    """Run a pod on each of these nodes, and return what each came to.

    Raises ClusterError if the server lets no pod be made, and OutOfPatience. The pods are
    gone afterwards.
    """
    pods = {
        node: manifest(errand, node, cluster_network, wish) for node, errand in errands.items()
    }
    seconds = max((errand.seconds for errand in errands.values()), default=0)
    try:
        await _made(cluster, list(pods.values()), wish, patience)
        names = {node: pod["metadata"]["name"] for node, pod in pods.items()}
        limit = patience.at_most(seconds + SECONDS_TO_START)
        answers = await _answers(cluster, names, wish, limit, tell)
        patience.check()
        return answers
    finally:
        names_of_all = [pod["metadata"]["name"] for pod in pods.values()]
        await asyncio.shield(_removed(cluster, names_of_all, wish.namespace))


async def remove_leftovers(cluster: Cluster, namespace: str, patience: Patience) -> int:
    """Delete what killed runs have left, and wait until it is gone; returns how many.

    The caller holds the lease: no other run is at work.
    """
    found = await _listed(cluster, namespace, patience)
    await _removed(cluster, list(found), namespace)
    with suppress(OutOfPatience):
        limit = patience.at_most(SECONDS_TO_END + SECONDS_TO_REMOVE)
        while found.keys() & (await _listed(cluster, namespace, limit)).keys():
            await limit.sleep(PAUSE)
    patience.check()
    return len(found)


async def _made(
    cluster: Cluster, pods: list[Object], wish: PodWish, patience: Patience
) -> None:
    async def make(pod: Object) -> None:
        # It exists already: our own create, whose answer was lost.
        with suppress(AlreadyExists):
            await cluster.connection.create(
                pods_in(wish.namespace), wish.namespace, pod, patience
            )

    for start in range(0, len(pods), MOST_AT_ONCE):
        await asyncio.gather(*(make(pod) for pod in pods[start : start + MOST_AT_ONCE]))


async def _answers(
    cluster: Cluster, names: dict[str, str], wish: PodWish, patience: Patience, tell: Tell
) -> dict[str, Ended]:
    found: dict[str, Ended] = {}
    with suppress(OutOfPatience):
        while len(found) < len(names):
            pods = await _listed(cluster, wish.namespace, patience)
            for node in names.keys() - found.keys():
                if (answer := _answer(pods.get(names[node]))) is not None:
                    found[node] = answer
            waiting = sorted(names.keys() - found.keys())
            if waiting:
                tell(f"the pods on {', '.join(waiting[:5])}")
                await patience.sleep(PAUSE)
    late = Ended(trouble=f"its pod has said nothing for {patience.seconds:.0f} s")
    return {node: found.get(node, late) for node in names}


def _answer(pod: Object | None) -> Ended | None:
    if pod is None:
        return Ended(trouble="somebody deleted its pod")
    return ended(pod)


async def _listed(cluster: Cluster, namespace: str, patience: Patience) -> dict[str, Object]:
    pods, _ = await cluster.connection.list(pods_in(namespace), patience, labelSelector=LABEL)
    return {pod["metadata"]["name"]: pod for pod in pods}


async def _removed(cluster: Cluster, names: list[str], namespace: str) -> None:
    """Delete pods; what cannot be deleted ends by its own deadline."""

    async def remove(name: str) -> None:
        patience = Patience(SECONDS_TO_REMOVE)
        with suppress(NotFound):
            await cluster.connection.delete(pods_in(namespace), name, None, patience)

    with suppress(ClusterError, OutOfPatience):
        await asyncio.gather(*(remove(name) for name in names))
