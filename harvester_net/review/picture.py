"""What a preview does to the networks, for its comment: the switch ports, and the picture."""

from __future__ import annotations

from collections.abc import Iterator

from ..harvester.wording import counted, listed
from ..markdown import escaped
from ..topology.diagram import changes
from ..topology.port_changes import Alike, alike, port_changes
from .blocks import Block, Weight
from .form import Form
from .names import name, ranges
from .planned import Planned

PORTS = "What the switches must carry after it"
UNFOLDED = 20
"""Rows, and names in one, that are seen at once."""
ALONE = "As far as the program says; what else is on the cluster is not known."
_TABLE = "| Nodes | Cluster network | NICs | Change |\n|---|---|---|---|\n"


def ports_block(planned: Planned, form: Form, note: str = "") -> Iterator[Block]:
    """A table of the ports that change; none if nothing changes on the switches.

    ``note``: what there is to know about where the ports are from, as plain text.
    """
    found = port_changes(planned.before.ports, planned.after.ports)
    rows = tuple(map(_row, alike(found)))
    if not rows:
        return
    head, tail = f"**{PORTS}**\n\n", ""
    if len(rows) > UNFOLDED:
        head, tail = form.fold(f"{PORTS}: {counted(len(rows), 'row')}")
    head = f"{head}{_noted(note)}{_TABLE}"
    yield Block(Weight.PORTS, rows, "switch port row", head, tail)


def _row(ports: Alike) -> str:
    which = listed(ranges(ports.nodes), UNFOLDED)
    bond = ", ".join(map(name, ports.nics))
    return f"| {which} | {name(ports.cluster_network)} | {bond} | {escaped(ports.what)} |"


def picture_block(planned: Planned, form: Form, note: str = "") -> Iterator[Block]:
    """The networks before and after in one folded diagram; none where nothing is drawn of
    Markdown, or nothing changes.
    """
    chart = changes(planned.after.topology, planned.before.topology)
    if not chart or not form.html:
        return
    head, tail = form.fold("The networks before and after it")
    chart = f"```mermaid\n{chart}\n```"
    yield Block(Weight.PICTURE, (chart,), "picture", f"{head}{_noted(note)}", tail)


def limits(planned: Planned, *, looked: bool) -> str:
    """What is not in switches and picture, in plain text; empty if all is."""
    told = [] if looked else [ALONE]
    if planned.undrawn:
        told.append(f"Too little is known before up of {listed(planned.undrawn)}.")
    return " ".join(told)


def _noted(note: str) -> str:
    return f"{escaped(note)}\n\n" if note else ""
