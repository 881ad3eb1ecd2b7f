"""A cluster for tests: the embedded control plane with Harvester's kinds, and its faults.

Harvester's network webhook completes what is sent to it. Nothing else of Harvester runs on it:
what it refuses, and what a controller would do, a test says itself, by `deny` and
`controllers`.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import yaml
from aiohttp import web

from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import Object, key_of
from harvester_net.lab.apiserver import AdmissionRequest, ControlPlane, StatusError
from harvester_net.lab.apiserver import definitions as crds
from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.builtin import NAMESPACES, RBAC
from harvester_net.lab.apiserver.deletions import Deletion
from harvester_net.lab.apiserver.errors import status as status_object
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.apiserver.rbac import MASTERS
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.store import Event
from harvester_net.lab.manifests.definitions import definitions
from harvester_net.lab.state import LiveState
from harvester_net.lab.versions import DEFAULT_VERSION
from harvester_net.lab.webhooks.networks import NetworkMutator

from .faults import Faults, name_of

NETWORK_WEBHOOK = "validator.harvester-system.harvester-network-webhook"
_NAMESPACES = ("cattle-monitoring-system", "harvester-system", "longhorn-system")
_METHODS = {"CREATE": "POST", "UPDATE": "PATCH", "DELETE": "DELETE"}
_REASONS = {
    400: "BadRequest",
    403: "Forbidden",
    405: "MethodNotAllowed",
    409: "Conflict",
    422: "Invalid",
    500: "InternalError",
}

P = ParamSpec("P")
T = TypeVar("T")


@functools.cache
def kinds() -> tuple[Resource, ...]:
    """What Harvester adds to a cluster: made once, for it takes longer than all the rest."""
    made = definitions(DEFAULT_VERSION, overlays=True)
    for definition in made:
        crds.prepare(definition)
    return tuple(kind for definition in made for kind in crds.resources_of(definition))


def _in_loop(
    method: Callable[Concatenate[LabApi, P], T],
) -> Callable[Concatenate[LabApi, P], T]:
    """Whoever calls from another thread waits for its turn in the server's."""

    @functools.wraps(method)
    def call(api: LabApi, /, *args: P.args, **named: P.kwargs) -> T:
        async def turn() -> T:
            return method(api, *args, **named)

        if api.thread == threading.get_ident():
            return method(api, *args, **named)
        return asyncio.run_coroutine_threadsafe(turn(), api.loop).result()

    return call


class LabApi(Faults):
    """An embedded control plane, what it was asked, and its faults; a context manager.

    Kinds are named by their plurals; those of Longhorn that are Harvester's or Kubernetes' as
    well by `longhorn.io nodes`, `longhorn.io settings`.
    """

    def __init__(
        self,
        certificates: Path | None = None,
        *,
        objects: Iterable[Object] = (),
        directory: Path | None = None,
    ) -> None:
        super().__init__()
        self.plane = ControlPlane(
            directory, certificates=certificates, middlewares=[self.observe]
        )
        self.controllers: dict[str, Callable[[Object], None]] = {}
        """By plural: called with each object after its writes; what they change is written."""
        self._objects = objects
        self._denials: dict[str, Iterator[StatusError | None]] = {}
        self._mistakes: list[Exception] = []

    async def __aenter__(self) -> Self:
        self.loop, self.thread = asyncio.get_running_loop(), threading.get_ident()
        await self.plane.start()
        for kind in kinds():
            self.plane.catalog.add(kind)
        self._kinds = {_name_of(each): each for each in self.plane.catalog}
        for obj in [*map(_namespace, _NAMESPACES), *self._objects]:
            self.put(obj)
        self.plane.admission.mutators.append(
            NetworkMutator(LiveState(self.plane.store, self.plane.catalog))
        )
        self.plane.admission.validators.append(self._judge)
        self.plane.store.subscribe(self._control)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.plane.stop()
        if self._mistakes:
            raise self._mistakes[0]

    # What there is.

    def get(self, plural: str, key: str) -> Object:
        """An object as the server has it, not to be changed; or KeyError."""
        found = self.plane.store.get(self._kinds[plural], key)
        if found is None:
            raise KeyError(key)
        return found

    def has(self, plural: str, key: str) -> bool:
        return self.plane.store.get(self._kinds[plural], key) is not None

    def of(self, plural: str) -> dict[str, Object]:
        """All objects of a kind by key."""
        return {key_of(obj): obj for obj in self.plane.store.list(self._kinds[plural])}

    @_in_loop
    def put(self, obj: Object) -> Object:
        """An object appears or changes behind everybody's back; as it is then.

        Its uid is the server's. One with a deletionTimestamp is being deleted, as long as
        finalizers hold it.
        """
        obj = copied(obj)
        obj["metadata"].pop("uid", None)
        going = obj["metadata"].pop("deletionTimestamp", None)
        kind = self.plane.catalog.of_kind(obj["apiVersion"], obj["kind"])
        assert kind is not None, f"{obj['kind']} of {obj['apiVersion']} is not served"
        store, key = self.plane.store, key_of(obj)
        if store.get(kind, key) is None:
            self._create_namespace(obj["metadata"].get("namespace"))
            self.plane.load([obj])
            status = {"status": obj["status"]} if "status" in obj else {}
            obj = (store.get(kind, key) or {}) | status
        live = store.update(kind, obj)
        return store.delete(kind, key)[0] if going else live

    @_in_loop
    def change(self, plural: str, key: str, fields: Object) -> Object:
        """Somebody else changes some fields of an object."""
        changed: Object = applied(self.get(plural, key), fields)
        return self.plane.store.update(self._kinds[plural], changed)

    @_in_loop
    def remove(self, plural: str, key: str) -> None:
        """An object goes, whatever holds it."""
        self.change(plural, key, {"metadata": {"finalizers": None}})
        if self.has(plural, key):
            self.plane.store.delete(self._kinds[plural], key, Deletion(grace=0))

    def unserve(self, *plurals: str) -> None:
        """The server does not know these kinds."""
        for plural in plurals:
            self.plane.catalog.remove(self._kinds[plural].id)

    # How it behaves.

    def deny(
        self,
        request: str,
        why: str,
        *,
        status: int = 500,
        times: int = 1_000_000,
        after: int = 0,
    ) -> None:
        """A webhook refuses such requests, once the server itself has no objection; the
        first few may pass.
        """
        text = f'admission webhook "{NETWORK_WEBHOOK}" denied the request: {why}'
        error = StatusError(status_object(status, _REASONS[status], text))
        self._denials[request] = chain(repeat(None, after), repeat(error, times))

    def allow(self, request: str) -> None:
        super().allow(request)
        self._denials.pop(request, None)

    @_in_loop
    def end_watches(self) -> None:
        """Every open watch ends, as the server does it from time to time."""
        self.plane.server.end_watches()

    @_in_loop
    def forget_history(self) -> None:
        """Watches cannot continue from versions seen so far any more."""
        # The version that a client has last seen must be one of those.
        self.put(_namespace(f"after-{self.plane.store.version}"))
        self.plane.store.forget_history()

    def _judge(self, request: AdmissionRequest) -> None:
        asked = f"{_METHODS[request.operation]} {_name_of(request.resource)}"
        denial = next(self._denials.get(asked, iter(())), None)
        if denial is not None:
            raise denial

    def _control(self, kind: Resource, event: Event) -> None:
        controller = self.controllers.get(_name_of(kind))
        live = self.plane.store.get(kind, event.key)
        if controller is None or live is None:
            return
        obj = copied(live)
        try:
            controller(obj)
            if obj != live:
                self.plane.store.update(kind, obj)
        except Exception as error:
            # The store would only log it.
            self._mistakes.append(error)

    def _create_namespace(self, name: str | None) -> None:
        if name and self.plane.store.get(NAMESPACES, name) is None:
            self.plane.load([_namespace(name)])

    # How it is reached.

    @property
    def url(self) -> str:
        return self.plane.url

    def access(self, user: Object | None = None, **cluster: Any) -> Object:
        """A kubeconfig for this server; the administrator's, if no user is given."""
        if user is None:
            user = {"token": self.plane.users.token("admin")}
        authority = base64.b64encode(self.plane.ca_file.read_bytes()).decode()
        trust = {"certificate-authority-data": authority}
        return kubeconfig(self.url, user, **(trust | cluster))

    def kubeconfig(self, user: Object | None = None, **cluster: Any) -> str:
        """The same as text."""
        return yaml.safe_dump(self.access(user, **cluster))

    def accept(self, *tokens: str, user: str = "") -> None:
        """These tokens are a user's; an administrator's, if none is named."""
        whose = User(user) if user else User("admin", (MASTERS,))
        self.plane.authenticator.tokens |= dict.fromkeys(tokens, whose)

    def grant(self, kind: str, name: str, *verbs: str) -> None:
        """A User or a Group may do this with everything."""
        api, meta = {"apiVersion": f"{RBAC}/v1"}, {"metadata": {"name": f"of-{name}"}}
        rules = [{"verbs": list(verbs), "apiGroups": ["*"], "resources": ["*"]}]
        self.put({"kind": "ClusterRole", "rules": rules} | api | meta)
        role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": f"of-{name}"}
        subjects = [{"apiGroup": RBAC, "kind": kind, "name": name}]
        binding = {"kind": "ClusterRoleBinding", "roleRef": role, "subjects": subjects}
        self.put(binding | api | meta)

    def application(self) -> web.Application:
        """The same server for another door."""
        return self.plane.server.application([self.observe])


def kubeconfig(url: str, user: Object | None = None, **cluster: Any) -> Object:
    """A kubeconfig with one cluster, one user and one context."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "clusters": [{"name": "lab", "cluster": {"server": url} | cluster}],
        "users": [{"name": "me", "user": user or {}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}],
    }


def _name_of(kind: Resource) -> str:
    return name_of(kind.group, kind.plural)


def _namespace(name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
