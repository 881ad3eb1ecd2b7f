"""The question before a change: on a terminal it waits for an answer, elsewhere for --yes."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harvester_net.cli.asking import refusal
from harvester_net.cli.main import app
from harvester_net.cli.outcome import Code, Outcome
from harvester_net.cluster.deadline import Deadline, DeadlineExceeded

from ...cluster import LabApi
from .cluster_of_one import VM, cluster_of_one, journal_of

PLAN = "MTU of cluster network data: 1500 -> 9000, in 1 step:\n   1. do it"


@pytest.fixture
def cluster(certificates: Path) -> Iterator[LabApi]:
    with cluster_of_one(certificates) as api:
        yield api


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What is written to it is typed on the terminal of this process."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r+b", buffering=0) as raw:
        terminal = open(raw.fileno(), closefd=False)  # noqa: SIM115
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        yield ours
        terminal.close()
    os.close(ours)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y", None),
        ("YES", None),
        ("", Outcome(Code.REFUSED, "nothing was changed")),
        ("n", Outcome(Code.REFUSED, "nothing was changed")),
        ("yesterday", Outcome(Code.REFUSED, "nothing was changed")),
    ],
)
async def test_only_a_yes_goes_on(
    keyboard: int, capsys: pytest.CaptureFixture[str], typed: str, answer: Outcome | None
) -> None:
    sys.stdout.isatty = lambda: True  # type: ignore[method-assign]
    asked = asyncio.ensure_future(refusal(PLAN, "https://a (context b)", Deadline(5)))
    await asyncio.sleep(0)
    os.write(keyboard, f"{typed}\n".encode())
    assert await asked == answer
    assert capsys.readouterr().out == (
        f"{PLAN}\ncluster: https://a (context b)\nCarry this out on this cluster? [y/N] "
    )


async def test_cancelled_while_it_asks(keyboard: int) -> None:
    sys.stdout.isatty = lambda: True  # type: ignore[method-assign]
    cancelled = asyncio.Event()
    asked = asyncio.ensure_future(refusal(PLAN, "here", Deadline(5, cancelled)))
    await asyncio.sleep(0)
    cancelled.set()
    with pytest.raises(DeadlineExceeded, match="cancelled"):
        await asked


def test_without_a_terminal_a_script_says_yes(cluster: LabApi) -> None:
    given = ["mtu", "change", "data", "9000", "--stop-vms"]
    result = CliRunner().invoke(app, [*given, "--kubeconfig", cluster.kubeconfig()])
    assert result.exit_code == Code.REFUSED
    assert "   1. stop VM default/a (Always)\n" in result.stdout
    assert result.stdout.endswith(f"cluster: {cluster.url} (context lab)\n")
    assert result.stderr == (
        "nothing was changed: this interrupts something, and there is no terminal to ask on; "
        "give --yes to go on without a question\n"
    )
    assert cluster.writes() == []


def test_what_interrupts_nothing_needs_no_yes(cluster: LabApi) -> None:
    cluster.remove("virtualmachineinstances", VM)
    cluster.remove("virtualmachines", VM)
    given = ["mtu", "change", "data", "9000", "--kubeconfig", cluster.kubeconfig()]
    assert CliRunner().invoke(app, given).exit_code == Code.DONE
    assert journal_of(cluster) is None
