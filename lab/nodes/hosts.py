"""Pods of the host's network: on a real node their command really runs there."""

from __future__ import annotations

import asyncio
import logging
import shlex
from datetime import datetime

from harvester_net.lab.api import Api, Object
from harvester_net.lab.faults import Faults, ImagePullFails
from harvester_net.lab.simulators.machines import address_of
from harvester_net.lab.simulators.mirror import World, key_of
from harvester_net.lab.simulators.steps import gone
from harvester_net.lab.simulators.timings import now
from lab.nodes import containers, real_faults
from lab.nodes.guest import Guest

_GRACE = 30

log = logging.getLogger(__name__)


class Hosts:
    """What is real of the nodes; the guest keeps what it runs, so it may end meanwhile."""

    def __init__(self, world: World, guest: Guest) -> None:
        self._world = world
        self._guest = guest
        self._api: Api = world.api

    def can_run(self, pod: Object) -> bool:
        """Whether its node is a real one; on a simulated node it stays pending."""
        node = self._world.nodes.get(pod["spec"].get("nodeName", ""))
        return node is not None and bool(address_of(node))

    async def obey(self, wanted: Faults, nodes: list[str]) -> None:
        """Gives the nodes these faults and no others. Raises LabError if one can't be had."""
        await real_faults.obey(self._guest, wanted, nodes)

    async def run(self, pod: Object) -> None:
        """Runs its container and says how it ended."""
        if hindrance := self._hindrance(pod):
            await self._say(pod, containers.waiting_status(pod, *hindrance))
            return
        status = await self._started(pod)
        end = await self._end_within(pod, _seconds_left(pod, status))
        if end is None:
            await self._stop(pod, _grace(pod))
            status = containers.late_status(pod, await self._end(pod))
        else:
            status = containers.ended_status(pod, end)
        await self._say(pod, status)
        said = status["containerStatuses"][0]["state"]["terminated"]
        log.info("pod %s ended with code %s", key_of(pod), said["exitCode"])

    async def remove(self, pod: Object) -> None:
        """Ends its container, and then the pod is gone."""
        if self.can_run(pod):
            await self._stop(pod, int(pod["metadata"].get("deletionGracePeriodSeconds") or 0))
        preconditions = {"uid": pod["metadata"]["uid"]}
        options = {"gracePeriodSeconds": 0, "preconditions": preconditions}
        await gone(self._api, self._world.pods.path_of(pod), options)

    def _hindrance(self, pod: Object) -> tuple[str, str] | None:
        """Reason and message of a container that can't start."""
        (container,) = pod["spec"]["containers"]
        if ImagePullFails(pod["spec"]["nodeName"]) in self._world.faults:
            image = container["image"]
            return "ErrImagePull", f'failed to pull and unpack image "{image}": not found'
        if not containers.words(container):
            return "CreateContainerError", "no command specified"
        return None

    async def _started(self, pod: Object) -> Object:
        status: Object = pod.get("status") or {}
        if status.get("phase") == "Running":
            return status
        node = self._world.nodes.get(pod["spec"]["nodeName"]) or {}
        return await self._say(pod, containers.running_status(pod, address_of(node), now()))

    async def _end_within(self, pod: Object, seconds: float | None) -> containers.Ended | None:
        """How it ended; None if it did not within that time."""
        try:
            async with asyncio.timeout(seconds):
                return await self._end(pod)
        except TimeoutError:
            return None

    async def _end(self, pod: Object) -> containers.Ended:
        command = shlex.join(containers.run_command(pod))
        answer = await self._guest.run(command, pod["spec"]["nodeName"])
        return containers.ended(answer.checked())

    async def _stop(self, pod: Object, grace: int) -> None:
        (await self._guest.run(f"stop-pod {pod['metadata']['uid']} {grace}")).checked()

    async def _say(self, pod: Object, status: Object) -> Object:
        """The new status. Fails if the pod is gone, or another one has its name."""
        path = f"{self._world.pods.path_of(pod)}/status"
        same = {"uid": pod["metadata"]["uid"]}
        said = await self._api.merge_patch(path, {"metadata": same, "status": status})
        return dict(said["status"])


def _grace(pod: Object) -> int:
    return int(pod["spec"].get("terminationGracePeriodSeconds", _GRACE))


def _seconds_left(pod: Object, status: Object) -> float | None:
    """How long it may still run; None: as long as it likes."""
    allowed = pod["spec"].get("activeDeadlineSeconds")
    if allowed is None:
        return None
    since = datetime.fromisoformat(status["startTime"])
    return float(allowed) - (datetime.now(since.tzinfo) - since).total_seconds()
