"""What `harvester-net report` does: read, lay a preview over it, and write the page."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from ..cluster.errors import Forbidden, Unauthenticated
from ..cluster.resources import VMI, Resource
from ..harvester.site.document import kind_name
from ..harvester.site.reading import UnreadableSite
from ..harvester.snapshot import Snapshot
from ..printable import printable
from ..report.page import page
from ..report.subject import Subject
from ..review.preview import Preview, Unfit
from .looking import PICTURED, networks_seen, snapshot_in
from .outcome import Code, Outcome
from .previews import read_preview
from .printing import say
from .session import Command, Session
from .writing import Unwritable, check_place, write

REPORTED = (*PICTURED, VMI)
"""What a page is about."""


@dataclass(frozen=True)
class Reporting:
    """What is wanted of a page."""

    output: Path
    snapshot: Path | None = None
    preview: Path | None = None
    offline: bool = False


def reporting(wanted: Reporting) -> Command:
    """`report`."""

    async def command(session: Session) -> Outcome:
        try:
            check_place(wanted.output, "--html")
            preview = None if wanted.preview is None else read_preview(wanted.preview)
            subject = await _subject(session, wanted, preview)
            write(wanted.output, page(subject))
        except (Unfit, Unwritable, UnreadableSite, OSError) as error:
            return Outcome(Code.ERROR, f"error: {printable(str(error))}")
        for words in subject.left_out:
            say(f"left out: {words}", sys.stderr)
        return Outcome(Code.DONE, f"{wanted.output} is written; open it in a browser")

    return command


async def _subject(session: Session, wanted: Reporting, preview: Preview | None) -> Subject:
    if wanted.snapshot is not None:
        seen = snapshot_in(wanted.snapshot)
        return Subject(
            _source(seen, f"the snapshot {wanted.snapshot.name}"), seen, (), preview
        )
    if wanted.offline:
        return Subject(
            "Read from the preview alone: no cluster was looked at.", None, (), preview
        )
    left_out: list[str] = []

    def leave_out(resource: Resource, error: Forbidden) -> None:
        left_out.append(f"{kind_name(resource)}: {error}")

    try:
        seen = await networks_seen(session.cluster, session.deadline, leave_out, REPORTED)
    except Unauthenticated:
        raise
    except Forbidden as error:
        if preview is None:
            raise
        why = (f"all of the cluster: {error}",)
        return Subject("Read from the preview alone.", None, why, preview)
    where = session.cluster.connection.where
    return Subject(_source(seen, where), seen, sorted(left_out), preview)


def _source(seen: Snapshot, where: str) -> str:
    version = seen.version_text
    return f"Read from {where}" + (f", Harvester {printable(version)}." if version else ".")
