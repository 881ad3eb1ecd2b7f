"""Outages in the middle of a change cost time and nothing else."""

from __future__ import annotations

import asyncio
import random
import signal
import threading
from pathlib import Path

import pytest
from aiohttp import web

from harvester_net.lab.proxy import Proxy, Request
from lab import Lab
from tests.e2e.stack import Stack
from tests.e2e.waiting import eventually

from .killer import plugins
from .picture import picture
from .site import FULL_CONSENT, Vm, make_vms, program
from .test_cases import with_mtu

pytestmark = pytest.mark.destroyed

VMS = (Vm("web", "Always"), Vm("old-style", None))
SPOILED_REQUESTS = 60
LONG_ENOUGH_TO_TIME_OUT = 45.0


def site(stack: Stack, mtu: int) -> Stack:
    return stack.program(*program(configs=5, mtu=mtu, storage=True, consent=FULL_CONSENT))


@pytest.fixture
def start(stack: Stack, wide_lab: Lab) -> dict[str, object]:
    """The site is up with two VMs; what it looks like."""
    site(stack, 1500).up().succeeded()
    make_vms(wide_lab, VMS)
    return picture(wide_lab)


class Spoiler:
    """Answers a number of requests badly: 429, 500, resets, silence; always the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.left = SPOILED_REQUESTS

    async def __call__(self, request: Request) -> web.StreamResponse | None:
        if self.left <= 0 or self._random.random() > 0.5:
            return None
        self.left -= 1
        kind = self._random.choice(["429", "500", "webhook", "reset", "reset", "silence"])
        if kind == "reset":
            raise ConnectionResetError
        if kind == "silence" and self._random.random() < 0.1:
            await asyncio.sleep(LONG_ENOUGH_TO_TIME_OUT)
            raise ConnectionResetError
        if kind == "429":
            return web.json_response({"message": "slow down"}, status=429)
        text = 'failed calling webhook "x": no endpoints available for service'
        return web.json_response({"message": text, "reason": "InternalError"}, status=500)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_bad_network_for_a_while(
    stack: Stack, wide_lab: Lab, tmp_path: Path, start: dict[str, object], seed: int
) -> None:
    direct = stack.environ["KUBECONFIG"]
    with Proxy(wide_lab) as proxy:
        stack.environ["KUBECONFIG"] = str(proxy.kubeconfig(tmp_path / "kubeconfig"))
        spoiler = proxy.before = Spoiler(seed)
        site(stack, 9000).up().succeeded()
        assert spoiler.left < SPOILED_REQUESTS
        stack.environ["KUBECONFIG"] = direct
    assert picture(wide_lab) == with_mtu(start, 9000)


def test_the_api_server_restarted_in_the_middle(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    child = site(stack, 9000).start("up", "--yes", "--skip-preview")
    eventually(lambda: "journal" in " ".join(picture(wide_lab)))
    restart = threading.Thread(target=wide_lab.restart, args=["kube-apiserver"])
    restart.start()
    output, _ = child.communicate(timeout=300)
    restart.join()
    assert child.returncode == 0, output
    assert picture(wide_lab) == with_mtu(start, 9000)


@pytest.mark.parametrize("times", [1, 2])
def test_interrupted_it_goes_on_with_the_next_up(
    stack: Stack, wide_lab: Lab, start: dict[str, object], times: int
) -> None:
    child = site(stack, 9000).start("up", "--yes", "--skip-preview")
    eventually(lambda: "journal" in " ".join(picture(wide_lab)))
    for _ in range(times):
        child.send_signal(signal.SIGINT)
    child.communicate(timeout=120)
    assert child.returncode != 0
    eventually(lambda: plugins(stack.directory) == [])
    if times > 1:
        stack.run("cancel", "--yes")
    site(stack, 9000).up().succeeded()
    assert picture(wide_lab) == with_mtu(start, 9000)


def test_the_cli_killed_the_next_up_goes_on(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    child = site(stack, 9000).start("up", "--yes", "--skip-preview")
    eventually(lambda: "journal" in " ".join(picture(wide_lab)))
    child.kill()
    child.communicate(timeout=120)
    eventually(lambda: plugins(stack.directory) == [])
    stack.run("cancel", "--yes")
    site(stack, 9000).up().succeeded()
    assert picture(wide_lab) == with_mtu(start, 9000)


def test_back_to_the_old_wish_after_an_interruption(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    child = site(stack, 9000).start("up", "--yes", "--skip-preview")
    eventually(lambda: "journal" in " ".join(picture(wide_lab)))
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=120)
    site(stack, 1500).up().succeeded()
    assert picture(wide_lab) == start
