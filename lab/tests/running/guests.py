"""Virtual machines of the tests: made, started, stopped and looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from harvester_net.lab.api import Api, Object
from harvester_net.lab.faults import set_faults
from tests import objects

from .waits import accepted, is_gone, until

KUBEVIRT = "/apis/kubevirt.io/v1/namespaces/default"


@dataclass
class Guests:
    """Virtual machines of the default namespace, by name."""

    api: Api

    async def create(self, name: str, network: str = "", claim: str = "") -> None:
        vm = objects.new_vm(name, f"default/{network}" if network else "", claim)
        await accepted(lambda: self.api.create(f"{KUBEVIRT}/virtualmachines", vm))

    async def printed(self, name: str) -> str | None:
        vm = await self.api.get(f"{KUBEVIRT}/virtualmachines/{name}")
        status: str | None = (vm.get("status") or {}).get("printableStatus")
        return status

    async def becomes(self, name: str, status: str) -> None:
        await until(lambda: self.printed(name), status)

    async def instance(self, name: str) -> Object:
        return await self.api.get(f"{KUBEVIRT}/virtualmachineinstances/{name}")

    async def phase(self, name: str) -> str | None:
        phase: str | None = (await self.instance(name)).get("status", {}).get("phase")
        return phase

    async def strategy(self, name: str, strategy: str) -> None:
        change = {"spec": {"runStrategy": strategy}}
        await self.api.merge_patch(f"{KUBEVIRT}/virtualmachines/{name}", change)

    async def ask(self, name: str, what: str) -> None:
        root = "/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachines"
        await self.api.replace(f"{root}/{name}/{what}", {})

    async def clear(self) -> None:
        await set_faults(self.api, [])
        for vm in (await self.api.list(f"{KUBEVIRT}/virtualmachines"))["items"]:
            path = f"{KUBEVIRT}/virtualmachines/{vm['metadata']['name']}"
            await self.api.delete(path)
            await until(partial(is_gone, self.api, path))
