"""The commands that make the record and the table.

`record` plays the scenarios on a lab of real parts and keeps what it did, each on the lab as
it came up. Run it again, and what varies is kept as such; with `--anew` earlier runs are
forgotten. `compare` plays them on an embedded lab and prints what is not as recorded. `table`
writes the table into docs/lab.md.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

from lab import RealLab

from . import record, table
from .differences import news, surprises
from .embedded import all_on_embedded
from .live import followed
from .play import played
from .real import PACE
from .record import Steps
from .scenario import Scenario
from .scenarios import SCENARIOS, UNRECORDED
from .scenarios.denials import DENIALS


def main(arguments: list[str]) -> None:
    options = _options(arguments)
    known = (*SCENARIOS, *UNRECORDED)
    named = [each for each in known if each.title in options.titles]
    chosen = named if options.titles else list(SCENARIOS)
    if options.command == "record":
        _record_all(chosen, options.anew, options.runs)
    elif options.command == "table":
        table.write(asyncio.run(all_on_embedded(DENIALS)))
    else:
        asyncio.run(_compare_all(chosen))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lab.tests.running.control_planes_compared"
    )
    parser.add_argument("command", choices=("record", "compare", "table"))
    parser.add_argument("titles", nargs="*", metavar="SCENARIO", help="all, if none is named")
    parser.add_argument("--anew", action="store_true", help="forget earlier runs")
    parser.add_argument("--runs", type=int, default=1, help="how often each is played")
    return parser.parse_intermixed_args(arguments)


def _record_all(scenarios: list[Scenario], anew: bool, runs: int) -> None:
    with RealLab.start_real() as lab:
        for run in range(runs):
            for scenario in scenarios:
                began = time.monotonic()
                asyncio.run(_record(scenario, lab, anew and run == 0))
                print(f"{scenario.title}: {time.monotonic() - began:.0f} s", flush=True)
                lab.reset()


async def _record(scenario: Scenario, lab: RealLab, anew: bool) -> None:
    before = {} if anew else record.read(scenario.title)
    async with lab.api() as api, followed(api) as live:
        playing = played(scenario, api, live, PACE)
        seen: Steps = {title: each async for title, each in playing}
    if list(before) == list(seen):
        for each in news(before, seen):
            print(f"  {each}", flush=True)
    record.write(scenario.title, record.merged(before, seen))


async def _compare_all(scenarios: list[Scenario]) -> None:
    began = time.monotonic()
    known = [each for each in scenarios if record.is_of(each)]
    for each in scenarios:
        if each not in known:
            print(f"{each.title}: has other steps than its record")
    for title, seen in (await all_on_embedded(known)).items():
        found = surprises(title, record.read(title), seen)
        print(f"{title}: {len(found) or 'no'} differences", flush=True)
        for surprise in found:
            print(f"  {surprise}", flush=True)
    print(f"{time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
