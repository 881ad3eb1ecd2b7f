"""The plugin process: listen, say the port, serve until the engine is done or gone.

Nothing but gRPC and the generated stubs is loaded before the port line (P18); the rest follows
while the engine makes up its mind.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

THREADS = 256
"""The SDK blocks a thread of the default executor for each child of a component; with the few
threads of a small machine that ends in a deadlock (P13.3).
"""
NOT_OURS = ("PULUMI_CONFIG", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE")
"""Secrets that the engine hands to every plugin (P21.1): the decrypted configuration, the
login to Pulumi Cloud, the key of the state. Neither we nor a credential plugin needs them.
"""
SECONDS_BETWEEN_LOOKS = 0.5
LARGEST_MESSAGE = 400 * 1024 * 1024


def main() -> None:
    """Entry point of ``pulumi-resource-harvester-net``."""
    # Before anything else: a CLI killed from now on is noticed.
    parent = os.getppid()
    for name in NOT_OURS:
        os.environ.pop(name, None)
    asyncio.run(_serve(engine_address(sys.argv[1:]), parent))
    # Threads of the executor may hang in calls to an engine that is gone; nothing is left to
    # save.
    sys.stdout.flush()
    os._exit(0)


def engine_address(arguments: list[str]) -> str | None:
    """The engine's address: the last positional argument that is no flag's value (P1)."""
    positional = []
    values = iter(arguments)
    for argument in values:
        if argument in ("--tracing", "-tracing"):
            next(values, None)
        elif not argument.startswith("-"):
            positional.append(argument)
    return positional[-1] if positional else None


async def _serve(address: str | None, parent: int) -> None:
    from .stubs import load_stubs

    load_stubs()
    import grpc
    from pulumi.runtime.proto import provider_pb2_grpc

    from .callers import OnlyOurs
    from .servicer import Servicer

    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="sdk"))
    callers = OnlyOurs()
    server = grpc.aio.server(
        interceptors=[callers],
        options=[("grpc.max_receive_message_length", LARGEST_MESSAGE)],
    )
    servicer = Servicer(address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    callers.port = port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    watch = asyncio.create_task(_parent_lost(parent, stop))
    await stop.wait()
    watch.cancel()
    await servicer.close()
    await server.stop(grace=1)


async def _parent_lost(parent: int, stop: asyncio.Event) -> None:
    """A CLI that is killed tells nobody (P21.1); its children are handed to another parent."""
    while os.getppid() == parent:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    stop.set()


if __name__ == "__main__":
    main()
