"""The RPCs of the engine: decode, hand over to the kind, encode.

A call goes: engine -> here -> `provider` -> the kind -> cluster, and back the same way.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from ..version import VERSION
from . import failures
from .enginelog import EngineLog
from .values import Decoded, encoded

if TYPE_CHECKING:
    from .provider import Lifecycle

T = TypeVar("T")
Context = grpc.aio.ServicerContext[Any, Any]

SCHEMA = File(__file__).parent.parent / "schema.json"
PATIENCE_AT_THE_END = 4.0
"""Seconds that running calls get to end after a cancellation when the process has to go."""


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One provider: one configuration, one cluster, one run."""

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._log = EngineLog()
        self._cancelled = asyncio.Event()
        self._running: set[asyncio.Task[Any]] = set()
        self._loading: asyncio.Task[Lifecycle] | None = None

    async def close(self) -> None:
        """Let the running calls end at their next wait, then close the connection."""
        self._cancelled.set()
        if self._running:
            await asyncio.wait(self._running, timeout=PATIENCE_AT_THE_END)
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
            self._log.connect(address)
        self._load()

    def _load(self) -> asyncio.Task[Lifecycle]:
        """Load the kinds and their libraries in the background, once."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._loaded())
        return self._loading

    async def _loaded(self) -> Lifecycle:
        # Only now: an answered handshake comes first.
        module = await asyncio.to_thread(importlib.import_module, f"{__package__}.provider")
        lifecycle: Lifecycle = module.Lifecycle(self._log, self._cancelled)
        return lifecycle

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
        given = Decoded(request.news)
        lifecycle = await self._load()
        problems = lifecycle.check_config(given.values)
        return provider_pb2.CheckResponse(
            inputs=encoded(given.values, given.secrets), failures=_failures(problems)
        )

    async def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> provider_pb2.DiffResponse:
        # Never a replacement: another kubeconfig may be another road to the same cluster, and
        # to replace a provider is to delete and create every network that it made.
        old = Decoded(request.old_inputs or request.olds).values
        changed = old != Decoded(request.news).values
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some if changed else none)

    async def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        async def work(lifecycle: Lifecycle) -> None:
            lifecycle.configure(Decoded(request.args).values)

        await self._guarded(context, work)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=True,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    async def Check(
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        given = Decoded(request.news)

        async def work(lifecycle: Lifecycle) -> provider_pb2.CheckResponse:
            naming = None
            if request.HasField("autonaming"):
                options = request.autonaming
                disabled = (
                    options.mode == provider_pb2.CheckRequest.AutonamingOptions.Mode.DISABLE
                )
                naming = None if disabled else options.proposed_name
            else:
                naming = request.name or request.urn.rpartition("::")[2]
            olds = Decoded(request.olds).values
            inputs, problems = lifecycle.check(
                request.urn, _type(request), given, olds, naming
            )
            return provider_pb2.CheckResponse(
                inputs=encoded(inputs, given.secrets), failures=_failures(problems)
            )

        return await self._guarded(context, work)

    async def Diff(
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> provider_pb2.DiffResponse:
        async def work(lifecycle: Lifecycle) -> provider_pb2.DiffResponse:
            old = Decoded(request.old_inputs).values or Decoded(request.olds).values
            changes, deletes_first = lifecycle.diff(
                request.urn, _type(request), old, Decoded(request.news).values
            )
            detail = {
                change.path: provider_pb2.PropertyDiff(
                    kind=getattr(provider_pb2.PropertyDiff.Kind, change.wire_kind),
                    inputDiff=True,
                )
                for change in changes
            }
            some, none = (
                provider_pb2.DiffResponse.DIFF_SOME,
                provider_pb2.DiffResponse.DIFF_NONE,
            )
            return provider_pb2.DiffResponse(
                changes=some if changes else none,
                diffs=sorted({change.top for change in changes}),
                replaces=sorted({change.top for change in changes if change.replaces}),
                deleteBeforeReplace=deletes_first,
                detailedDiff=detail,
                hasDetailedDiff=bool(changes),
            )

        return await self._guarded(context, work)

    async def Create(
        self, request: provider_pb2.CreateRequest, context: Context
    ) -> provider_pb2.CreateResponse:
        given = Decoded(request.properties)

        async def work(lifecycle: Lifecycle) -> provider_pb2.CreateResponse:
            live = await lifecycle.create(
                request.urn, _type(request), given.values, request.timeout, request.preview
            )
            return provider_pb2.CreateResponse(
                id=live.key,
                properties=encoded(live.outputs, given.secrets),
                refresh_before_update=True,
            )

        return await self._guarded(context, work, given)

    async def Read(
        self, request: provider_pb2.ReadRequest, context: Context
    ) -> provider_pb2.ReadResponse:
        inputs, outputs = Decoded(request.inputs), Decoded(request.properties)
        inputs.secrets |= outputs.secrets

        async def work(lifecycle: Lifecycle) -> provider_pb2.ReadResponse:
            live = await lifecycle.read(
                request.urn, _type(request), request.id, inputs.values, outputs.values
            )
            if live is None:
                # No properties at all, or an import of nothing succeeds (P8).
                return provider_pb2.ReadResponse()
            return provider_pb2.ReadResponse(
                id=live.key,
                properties=encoded(live.outputs, inputs.secrets),
                inputs=encoded(live.inputs, inputs.secrets),
                refresh_before_update=True,
            )

        return await self._guarded(context, work, inputs)

    async def Update(
        self, request: provider_pb2.UpdateRequest, context: Context
    ) -> provider_pb2.UpdateResponse:
        given = Decoded(request.news)

        async def work(lifecycle: Lifecycle) -> provider_pb2.UpdateResponse:
            live = await lifecycle.update(
                request.urn,
                _type(request),
                request.id,
                Decoded(request.old_inputs).values,
                given.values,
                Decoded(request.olds).values,
                request.timeout,
                request.preview,
            )
            return provider_pb2.UpdateResponse(
                properties=encoded(live.outputs, given.secrets), refresh_before_update=True
            )

        return await self._guarded(context, work, given)

    async def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> Empty:
        async def work(lifecycle: Lifecycle) -> Empty:
            await lifecycle.delete(
                request.urn,
                _type(request),
                request.id,
                Decoded(request.properties).values,
                request.timeout,
            )
            return Empty()

        return await self._guarded(context, work)

    async def Invoke(
        self, request: provider_pb2.InvokeRequest, context: Context
    ) -> provider_pb2.InvokeResponse:
        given = Decoded(request.args)

        async def work(lifecycle: Lifecycle) -> provider_pb2.InvokeResponse:
            result, problems = await lifecycle.invoke(request.tok, given.values)
            response = provider_pb2.InvokeResponse(failures=_failures(problems))
            # `return` is a word of Python's own.
            getattr(response, "return").CopyFrom(encoded(result))
            return response

        return await self._guarded(context, work)

    async def Construct(
        self, request: provider_pb2.ConstructRequest, context: Context
    ) -> provider_pb2.ConstructResponse:
        await failures.refuse(context, f"harvester-net has no component {request.type}")

    async def Call(
        self, request: provider_pb2.CallRequest, context: Context
    ) -> provider_pb2.CallResponse:
        await failures.refuse(context, f"harvester-net has no method {request.tok}")

    async def _guarded(
        self,
        context: Context,
        work: Callable[[Lifecycle], Coroutine[Any, Any, T]],
        given: Decoded | None = None,
    ) -> T:
        """Run a call to its end even if the engine hangs up, and turn failures into
        answers.
        """
        lifecycle = await self._load()
        task = asyncio.create_task(work(lifecycle))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(_retrieved)
        try:
            result = await asyncio.shield(task)
            # What was said belongs to the resource, whose line ends with the answer.
            await self._log.flush()
            return result
        except asyncio.CancelledError:
            raise
        except Exception as error:
            await self._log.flush()
            await self._answer(context, lifecycle, error, given)

    async def _answer(
        self, context: Context, lifecycle: Lifecycle, error: Exception, given: Decoded | None
    ) -> NoReturn:
        secrets = given.secrets if given else set()
        partial = lifecycle.partial(error)
        if partial is not None:
            await failures.unfinished(
                context,
                partial.key,
                partial.outputs,
                partial.inputs,
                partial.reasons,
                secrets,
            )
        await failures.refuse(context, lifecycle.message(error) or failures.unexpected(error))


def _retrieved(task: asyncio.Task[Any]) -> None:
    # A call whose engine is gone has nobody to raise to.
    if not task.cancelled():
        task.exception()


def _type(request: Any) -> str:
    # The field is younger than the protocol; the URN has always had it.
    return str(request.type or request.urn.split("::")[2].rpartition("$")[2])


def _failures(problems: Any) -> list[provider_pb2.CheckFailure]:
    # With a property set the engine prints its value, a secret in clear (P21.1).
    return [
        provider_pb2.CheckFailure(property="", reason=str(problem)) for problem in problems
    ]
