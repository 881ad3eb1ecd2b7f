"""The supervisor's word on what nobody recorded; and orders over its HTTP interface."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from harvester_net.lab.config import LabConfig
from harvester_net.lab.control import Control
from harvester_net.lab.errors import LabError
from harvester_net.lab.simulators import Timings
from harvester_net.lab.status import ComponentStatus, Status
from harvester_net.lab.supervisor import Supervisor


class Programs:
    """A plane of others' programs: no store to listen to."""

    recorder = None

    def __init__(self) -> None:
        self.ordered: list[str] = []

    async def start(self, tell: Callable[[str], None]) -> None: ...

    async def stop(self) -> None: ...

    async def reset(self) -> None:
        self.ordered.append("reset")

    async def restart(self, name: str) -> None:
        self.ordered.append(f"restart {name}")

    async def kill(self, name: str) -> None:
        raise KeyError(name)

    def describe(self, status: Status) -> None: ...

    def components(self) -> dict[str, ComponentStatus]:
        return {}

    def ended(self) -> dict[str, str]:
        return {}


@pytest.fixture
def plane() -> Programs:
    return Programs()


@pytest.fixture
def supervisor(tmp_path: Path, plane: Programs) -> Supervisor:
    return Supervisor(tmp_path, LabConfig("real", 3, None, Timings()), plane)


@pytest.fixture
async def control(supervisor: Supervisor) -> AsyncIterator[tuple[Control, str]]:
    made = Control(supervisor)
    yield made, await made.serve()
    await made.close()


@pytest.mark.parametrize(
    ("method", "path", "code", "said"),
    [
        ("POST", "reset", 200, "done"),
        ("POST", "restart/etcd", 200, "done"),
        ("POST", "kill/etcd", 404, "This lab has no component 'etcd'."),
        ("GET", "record", 500, 'The lab "real" keeps no record: only an embedded one does.'),
        (
            "POST",
            "record/restart",
            500,
            'The lab "real" keeps no record: only an embedded one does.',
        ),
    ],
)
async def test_orders_are_answered(
    control: tuple[Control, str], method: str, path: str, code: int, said: str
) -> None:
    server, url = control
    headers = {"Authorization": f"Bearer {server.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, f"{url}/{path}") as answer,
    ):
        assert (answer.status, await answer.text()) == (code, said)


async def test_nobody_gives_orders_without_the_token(
    control: tuple[Control, str], plane: Programs
) -> None:
    async with (
        aiohttp.ClientSession(headers={"Authorization": "Bearer guessed"}) as session,
        session.post(f"{control[1]}/reset") as answer,
    ):
        assert (answer.status, plane.ordered) == (401, [])


async def test_record_of_programs_is_nobodys(supervisor: Supervisor) -> None:
    with pytest.raises(LabError, match="keeps no record"):
        supervisor.record()
