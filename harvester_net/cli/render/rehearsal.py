"""What happened in a rehearsal, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

from rich.table import Table
from rich.text import Text

from ...harvester.wording import counted, listed
from ...lab.rehearsal import Outage, Summary, UplinkOutages, VmOutages
from .console import plain_console
from .nodes import WIDTH

MOST = 20
"""Rows of a table; the others are summed up."""
SIMULATED = (
    "All times are simulated: who is down, and after whom, is as it would be at home; how "
    "long it takes there is another matter."
)
_NO_INSTANCE = "stopped"


def text(summary: Summary, width: int = WIDTH, *, colours: bool = False) -> str:
    """The VMs that were down, the nodes that were without an uplink, and for how long."""
    out = StringIO()
    console = plain_console(out, width, colours=colours)
    console.print(Text(_headline(summary), "bold"))
    if summary.vms:
        console.print(_vm_table(summary.vms[:MOST]))
    if summary.uplinks:
        console.print(_uplink_table(summary.uplinks[:MOST]))
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    return "\n".join([*lines, *sentences(summary)])


def sentences(summary: Summary) -> Iterator[str]:
    """What the tables do not say, each in a line of its own however long it is."""
    yield from _others(summary.vms, "VM", "down")
    yield from _others(summary.uplinks, "uplink", "gone")
    if never := summary.never_back:
        yield f"never came back: {listed(never, MOST)}"
    if deleted := summary.deleted:
        yield f"deleted: {listed(deleted, MOST)}"
    without = [
        f"{one.cluster_network} on {one.node}" for one in summary.uplinks if not one.is_back
    ]
    if without:
        yield f"still without an uplink: {listed(without, MOST)}"
    yield SIMULATED


def _headline(summary: Summary) -> str:
    vms = counted(summary.ran, "VM")
    down = f"{len(summary.vms)} of {vms} that ran {_was(len(summary.vms))} down"
    return f"in {_span(summary.seconds)}: {down if summary.vms else f'none of {vms} was down'}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _others(found: Sequence[VmOutages | UplinkOutages], what: str, how: str) -> Iterator[str]:
    if rest := found[MOST:]:
        longest, shortest = (pick(one.seconds for one in rest) for pick in (max, min))
        yield (
            f"and {counted(len(rest), what)} more, {how} for {_span(shortest)} to "
            f"{_span(longest)}"
        )


def _vm_table(vms: Sequence[VmOutages]) -> Table:
    table = _table("VM", "down for", "times", "at the end")
    for vm in vms:
        good = vm.is_back or vm.deleted
        ending = Text(_ending(vm), "" if good else "red")
        table.add_row(Text(vm.vm), *_cells(vm), ending)
    return table


def _ending(vm: VmOutages) -> str:
    return "deleted" if vm.deleted else vm.phase or _NO_INSTANCE


def _uplink_table(uplinks: Sequence[UplinkOutages]) -> Table:
    table = _table("cluster network", "node", "no uplink for", "times", "at the end")
    for one in uplinks:
        ending = Text("there") if one.is_back else Text("none", "red")
        table.add_row(Text(one.cluster_network), Text(one.node), *_cells(one), ending)
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        table.add_column(name)
    return table


def _cells(one: VmOutages | UplinkOutages) -> tuple[str, str]:
    return _span(one.seconds), str(len(one.outages))


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s"


def document(summary: Summary) -> dict[str, Any]:
    """The summary for programs: values that JSON has, times in seconds."""
    return {
        "simulatedTimes": True,
        "seconds": round(summary.seconds, 3),
        "vmsThatRan": summary.ran,
        "vms": [
            {
                "vm": vm.vm,
                "seconds": round(vm.seconds, 3),
                "outages": _outages(vm.outages),
                "phase": vm.phase,
                "deleted": vm.deleted,
            }
            for vm in summary.vms
        ],
        "neverBack": summary.never_back,
        "uplinks": [
            {
                "clusterNetwork": one.cluster_network,
                "node": one.node,
                "seconds": round(one.seconds, 3),
                "outages": _outages(one.outages),
            }
            for one in summary.uplinks
        ],
    }


def _outages(found: Sequence[Outage]) -> list[dict[str, float | None]]:
    return [
        {
            "began": round(one.began, 3),
            "ended": None if one.ended is None else round(one.ended, 3),
        }
        for one in found
    ]
