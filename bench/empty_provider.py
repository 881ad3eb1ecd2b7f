"""A provider that answers at once and looks at nothing: what a run costs without ours.

It says of every resource that it is as the program wants it. `python -m bench.empty_provider`
is its process.
"""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from harvester_net.version import VERSION

Context = grpc.aio.ServicerContext[Any, Any]


class EmptyProvider(provider_pb2_grpc.ResourceProviderServicer):
    """The calls of a run."""

    async def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True
        )

    async def GetPluginInfo(self, request: Empty, context: Context) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSION)

    async def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, acceptResources=True, supportsPreview=True
        )

    async def Check(
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    async def Diff(
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> provider_pb2.DiffResponse:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    CheckConfig, DiffConfig = Check, Diff

    async def Create(
        self, request: provider_pb2.CreateRequest, context: Context
    ) -> provider_pb2.CreateResponse:
        key = "" if request.preview else request.urn.rpartition("::")[2]
        return provider_pb2.CreateResponse(id=key, properties=request.properties)

    async def Cancel(self, request: Empty, context: Context) -> Empty:
        return Empty()


async def serve() -> None:
    """Serve until the engine ends the process."""
    server = grpc.aio.server()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(EmptyProvider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve())
