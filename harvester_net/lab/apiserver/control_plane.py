"""Starts and stops one embedded control plane, on a port of this machine, with its users."""

from __future__ import annotations

import csv
import json
import shutil
import ssl
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Middleware

from harvester_net.lab import certificates
from harvester_net.lab.apiserver import builtin, rbac, restoring
from harvester_net.lab.apiserver.admission import Admission, User
from harvester_net.lab.apiserver.auth import Authenticator
from harvester_net.lab.apiserver.definitions import Definitions
from harvester_net.lab.apiserver.garbage import GarbageCollector
from harvester_net.lab.apiserver.namespaces import Namespaces
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.apiserver.resources import Catalog, Resource
from harvester_net.lab.apiserver.server import BOOKMARK_EVERY, ApiServer
from harvester_net.lab.apiserver.store import HISTORY, Store
from harvester_net.lab.apiserver.writing import Writer
from harvester_net.lab.users import Users

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_LOOPBACK = "127.0.0.1"
_SYSTEM = User("system:apiserver", (rbac.MASTERS,))


class ControlPlane:
    """An API server with its store; use it as an async context manager.

    It lives in a directory of its own, gone at the end, or in one that is given, which stays.
    So do its certificates, unless it is given a directory in which they are already: `ca.crt`,
    `kube-apiserver.crt` and `kube-apiserver.key`. Objects are in memory only.

    `middlewares` see every request before the server does, to count or spoil it.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        admission: Admission | None = None,
        history: int = HISTORY,
        bookmark_every: float = BOOKMARK_EVERY,
        port: int = 0,
        certificates: Path | None = None,
        middlewares: Sequence[Middleware] = (),
    ) -> None:
        self._given, self.port = directory, port
        self._given_certificates, self._middlewares = certificates, middlewares
        self.store, self.catalog = Store(history), Catalog()
        self.admission = admission or Admission()
        self.authenticator = Authenticator()
        self.server = ApiServer(
            self.store, self.catalog, self.admission, self.authenticator, bookmark_every
        )
        self._controllers = (
            Definitions(self.store, self.catalog),
            Namespaces(self.store, self.catalog),
            GarbageCollector(self.store, self.catalog),
        )
        self._runner: web.AppRunner | None = None
        self.directory = Path()
        self.url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def users(self) -> Users:
        """Tokens and kubeconfigs of the lab's users."""
        return Users(self.directory / "users")

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.users.kubeconfig("admin")

    @property
    def ca_file(self) -> Path:
        return self._certificates / "ca.crt"

    def prepare(self) -> None:
        """Fills the store with what every cluster has; `start` does it first."""
        for resource in builtin.RESOURCES:
            self.catalog.add(resource)
        kind = {"apiVersion": "v1", "kind": "Namespace"}
        self.load(kind | {"metadata": {"name": name}} for name in NAMESPACES)
        self.load(rbac.bootstrap())

    async def start(self) -> None:
        """Serves as soon as it returns."""
        self.directory = self._given or Path(tempfile.mkdtemp(prefix="harvester-net-"))
        self.prepare()
        if self._given_certificates is None:
            certificates.write_all(self._certificates)
        await self.serve()
        self.users.write(self.url, self.ca_file)
        self.authenticator.tokens.update(_tokens(self.users.tokens_csv))

    async def serve(self) -> None:
        """Listens, after `hang_up` where it did before; objects and users stay."""
        app = self.server.application(self._middlewares)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _LOOPBACK, self.port, ssl_context=self._tls())
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"https://{_LOOPBACK}:{self.port}"

    async def hang_up(self) -> None:
        """Ends all connections and takes no more, as a server that is down."""
        self.server.end_watches()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def stop(self) -> None:
        await self.hang_up()
        if self._given is None:
            shutil.rmtree(self.directory, ignore_errors=True)

    def reset(self) -> None:
        """Back to what every cluster has; address and users stay, watches end."""
        self.server.end_watches()
        self.store.clear()
        self.prepare()

    def load(self, objects: Iterable[Object]) -> None:
        """Creates objects as a client would, without asking admission; raises StatusError."""
        writer = Writer(self.store, Admission())
        for obj in objects:
            resource = self.catalog.of_kind(obj["apiVersion"], obj["kind"])
            if resource is None:
                raise KeyError(f"{obj['kind']} of {obj['apiVersion']} is not served")
            content = json.dumps(obj).encode()
            writer.create(resource, _creation(resource, obj), _SYSTEM, content, "")

    def restore(self, objects: Iterable[Object]) -> None:
        """Puts objects as they were elsewhere, with statuses and uids: see `restoring`."""
        restoring.restore(self.store, self.catalog, objects)

    @property
    def _certificates(self) -> Path:
        return self._given_certificates or self.directory / "certificates"

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.ca_file))
        server = self._certificates / "kube-apiserver.crt"
        context.load_cert_chain(server, server.with_suffix(".key"))
        # Tokens will do; who has a certificate may show it.
        context.verify_mode = ssl.CERT_OPTIONAL
        return context


def _creation(resource: Resource, obj: Object) -> RequestInfo:
    namespace = obj["metadata"].get("namespace", "default") if resource.namespaced else ""
    return RequestInfo("POST", "", verb="create", namespace=namespace)


def _tokens(file: Path) -> dict[str, User]:
    """The users by token, of a file as the real API server reads it."""
    with file.open(newline="") as lines:
        rows = list(csv.reader(lines))
    return {token: User(name, tuple(groups.split(","))) for token, name, _, groups in rows}
