"""Sends the steps to a server, and makes what it answers comparable.

What must differ by nature is made equal: uids, versions, times, names that servers make.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from harvester_net.lab.apiserver import ControlPlane
from lab import Lab
from lab.tests.running.conformance import SET_UP, STEPS, TEAR_DOWN
from lab.tests.running.conformance.step import API, Said, Step

_LEFT_OUT = ("managedFields", "storageVersionHash", "serverAddressByClientCIDRs")
_OF_ITS_OWN = (
    "continue",
    "creationTimestamp",
    "deletionTimestamp",
    "lastTransitionTime",
    "resourceVersion",
)
_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SERVED_WITHIN = 10.0


@dataclass(frozen=True)
class Answer:
    """What a server says to a step; text where it isn't JSON."""

    status: int
    said: Any


@dataclass(frozen=True)
class Server:
    url: str
    ca_file: Path
    token: str


Answers = dict[str, Answer]
"""By the names of steps."""


def server_of(lab: Lab) -> Server:
    """The real one of a lab."""
    return Server(lab.url, lab.ca_file, lab.token("admin"))


async def embedded_answers() -> Answers:
    """What an embedded server says."""
    async with ControlPlane() as plane:
        token = plane.users.token("admin")
        return await played(Server(plane.url, plane.ca_file, token))


async def played(server: Server) -> Answers:
    """The answers to all steps, comparable."""
    tls = ssl.create_default_context(cafile=str(server.ca_file))
    connector = aiohttp.TCPConnector(ssl=tls)
    heads = {"Authorization": f"Bearer {server.token}"}
    said: Said = {}
    found: Answers = {}
    async with aiohttp.ClientSession(
        server.url, connector=connector, headers=heads
    ) as session:
        for number, step in enumerate(STEPS):
            answer = await _settled(session, step, said)
            said[step.name] = answer.said
            found[step.name] = Answer(answer.status, comparable(answer.said))
            if number + 1 == len(SET_UP):
                await _until_served(session)
        for step in TEAR_DOWN:
            await _sent(session, step, said)
    return found


async def _settled(session: aiohttp.ClientSession, step: Step, said: Said) -> Answer:
    """The answer once it is settled, or the last one: the comparison shows it."""
    end = asyncio.get_running_loop().time() + _SERVED_WITHIN
    while True:
        answer = await _sent(session, step, said)
        if step.settled in (None, answer.status) or asyncio.get_running_loop().time() > end:
            return answer
        await asyncio.sleep(0.1)


async def _sent(session: aiohttp.ClientSession, step: Step, said: Said) -> Answer:
    path = step.path(said) if callable(step.path) else step.path
    body = step.body(said) if callable(step.body) else step.body
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    heads = {"Content-Type": step.content_type, "Accept": "application/json"} | step.headers
    url = URL(path, encoded=True)
    async with session.request(step.method, url, data=data, headers=heads) as response:
        return Answer(response.status, _read(await response.text()))


async def _until_served(session: aiohttp.ClientSession) -> None:
    end = asyncio.get_running_loop().time() + _SERVED_WITHIN
    while asyncio.get_running_loop().time() < end:
        async with (
            session.get(f"/apis/{API}/racks") as racks,
            session.get(f"/apis/{API}/gadgets") as gadgets,
        ):
            if racks.status == gadgets.status == 200:
                return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not served after {_SERVED_WITHIN} s")


def _read(text: str) -> Any:
    """JSON, or the events of a watch, or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        lines = text.splitlines()
        if lines and all(line.startswith('{"type"') for line in lines):
            return [json.loads(line) for line in lines]
        return text


def comparable(value: Any) -> Any:
    """The same without what no two servers have in common."""
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if not isinstance(value, dict):
        return _without_uids(value)
    kept = {name: comparable(item) for name, item in value.items() if name not in _LEFT_OUT}
    for name in _OF_ITS_OWN:
        if kept.get(name):
            kept[name] = f"<{name}>"
    if "generateName" in kept:
        kept["name"] = kept["generateName"] + "<made>"
    if kept.get("kind") == "Status":
        _sort_causes(kept)
    if kept.get("kind") == "APIResourceList":
        kept["resources"].sort(key=str)
    return kept


def _without_uids(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = _UID.sub("<uid>", value)
    return re.sub(r"(in record \(|current: )\d+", r"\1<version>", text)


def _sort_causes(status: Any) -> None:
    """The real server lists causes in no order."""
    causes = (status.get("details") or {}).get("causes") or []
    causes.sort(key=str)
    if len(causes) > 1:
        status["message"] = sorted(re.split(r": \[|, (?=[a-z.]+: )|\]$", status["message"]))
