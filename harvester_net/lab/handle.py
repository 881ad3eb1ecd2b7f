"""`Lab`: what tests and the command line hold of a lab; its supervisor is another process."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import urllib3

from harvester_net.lab import launch, places
from harvester_net.lab.api import Api
from harvester_net.lab.client import Client
from harvester_net.lab.config import LabConfig
from harvester_net.lab.errors import LabError
from harvester_net.lab.simulators import Timings
from harvester_net.lab.status import Status, read, supervisor_of
from harvester_net.lab.users import Users
from harvester_net.lab.versions import DEFAULT_VERSION

if TYPE_CHECKING:
    from harvester_net.lab.rehearsal import Summary

CALLER = -1
"""As an owner: the process that starts the lab."""
SUPERVISOR = "harvester_net.lab.supervisor"
_staying: list[subprocess.Popen[bytes]] = []
"""Processes that nobody waits for, kept because Python warns of those that are forgotten."""


class Lab:
    """A lab that is up. As a context manager it goes down at the end."""

    def __init__(self, directory: Path, status: Status) -> None:
        self.directory = directory
        self.name = status.name
        self.url = status.url
        self._control = status.control
        self._control_token = status.control_token
        self._child: subprocess.Popen[bytes] | None = None
        self._clients: list[Client] = []

    @classmethod
    def start(
        cls,
        name: str | None = None,
        *,
        nodes: int = 3,
        version: str = DEFAULT_VERSION,
        like: Path | None = None,
        owner: int | None = CALLER,
        timings: Timings | None = None,
        on_progress: Callable[[str], None] = lambda message: None,
    ) -> Self:
        """Brings an embedded lab up and waits until it is ready.

        It has so many nodes and follows the rules of this version of Harvester; or it is like
        the site in a file that `harvester-net snapshot` wrote. It goes down by itself when the
        process `owner` ends; None: only by `down`. Without a name it gets a random one.
        `on_progress` hears what the start is at. Raises LabError, with the log of what failed.
        """
        _check_extra()
        config = LabConfig(
            name or random_name(),
            nodes,
            caller_or(owner),
            timings or Timings(),
            version=version,
            like=None if like is None else str(like.absolute()),
        )
        return cls.brought_up(config, SUPERVISOR, on_progress)

    @classmethod
    def brought_up(
        cls, config: LabConfig, supervisor: str, on_progress: Callable[[str], None]
    ) -> Self:
        """The lab that a supervisor, named by its module, brings up."""
        launch.sweep()
        directory = launch.new_directory(config.name)
        config.write(directory)
        child = launch.start_supervisor(directory, supervisor)
        try:
            lab = cls(directory, launch.until_ready(directory, child, on_progress))
        except BaseException:
            launch.end(directory, child)
            raise
        lab._child = child
        if config.owner is None:
            _staying.append(child)
        return lab

    @classmethod
    def attach(cls, name: str) -> Self:
        """The lab of that name that is up already."""
        directory = places.labs() / name
        status = read(directory) if supervisor_of(directory) else None
        if status is None or not status.control:
            raise LabError(
                f'There is no lab "{name}" that is up.'
                f" Bring it up with `harvester-net lab up --name {name}`."
            )
        return cls(directory, status)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.down()

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self._users.kubeconfig("admin")

    @property
    def ca_file(self) -> Path:
        return self.directory / "certificates" / "ca.crt"

    def token(self, user: str) -> str:
        """The token of one of `harvester_net.lab.users.USERS`."""
        return self._users.token(user)

    def api(self, user: str = "admin") -> Api:
        """An asynchronous client; use it as an async context manager."""
        return Api(self.url, str(self.ca_file), self.token(user))

    @cached_property
    def client(self) -> Client:
        """A synchronous client, as administrator."""
        return self.client_of("admin")

    def client_of(self, user: str) -> Client:
        """A synchronous client as another user; closed by `down`."""
        self._clients.append(Client(self.url, self.ca_file, self.token(user)))
        return self._clients[-1]

    def status(self) -> Status:
        status = read(self.directory)
        if status is None or supervisor_of(self.directory) is None:
            raise LabError(f'The lab "{self.name}" is down.')
        return status

    def log(self, component: str) -> Path:
        return self.directory / "logs" / f"{component}.log"

    def restart(self, component: str) -> None:
        """Ends the component if it runs, starts it, and waits until it is ready."""
        self._order(f"restart/{component}")

    def kill(self, component: str) -> None:
        """Ends the component at once; it stays away until `restart` or `reset`."""
        self._order(f"kill/{component}")

    def reset(self) -> None:
        """Back to how the lab was when it came up; address, users and tokens stay."""
        self._order("reset")

    def summary(self) -> Summary:
        """What happened to VMs and uplinks since the lab came up, was reset, or the record
        was restarted. Raises LabError if the lab is not an embedded one.
        """
        from harvester_net.lab.rehearsal import Record, summary

        return summary(Record.model_validate_json(self._ask("GET", "record")))

    def restart_record(self) -> None:
        """Forgets for `summary` what happened until now."""
        self._order("record/restart")

    def down(self) -> None:
        """Ends everything and removes the directory. Does nothing if that is done already."""
        for client in self._clients:
            client.close()
        launch.end(self.directory, self._child)

    @property
    def _users(self) -> Users:
        return Users(self.directory / "users")

    def _order(self, order: str) -> None:
        self._ask("POST", order)

    def _ask(self, method: str, path: str) -> bytes:
        headers = {"Authorization": f"Bearer {self._control_token}"}
        try:
            with urllib3.PoolManager(retries=False, timeout=launch.START_WITHIN) as pool:
                answer = pool.request(method, f"{self._control}/{path}", headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise LabError(f'The lab "{self.name}" does not answer: {error}') from error
        if answer.status != 200:
            raise LabError(answer.data.decode())
        return answer.data


def _check_extra() -> None:
    if find_spec("cryptography") is None:
        raise LabError(
            "A lab needs the package cryptography: pip install 'harvester-net[lab]'"
        )


def caller_or(owner: int | None) -> int | None:
    """The process with which a lab ends."""
    return os.getpid() if owner == CALLER else owner


def random_name() -> str:
    return f"lab-{secrets.token_hex(3)}"
