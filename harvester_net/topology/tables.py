"""Switch ports, and their changes, as a table, as JSON and as CSV. Pure."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from io import StringIO

from ..harvester.wording import listed
from .port_changes import PortChange
from .switch_ports import SwitchPorts
from .vlans import vlans_text

PORTS = (
    "node",
    "cluster network",
    "config",
    "NICs",
    "LAG",
    "tagged",
    "native",
    "MTU",
    "frame",
)
CHANGES = ("node", "cluster network", "NICs", "change")
MOST_UNTAGGED = 3
_FORMULA = ("=", "+", "-", "@", "\t")
"""How a cell begins that a spreadsheet would carry out."""

Rows = Sequence[Sequence[str]]


def of_ports(ports: Sequence[SwitchPorts], style: str) -> str:
    """What the ports have to be; ``style`` is table, csv or json."""
    if style == "json":
        return _json([asdict(each) | {"frame": each.frame} for each in ports])
    written = _STYLES[style]([PORTS, *map(_row, ports)])
    return written if style == "csv" else "\n".join([written, *_notes(ports)])


def of_changes(changes: Sequence[PortChange], style: str) -> str:
    """What has to change on the ports; ``style`` as for them."""
    if style == "json":
        return _json([asdict(each) for each in changes])
    rows = [
        (each.node, each.cluster_network, " ".join(each.nics), sentence)
        for each in changes
        for sentence in each.what
    ]
    if not rows and style == "table":
        return "nothing changes on the switches"
    return _STYLES[style]([CHANGES, *rows])


def _row(ports: SwitchPorts) -> Sequence[str]:
    return (
        ports.node,
        ports.cluster_network,
        ports.config,
        " ".join(ports.nics),
        f"{ports.lag} ({ports.mode})",
        vlans_text(ports.tagged) or "none",
        listed(ports.untagged, MOST_UNTAGGED) or "none",
        str(ports.mtu),
        str(ports.frame),
    )


def _notes(ports: Sequence[SwitchPorts]) -> list[str]:
    """Each note once, with its cluster network."""
    found = dict.fromkeys(
        (each.cluster_network, note) for each in ports for note in each.notes
    )
    return [f"note: {network}: {note}" for network, note in found]


def _table(rows: Rows) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in padded)


def _csv(rows: Rows) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().rstrip("\n")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


_STYLES: Mapping[str, Callable[[Rows], str]] = {"table": _table, "csv": _csv}


def _json(document: object) -> str:
    return json.dumps(document, indent=2)
