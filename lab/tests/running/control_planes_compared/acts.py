"""What a step does: requests of a user and faults. Each is data, and plays itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from harvester_net.cluster.merge_patch import applied
from harvester_net.lab.api import Api, Object
from harvester_net.lab.faults import Fault, set_faults
from harvester_net.lab.simulators.virt_handler import GUEST_SHUTDOWN

from .answers import Answer, answer_to
from .kinds import collection_of, resource_of
from .tokens import Tokens

_OBEYED_WITHIN = 60.0
_SUBRESOURCES = "/apis/subresources.kubevirt.io/v1/namespaces/default"


class Act(Protocol):
    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        """Do it, and tell what the server answered to each request."""


@dataclass(frozen=True)
class Create:
    obj: Object = field(hash=False)

    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        path = collection_of(self.obj)
        return [await answer_to(api.create(path, self.obj), tokens)]


@dataclass(frozen=True)
class Patch:
    """A merge patch; to the status with `status`."""

    word: str
    key: str
    fields: Object = field(hash=False)
    status: bool = False

    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        path = resource_of(self.word).path_of(self.key) + ("/status" if self.status else "")
        return [await answer_to(api.merge_patch(path, self.fields), tokens)]


@dataclass(frozen=True)
class Replace:
    """The whole object as it is, with these fields merged in, as `kubectl replace`."""

    word: str
    key: str
    fields: Object = field(hash=False)

    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        path = resource_of(self.word).path_of(self.key)
        changed = applied(await api.get(path), self.fields)
        return [await answer_to(api.replace(path, changed), tokens)]


@dataclass(frozen=True)
class Delete:
    word: str
    key: str

    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        path = resource_of(self.word).path_of(self.key)
        return [await answer_to(api.delete(path), tokens)]


@dataclass(frozen=True)
class Ask:
    """A request to virt-api about a VM: start, stop, restart, migrate."""

    vm: str
    what: str
    body: Object = field(default_factory=dict, hash=False)

    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        path = f"{_SUBRESOURCES}/virtualmachines/{self.vm}/{self.what}"
        return [await answer_to(api.replace(path, self.body), tokens)]


@dataclass(frozen=True)
class ShutDownInside:
    """The guest of the VM shuts itself down."""

    vm: str

    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        path = resource_of("VMI").path_of(f"default/{self.vm}")
        note = {"metadata": {"annotations": {GUEST_SHUTDOWN: "true"}}}
        return [await answer_to(api.merge_patch(path, note), tokens)]


@dataclass(frozen=True)
class OnSystemNetwork:
    """A request about the VM network that Harvester made for a setting; its name is random."""

    prefix: str
    act: Callable[[Object], Act]
    """What is done with this VM network."""

    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        listed = await api.list(resource_of("NAD").path("harvester-system"))
        found = (i for i in listed["items"] if i["metadata"]["name"].startswith(self.prefix))
        nad = next(found, {"metadata": {"namespace": "harvester-system", "name": "none"}})
        return await self.act(nad).play(api, tokens)


@dataclass(frozen=True)
class Suffer:
    """Exactly these faults; none: all is repaired."""

    faults: tuple[Fault, ...] = ()

    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        await set_faults(api, self.faults, within=_OBEYED_WITHIN)
        return []


@dataclass(frozen=True)
class Several:
    """One request right after the other."""

    acts: tuple[Any, ...]

    async def play(self, api: Api, tokens: Tokens) -> list[Answer]:
        return [answer for act in self.acts for answer in await act.play(api, tokens)]
