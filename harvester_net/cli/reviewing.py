"""What `harvester-net review` does: read, look if it may, write, post, and judge."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..cluster.access import AccessSettings
from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.resources import VM, VMI
from ..printable import printable
from ..review.comment import comment
from ..review.form import MOST, MOST_WITHOUT_HTML, Form
from ..review.hosts.client import PostingFailed
from ..review.hosts.place import Host, Place, Unusable, place_in
from ..review.hosts.posting import post
from ..review.look import Seen, seats
from ..review.preview import Preview, Unfit
from ..review.reading import as_one_stack_each
from ..review.verdict import Level, level_of
from .looking import networks_seen
from .messages import describe
from .outcome import EXPECTED, Code
from .previews import read_previews
from .printing import say
from .session import Reach

_CODES = {
    Level.REFUSED: Code.REFUSED,
    Level.INTERRUPTS: Code.INTERRUPTS,
    Level.CHANGES: Code.CHANGES,
}


@dataclass(frozen=True)
class Reviewing:
    """What is wanted of a review."""

    files: Sequence[Path] = ()
    output: Path | None = None
    post: Host | None = None
    fail_on: str = ""
    look: Reach | None = None
    owner_label: str = ""
    limit: int | None = None
    stack: str = ""
    seconds: float = 120


def reviewed(wanted: Reviewing) -> Code:
    """Review, and say what went wrong with it; returns the exit code."""
    try:
        found = as_one_stack_each(
            [_named(it, wanted.stack) for it in read_previews(wanted.files)]
        )
        seen = _look(found, wanted)
        form = _form(wanted)
        comments = [comment(it, form, seen) for it in found]
        _write("\n".join(comments), wanted.output)
        if wanted.post:
            _post(wanted.post, found, comments, wanted.seconds)
    except (Unfit, Unusable, PostingFailed, OSError) as error:
        say(f"error: {printable(str(error))}", sys.stderr)
        return Code.ERROR
    return code_of(map(level_of, found), wanted.fail_on)


def code_of(levels: Iterator[Level], fail_on: str) -> Code:
    """The exit code for a gate that closes at a level; without one it is never closed."""
    worst = max(levels, default=Level.NOTHING)
    if not fail_on or worst < Level[fail_on.upper()]:
        return Code.DONE
    return _CODES[worst]


def _named(preview: Preview, stack: str) -> Preview:
    """The preview with a name, which one that failed early may lack."""
    if preview.stack:
        return preview
    if not stack:
        raise Unfit("the preview failed before it said of which stack it is; give --stack")
    project, _, name = stack.partition("/")
    return replace(preview, project=project, stack=name)


def _form(wanted: Reviewing) -> Form:
    html = wanted.post is not Host.BITBUCKET
    return Form(wanted.limit or (MOST if html else MOST_WITHOUT_HTML), html)


# --- the cluster -----------------------------------------------------------------------------


def _look(found: Sequence[Preview], wanted: Reviewing) -> Seen:
    """Nobody is asked where there is nothing to tell about."""
    if wanted.look is None:
        return Seen()
    stops = any(preview.affected_vms for preview in found)
    shows = any(it.changes and level_of(it) is not Level.REFUSED for it in found)
    return asyncio.run(_seen(wanted.look, wanted.owner_label, stops=stops, shows=shows))


async def _seen(reach: Reach, owner_label: str, *, stops: bool, shows: bool) -> Seen:
    cluster = Cluster(AccessSettings(reach.kubeconfig, reach.context))
    deadline = Deadline(reach.seconds)
    seen = Seen()
    try:
        if stops:
            seen = await _with_seats(seen, cluster, deadline, owner_label)
        if shows:
            seen = await _with_networks(seen, cluster, deadline)
    finally:
        await cluster.close()
    return seen


async def _with_seats(seen: Seen, cluster: Cluster, deadline: Deadline, label: str) -> Seen:
    try:
        vms, vmis = await asyncio.gather(
            cluster.list(VM, deadline), cluster.list(VMI, deadline)
        )
    except EXPECTED as error:
        return replace(seen, no_seats=describe(error))
    return replace(seen, seats=seats(vms, vmis, label))


async def _with_networks(seen: Seen, cluster: Cluster, deadline: Deadline) -> Seen:
    try:
        return replace(seen, networks=await networks_seen(cluster, deadline))
    except EXPECTED as error:
        return replace(seen, no_networks=describe(error))


# --- where it goes ---------------------------------------------------------------------------


def _write(text: str, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(text.encode())
        return
    # Markdown is the same bytes wherever it is written.
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _post(host: Host, found: Sequence[Preview], comments: Sequence[str], most: float) -> None:
    place = place_in(host, os.environ)
    if place is None:
        say(f"{host}: this job has no pull request, so nothing is posted", sys.stderr)
        return
    for preview, text in zip(found, comments, strict=True):
        done = post(place, text, most)
        say(f"{_where(place)}: the comment on {preview.name} is {done}", sys.stderr)


def _where(place: Place) -> str:
    return f"{place.host}: pull request {place.number} of {place.repository}"
