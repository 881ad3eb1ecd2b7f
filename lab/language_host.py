"""A Python language host for the Pulumi command, where the official one isn't installed.

`python -m lab.language_host ENGINE_ADDRESS`: a thin layer over what the SDK's Automation API
uses to run inline programs. The program runs in this very process and Python (P21.4).
"""

from __future__ import annotations

import os
import queue
import runpy
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

VERSION = "0.0.1"
_LARGEST_MESSAGE = 400 * 1024 * 1024
_SECONDS_BETWEEN_LOOKS = 0.5


class Host(LanguageServer):
    """Runs the program of a project from its directory, instead of a function; and plugins,
    such as policy packs or this package, which it installs first.

    The methods have the names of the protocol.
    """

    def __init__(self, engine_address: str) -> None:
        super().__init__(lambda: None)
        self._engine_address = engine_address
        self._plugins: list[subprocess.Popen[bytes]] = []

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version=VERSION)

    def GenerateProgram(self, request: Any, context: Any) -> Any:  # noqa: N802
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            "the lab's language host writes no code; the import itself is done"
            " (--generate-code=false does without)",
        )

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        directory = Path(request.info.program_directory)
        entry = directory / (request.info.entry_point or ".")
        request.args[:] = [self._engine_address]
        self.program = lambda: run_program(directory, entry)
        return super().Run(request, context)  # type: ignore[no-untyped-call]

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """A policy pack, or any plugin whose directory can be run, until it ends."""
        child = _start(
            [python_of(request.info), "-u", *program_of(request.info), *request.args],
            cwd=request.pwd,
            env=dict(each.split("=", 1) for each in request.env),
        )
        self._plugins.append(child)
        # The engine ends a plugin by ending this call.
        context.add_callback(child.kill)
        for is_error, text in _written(child):
            if is_error:
                yield language_pb2.RunPluginResponse(stderr=text)
            else:
                yield language_pb2.RunPluginResponse(stdout=text)
        yield language_pb2.RunPluginResponse(exitcode=child.wait())

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """A virtual environment with what a project needs, by pip; for a plugin that is the
        plugin itself.
        """
        for command in installation(request.info):
            child = _start(command, cwd=request.directory)
            last = b""
            for _, last in _written(child):
                yield language_pb2.InstallDependenciesResponse(stdout=last)
            if child.wait() != 0:
                context.abort(
                    grpc.StatusCode.INTERNAL,
                    f"{' '.join(command)} failed: {last.decode(errors='replace').strip()}",
                )

    def end(self) -> None:
        """End the plugins, also those that an engine which was killed has left."""
        for child in self._plugins:
            child.kill()


def python_of(info: Any) -> str:
    """That of the project's own virtual environment, else this one."""
    python = environment_of(info) / "bin" / "python"
    return str(python) if python.exists() else sys.executable


def environment_of(info: Any) -> Path:
    """Where its virtual environment belongs: called `venv` if it says nothing, as with the
    official host.
    """
    name: str = dict(info.options).get("virtualenv", "venv")
    return Path(info.root_directory) / name


def program_of(info: Any) -> list[str]:
    """What Python runs for a plugin: its directory, or if that can't be run its distribution,
    by the SDK's own runner (P16).
    """
    directory = Path(info.program_directory)
    described = directory / "pyproject.toml"
    if (directory / "__main__.py").exists() or not described.exists():
        return [str(directory)]
    name = tomllib.loads(described.read_text())["project"]["name"]
    return ["-m", "pulumi.run.plugin", name]


def installation(info: Any) -> list[list[str]]:
    """The commands that make the virtual environment of a project, or of a plugin."""
    root, environment = Path(info.root_directory), environment_of(info)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    commands = [[sys.executable, "-m", "venv", str(environment)]]
    if (root / "requirements.txt").exists():
        return [*commands, [*pip, "--requirement", str(root / "requirements.txt")]]
    if (root / "pyproject.toml").exists():
        return [*commands, [*pip, str(root)]]
    return commands


def _start(
    command: list[str], cwd: str, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _written(child: subprocess.Popen[bytes]) -> Iterator[tuple[bool, bytes]]:
    """What a process writes, as it comes, and whether as an error, until both outputs end."""
    texts: queue.SimpleQueue[tuple[bool, bytes]] = queue.SimpleQueue()

    def read(output: IO[bytes] | None, is_error: bool) -> None:
        assert output is not None
        with output:
            for line in output:
                texts.put((is_error, line))
        texts.put((is_error, b""))

    for each in ((child.stdout, False), (child.stderr, True)):
        threading.Thread(target=read, args=each, daemon=True).start()
    left = 2
    while left:
        is_error, text = texts.get()
        if text:
            yield is_error, text
        else:
            left -= 1


def run_program(directory: Path, entry: Path) -> None:
    """As `python ENTRY` in the program's directory would."""
    os.chdir(directory)
    sys.path.insert(0, str(directory))
    sys.argv = [str(entry)]
    runpy.run_path(str(entry), run_name="__main__")


def engine_address(arguments: list[str]) -> str:
    """The last argument that is no flag; the engine puts flags such as -root before it."""
    plain = [argument for argument in arguments if not argument.startswith("-")]
    return plain[-1] if plain else ""


def main() -> None:
    options = [
        ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
        ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    ]
    # A program and each plugin keep one of them until they end.
    server = grpc.server(ThreadPoolExecutor(max_workers=16), options=options)
    host = Host(engine_address(sys.argv[1:]))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    # The engine reads the first line of the output and expects the port in it.
    print(port, flush=True)
    parent = os.getppid()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    # An engine that is killed tells nobody; its children get another parent.
    while not stop.wait(_SECONDS_BETWEEN_LOOKS) and os.getppid() == parent:
        pass
    host.end()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not by returning: threads of the SDK would be waited for, for ever.
    os._exit(0)


if __name__ == "__main__":
    main()
