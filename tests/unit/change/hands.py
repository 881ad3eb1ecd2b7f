"""A world with three hands: two clients that change it, and a bystander who does as he likes,
while ways, clocks, rights and agents fail at random moments. Then faults end, and somebody
finishes.

A run is a function of its seed and its acts. What must hold is in `Promises`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from harvester_net.change import executor, lease
from harvester_net.change.apply import apply_change, resume_change
from harvester_net.change.consent import Consent
from harvester_net.change.context import ChangeContext
from harvester_net.change.errors import ChangeError, ChangeRefused
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.cluster import cluster, connection
from harvester_net.cluster.deadline import Deadline, DeadlineExceeded
from harvester_net.cluster.errors import ClusterError

from .bystander import Bystander
from .promises import Broken, Promises
from .shared import Client, Machine, SharedServer
from .sites import FULL, site
from .virtual import PROCESS, played
from .world import World

HOURS = 3600
LIMIT = 4 * HOURS
"""Seconds of one operation, as users have it."""
OUTCOMES = (ChangeError, ClusterError, DeadlineExceeded)
"""How an operation may end; anything else is a fault of the code."""
CLIENTS = ("A", "B")


@dataclass(frozen=True)
class Act:
    """Somebody does something, so many seconds after the act before."""

    after: float
    what: str
    who: str = ""
    which: int = 0


@dataclass(frozen=True)
class Script:
    """All that one run depends on."""

    seed: int
    acts: tuple[Act, ...]
    finish: str = "up"

    def __str__(self) -> str:
        acts = "".join(f"\n        {act!r}," for act in self.acts)
        return f"Script(\n    {self.seed},\n    ({acts}\n    ),\n    {self.finish!r},\n)"


# --- what may happen -------------------------------------------------------------------------

OPERATIONS = ("up", "up", "up back", "resume", "resume", "roll back", "up unasked")
STOPS = ("cut", "cut", "pause", "sleep", "kill")
"""What keeps a client from going on."""
TROUBLE = (*STOPS, "heal", "go on", "wake", "skew", "slow", "forbid", "allow")
AGENTS = ("agent dies", "agent revives")
VMS = ("start vm", "start vm", "stop vm", "delete vm", "make vm")
CONFIGS = ("edit config", "edit config", "delete config", "make config", "make config")
OTHERS = ("set storage", "clear storage", "delete journal", "delete lease")
KINDS = (*4 * (TROUBLE,), OPERATIONS, OPERATIONS, VMS, VMS, CONFIGS, CONFIGS, OTHERS, AGENTS)
PAUSES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 25.0)
OF_CLIENTS = (*OPERATIONS, *TROUBLE)
LONG = (5.0, 15.0, 25.0, 28.0, 31.0, 35.0, 45.0, 70.0)
FORBIDDEN = (
    ("create", "vlanconfigs"),
    ("delete", "vlanconfigs"),
    ("patch", "vlanconfigs"),
    ("patch", "virtualmachines"),
    ("patch", "settings"),
    ("patch", "configmaps"),
    ("delete", "configmaps"),
    ("create", "configmaps"),
    ("watch", "virtualmachines"),
    ("patch", "leases"),
)


def drawn(seed: int) -> Script:
    """A script by its seed."""
    chance = Random(f"script {seed}")
    acts = []
    if chance.random() < 0.2:
        before = ("forbid", "forbid", "slow", "skew", *VMS, *CONFIGS)
        acts.append(_act(chance, chance.choice(before)))
    acts.append(
        Act(0.0, chance.choice((*9 * ("up",), "up unasked")), "A", chance.randrange(10))
    )
    for _ in range(chance.choice((1, 2, 3, 5, 8, 12, 16))):
        if chance.random() < 0.15:
            acts += _takeover(chance)
        else:
            acts.append(_act(chance, chance.choice(chance.choice(KINDS))))
    return Script(seed, tuple(acts), chance.choice(("up", "resume", "roll back")))


def _act(chance: Random, what: str) -> Act:
    after, which = chance.choice(PAUSES), chance.randrange(10)
    return Act(after, what, chance.choice(CLIENTS) if what in OF_CLIENTS else "", which)


def _takeover(chance: Random) -> Iterator[Act]:
    """One client cannot go on, the other one does, and the first one comes back."""
    first, second = chance.sample(CLIENTS, 2)
    stop = chance.choice(STOPS)
    back = {"cut": "heal", "pause": "go on", "sleep": "wake"}.get(stop, "up")
    yield Act(chance.choice(PAUSES), stop, first, chance.randrange(10))
    yield Act(chance.choice(PAUSES), chance.choice(OPERATIONS), second, chance.randrange(10))
    yield Act(chance.choice(LONG), back, first, chance.randrange(10))


def world_of(seed: int) -> World:
    """The site of a seed."""
    chance = Random(f"site {seed}")
    strategies = chance.sample(("Always", "RerunOnFailure", "Always", "Halted"), 3)
    names = ("default/vm1", "default/vm2", "default/vm3")
    vms: dict[str, str | bool] = dict(zip(names, strategies, strict=True))
    storage = chance.random() < 0.35
    return site(
        nodes=chance.choice((2, 3)),
        vms=vms,
        version=chance.choice(((1, 8), (1, 8), (1, 7))),
        storage=storage,
    )


# --- a run -----------------------------------------------------------------------------------


@dataclass
class Play:
    """A run of a script."""

    script: Script
    clients: list[Client] = field(default_factory=list)
    busy: dict[str, Client] = field(default_factory=dict)
    """The process that each machine runs."""

    def __post_init__(self) -> None:
        chance = Random(self.script.seed)
        self.server = SharedServer(world_of(self.script.seed), chance)
        self.machines = {
            name: Machine(
                name, boot=chance.choice((10.0, 5e5)), wall=chance.choice((-900, 900))
            )
            for name in (*CLIENTS, "C")
        }
        self.promises = Promises(self.server, self._is_changing)
        self.bystander = Bystander(self.server, self.promises)
        self.faults: list[str] = []

    async def run(self) -> None:
        """All acts, the end of all faults, and what finishes."""
        try:
            for act in self.script.acts:
                await asyncio.sleep(act.after)
                self._do(act)
            await asyncio.sleep(1)
            self._calm()
            await self._all_over()
            self._check_faults()
            await self._finish()
            self._check_faults()
        finally:
            for client in self.clients:
                await client.bury()

    def _check_faults(self) -> None:
        if self.faults:
            raise Broken(self.faults[0])

    def _is_changing(self) -> bool:
        return any(not client.dead for client in self.busy.values())

    # --- acts --------------------------------------------------------------------------------

    def _do(self, act: Act) -> None:
        self.server.say(f"-- {act}")
        if act.what in OPERATIONS:
            if act.who not in self.busy:
                self._start(act.who, act.what, act.which)
        elif act.what in TROUBLE:
            self._trouble(act, self.machines[act.who], self.busy.get(act.who))
        else:
            self.bystander.does(act.what, act.which)

    def _trouble(self, act: Act, machine: Machine, client: Client | None) -> None:
        match act.what:
            case "cut":
                machine.cut = ("silent", "refused")[act.which % 2]
                self.server.reconnected(machine)
            case "heal":
                machine.cut = ""
                self.server.reconnected(machine)
            case "slow":
                machine.latency = (0.02, 0.3, 1.0, 2.0)[act.which % 4]
            case "skew":
                self._skew(machine, (0.93, 1.0, 1.07)[act.which % 3])
            case "forbid":
                machine.forbidden.add(FORBIDDEN[act.which % len(FORBIDDEN)])
            case "allow":
                machine.forbidden.clear()
            case "pause" | "sleep" if client is not None:
                client.pause()
            case "go on" | "wake" if client is not None:
                client.go_on(asleep=act.what == "wake")
            case "kill" if client is not None:
                client.kill()
                del self.busy[act.who]

    def _skew(self, machine: Machine, rate: float) -> None:
        now = asyncio.get_running_loop().time()
        machine.boot += (machine.rate - rate) * now
        machine.rate, machine.wall = rate, -machine.wall

    def _start(self, who: str, what: str, which: int = 0) -> asyncio.Task[Any]:
        client = Client(self.server, self.machines[who], f"{who}{len(self.clients)}")
        client.forbidden = frozenset(client.machine.forbidden)
        self.clients.append(client)
        self.busy[who] = client
        context = copy_context()
        context.run(PROCESS.set, client)
        operation = self._operation(client, what, which)
        return asyncio.get_running_loop().create_task(
            self._ended(client, operation, who, what), context=context
        )

    def _operation(
        self, client: Client, what: str, which: int
    ) -> Callable[[], Coroutine[Any, Any, list[str]]]:
        consent = replace(FULL, on_failure="rollBack" if which % 2 else "stop")

        async def operation() -> list[str]:
            context = ChangeContext(client.cluster, Deadline(LIMIT), client.name)
            if what == "resume":
                return await resume_change(context)
            if what == "roll back":
                return await resume_change(context, backwards=True)
            given = Consent() if what == "up unasked" else consent
            return await apply_change(context, goal_of(what), given)

        return operation

    async def _ended(
        self,
        client: Client,
        operation: Callable[[], Coroutine[Any, Any, list[str]]],
        who: str,
        what: str,
    ) -> BaseException | list[str]:
        outcome: BaseException | list[str]
        try:
            outcome = await operation()
        except OUTCOMES as error:
            outcome = error
        except Exception as error:
            self.faults.append(f"{what} of {client.name} crashed: {error!r}")
            outcome = error
        finally:
            if not client.buried:
                await client.cluster.close()
        self.busy.pop(who, None)
        self.server.say(f"{client.name}: {what} ends: {outcome!r}")
        try:
            self.promises.check_a_stop(client.name, outcome)
        except Broken as broken:
            self.faults.append(str(broken))
        return outcome

    # --- the end -----------------------------------------------------------------------------

    def _calm(self) -> None:
        self.server.say("-- all faults end")
        for machine in self.machines.values():
            machine.cut, machine.latency = "", 0.02
            machine.forbidden.clear()
            self.server.reconnected(machine)
        for client in self.busy.values():
            client.go_on()
        self.bystander.revives_all()

    async def _all_over(self) -> None:
        begun = asyncio.get_running_loop().time()
        while self.busy:
            await asyncio.sleep(5)
            if asyncio.get_running_loop().time() - begun > 2 * LIMIT:
                raise Broken(f"3: {', '.join(self.busy)} never ends")

    async def _finish(self) -> None:
        what, unfinished = self.script.finish, self.promises.journal
        outcome = await self._start("C", what)
        await asyncio.sleep(60)
        refused = isinstance(outcome, ChangeRefused) and unfinished is None
        if isinstance(outcome, BaseException) and not refused:
            raise Broken(f"3: {what} does not end after all faults ended: {outcome!r}")
        self.promises.check_the_end(None if refused or what != "up" else goal_of(what).mtu)


def goal_of(what: str) -> MtuGoal:
    """What an operation wants."""
    return MtuGoal(cluster_network="data", mtu=1500 if what == "up back" else 9000)


# --- clocks ----------------------------------------------------------------------------------


def _monotonic() -> float:
    process = PROCESS.get()
    return process.monotonic if process else asyncio.get_running_loop().time()


def _boot_time() -> float:
    client = PROCESS.get()
    assert isinstance(client, Client)
    return client.machine.boot + client.machine.rate * asyncio.get_running_loop().time()


def _wall_clock() -> str:
    client = PROCESS.get()
    assert isinstance(client, Client)
    seconds = asyncio.get_running_loop().time() + client.machine.wall
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime(lease.TIME)


@contextmanager
def _own_clocks() -> Iterator[None]:
    """Every process reads the clocks of its machine."""
    clock = SimpleNamespace(monotonic=_monotonic)
    hold = lease.hold.__wrapped__  # type: ignore[attr-defined]
    with ExitStack() as stack:
        for module in (executor, cluster, connection):
            stack.enter_context(patch.object(module, "time", clock))
        for function, name, read in (
            (Deadline.__init__, "now", _monotonic),
            (hold, "clock", _boot_time),
        ):
            stack.enter_context(patch.dict(function.__kwdefaults__, {name: read}))
        stack.enter_context(patch.object(lease, "_now", _wall_clock))
        yield


# --- running and shrinking -------------------------------------------------------------------


def broken_by(script: Script) -> tuple[str, list[str]]:
    """The promise that a run breaks, empty if none; and what happened in it."""
    play: list[Play] = []

    async def main() -> None:
        play.append(Play(script))
        await play[0].run()

    with _own_clocks():
        try:
            played(main())
        except Exception as error:
            what = (
                str(error) if isinstance(error, Broken) else f"{type(error).__name__}: {error}"
            )
            return what or repr(error), play[0].server.log if play else []
    return "", play[0].server.log


def shrunk(script: Script, fails: Callable[[Script], bool]) -> Script:
    """The script without the acts that its failure does not need."""
    smaller = True
    while smaller:
        smaller = False
        for shorter in _shorter(script):
            if fails(shorter):
                script, smaller = shorter, True
                break
    return script


def _shorter(script: Script) -> Iterable[Script]:
    for index in range(len(script.acts)):
        acts = script.acts[:index] + script.acts[index + 1 :]
        yield replace(script, acts=acts)
