"""The plugin as the Pulumi engine sees it: the real process, and a fake engine that listens.

`Plugin` speaks the protocol in plain values: `Secret(x)` is a secret, `UNKNOWN` an unknown.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

from ..waiting import SECONDS, until

PROGRAM = Path(sys.executable).parent / "pulumi-resource-harvester-net"
ROOT = Path(__file__).parents[2]
PACKAGE = "harvester-net:index:"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
Properties = dict[str, Any]


@dataclass(frozen=True)
class Secret:
    """A secret value on the wire."""

    value: Any


def wire(value: Any) -> Any:
    """A plain value as it goes into a Struct."""
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "value": wire(value.value)}
    if isinstance(value, dict):
        return {key: wire(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [wire(inner) for inner in value]
    return value


def struct(properties: Properties) -> Struct:
    """Properties as the engine sends them."""
    result = Struct()
    result.update(wire(properties))
    return result


def plain(value: Value) -> Any:
    """A value as the plugin sent it; whole numbers as int, secrets as Secret."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = properties_of(value.struct_value)
        return Secret(fields["value"]) if fields.get(SIGNATURE) == SECRET else fields
    if kind == "list_value":
        return [plain(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return getattr(value, kind) if kind not in (None, "null_value") else None


def properties_of(struct: Struct) -> Properties:
    """Properties that the plugin sent."""
    return {key: plain(value) for key, value in struct.fields.items()}


@dataclass
class Failure(Exception):
    """How a call failed: gRPC code, message, and the partial failure if it is one."""

    code: str
    message: str
    partial: Any = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass
class Said:
    """A message to the engine's log."""

    severity: str
    urn: str
    message: str
    ephemeral: bool
    at: float


class Engine(engine_pb2_grpc.EngineServicer):
    """An engine that only listens."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.address = ""

    # The protocol's name.
    async def Log(self, request: Any, context: Any) -> Empty:  # noqa: N802
        severity = engine_pb2.LogSeverity.Name(request.severity)
        said = Said(
            severity, request.urn, request.message, request.ephemeral, time.monotonic()
        )
        self.said.append(said)
        return Empty()

    def of(self, severity: str) -> list[str]:
        """The messages of a severity that stay."""
        return [s.message for s in self.said if s.severity == severity and not s.ephemeral]

    def status_texts(self, urn: str) -> list[Said]:
        """The status texts of a resource."""
        return [s for s in self.said if s.ephemeral and s.urn == urn]

    async def until(self, text: str) -> Said:
        """Wait until something with this text is said."""
        await until(lambda: any(text in said.message for said in self.said))
        return next(said for said in self.said if text in said.message)


@asynccontextmanager
async def engine() -> AsyncIterator[Engine]:
    """A fake engine on 127.0.0.1."""
    fake, server = Engine(), grpc.aio.server()
    engine_pb2_grpc.add_EngineServicer_to_server(fake, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    fake.address = f"127.0.0.1:{port}"
    try:
        yield fake
    finally:
        await server.stop(grace=None)


def urn_of(kind: str, name: str) -> str:
    """The URN of a resource of our package."""
    return f"urn:pulumi:dev::site::{PACKAGE}{kind}::{name}"


@dataclass
class Plugin:
    """The running process and the calls of the engine."""

    process: asyncio.subprocess.Process
    port_line: bytes
    engine: Engine
    channel: Any = None
    stub: Any = None
    stderr: bytes = b""
    stdout: bytes = b""
    _reading: list[asyncio.Task[bytes]] = field(default_factory=list)

    def connect(self) -> None:
        """Open the channel, and collect what the process prints."""
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{int(self.port_line)}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._reading = [
            asyncio.create_task(self.process.stdout.read()),
            asyncio.create_task(self.process.stderr.read()),
        ]

    async def close(self) -> int:
        """End the process, and return its exit code."""
        await self.channel.close()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        try:
            code = await asyncio.wait_for(self.process.wait(), SECONDS)
        except TimeoutError:
            self.process.kill()
            raise
        self.stdout, self.stderr = await asyncio.gather(*self._reading)
        return code

    async def handshake(self) -> Any:
        """The engine's first call."""
        request = provider_pb2.ProviderHandshakeRequest(engine_address=self.engine.address)
        return await answer(self.stub.Handshake(request, wait_for_ready=True))

    async def configure(self, **config: Any) -> Any:
        """The configuration; nothing given means no cluster at all."""
        return await answer(
            self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(config)))
        )

    async def check_config(self, config: Properties) -> Any:
        """Check of the provider's own configuration."""
        return await answer(
            self.stub.CheckConfig(provider_pb2.CheckRequest(news=struct(config)))
        )

    async def check(
        self, kind: str, news: Properties, olds: Properties | None = None, **more: Any
    ) -> Any:
        """Check of a resource; its logical name is `resource`."""
        request = provider_pb2.CheckRequest(
            urn=urn_of(kind, "resource"),
            name="resource",
            type=PACKAGE + kind,
            news=struct(news),
            olds=struct(olds or {}),
            **more,
        )
        return await answer(self.stub.Check(request))

    async def diff(self, kind: str, olds: Properties, news: Properties) -> Any:
        """Diff of a resource whose outputs are its inputs."""
        request = provider_pb2.DiffRequest(
            id="resource",
            urn=urn_of(kind, "resource"),
            type=PACKAGE + kind,
            olds=struct(olds),
            old_inputs=struct(olds),
            news=struct(news),
        )
        return await answer(self.stub.Diff(request))

    def creating(
        self, kind: str, properties: Properties, *, preview: bool = False, timeout: float = 0
    ) -> Any:
        """A Create that runs; await it with `answer`."""
        return self.stub.Create(
            provider_pb2.CreateRequest(
                urn=urn_of(kind, "resource"),
                type=PACKAGE + kind,
                properties=struct(properties),
                preview=preview,
                timeout=timeout,
            )
        )

    async def create(self, kind: str, properties: Properties, **more: Any) -> Any:
        """Create of a resource."""
        return await answer(self.creating(kind, properties, **more))

    async def read(
        self,
        kind: str,
        key: str,
        inputs: Properties | None = None,
        outputs: Properties | None = None,
    ) -> Any:
        """Read; without inputs and outputs it is an import."""
        request = provider_pb2.ReadRequest(
            id=key, urn=urn_of(kind, "resource"), type=PACKAGE + kind
        )
        if inputs is not None:
            request.inputs.CopyFrom(struct(inputs))
            request.properties.CopyFrom(struct(inputs if outputs is None else outputs))
        return await answer(self.stub.Read(request))

    async def update(
        self,
        kind: str,
        key: str,
        olds: Properties,
        news: Properties,
        *,
        outputs: Properties | None = None,
        preview: bool = False,
        timeout: float = 0,
    ) -> Any:
        """Update of a resource."""
        request = provider_pb2.UpdateRequest(
            id=key,
            urn=urn_of(kind, "resource"),
            type=PACKAGE + kind,
            olds=struct(olds if outputs is None else outputs),
            old_inputs=struct(olds),
            news=struct(news),
            preview=preview,
            timeout=timeout,
        )
        return await answer(self.stub.Update(request))

    async def delete(self, kind: str, key: str, outputs: Properties) -> Any:
        """Delete of a resource."""
        request = provider_pb2.DeleteRequest(
            id=key,
            urn=urn_of(kind, "resource"),
            type=PACKAGE + kind,
            properties=struct(outputs),
        )
        return await answer(self.stub.Delete(request))

    async def invoke(self, function: str, arguments: Properties) -> Any:
        """A function of the package."""
        request = provider_pb2.InvokeRequest(tok=PACKAGE + function, args=struct(arguments))
        return await answer(self.stub.Invoke(request))

    async def cancel(self) -> None:
        """The user's ^C, and every normal close."""
        await answer(self.stub.Cancel(Empty()))

    async def attach(self, address: str) -> None:
        """How a debugger's engine comes along."""
        await answer(self.stub.Attach(plugin_pb2.PluginAttach(address=address)))


async def answer(call: Awaitable[Any]) -> Any:
    """The answer of a call; raises Failure."""
    try:
        return await asyncio.wait_for(call, SECONDS)
    except grpc.aio.AioRpcError as error:
        raise Failure(error.code().name, error.details() or "", partial_of(error)) from None


def partial_of(error: grpc.aio.AioRpcError) -> Any:
    """The partial failure in the details of an error, if there is one."""
    metadata = dict(cast(Any, error.trailing_metadata() or ()))
    packed = metadata.get("grpc-status-details-bin")
    if packed is None:
        return None
    status = status_pb2.Status.FromString(packed)
    assert status.code == error.code().value[0], "the engine wants the same code in both"
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    return detail


@asynccontextmanager
async def greeted(port: int) -> AsyncIterator[None]:
    """A plugin at this port that has answered a handshake."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        request = provider_pb2.ProviderHandshakeRequest()
        await answer(stub.Handshake(request, wait_for_ready=True))
        yield


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """An environment in which no cluster is to be found."""
    dropped = ("KUBECONFIG", "HARVESTER_NET_OFFLINE", "HARVESTER_NET_DEBUG")
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    # The code beside these tests, wherever the installed program would take it from.
    search = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH")]))
    return kept | {"HOME": str(home), "PYTHONPATH": search} | more


@asynccontextmanager
async def plugin(
    home: Path, *, shake: bool = True, **environment: str
) -> AsyncIterator[Plugin]:
    """The real process with a fake engine; both are gone at the end."""
    async with engine() as fake:
        process = await asyncio.create_subprocess_exec(
            PROGRAM,
            fake.address,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=clean_environment(home, **environment),
            cwd=home,
        )
        assert process.stdout is not None
        started = Plugin(
            process, await asyncio.wait_for(process.stdout.readline(), SECONDS), fake
        )
        started.connect()
        try:
            if shake:
                await started.handshake()
            yield started
        finally:
            await started.close()
