"""Run the benchmarks and print their tables: `python -m bench [--networks 10 100 1000]`.

They print; they judge nothing.
"""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Column, Table

from lab import Lab, RealLab

from . import chain, likeness, networks, planning, rules, start, together


def main() -> None:
    """Print the start-up of the plugin, then the cost of many VM networks."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--networks", type=int, nargs="*", default=[10, 100, 1000])
    arguments = parser.parse_args()
    console = Console()
    show_start(console)
    show_planning(console)
    show_rules(console)
    show_likeness(console)
    show_chain(console)
    if arguments.networks:
        with RealLab.start_real() as lab:
            for count in arguments.networks:
                show_networks(console, networks.measure(lab, count))
        with Lab.start() as lab:
            show_networks(console, together.measure(lab, max(arguments.networks)))


def show_start(console: Console) -> None:
    """Seconds from the start of the plugin, medians."""
    table = Table("plugin start", "seconds", "times a bare interpreter")
    measured = start.measure()
    floor = measured["bare interpreter"]
    for name, seconds in measured.items():
        table.add_row(name, f"{seconds:.3f}", f"{seconds / floor:.1f}")
    console.print(table)


def show_planning(console: Console) -> None:
    """Plans on a cluster of 5,000 VMs and 10,000 VM networks."""
    table = Table("planning a change", "steps", "seconds", "MB more than before")
    for row in planning.measure():
        table.add_row(row.what, str(row.steps), f"{row.seconds:.2f}", f"{row.megabytes:.0f}")
    console.print(table)


def show_rules(console: Console) -> None:
    """A preview of 10,000 VM networks and 500 nodes, judged."""
    table = Table("judging at preview", "writes", "findings", "CPU seconds")
    rows = rules.measure()
    for row in rows:
        table.add_row(row.what, str(row.writes), str(row.findings), f"{row.seconds:.2f}")
    writes, findings = sum(row.writes for row in rows), sum(row.findings for row in rows)
    seconds = sum(row.seconds for row in rows)
    table.add_row("in all", str(writes), str(findings), f"{seconds:.2f}")
    console.print(table)


def show_likeness(console: Console) -> None:
    """A site of 200 nodes, 5,000 VMs and 5,000 VM networks, written and brought up."""
    table = Table("a likeness", "seconds", "CPU seconds", "MB at most")
    for row in likeness.measure():
        used = f"{row.seconds:.2f}", f"{row.cpu_seconds:.2f}"
        table.add_row(row.what, *used, f"{row.megabytes:.0f}")
    console.print(table)
    table = Table("on a likeness, CPU seconds", "of a quarter", "of the whole", "ratio")
    for grown in likeness.measure_growth():
        seconds = f"{grown.quarter:.1f}", f"{grown.whole:.1f}"
        table.add_row(grown.what, *seconds, f"{grown.ratio:.1f}")
    console.print(table)


def show_chain(console: Console) -> None:
    """Changes beside their longest chain of waits."""
    for result in chain.measure():
        table = Table(result.what, "seconds")
        table.add_row("the longest chain of waits", f"{result.chain:.1f}")
        table.add_row("the change", f"{result.seconds:.1f}")
        table.add_row("1.1 chains and 2 s", f"{1.1 * result.chain + 2:.1f}")
        before = f"the {result.requests} requests before it begins"
        table.add_row(before, f"{result.checks:.2f}")
        console.print(table)


def show_networks(console: Console, rows: list[networks.Row]) -> None:
    """Each command beside the bare client's creates of the same run."""
    bare = next(row for row in rows if row.what.startswith("bare"))
    first = Column(f"{bare.networks} VM networks", no_wrap=True)
    table = Table(first, "wall s", "our CPU s", "our MB", "requests", "CPU / bare")
    for row in rows:
        table.add_row(
            row.what,
            f"{row.seconds:.1f}",
            f"{row.cpu_seconds:.2f}",
            f"{row.megabytes:.0f}",
            str(row.requests),
            f"{row.cpu_seconds / bare.cpu_seconds:.1f}",
        )
    console.print(table)


if __name__ == "__main__":
    main()
