"""virt-handler of the simulated nodes: guests start, stop when told, or end by themselves.

Everything else about a VM is decided by the real virt-controller and virt-api. It runs as
virt-handler's own user, because the real parts only believe that one (O3).
"""

from __future__ import annotations

import asyncio

from lab.api import Api, Object
from lab.faults import Faults, VmDoesNotStop
from lab.simulators.mirror import World, is_deleting
from lab.simulators.steps import Steps
from lab.simulators.timings import now

# Set to "true" on a VMI, its guest shuts itself down.
GUEST_SHUTDOWN = "lab.harvester-net/guest-shutdown"


def next_phase(vmi: Object, faults: Faults) -> str:
    """The phase that the guest goes to now; "" if it stays as it is."""
    metadata = vmi["metadata"]
    phase = (vmi.get("status") or {}).get("phase", "")
    asked = (metadata.get("annotations") or {}).get(GUEST_SHUTDOWN) == "true"
    ends = is_deleting(vmi) or (asked and phase == "Running")
    if ends and phase in ("Scheduled", "Running"):
        held = VmDoesNotStop(metadata["namespace"], metadata["name"]) in faults
        return "" if held else "Succeeded"
    return "Running" if phase == "Scheduled" else ""


class VirtHandler:
    def __init__(self, api: Api, world: World, steps: Steps) -> None:
        self._api = api
        self._world = world
        self._steps = steps

    async def run(self) -> None:
        world = self._world
        async for _ in self._steps.looks(world.vmis, world.config_maps):
            for vmi in world.vmis:
                if phase := next_phase(vmi, world.faults):
                    key = f"{vmi['metadata']['uid']} {phase}"
                    self._steps.start(key, self._go, vmi, phase)

    async def _go(self, vmi: Object, phase: str) -> None:
        timings = self._world.timings
        # The other half of a start is the pod's.
        await asyncio.sleep(timings.vm_start / 2 if phase == "Running" else timings.vm_stop)
        path = self._world.vmis.path_of(vmi)
        live = await self._api.get(path)
        same = live["metadata"]["uid"] == vmi["metadata"]["uid"]
        if same and next_phase(live, self._world.faults) == phase:
            await self._api.merge_patch(path, {"status": _status(live, phase)})


async def run_virt_handler(api: Api, world: World) -> None:
    async with asyncio.TaskGroup() as group:
        await VirtHandler(api, world, Steps(group, world.timings.retry)).run()


def _status(vmi: Object, phase: str) -> Object:
    if phase != "Running":
        return {"phase": phase}
    kept = [
        condition
        for condition in vmi["status"].get("conditions", [])
        if condition["type"] not in ("Ready", "LiveMigratable")
    ]
    times = {"lastProbeTime": None, "lastTransitionTime": now()}
    ready = {"type": "Ready", "status": "True", **times}
    migratable = {"type": "LiveMigratable", "status": "True", **times}
    return {"phase": phase, "conditions": [*kept, ready, migratable]}
