"""Speaks to the guest: runs shell scripts in the network namespace of a node, or in its own.

The programs there are `sh` (dash), busybox's, `ip`, `bridge`, `tc` and `ping`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import urllib3

from harvester_net.lab.errors import LabError
from lab.setup import LOOPBACK

_CODE = "X-Exit-Code"
_CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Answer:
    """How a script ended, and all that it wrote."""

    code: int
    said: str

    def checked(self) -> str:
        """What it said, if it went well. Raises LabError."""
        if self.code != 0:
            raise LabError(f"A script in the guest ended with code {self.code}: {self.said}")
        return self.said


@dataclass(frozen=True)
class Guest:
    """The guest of one lab; `token` is the lab's own for it."""

    port: int
    token: str

    @classmethod
    def of(cls, directory: Path, port: int) -> Guest:
        """That of the lab in this directory."""
        return cls(port, token_file(directory).read_text())

    def run_now(self, script: str, node: str = "") -> Answer:
        """Runs it and waits. Raises urllib3's errors if the guest does not answer."""
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request(
                "POST", self._url(node), body=script.encode(), headers=self._headers
            )
        return _answer(answer.status, answer.headers, answer.data)

    async def run(self, script: str, node: str = "") -> Answer:
        """The same from asynchronous code. Raises aiohttp's errors."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=self._headers) as session,
            session.post(self._url(node), data=script.encode()) as answer,
        ):
            return _answer(answer.status, answer.headers, await answer.read())

    def _url(self, node: str) -> str:
        return f"http://{LOOPBACK}:{self.port}/cgi-bin/run?{node}"

    @property
    def _headers(self) -> dict[str, str]:
        return urllib3.make_headers(basic_auth=f"lab:{self.token}")


def token_file(directory: Path) -> Path:
    return directory / "nodes" / "token"


def _answer(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    text = content.decode(errors="replace")
    if status != 200:
        raise LabError(f"The guest answers {status}: {text.strip()}")
    return Answer(int(headers[_CODE]), text)
