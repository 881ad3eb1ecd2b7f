"""What was seen on the nodes, as tables for people.

The tables have colours, so what stands in them is made printable word by word.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich.table import Table
from rich.text import Text

from ...printable import printable
from ...verify.devices import Devices, Ports
from ...verify.outcome import Outcome, proven_words
from ...verify.pinging import PingResult
from ...verify.vlans import words as vlan_words
from .console import plain_console

WIDTH = 160
"""Columns of a table that nobody looks at on a terminal."""
COLUMNS = ("node", "bond", "mode", "NICs", "bridge", "other ports", "VLANs on the uplink")
STYLES = {
    PingResult.FULL: "green",
    PingResult.USUAL: "red",
    PingResult.SMALL: "red",
    PingResult.NONE: "red",
}
WORDS = {
    PingResult.FULL: "ok",
    PingResult.USUAL: "1500 only",
    PingResult.SMALL: "small only",
    PingResult.NONE: "nothing",
    PingResult.UNKNOWN: "?",
}


def text(outcome: Outcome, width: int = WIDTH, *, colours: bool = False) -> str:
    """The nodes, the pings between them, and what is to be said of them."""
    out = StringIO()
    console = plain_console(out, width, colours=colours)
    console.print(_text(_headline(outcome), "bold"))
    if outcome.nodes:
        console.print(devices_table(outcome))
    if outcome.pings.results:
        console.print(
            f"full frames of {outcome.mtu} bytes on VLAN {outcome.pings.vlan}, from the node "
            "on the left to the one above:"
        )
        console.print(pings_table(outcome))
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    return "\n".join([*lines, *(printable(one, None) for one in sentences(outcome))])


def sentences(outcome: Outcome) -> Iterator[str]:
    """What was found, each in a line of its own however long it is: it is to be copied."""
    yield from (f"found: {finding}" for finding in outcome.findings)
    yield from (f"note: {note}" for note in outcome.notes)
    yield from (f"not proven: {reason}" for reason in outcome.unproven)
    if outcome.is_proven:
        yield proven_words(outcome)


def _headline(outcome: Outcome) -> str:
    return (
        f"cluster network {outcome.cluster_network} on its nodes; MTU should be {outcome.mtu}"
    )


def devices_table(outcome: Outcome) -> Table:
    """A row for each node."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in COLUMNS:
        table.add_column(name)
    for node, seen in sorted(outcome.nodes.items()):
        if seen is None:
            table.add_row(_text(node), Text("not looked at", "yellow"))
        else:
            table.add_row(_text(node), *_cells(seen, outcome.mtu))
    return table


def _cells(seen: Devices, mtu: int) -> list[Text]:
    bond, bridge = seen.bond, seen.bridge
    nics = [_nic(nic.name, nic.mtu, nic.state, seen) for nic in bond.members] if bond else []
    return [
        _mtu(bond.mtu if bond else None, mtu),
        _text(bond.mode if bond else ""),
        Text(", ").join(nics),
        _mtu(bridge.mtu if bridge else None, mtu),
        _ports(seen.ports, mtu),
        Text(vlan_words(seen.vlans) or "none"),
    ]


def _mtu(found: int | None, wanted: int) -> Text:
    if found is None:
        return Text("none", "red")
    return Text(str(found), "green" if found == wanted else "red")


def _nic(name: str, mtu: int, state: str, seen: Devices) -> Text:
    bond = seen.bond
    words = [name]
    if bond is not None and mtu != bond.mtu:
        words.append(str(mtu))
    if state == "down":
        words.append("down")
    if bond is not None and name == bond.active_nic:
        words.append("active")
    return _text(" ".join(words), "red" if state == "down" else "")


def _ports(ports: Ports, mtu: int) -> Text:
    said = [f"{number} of {size}" for size, number in sorted(ports.by_mtu.items())]
    low = any(size < mtu for size in ports.by_mtu)
    return Text(", ".join(said) or "none", "red" if low else "")


def pings_table(outcome: Outcome) -> Table:
    """A row for each node that pings, a column for each that is pinged."""
    results = outcome.pings.results
    nodes = sorted({node for pair in results for node in pair})
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("", *nodes):
        table.add_column(_text(name))
    for a in nodes:
        row = [results.get((a, b)) for b in nodes]
        table.add_row(
            _text(a),
            *(Text(WORDS[c], STYLES.get(c, "yellow")) if c else Text("-") for c in row),
        )
    return table


def _text(words: str, style: str = "") -> Text:
    """Words of others in a cell."""
    return Text(printable(words), style)
