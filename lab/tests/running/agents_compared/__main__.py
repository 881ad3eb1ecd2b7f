"""The commands that make the record and the table.

`record` plays the scenarios on real nodes and keeps what they did. Run it again, and what
varies is kept as such; with `--anew` earlier runs are forgotten. `compare` plays them on
simulated nodes. Both print what is not as it was recorded. `table` writes the table into
docs/lab.md.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import nullcontext

from lab import RealLab

from ..tables import LAB
from . import record, table
from .differences import differences, expectation, surprises
from .play import played
from .record import Steps
from .scenarios import SCENARIOS, Scenario
from .stage import OpenStage, real_stage, simulated_stage


def main(arguments: list[str]) -> None:
    options = _options(arguments)
    if options.command == "table":
        LAB.write_text(table.PLACE.rewritten(LAB.read_text(), table.text()))
        return
    scenarios = [
        each for each in SCENARIOS if not options.titles or each.title in options.titles
    ]
    real = options.command == "record"
    up = (
        nullcontext(RealLab.attach(options.lab))
        if options.lab
        else RealLab.start_real(real_nodes=real)
    )
    with up as lab:
        for scenario in scenarios:
            if real:
                asyncio.run(_record(scenario, lab, options.anew))
            else:
                asyncio.run(_compare(scenario, lab))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.tests.running.agents_compared")
    parser.add_argument("command", choices=("record", "compare", "table"))
    parser.add_argument("titles", nargs="*", metavar="SCENARIO", help="all, if none is named")
    parser.add_argument("--anew", action="store_true", help="forget earlier runs")
    parser.add_argument("--lab", help="the name of a lab that is up, with such nodes")
    return parser.parse_intermixed_args(arguments)


async def _record(scenario: Scenario, lab: RealLab, anew: bool) -> None:
    recorded = record.read()
    before = {} if anew else recorded.get(scenario.title, {})
    # What real nodes do is waited for, whatever they did before.
    seen = await _play(scenario, lab, real_stage, 3.0, {})
    for step in before.keys() & seen.keys():
        for each in differences(before[step], seen[step]):
            print(f"  {step}: {each}", flush=True)
    recorded[scenario.title] = record.merged(before, seen)
    # In the order of the scenarios, so that changes of the file are to be read.
    titles = [each.title for each in SCENARIOS if each.title in recorded]
    record.write({title: recorded[title] for title in titles})


async def _compare(scenario: Scenario, lab: RealLab) -> None:
    recorded = record.read()[scenario.title]
    seen = await _play(scenario, lab, simulated_stage, 1.5, recorded)
    for surprise in surprises(scenario.title, recorded, seen):
        print(f"  {surprise}", flush=True)


async def _play(
    scenario: Scenario, lab: RealLab, open_stage: OpenStage, quiet: float, recorded: Steps
) -> Steps:
    began = time.monotonic()
    expected = expectation(scenario.title, recorded)
    async with open_stage(lab, int(time.time()) % 100_000) as stage:
        steps = {
            title: facts async for title, facts in played(scenario, stage, quiet, expected)
        }
    print(f"{scenario.title}: {time.monotonic() - began:.0f} s", flush=True)
    return steps


if __name__ == "__main__":
    main(sys.argv[1:])
