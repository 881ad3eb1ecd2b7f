"""Loads what a language host and a plugin need, and forks for each client that wants to be
one: `python -m tests.forking.server SOCKET`, until its input ends.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable

from harvester_net.plugin import main as plugin
from lab import language_host

PROGRAMS: dict[str, Callable[[], None]] = {
    "pulumi-language-python": language_host.main,
    "pulumi-resource-harvester-net": plugin.main,
}
LOADED = (
    "harvester_net.cluster.connection",
    "harvester_net.components",
    "harvester_net.kinds.registry",
    "harvester_net.plugin.callers",
    "harvester_net.plugin.components",
    "harvester_net.plugin.provider",
    "harvester_net.plugin.servicer",
    "harvester_net.program",
)
"""What they load when they are asked for it."""


def main() -> None:
    for name in LOADED:
        importlib.import_module(name)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(64)
    print("ready", flush=True)
    # Nobody waits for the children: their clients tell how they ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            be_program(connection)
        connection.close()


def be_program(connection: socket.socket) -> None:
    """Be what the client stands for, with its directory, environment and outputs.

    Never returns.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, outputs, _, _ = socket.recv_fds(connection, 4, 3)
    with connection.makefile("rb") as reader:
        body = reader.read(int.from_bytes(length, "big"))
    directory, count, *parts = body.decode(errors="surrogateescape").split("\0")
    arguments, variables = parts[: int(count)], parts[int(count) :]
    for number, output in enumerate(outputs):
        os.dup2(output, number)
        os.close(output)
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition("=")
        os.environ[name] = value
    os.chdir(directory)
    sys.argv = arguments
    threading.Thread(target=_obey, args=(connection,), daemon=True).start()
    try:
        PROGRAMS[arguments[0]]()
    except BaseException:
        traceback.print_exc()
        connection.sendall(b"\1")
    finally:
        sys.stdout.flush()
        os._exit(1)


def _obey(connection: socket.socket) -> None:
    """Signals that the client got are ours; and without it, nobody wants us."""
    while number := connection.recv(1):
        os.kill(os.getpid(), number[0])
    os._exit(1)


if __name__ == "__main__":
    main()
