"""One world that several processes change at the same time, each over a way of its own.

The processes run the real `Cluster` and `Connection`; what is put in their place is a single
try of a request, and the stream of a watch.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import Context
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from harvester_net.cluster.access import Access, AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.connection import DRY_RUN, Connection
from harvester_net.cluster.errors import (
    ClusterError,
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    Unreachable,
)
from harvester_net.cluster.permissions import Permissions
from harvester_net.cluster.resources import (
    ACCESS_REVIEW,
    EVENT,
    NAMESPACE,
    RULES_REVIEW,
    VM_ACTIONS,
    Object,
    Resource,
    key_of,
)

from .controllers import CONTROLLERS
from .model import created, deleted, patched, start_asked
from .virtual import Process
from .world import World

EVERYTHING = [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]
VERBS = {"GET": "get", "POST": "create", "PATCH": "patch", "DELETE": "delete", "PUT": "update"}


@dataclass
class Machine:
    """Where processes run: its way to the API server, and its clocks."""

    name: str
    boot: float
    """What its boot clock shows when the world begins."""
    rate: float = 1.0
    """Seconds of its boot clock in a second."""
    wall: float = 0.0
    """Seconds by which its wall clock is wrong."""
    cut: str = ""
    """How its way is cut: `silent`, `refused`, or not."""
    latency: float = 0.02
    """Seconds for a request to arrive, and as many for its answer."""
    forbidden: set[tuple[str, str]] = field(default_factory=set)
    """Verbs and plurals that its user may not use."""
    healed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Write:
    """A write that the server has carried out."""

    by: Client
    verb: str
    resource: Resource
    key: str
    before: World
    after: World


@dataclass(frozen=True)
class Request:
    """One try of a request."""

    verb: str
    resource: Resource
    key: str
    body: Any
    dry_run: bool


class Client(Process):
    """One process of harvester-net, with the cluster as it sees it."""

    def __init__(self, server: SharedServer, machine: Machine, name: str) -> None:
        super().__init__()
        self.server, self.machine, self.name = server, machine, name
        self.buried = False
        self.forbidden: frozenset[tuple[str, str]] = frozenset()
        """What its user might not do when it began."""
        self.cluster = Cluster(AccessSettings(environment=""))
        self.cluster.connection = ModelledConnection(self)
        self.cluster.permissions = Permissions(self.cluster.connection)

    async def bury(self) -> None:
        self.buried = True
        await super().bury()


class ModelledConnection(Connection):
    """A connection whose requests go to a shared world."""

    def __init__(self, client: Client) -> None:
        super().__init__(AccessSettings(environment=""))
        self._client, self._model = client, client.server
        self._access = cast(
            Access, SimpleNamespace(loader=None, server="the model", context="")
        )
        self._answered = True

    async def close(self) -> None:
        """There is nothing to be closed."""

    async def _authenticate(self) -> None:
        """Credentials of the model last."""

    async def _once(
        self,
        method: str,
        resource: Resource,
        path: str,
        query: dict[str, str] | None,
        body: Any,
        content_type: str,
        seconds: float,
    ) -> Any:
        if self._client.buried:
            raise Rejected("the process is dead")
        key = _key(resource, path)
        if method == "POST":
            key = key_of(body) if "metadata" in body else ""
        verb = "list" if method == "GET" and not key else VERBS[method]
        request = Request(verb, resource, key, body, query == DRY_RUN)
        try:
            async with asyncio.timeout(seconds):
                return await self._model.asked(self._client, request)
        except TimeoutError as error:
            raise self._unreachable(error) from error

    async def watch(
        self, resource: Resource, since: str, namespace: str = ""
    ) -> AsyncIterator[tuple[str, Object]]:
        machine = self._client.machine
        if ("watch", resource.plural) in machine.forbidden:
            raise Forbidden(f"watch {resource.plural}: the user may not")
        loop = asyncio.get_running_loop()
        end = loop.time() + self.timings.watch
        history, news = self._model.history[resource], self._model.news
        seen = next((i for i, (at, *_) in enumerate(history) if at > int(since)), len(history))
        while loop.time() < end:
            while seen == len(history):
                if machine.cut == "refused":
                    break
                try:
                    async with asyncio.timeout(max(0, end - loop.time())):
                        await news[resource].wait()
                except TimeoutError:
                    return
            await asyncio.sleep(machine.latency)
            if machine.cut == "refused":
                self._reads(False)
                raise Unreachable("the model does not answer: reset")
            while machine.cut:
                await machine.healed.wait()
            for _, kind, obj in history[seen:]:
                seen += 1
                yield kind, obj


def _key(resource: Resource, path: str) -> str:
    """The key in the path of a request; empty in that of a list."""
    root = resource.path()
    if path == root:
        return ""
    if not resource.namespaced:
        return path.removeprefix(f"{root}/")
    parts = path.split("/namespaces/", 1)[1].split("/")
    return f"{parts[0]}/{parts[2]}" if len(parts) > 2 else ""


class SharedServer:
    """The API server and the controllers behind it."""

    def __init__(self, world: World, chance: Random) -> None:
        self.world = world.put(NAMESPACE, {"metadata": {"name": "kube-system"}})
        self.chance = chance
        self.history: defaultdict[Resource, list[tuple[int, str, Object]]]
        self.history = defaultdict(list)
        self.news: defaultdict[Resource, asyncio.Event] = defaultdict(asyncio.Event)
        self.wrote: Callable[[Write], None] = lambda write: None
        """Hears of each write of a client, after it."""
        self.log: list[str] = []
        self.pace = chance.choice((0.3, 1.0, 4.0))
        """Seconds that the controllers take about for a pass."""
        self._nobody = Context()
        self._busy = False

    # --- what reaches it ---------------------------------------------------------------------

    async def asked(self, client: Client, request: Request) -> Any:
        """The answer to a request of a client, if it comes through."""
        if client.machine.cut == "refused":
            await asyncio.sleep(0.01)
            raise Unreachable("the model does not answer: refused")
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.later(self._way(client), self._arrives, client, request, answer)
        return await answer

    def later(self, seconds: float, what: Callable[..., object], *args: Any) -> None:
        """Do something that no client can keep from happening."""
        asyncio.get_running_loop().call_later(seconds, what, *args, context=self._nobody)

    def _way(self, client: Client) -> float:
        return client.machine.latency * (0.5 + self.chance.random())

    def _arrives(self, client: Client, request: Request, answer: asyncio.Future[Any]) -> None:
        if client.machine.cut or client.buried:
            return
        result: Any
        try:
            result = self._serve(client, request)
        except ClusterError as error:
            result = error
        self.later(self._way(client), self._answers, client, answer, result)

    def _answers(self, client: Client, answer: asyncio.Future[Any], result: Any) -> None:
        if client.machine.cut or answer.done():
            return
        if isinstance(result, ClusterError):
            answer.set_exception(result)
        else:
            answer.set_result(result)

    def _serve(self, client: Client, request: Request) -> Any:
        machine, resource, key = client.machine, request.resource, request.key
        if resource is RULES_REVIEW:
            return {"status": {"resourceRules": [] if machine.forbidden else EVERYTHING}}
        if resource is ACCESS_REVIEW:
            asked = request.body["spec"]["resourceAttributes"]
            right = asked["verb"], asked["resource"]
            return {"status": {"allowed": right not in machine.forbidden}}
        if (request.verb, resource.plural) in machine.forbidden:
            raise Forbidden(f"{request.verb} {resource.plural} {key}: the user may not")
        if request.verb == "list":
            items = list(self.world.of(resource).values())
            return {"items": items, "metadata": {"resourceVersion": str(self.world.serial)}}
        if request.verb == "get":
            if (found := self.world.get(resource, key)) is None:
                raise NotFound(f"{resource.plural} {key}")
            return found
        after = self._written(request)
        if request.dry_run:
            return {}
        before = self.world
        # The name of an Event is another in each run.
        named = request.body["reason"] if resource is EVENT else key
        what = f"{request.verb} {resource.plural} {named}"
        self.log.append(f"{self._time()} {client.name}: {what}")
        self.now_is(after)
        self.wrote(Write(client, request.verb, resource, key, before, after))
        return self.world.get(resource, key) or {}

    def _written(self, request: Request) -> World:
        world, resource, key = self.world, request.resource, request.key
        match request.verb:
            case "create":
                return created(world, resource, request.body)
            case "patch":
                return patched(world, resource, key, request.body)
            case "update" if resource is VM_ACTIONS:
                return start_asked(world, key)
            case "delete":
                given = request.body.get("preconditions") or {}
                live, version = world.get(resource, key), given.get("resourceVersion")
                if live and version not in (None, live["metadata"]["resourceVersion"]):
                    raise Conflict(f"{resource.plural} {key} has changed")
                return deleted(world, resource, key, given.get("uid"))
        raise AssertionError(request)

    # --- what it does ------------------------------------------------------------------------

    def _time(self) -> str:
        return f"{asyncio.get_running_loop().time() - 1000:8.2f}"

    def say(self, what: str) -> None:
        """Note what happens, for whoever reads about a failure."""
        self.log.append(f"{self._time()} {what}")

    def now_is(self, world: World) -> None:
        """The world has changed: watchers hear of it, and controllers look at it."""
        before, self.world = self.world, world
        for resource, kind, obj in _events(before, world):
            self.history[resource].append((world.serial, kind, obj))
            self.wake(resource)
        if before is not world and not self._busy:
            self._busy = True
            self.later(self.pace * (0.1 + self.chance.random()), self._work)

    def wake(self, resource: Resource) -> None:
        """Let the watchers of a kind look."""
        self.news[resource].set()
        self.news[resource] = asyncio.Event()

    def reconnected(self, machine: Machine) -> None:
        """The way of a machine is as `cut` says now."""
        machine.healed.set()
        machine.healed = asyncio.Event()
        for resource in list(self.news):
            self.wake(resource)

    def _work(self) -> None:
        """Each controller does one pass, in any order."""
        self._busy = False
        world = self.world
        for controller in self.chance.sample(CONTROLLERS, len(CONTROLLERS)):
            world = controller(world)
        self.now_is(world)


def _events(before: World, after: World) -> Iterator[tuple[Resource, str, Object]]:
    for resource, kind in after.objects.items():
        old = before.of(resource)
        if kind is old:
            continue
        for key, obj in kind.items():
            if obj is not old.get(key):
                yield resource, "MODIFIED" if key in old else "ADDED", obj
        for key in sorted(old.keys() - kind.keys()):
            gone = old[key]["metadata"] | {"resourceVersion": str(after.serial)}
            yield resource, "DELETED", old[key] | {"metadata": gone}
