"""virt-handler of the simulated nodes: guests start, move, stop when told or by themselves.

Everything else about a VM is decided by virt-controller and virt-api. It runs as
virt-handler's own user, because the real parts only believe that one (O3).
"""

from __future__ import annotations

import asyncio

from harvester_net.lab.api import Api, Object
from harvester_net.lab.faults import Faults, VmDoesNotStop
from harvester_net.lab.simulators.mirror import World, is_deleting
from harvester_net.lab.simulators.moves import next_move
from harvester_net.lab.simulators.steps import Steps
from harvester_net.lab.simulators.timings import now

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
                elif next_move(vmi, now(), world.faults):
                    self._steps.start(f"{vmi['metadata']['uid']} moves", self._move, vmi)

    async def _go(self, vmi: Object, phase: str) -> None:
        timings = self._world.timings
        # The other half of a start is the pod's.
        await asyncio.sleep(timings.vm_start / 2 if phase == "Running" else timings.vm_stop)
        path = self._world.vmis.path_of(vmi)
        live = await self._api.get(path)
        same = live["metadata"]["uid"] == vmi["metadata"]["uid"]
        if same and next_phase(live, self._world.faults) == phase:
            await self._api.merge_patch(path, {"status": status_in(live, phase)})

    async def _move(self, vmi: Object) -> None:
        state = vmi["status"]["migrationState"]
        if state.get("startTimestamp") and not state.get("endTimestamp"):
            await asyncio.sleep(self._world.timings.vm_migrate)
        path = self._world.vmis.path_of(vmi)
        live = await self._api.get(path)
        if move := next_move(live, now(), self._world.faults):
            version = {"resourceVersion": live["metadata"]["resourceVersion"]}
            move["metadata"] = version | move.get("metadata", {})
            await self._api.merge_patch(path, move)


async def run_virt_handler(api: Api, world: World) -> None:
    async with asyncio.TaskGroup() as group:
        await VirtHandler(api, world, Steps(group, world.timings.retry)).run()


def status_in(vmi: Object, phase: str) -> Object:
    """What virt-handler writes when the guest comes to a phase."""
    status = vmi["status"]
    passed = [
        *(status.get("phaseTransitionTimestamps") or []),
        {"phase": phase, "phaseTransitionTimestamp": now()},
    ]
    # Without them virt-controller takes a guest that ran for one that never came up.
    status_of_phase = {"phase": phase, "phaseTransitionTimestamps": passed}
    if phase != "Running":
        return status_of_phase
    kept = [
        condition
        for condition in status.get("conditions", [])
        if condition["type"] not in ("Ready", "LiveMigratable")
    ]
    times = {"lastProbeTime": now(), "lastTransitionTime": now()}
    ready = {"type": "Ready", "status": "True", **times}
    migratable = {"type": "LiveMigratable", "status": "True", **times}
    # virt-controller waits with a migration until it knows this.
    context = {"selinuxContext": "none"}
    return status_of_phase | context | {"conditions": [*kept, ready, migratable]}
