"""What `harvester-net topology` and `harvester-net switch-ports` do: read, and draw."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ..cluster.errors import Forbidden, Unauthenticated
from ..cluster.resources import VM, Resource, key_of
from ..harvester.loading import NETWORK_KINDS, load_snapshot
from ..harvester.site.document import kind_name
from ..harvester.site.reading import UnreadableSite, read
from ..harvester.snapshot import Snapshot
from ..topology.drawing import document, mermaid, text
from ..topology.model import Topology, topology
from ..topology.port_changes import port_changes
from ..topology.svg import svg
from ..topology.switch_ports import SwitchPorts, switch_ports
from ..topology.tables import of_changes, of_ports
from .outcome import Code, Outcome
from .printing import say
from .session import Command, Session

KINDS = (*NETWORK_KINDS, VM)
_DRAWN: Mapping[str, Callable[[Topology], str]] = {
    "text": text,
    "mermaid": mermaid,
    "svg": svg,
    "json": document,
}


def picturing(style: str, file: Path | None) -> Command:
    """`topology`."""

    async def command(session: Session) -> Outcome:
        try:
            snapshot = await _snapshot(session, file)
        except UnreadableSite as error:
            return Outcome(Code.ERROR, f"error: {error}")
        return Outcome(Code.DONE, _DRAWN[style](topology(snapshot)))

    return command


def ports(style: str, file: Path | None, compared: Path | None) -> Command:
    """`switch-ports`."""

    async def command(session: Session) -> Outcome:
        try:
            after = None if compared is None else _ports_of(_read(compared))
            before = _ports_of(await _snapshot(session, file))
        except UnreadableSite as error:
            return Outcome(Code.ERROR, f"error: {error}")
        if after is None:
            return Outcome(Code.DONE, of_ports(before, style))
        return Outcome(Code.DONE, of_changes(port_changes(before, after), style))

    return command


def _ports_of(snapshot: Snapshot) -> list[SwitchPorts]:
    return switch_ports(topology(snapshot), snapshot.release)


async def _snapshot(session: Session, file: Path | None) -> Snapshot:
    """The file's, or the cluster's as it is now. Raises UnreadableSite."""
    if file is not None:
        return _read(file)

    def left_out(resource: Resource, error: Forbidden) -> None:
        if isinstance(error, Unauthenticated):
            raise error
        say(f"left out: {kind_name(resource)}: {error}", sys.stderr)

    return await load_snapshot(session.cluster, KINDS, session.deadline, on_forbidden=left_out)


def _read(file: Path) -> Snapshot:
    objects = read(file).objects
    return Snapshot({kind: {key_of(o): o for o in found} for kind, found in objects.items()})
