"""What `harvester-net topology` and `harvester-net switch-ports` do: read, and draw."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ..cluster.errors import Forbidden, Unauthenticated
from ..cluster.resources import Resource
from ..harvester.loading import load_snapshot
from ..harvester.site.document import kind_name
from ..harvester.site.reading import UnreadableSite
from ..harvester.snapshot import Snapshot
from ..harvester.wording import listed
from ..printable import printable
from ..review.planned import Planned, planned
from ..review.preview import Preview, Unfit
from ..review.verdict import Level, level_of
from ..topology.diagram import mermaid
from ..topology.drawing import document, text
from ..topology.model import Topology, topology
from ..topology.port_changes import port_changes
from ..topology.svg import svg
from ..topology.switch_ports import SwitchPorts, switch_ports
from ..topology.tables import of_changes, of_ports
from .looking import PICTURED, networks_seen, snapshot_in
from .outcome import Code, Outcome
from .previews import read_preview
from .printing import say
from .session import Command, Session

_DRAWN: Mapping[str, Callable[[Topology, Topology | None], str]] = {
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
        return Outcome(Code.DONE, _DRAWN[style](topology(snapshot), None))

    return command


def picturing_preview(style: str, given: Path, file: Path | None, *, offline: bool) -> Command:
    """`topology --preview`: what is planned, laid over the cluster, or over nothing."""

    async def command(session: Session) -> Outcome:
        try:
            preview = read_preview(given)
            seen = None if offline else await _seen(session, file)
        except (Unfit, UnreadableSite, OSError) as error:
            return Outcome(Code.ERROR, f"error: {printable(str(error))}")
        found = planned(preview, seen)
        for words in _warnings(preview, found):
            say(f"warning: {words}", sys.stderr)
        return Outcome(Code.DONE, _DRAWN[style](found.after.topology, found.before.topology))

    return command


async def _seen(session: Session, file: Path | None) -> Snapshot | None:
    """The file's networks, or the cluster's; None if the user may not list them. Raises
    UnreadableSite.
    """
    if file is not None:
        return snapshot_in(file)
    try:
        return await networks_seen(session.cluster, session.deadline, _left_out)
    except Unauthenticated:
        raise
    except Forbidden as error:
        say(f"drawn of the preview alone: {error}", sys.stderr)
        return None


def _warnings(preview: Preview, found: Planned) -> Iterator[str]:
    if level_of(preview) is Level.REFUSED:
        yield "the preview is refused, or failed: the picture goes as far as it came"
    if found.undrawn:
        yield f"not drawn, for too little is known before up: {listed(found.undrawn)}"


def ports(style: str, file: Path | None, compared: Path | None) -> Command:
    """`switch-ports`."""

    async def command(session: Session) -> Outcome:
        try:
            after = None if compared is None else _ports_of(snapshot_in(compared))
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
        return snapshot_in(file)

    return await load_snapshot(
        session.cluster, PICTURED, session.deadline, on_forbidden=_left_out
    )


def _left_out(resource: Resource, error: Forbidden) -> None:
    if isinstance(error, Unauthenticated):
        raise error
    say(f"left out: {kind_name(resource)}: {error}", sys.stderr)
