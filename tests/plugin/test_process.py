"""The process: what it prints, what it loads, how it is greeted, and when it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from harvester_net.plugin import main
from harvester_net.plugin.servicer import SCHEMA
from harvester_net.plugin.stubs import AROUND, STUBS
from harvester_net.version import VERSION

from ..cluster import LabApi
from ..waiting import SECONDS, until
from . import kit
from .kit import Plugin, answer, engine, plugin

WITHOUT = ("pydantic", "kubernetes", "aiohttp")
OUR_OWN = ("harvester_net.specs.spec", "harvester_net.kinds", "harvester_net.cluster")
REPORT_AT_THE_PORT_LINE = """
import builtins, os, sys
from harvester_net.plugin import main

def report(*line, **_):
    os.write(1, " ".join(sorted(sys.modules)).encode())
    os._exit(0)

builtins.print = report
main.main()
"""


def test_neither_pydantic_nor_kubernetes_is_loaded_at_the_port_line() -> None:
    """The very program, with `print` replaced by a look at what is loaded then."""
    seen = subprocess.run(
        [sys.executable, "-c", REPORT_AT_THE_PORT_LINE],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    loaded = set(seen.stdout.split())
    assert "harvester_net.plugin.servicer" in loaded, "this is the moment we mean"
    assert sorted(name for name in loaded if name.partition(".")[0] in WITHOUT) == []
    assert sorted(name for name in loaded if name.startswith(OUR_OWN)) == []
    of_the_sdk = {name for name in loaded if name.partition(".")[0] == "pulumi"}
    assert {name for name in of_the_sdk if not name.startswith(f"{STUBS}.")} == {*AROUND}


CALLED_BY_NOBODY = """
import os, sys
import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2_grpc

os.setuid(65534)
stub = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(sys.argv[1]))
try:
    print(stub.GetPluginInfo(Empty(), timeout=20).version)
except grpc.RpcError as error:
    print(error.code().name, error.details())
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
async def test_other_users_of_the_machine_are_served_nothing(running: Plugin) -> None:
    address = f"127.0.0.1:{int(running.port_line)}"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CALLED_BY_NOBODY, address, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(child.communicate(), SECONDS)
    assert said.decode() == (
        "PERMISSION_DENIED this plugin serves the user who started it, and root\n"
    )


def test_package_itself_loads_nothing() -> None:
    code = "import sys, harvester_net; print(*sorted(sys.modules))"
    seen = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert {"grpc", "pulumi", *WITHOUT} & set(seen.stdout.split()) == set()


async def test_nothing_but_the_port_is_printed(tmp_path: Path) -> None:
    async with plugin(tmp_path) as process:
        await process.configure()
        await process.check("ClusterNetwork", {"name": "data"})
    assert process.port_line == f"{int(process.port_line)}\n".encode()
    assert process.stdout == b""
    assert process.stderr == b""


async def test_handshake_promises_what_the_provider_does(tmp_path: Path) -> None:
    async with plugin(tmp_path, shake=False) as process:
        response = await process.handshake()
        assert response.accept_secrets
        assert response.accept_resources
        assert not response.accept_outputs
        assert response.supports_autonaming_configuration
        configured = await process.configure()
        assert configured.acceptSecrets
        assert configured.acceptResources
        assert not configured.acceptOutputs
        assert configured.supports_autonaming_configuration
        assert configured.supportsPreview


async def test_version_is_a_plain_semantic_one(pure: Plugin) -> None:
    info = await answer(pure.stub.GetPluginInfo(Empty()))
    assert info.version == VERSION
    assert [part.isdigit() for part in info.version.split(".")] == [True, True, True]


async def test_schema_is_the_file(pure: Plugin) -> None:
    if not SCHEMA.exists():
        pytest.skip("schema.json is not made yet")
    response = await answer(pure.stub.GetSchema(provider_pb2.GetSchemaRequest()))
    assert response.schema == SCHEMA.read_text()
    assert json.loads(response.schema)["name"] == "harvester-net"


async def test_engine_that_attaches_later_is_talked_to(tmp_path: Path) -> None:
    async with plugin(tmp_path, shake=False) as process, engine() as debugger:
        await process.attach(debugger.address)
        await process.configure(offline="true")
        await debugger.until("harvester-net is offline")
        assert process.engine.said == []


async def test_engine_that_greets_and_attaches_hears_everything_once(tmp_path: Path) -> None:
    async with plugin(tmp_path) as process, engine() as debugger:
        await process.attach(debugger.address)
        await process.configure(offline="true")
        await debugger.until("harvester-net is offline")
        assert len(process.engine.said) + len(debugger.said) == 1


async def test_what_we_do_not_implement_is_said_so(pure: Plugin) -> None:
    with pytest.raises(kit.Failure) as failure:
        await answer(pure.stub.GetMapping(provider_pb2.GetMappingRequest(key="terraform")))
    assert failure.value.code == "UNIMPLEMENTED"


async def test_call_before_configure_is_refused(tmp_path: Path) -> None:
    async with plugin(tmp_path) as process:
        with pytest.raises(kit.Failure) as failure:
            await process.read("ClusterNetwork", "data")
        assert str(failure.value) == (
            "FAILED_PRECONDITION: the provider is not configured yet"
        )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_signal_ends_the_process_in_peace(tmp_path: Path, number: int) -> None:
    async with plugin(tmp_path) as process:
        process.process.send_signal(number)
        assert await asyncio.wait_for(process.process.wait(), SECONDS) == 0
    assert process.stderr == b""


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        ([], None),
        (["127.0.0.1:1"], "127.0.0.1:1"),
        (["--logtostderr", "-v=9", "--tracing", "http://x", "127.0.0.1:1"], "127.0.0.1:1"),
        (["-tracing", "http://x"], None),
    ],
)
def test_address_of_the_engine_is_no_flags_value(
    arguments: list[str], address: str | None
) -> None:
    assert main.engine_address(arguments) == address


def is_alive(pid: int) -> bool:
    """Whether a process lives; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:])
print(child.pid, flush=True)
time.sleep(600)
"""


PARENT_DIES_AT_THE_PORT_LINE = """
import builtins, os, time
from harvester_net.plugin import main

parent, say = os.getppid(), print

def say_and_wait(*line, **more):
    say(*line, **more)
    while os.getppid() == parent:
        time.sleep(0.01)

builtins.print = say_and_wait
main.main()
"""


@pytest.mark.parametrize(
    "command",
    [
        pytest.param([str(kit.PROGRAM)], id="while it serves"),
        pytest.param([sys.executable, "-c", PARENT_DIES_AT_THE_PORT_LINE], id="at once"),
    ],
)
async def test_process_ends_when_its_parent_is_killed(
    tmp_path: Path, command: list[str]
) -> None:
    """A CLI that is killed tells nobody (P21.1)."""
    async with engine() as fake:
        parent = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PARENT,
            *command,
            fake.address,
            stdout=asyncio.subprocess.PIPE,
            env=kit.clean_environment(tmp_path),
        )
        assert parent.stdout is not None
        child = int(await asyncio.wait_for(parent.stdout.readline(), SECONDS))
        try:
            port = int(await asyncio.wait_for(parent.stdout.readline(), SECONDS))
            if command == [str(kit.PROGRAM)]:
                async with kit.greeted(port):
                    assert is_alive(child)
            parent.kill()
            await until(lambda: not is_alive(child))
        finally:
            if is_alive(child):
                os.kill(child, signal.SIGKILL)
            await parent.wait()


async def test_default_executor_has_a_thread_for_each_child_of_a_component(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The few threads of a small machine end in a deadlock (P13.3)."""
    seen: list[int] = []

    class Stop(Exception):
        pass

    def stop_here(*line: object, **_: object) -> None:
        executor = asyncio.get_running_loop()._default_executor  # type: ignore[attr-defined]
        seen.append(executor._max_workers)
        raise Stop

    monkeypatch.setattr("builtins.print", stop_here)
    with pytest.raises(Stop):
        await main._serve(None, os.getppid())
    assert seen == [256]


async def test_handshake_is_answered_while_libraries_load(tmp_path: Path) -> None:
    """The engine gives up after 10 s; ours is a fraction of that even on a busy machine."""
    began = time.monotonic()
    async with plugin(tmp_path):
        assert time.monotonic() - began < 5


async def test_exec_credential_plugin_does_not_see_the_engines_secrets(
    tmp_path: Path, api: LabApi
) -> None:
    """Decrypted configuration, the login to Pulumi Cloud and the key of the state (P21.1)."""
    script = tmp_path / "credentials"
    script.write_text(
        "#!/bin/sh\n"
        f"env > {tmp_path}/environment\n"
        'echo \'{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", '
        '"status": {"token": "from-the-plugin"}}\'\n'
    )
    script.chmod(0o700)
    api.accept("from-the-plugin")
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": str(script),
            "interactiveMode": "Never",
        }
    }
    secrets: dict[str, Any] = {
        "PULUMI_CONFIG": json.dumps({"harvester-net:kubeconfig": "SEKRET9"}),
        "PULUMI_ACCESS_TOKEN": "SEKRET8",
        "PULUMI_CONFIG_PASSPHRASE": "SEKRET7",
    }
    async with plugin(tmp_path, **secrets) as process:
        await process.configure(kubeconfig=kit.Secret(api.kubeconfig(user)))
        await process.read("ClusterNetwork", "data")
    environment = (tmp_path / "environment").read_text()
    assert "KUBERNETES_EXEC_INFO" in environment, "this is the plugin's environment"
    assert not [name for name in secrets if f"{name}=" in environment]
    assert "SEKRET" not in environment
    assert {s.headers.get("Authorization") for s in api.seen} == {"Bearer from-the-plugin"}
