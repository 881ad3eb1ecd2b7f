"""Killed in the middle: the next `up` finishes, nothing is made twice, no process stays behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from lab import Lab
from lab.faults import AgentDown
from lab.proxy import Proxy, Request

from .conftest import NETWORK, set_faults
from .stack import Stack, resource

PLUGIN = b"pulumi-resource-harvester-net"
PROGRAM = (
    resource("ClusterNetwork", "cn-data", mtu=9000),
    resource(
        "NetworkConfig",
        "nc-1",
        cluster_network="@cn-data",
        node_selector={"kubernetes.io/hostname": "node1"},
        uplink={"nics": ["eno2"]},
    ),
    resource("VmNetwork", "vm100", cluster_network="@cn-data", vlan=100),
)


def plugins(stack: Stack) -> list[int]:
    """The plugin processes that work for a stack."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            ours = PLUGIN in (directory / "cmdline").read_bytes()
            if ours and (directory / "cwd").resolve() == stack.directory.resolve():
                found.append(int(directory.name))
        except OSError:
            continue
    return found


def eventually(what: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.05)


@pytest.fixture
def proxied(tmp_path: Path, lab: Lab, stack: Stack) -> Iterator[Proxy]:
    """The stack's way to the cluster leads through a proxy."""
    with Proxy(lab) as proxy:
        direct = stack.environ["KUBECONFIG"]
        stack.environ["KUBECONFIG"] = str(proxy.kubeconfig(tmp_path / "kubeconfig"))
        yield proxy
        stack.environ["KUBECONFIG"] = direct


def uids(lab: Lab) -> dict[str, str]:
    """The uids of everything that the program makes."""
    paths = (
        f"{NETWORK}/clusternetworks/cn-data",
        f"{NETWORK}/vlanconfigs/nc-1",
        "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions/vm100",
    )
    return {path: lab.client.get(path)["metadata"]["uid"] for path in paths}


@pytest.mark.parametrize("plural", ["clusternetworks", "vlanconfigs", "network-attachment-"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_provider_killed_around_a_create(
    stack: Stack, lab: Lab, proxied: Proxy, plural: str, moment: str
) -> None:
    killed: list[int] = []

    async def kill(request: Request) -> None:
        if request.method == "POST" and plural in request.path and not killed:
            for pid in plugins(stack):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    async def kill_before(request: Request) -> web.StreamResponse | None:
        await kill(request)
        return None

    if moment == "before":
        proxied.before = kill_before
    else:
        proxied.after = kill
    stack.program(*PROGRAM)
    assert "EOF" in stack.up().failed().output or killed
    assert killed
    assert plugins(stack) == []
    stack.up().succeeded()
    assert stack.diff() == {}
    made = uids(lab)
    assert {e["outputs"]["uid"] for e in stack.state().values()} == set(made.values())


def test_the_provider_killed_while_it_waits_for_a_node(stack: Stack, lab: Lab) -> None:
    set_faults(lab, AgentDown(node="node1"))
    try:
        child = stack.program(*PROGRAM).start("up", "--yes", "--skip-preview")
        path = f"{NETWORK}/vlanconfigs"
        eventually(lambda: bool(lab.client.list(path)["items"]))
        before = lab.client.get(f"{path}/nc-1")["metadata"]["uid"]
        for pid in plugins(stack):
            os.kill(pid, signal.SIGKILL)
        child.communicate(timeout=60)
        assert child.returncode != 0
    finally:
        set_faults(lab)
    stack.up().succeeded()
    assert lab.client.get(f"{path}/nc-1")["metadata"]["uid"] == before


def test_the_cli_killed_while_the_provider_waits(stack: Stack, lab: Lab) -> None:
    set_faults(lab, AgentDown(node="node1"))
    try:
        child = stack.program(*PROGRAM).start("up", "--yes", "--skip-preview")
        path = f"{NETWORK}/vlanconfigs"
        eventually(lambda: bool(lab.client.list(path)["items"]))
        child.kill()
        child.communicate(timeout=60)
        eventually(lambda: plugins(stack) == [], 10)
    finally:
        set_faults(lab)
    stack.run("cancel", "--yes")
    stack.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates").succeeded()
    stack.up().succeeded()
    assert stack.diff() == {}
    made = uids(lab)
    assert {e["outputs"]["uid"] for e in stack.state().values()} == set(made.values())


def test_interrupted_once_it_is_recorded_and_goes_on(stack: Stack, lab: Lab) -> None:
    set_faults(lab, AgentDown(node="node1"))
    try:
        child = stack.program(*PROGRAM).start("up", "--yes", "--skip-preview")
        eventually(lambda: bool(lab.client.list(f"{NETWORK}/vlanconfigs")["items"]))
        child.send_signal(signal.SIGINT)
        output, _ = child.communicate(timeout=60)
        assert child.returncode != 0
        assert "cancelled" in output
        assert stack.state()["nc-1"]["initErrors"]
        told = stack.preview().succeeded().output
        assert "node1: its agent has not set up the uplink yet" in told
        assert plugins(stack) == []
    finally:
        set_faults(lab)
    stack.up().succeeded()
    assert stack.diff() == {}
