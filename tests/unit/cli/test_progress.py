"""The progress display: what it says, how often, and how it fits a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.record import ConfigRecord, Record, VmRecord
from harvester_net.cli.progress import PlainLines, Progress, StepLine, shown, table, window

CONFIG = ConfigRecord(manifest={"spec": {"clusterNetwork": "data"}}, nodes=["node1"])


def record(vms: int = 1, done: tuple[str, ...] = (), **more: object) -> Record:
    return Record(
        version=(1, 8),
        goal=MtuGoal(cluster_network="data", mtu=9000),
        old_mtu=1500,
        kept="nc-1",
        configs={"nc-1": CONFIG},
        vms={f"default/vm{number}": VmRecord(strategy="Always") for number in range(vms)},
        done=list(done),
    ).model_copy(update=more)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Log:
    """A progress that is written line by line."""

    def __init__(self, given: Record) -> None:
        self.clock, self.out = Clock(), io.StringIO()
        self.progress = Progress(now=self.clock)
        self.progress.changed = PlainLines(self.progress, self.out).changed
        self.progress.observer.begins(given)

    def event(self, state: str, waits_for: str = "", *, after: float = 0) -> None:
        self.clock.now += after
        self.progress.observer.event("stop default/vm0", state, waits_for)

    @property
    def lines(self) -> list[str]:
        return self.out.getvalue().splitlines()


def test_waits_are_told_every_five_seconds_and_not_more_often() -> None:
    log = Log(record())
    log.event("running")
    log.event("running", "VM default/vm0 to stop", after=1)
    log.event("running", "VM default/vm0 to stop", after=3.9)
    assert log.lines == ["1/3 stop VM default/vm0 (Always)"]
    log.event("running", "VM default/vm0 to stop", after=0.1)
    log.event("running", "VM default/vm0 to stop", after=4)
    log.event("done", after=0.5)
    assert log.lines[1:] == [
        "1/3 waiting for VM default/vm0 to stop",
        "1/3 done after 9.5 s: stop VM default/vm0 (Always)",
    ]


def test_failure_says_why() -> None:
    log = Log(record())
    log.event("running")
    log.event("failed", "not done after 181 s", after=181)
    assert log.lines[-1] == (
        "1/3 not done: stop VM default/vm0 (Always): not done after 181 s"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            record(),
            "MTU of cluster network data: 1500 -> 9000, in 3 steps\ncluster: here\nnote: ",
        ),
        (
            record(done=("stop default/vm0",)),
            "MTU of cluster network data: 1500 -> 9000, in 3 steps, 1 of them done before\n",
        ),
        (
            record(backwards=True),
            "MTU of cluster network data: back to 1500, in 3 steps\n",
        ),
    ],
)
def test_what_begins_is_introduced(given: Record, said: str) -> None:
    progress, out = Progress(where=lambda: "here"), io.StringIO()
    with shown(progress, out):
        assert not progress.begun
        progress.observer.begins(given)
    assert progress.begun
    assert out.getvalue().startswith(said)


def test_way_back_needs_no_notes_for_the_operator() -> None:
    progress, out = Progress(), io.StringIO()
    with shown(progress, out):
        progress.observer.begins(record(backwards=True))
    assert "note" not in out.getvalue()


class Terminal(io.StringIO):
    """A terminal that keeps what is written."""

    def isatty(self) -> bool:
        return True


def test_terminal_shows_the_steps_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    progress, out = Progress(), Terminal()
    with shown(progress, out):
        progress.observer.begins(record())
        progress.observer.event("stop default/vm0", "done", "")
    assert "stop VM default/vm0 (Always)" in out.getvalue()


@pytest.mark.parametrize("kind", ["dumb", "unknown"])
def test_terminal_that_can_do_nothing_gets_lines(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("TERM", kind)
    progress, out = Progress(), Terminal()
    with shown(progress, out):
        progress.observer.begins(record())
        progress.observer.event("stop default/vm0", "running", "")
    assert "1/3 stop VM default/vm0 (Always)\n" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def drawn(progress: Progress, lines: int) -> list[str]:
    console = Console(file=io.StringIO(), width=70)
    with console.capture() as capture:
        console.print(table(progress, lines))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_table_has_a_line_for_each_step() -> None:
    clock = Clock()
    progress = Progress(now=clock)
    progress.observer.begins(record(done=("stop default/vm0",)))
    progress.observer.event("set mtu nc-1", "running", "VM networks to follow: default/vm100")
    clock.now += 12
    assert drawn(progress, 20) == [
        " 1  done      stop VM default/vm0 (Always)",
        " 2  now       set MTU 9000 on network config nc-1 (node1)  12 s  VM …",
        " 3            start VM default/vm0 (Always)",
    ]


def test_table_of_many_steps_shows_what_goes_on() -> None:
    progress = Progress(now=Clock())
    progress.observer.begins(
        record(vms=50, done=tuple(f"stop default/vm{n}" for n in range(30)))
    )
    running = next(step for step, line in progress.lines.items() if line.state == "left")
    progress.observer.event(running, "running", "")
    shown_lines = drawn(progress, 8)
    assert len(shown_lines) == 8
    assert any("now" in line for line in shown_lines)
    assert shown_lines[-1].strip() == "30 of 101 steps are done"


def test_window_keeps_what_runs_or_failed() -> None:
    lines = [StepLine(number, "a step") for number in range(1, 101)]
    lines[4].state, lines[80].state = "failed", "running"
    assert [line.number for line in window(lines, 5)] == [4, 5, 6, 81]
    assert window(lines[:3], 5) == lines[:3]
