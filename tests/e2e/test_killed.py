"""Killed in the middle: the next `up` finishes, nothing is made twice, no process stays."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from harvester_net.lab.faults import AgentDown
from harvester_net.lab.proxy import Proxy, Request
from lab import Lab

from .failures import faults
from .programs import (
    CLUSTER_NETWORKS,
    CONFIGS,
    NADS,
    cluster_network,
    network_config,
    vm_network,
)
from .stack import Stack
from .waiting import eventually

# What is killed is the process that the engine started.
pytestmark = [pytest.mark.started, pytest.mark.destroyed]
PLUGIN = b"pulumi-resource-harvester-net"
# Each is made when the one before is there, so that every kill finds just one create.
PROGRAM = (
    cluster_network(mtu=9000),
    network_config(),
    vm_network(vlan=100, options={"depends_on": ["@nc-1"]}),
)
MADE = {
    "cn-data": f"{CLUSTER_NETWORKS}/cn-data",
    "nc-1": f"{CONFIGS}/nc-1",
    "vm100": f"{NADS}/vm100",
}
NOT_SET_UP = "node1: its agent has not set up the uplink yet"


def processes(stack: Stack, command: bytes = b"") -> list[int]:
    """The processes that work in a stack's directory, those with `command` in their line."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            here = (directory / "cwd").resolve() == stack.directory.resolve()
            # The line of a process that has ended is empty.
            line = (directory / "cmdline").read_bytes()
        except OSError:
            continue
        if here and line and command in line:
            found.append(int(directory.name))
    return found


def kill_plugins(stack: Stack) -> list[int]:
    killed = processes(stack, PLUGIN)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    return killed


@contextmanager
def waiting_for_node1(stack: Stack, lab: Lab) -> Iterator[subprocess.Popen[str]]:
    """An `up` that waits for the agent of node1, which is down as long as this lasts."""
    with faults(lab, AgentDown(node="node1")):
        child = stack.program(*PROGRAM).start("up", "--yes", "--skip-preview")
        eventually(lambda: lab.client.list(CONFIGS)["items"])
        yield child


def all_made_once(stack: Stack, lab: Lab) -> None:
    """What the state holds is what the server has, and there is nothing left to do."""
    assert stack.diff() == {}
    recorded = {name: entry["outputs"]["uid"] for name, entry in stack.state().items()}
    on_server = {name: lab.client.get(path)["metadata"]["uid"] for name, path in MADE.items()}
    assert recorded == on_server
    assert eventually(lambda: not processes(stack), 10)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_provider_is_killed_around_each_create(
    stack: Stack, lab: Lab, proxied: Proxy, moment: str
) -> None:
    killed_at: list[str] = []
    made: list[str] = []

    async def kill(request: Request) -> None:
        if request.method == "POST" and request.what not in killed_at:
            killed_at.append(request.what)
            assert len(kill_plugins(stack)) == 1

    async def before(request: Request) -> web.StreamResponse | None:
        if moment == "before":
            await kill(request)
        return None

    async def after(request: Request) -> None:
        if request.method == "POST":
            made.append(request.what)
        if moment == "after":
            await kill(request)

    proxied.before, proxied.after = before, after
    stack.program(*PROGRAM)
    for kills in (1, 2, 3):
        told = stack.up().failed().output
        assert "EOF" in told or "connection" in told, told
        assert len(killed_at) == kills
    stack.up().succeeded()
    all_made_once(stack, lab)


def test_the_provider_is_killed_while_it_waits_for_a_node(stack: Stack, lab: Lab) -> None:
    with waiting_for_node1(stack, lab) as child:
        before = lab.client.get(f"{CONFIGS}/nc-1")["metadata"]["uid"]
        assert kill_plugins(stack)
        child.communicate(timeout=60)
        assert child.returncode != 0
    stack.up().succeeded()
    all_made_once(stack, lab)
    assert lab.client.get(f"{CONFIGS}/nc-1")["metadata"]["uid"] == before


def test_the_cli_is_killed_while_the_provider_waits(stack: Stack, lab: Lab) -> None:
    with waiting_for_node1(stack, lab) as child:
        before = lab.client.get(f"{CONFIGS}/nc-1")["metadata"]["uid"]
        child.kill()
        child.communicate(timeout=60)
        assert eventually(lambda: not processes(stack), 10)
    stack.run("cancel", "--yes").succeeded()  # The dead command still holds the lock.
    stack.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates").succeeded()
    stack.up().succeeded()
    all_made_once(stack, lab)
    assert lab.client.get(f"{CONFIGS}/nc-1")["metadata"]["uid"] == before


def test_interrupted_once_it_is_recorded_and_goes_on(stack: Stack, lab: Lab) -> None:
    with waiting_for_node1(stack, lab) as child:
        os.killpg(child.pid, signal.SIGINT)
        output, _ = child.communicate(timeout=60)
        assert child.returncode != 0
        assert f"{NOT_SET_UP}\n" in output
        assert stack.state()["nc-1"]["initErrors"] == [NOT_SET_UP, "cancelled"]
        assert NOT_SET_UP in stack.preview().succeeded().output
        assert eventually(lambda: not processes(stack), 10)
    stack.up().succeeded()
    all_made_once(stack, lab)


def test_interrupted_twice_nothing_is_lost(stack: Stack, lab: Lab) -> None:
    with waiting_for_node1(stack, lab) as child:
        before = lab.client.get(f"{CONFIGS}/nc-1")["metadata"]["uid"]
        os.killpg(child.pid, signal.SIGINT)
        os.killpg(child.pid, signal.SIGINT)
        child.communicate(timeout=60)
        assert child.returncode != 0
        assert eventually(lambda: not processes(stack), 10)
    stack.up().succeeded()
    all_made_once(stack, lab)
    assert lab.client.get(f"{CONFIGS}/nc-1")["metadata"]["uid"] == before
