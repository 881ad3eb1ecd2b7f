"""The progress of a change: a table that lives on a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from rich.live import Live
from rich.table import Table
from rich.text import Text

from ..change import report
from ..change.context import Observer
from ..change.record import Record
from ..change.steps.order import steps_of
from ..harvester.wording import counted
from ..printable import printable
from . import printing
from .render.console import plain_console

STYLES = {
    "left": "dim",
    "running": "bold",
    "done": "green",
    "failed": "red",
}
WORDS = {"left": "", "running": "now", "done": "done", "failed": "not done"}
SECONDS_BETWEEN_LINES = 5.0
"""At most so often a plain line says what one step waits for."""
LINES_BESIDE = 4
"""Lines of a terminal that the table leaves to its frame and the prompt."""


@dataclass
class StepLine:
    """One step as the user sees it."""

    number: int
    title: str
    state: str = "left"
    waits_for: str = ""
    since: float = 0.0
    observer: float = 0.0


@dataclass
class Progress:
    """Where a change stands; hears the run, and tells whoever shows it."""

    now: Callable[[], float] = time.monotonic
    changed: Callable[[StepLine], None] = lambda _: None
    started: Callable[[Record, Progress], None] = lambda *_: None
    where: Callable[[], str] = str
    """Names the cluster."""
    record: Record | None = None
    """The change that is carried out; None before the first has begun."""
    lines: dict[str, StepLine] = field(default_factory=dict)

    @property
    def begun(self) -> bool:
        """Whether a journal is on the cluster."""
        return self.record is not None

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(line.state == "done" for line in self.lines.values())

    @property
    def observer(self) -> Observer:
        """What the engine is given."""
        return Observer(
            status=lambda _: None,
            step=lambda _: None,
            begins=self._begins,
            extended=self._extended,
            event=self._event,
        )

    def _begins(self, record: Record) -> None:
        self.record = record
        self.lines = {
            step.id: StepLine(
                number,
                printable(step.title, None),
                "done" if step.id in record.done else "left",
            )
            for number, step in enumerate(steps_of(record), start=1)
        }
        self.started(record, self)

    def _extended(self, record: Record) -> None:
        known, self.record = self.lines, record
        self.lines = {}
        for number, step in enumerate(steps_of(record), start=1):
            line = known.get(step.id) or StepLine(number, step.title)
            line.number = number
            self.lines[step.id] = line

    def _event(self, step: str, state: str, waits_for: str) -> None:
        line = self.lines[step]
        if line.state != "running":
            line.since = self.now()
        line.state, line.waits_for = state, printable(waits_for)
        self.changed(line)


def headline(record: Record, progress: Progress) -> str:
    """What begins, and how many of its steps an earlier run has done."""
    before = f", {progress.done} of them done before" if progress.done else ""
    steps = counted(len(progress.lines), "step")
    return f"{report.headline(record)}, in {steps}{before}"


@contextmanager
def shown(progress: Progress, out: TextIO) -> Iterator[None]:
    """Show the progress meanwhile."""
    console = plain_console(out)
    if console.is_terminal and not console.is_dumb_terminal:
        with Live(
            get_renderable=lambda: table(progress, console.height - LINES_BESIDE),
            console=console,
            refresh_per_second=4,
        ) as live:
            progress.started = lambda record, _: _introduce(record, progress, console.print)
            yield
            live.refresh()
    else:
        say = PlainLines(progress, out)
        progress.changed = say.changed
        progress.started = lambda record, _: _introduce(record, progress, say.line)
        yield


def _introduce(record: Record, progress: Progress, say: Callable[[str], None]) -> None:
    say(printable(headline(record, progress), None))
    say(printable(f"cluster: {progress.where()}", None))
    if not record.backwards:
        for note in record.goal.notes(record):
            say(printable(f"note: {note}", None))


class PlainLines:
    """The progress line by line, for logs: when a step begins, while it waits, its end."""

    def __init__(self, progress: Progress, out: TextIO) -> None:
        self._progress, self._out = progress, out

    def line(self, words: str) -> None:
        """Write one line, at once."""
        printing.say(words, self._out)

    def changed(self, step: StepLine) -> None:
        """Say what is new of a step."""
        now = self._progress.now()
        first = step.observer < step.since or not step.observer
        if step.state == "running" and not first and not self._is_due(step, now):
            return
        step.observer = now
        total = len(self._progress.lines)
        self.line(f"{step.number:>{len(str(total))}}/{total} {self._words(step, now, first)}")

    def _is_due(self, step: StepLine, now: float) -> bool:
        return bool(step.waits_for) and now - step.observer >= SECONDS_BETWEEN_LINES

    def _words(self, step: StepLine, now: float, first: bool) -> str:
        if step.state == "done":
            return f"done after {now - step.since:.1f} s: {step.title}"
        if step.state == "failed":
            return f"not done: {step.title}: {step.waits_for}"
        return step.title if first else f"waiting for {step.waits_for}"


def table(progress: Progress, most_lines: int) -> Table:
    """The steps as a table of at most so many lines: what is going on, and what is near."""
    shown_lines = window(list(progress.lines.values()), max(most_lines, 1))
    made = Table(box=None, padding=(0, 1), show_header=False, expand=True)
    made.add_column(justify="right", width=len(str(len(progress.lines))))
    made.add_column(width=max(map(len, WORDS.values())))
    made.add_column(overflow="ellipsis", no_wrap=True, ratio=1)
    for line in shown_lines:
        made.add_row(str(line.number), WORDS[line.state], _row(line, progress.now()))
    if len(shown_lines) < len(progress.lines):
        total = f"{progress.done} of {len(progress.lines)} steps are done"
        made.add_row("", "", Text(total, "dim"))
    return made


def _row(line: StepLine, now: float) -> Text:
    row = Text(line.title, STYLES[line.state])
    if line.state == "running":
        row.append(f"  {now - line.since:.0f} s", "cyan")
    if line.waits_for:
        row.append(f"  {line.waits_for}", "yellow")
    return row


def window(lines: list[StepLine], size: int) -> list[StepLine]:
    """As many lines as fit: those going on or failed first, then those around them."""
    if len(lines) <= size:
        return lines
    busy = [line.number for line in lines if line.state in ("running", "failed")]
    centre = busy[0] if busy else next((x.number for x in lines if x.state == "left"), 0)
    order = sorted(
        lines,
        key=lambda line: (line.number not in busy, abs(line.number - centre), line.number),
    )
    return sorted(order[: size - 1], key=lambda line: line.number)
