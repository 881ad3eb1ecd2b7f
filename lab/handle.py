"""`Lab`: what tests and the command line hold of a lab; its supervisor is another process."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import urllib3
from rich.console import Console

from lab import binaries, launch, places
from lab.api import Api
from lab.building import ensure
from lab.client import Client
from lab.components import NODES
from lab.config import LabConfig
from lab.errors import LabError
from lab.nodes import packages
from lab.nodes.devices import LOOK, Device, devices_in
from lab.nodes.guest import Answer, Guest
from lab.nodes.vms import Vms
from lab.simulators import Timings
from lab.status import Status, read, supervisor_of
from lab.users import Users

CALLER = -1
"""As an owner: the process that starts the lab."""


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
        real: bool = False,
        owner: int | None = CALLER,
        timings: Timings | None = None,
        on_progress: Callable[[str], None] = lambda message: None,
    ) -> Self:
        """Brings a lab up and waits until it is ready.

        With `real`, the nodes are real ones (docs/lab.md), or NoRealNodes says why not.
        It goes down by itself when the process `owner` ends; None: only by `down`.
        Without a name it gets a random one. `on_progress` hears what the start is at.
        Raises LabError, with the log of what failed.
        """
        launch.sweep()
        ensure(binaries.CONTROL_PLANE)
        if real:
            packages.ensure(Console(stderr=True))
        name = name or f"lab-{secrets.token_hex(3)}"
        owner = os.getpid() if owner == CALLER else owner
        directory = launch.new_directory(name)
        LabConfig(name, nodes, real, owner, timings or Timings()).write(directory)
        child = launch.start_supervisor(directory)
        try:
            lab = cls(directory, launch.until_ready(directory, child, on_progress))
        except BaseException:
            launch.end(directory, child)
            raise
        lab._child = child
        return lab

    @classmethod
    def attach(cls, name: str) -> Self:
        """The lab of that name that is up already."""
        directory = places.labs() / name
        status = read(directory) if supervisor_of(directory) else None
        if status is None or not status.control:
            raise LabError(
                f'There is no lab "{name}" that is up. Bring it up with:'
                f" python -m lab up --name {name}"
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
        """The token of one of `lab.users.USERS`."""
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

    @cached_property
    def guest(self) -> Guest:
        """Where the real nodes are. Raises LabError if this lab has none."""
        machine = self.status().components.get(NODES.name)
        if machine is None or machine.port is None:
            raise LabError(f'The lab "{self.name}" has no real nodes.')
        return Guest.of(self.directory, machine.port)

    def run_on(self, node: str, script: str) -> Answer:
        """Runs a shell script on a real node, in its network namespace."""
        return self.guest.run_now(script, node)

    def devices(self, node: str) -> dict[str, Device]:
        """A real node's network devices by name, as its kernel tells of them."""
        return devices_in(self.run_on(node, LOOK).checked())

    def vms(self, *nodes: str, cluster_network: str, vlan: int, mtu: int) -> Vms:
        """A stand-in for a VM on each of these real nodes, to ping from; MTU in bytes."""
        return Vms(self.guest, nodes, cluster_network, vlan, mtu)

    def restart(self, component: str) -> None:
        """Ends the component if it runs, starts it, and waits until it is ready."""
        self._order(f"restart/{component}")

    def kill(self, component: str) -> None:
        """Ends the component at once; it stays away until `restart` or `reset`."""
        self._order(f"kill/{component}")

    def reset(self) -> None:
        """Back to how the lab was when it came up; address, users and tokens stay."""
        self._order("reset")

    def down(self) -> None:
        """Ends everything and removes the directory. Does nothing if that is done already."""
        for client in self._clients:
            client.close()
        launch.end(self.directory, self._child)

    @property
    def _users(self) -> Users:
        return Users(self.directory / "users")

    def _order(self, order: str) -> None:
        headers = {"Authorization": f"Bearer {self._control_token}"}
        try:
            with urllib3.PoolManager(retries=False, timeout=launch.START_WITHIN) as pool:
                answer = pool.request("POST", f"{self._control}/{order}", headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise LabError(f'The lab "{self.name}" does not answer: {error}') from error
        if answer.status != 200:
            raise LabError(answer.data.decode())
