"""The RPCs of the engine: decode, call the provider, encode.

A call goes: engine -> here -> `provider` -> the kind -> cluster, and back the same way.
The handshake is answered before `provider` and all that it needs is loaded (P18); so it is
imported here for its types only.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path as File
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from ..version import VERSION
from . import failures, wire
from .enginelog import EngineLog
from .requests import Request, Secrets
from .stubs import load_sdk

if TYPE_CHECKING:
    from .provider import Provider

Message = TypeVar("Message")
Asked = TypeVar("Asked", bound=Request)
Answer = TypeVar("Answer")
Encoded = TypeVar("Encoded")
Context = grpc.aio.ServicerContext[Any, Any]

SCHEMA = File(__file__).parent.parent / "schema.json"
SECONDS_TO_END = 4.0
"""Seconds that running calls get to end after a cancellation when the process has to go."""


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One provider: one configuration, one cluster, one run."""

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._reference = ""
        """What the engine calls the provider that this process is (P13.4)."""
        self._log = EngineLog()
        self._cancelled = asyncio.Event()
        self._running: set[asyncio.Task[Any]] = set()
        self._loading: asyncio.Task[Provider] | None = None

    async def close(self) -> None:
        """Let the running calls end at their next wait, then close the connection."""
        self._cancelled.set()
        if self._running:
            await asyncio.wait(self._running, timeout=SECONDS_TO_END)
        if self._loading is not None:
            await (await self._loading).close()

    async def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        self._connect(request.engine_address or self._address)
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True,
            accept_resources=True,
            accept_outputs=False,
            supports_autonaming_configuration=True,
        )

    async def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> Empty:
        self._connect(request.address)
        return Empty()

    def _connect(self, address: str | None) -> None:
        if address:
            self._address = address
            self._log.connect(address)
        self._load()

    def _load(self) -> asyncio.Task[Provider]:
        """Load the kinds and their libraries in the background, once."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._load_provider())
        return self._loading

    async def _load_provider(self) -> Provider:
        # Only now: an answered handshake comes first.
        module = await asyncio.to_thread(importlib.import_module, f"{__package__}.provider")
        provider: Provider = module.Provider(self._log, self._cancelled)
        return provider

    async def GetPluginInfo(self, request: Empty, context: Context) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSION)

    async def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: Context
    ) -> provider_pb2.GetSchemaResponse:
        return provider_pb2.GetSchemaResponse(schema=SCHEMA.read_text())

    async def Cancel(self, request: Empty, context: Context) -> Empty:
        self._cancelled.set()
        return Empty()

    async def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        provider = await self._load()
        return await self._dispatch(
            context,
            request,
            wire.check_config_request,
            provider.check_config,
            wire.check_response,
        )

    async def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> provider_pb2.DiffResponse:
        return wire.diff_config(request)

    async def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        provider = await self._load()
        if request.urn and request.id:
            self._reference = f"{request.urn}::{request.id}"
        return await self._dispatch(
            context,
            request,
            wire.configure_request,
            provider.configure,
            wire.configure_response,
        )

    async def Check(
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        provider = await self._load()
        return await self._dispatch(
            context, request, wire.check_request, provider.check, wire.check_response
        )

    async def Diff(
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> provider_pb2.DiffResponse:
        provider = await self._load()
        return await self._dispatch(
            context, request, wire.diff_request, provider.diff, wire.diff_response
        )

    async def Create(
        self, request: provider_pb2.CreateRequest, context: Context
    ) -> provider_pb2.CreateResponse:
        provider = await self._load()
        return await self._dispatch(
            context, request, wire.create_request, provider.create, wire.create_response
        )

    async def Read(
        self, request: provider_pb2.ReadRequest, context: Context
    ) -> provider_pb2.ReadResponse:
        provider = await self._load()
        return await self._dispatch(
            context, request, wire.read_request, provider.read, wire.read_response
        )

    async def Update(
        self, request: provider_pb2.UpdateRequest, context: Context
    ) -> provider_pb2.UpdateResponse:
        provider = await self._load()
        return await self._dispatch(
            context, request, wire.update_request, provider.update, wire.update_response
        )

    async def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> Empty:
        provider = await self._load()
        return await self._dispatch(
            context, request, wire.delete_request, provider.delete, wire.delete_response
        )

    async def Invoke(
        self, request: provider_pb2.InvokeRequest, context: Context
    ) -> provider_pb2.InvokeResponse:
        provider = await self._load()
        return await self._dispatch(
            context, request, wire.invoke_request, provider.invoke, wire.invoke_response
        )

    async def List(
        self, request: provider_pb2.ListRequest, context: Context
    ) -> AsyncIterator[provider_pb2.ListResponse]:
        provider = await self._load()
        for answer in await self._dispatch(
            context, request, wire.list_request, provider.list_objects, wire.list_responses
        ):
            yield answer

    async def Construct(
        self, request: provider_pb2.ConstructRequest, context: Context
    ) -> provider_pb2.ConstructResponse:
        # The SDK's part in this is large, and few programs need it.
        components = await asyncio.to_thread(_components)
        try:
            response: provider_pb2.ConstructResponse = await components.construct(
                request, self._address or "", self._reference
            )
        except components.WrongInputs as wrong:
            await failures.refuse_inputs(context, str(wrong))
        except Exception as error:
            await failures.refuse(context, failures.of_component(request.name, error))
        return response

    async def Call(
        self, request: provider_pb2.CallRequest, context: Context
    ) -> provider_pb2.CallResponse:
        await failures.refuse(context, f"harvester-net has no method {request.tok}")

    async def _dispatch(
        self,
        context: Context,
        message: Message,
        decode: Callable[[Message], Asked],
        method: Callable[[Asked], Awaitable[Answer]],
        encode: Callable[[Answer, Secrets], Encoded],
    ) -> Encoded:
        """Run a call to its end even if the engine hangs up, and turn failures into
        answers.
        """
        request = decode(message)
        task = asyncio.create_task(_run(request, method, encode))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(_retrieved)
        try:
            answer = await asyncio.shield(task)
        except Exception as error:
            await self._log.flush()
            await self._fail(context, error, request.secrets)
        # What was said belongs to the resource, whose line ends with the answer.
        await self._log.flush()
        return answer

    async def _fail(self, context: Context, error: Exception, secrets: Secrets) -> NoReturn:
        provider = await self._load()
        partial = provider.partial(error)
        if partial is not None:
            await failures.report_unfinished(context, partial, secrets)
        await failures.refuse(context, provider.message(error) or failures.unexpected(error))


async def _run(
    request: Asked,
    method: Callable[[Asked], Awaitable[Answer]],
    encode: Callable[[Answer, Secrets], Encoded],
) -> Encoded:
    return encode(await method(request), request.secrets)


def _components() -> ModuleType:
    load_sdk()
    return importlib.import_module(f"{__package__}.components")


def _retrieved(task: asyncio.Task[Any]) -> None:
    # A call whose engine is gone has nobody to raise to.
    if not task.cancelled():
        task.exception()
