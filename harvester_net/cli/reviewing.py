"""What `harvester-net review` does: read, look if it may, write, post, and judge."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
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
from ..review.look import Seat, seats
from ..review.preview import Preview, Unfit
from ..review.reading import as_one_stack_each, previews
from ..review.verdict import Level, level_of
from .messages import describe
from .outcome import EXPECTED, Code
from .printing import say
from .session import Reach

LARGEST = 512 * 2**20
"""Bytes of a preview; one of 1,000 networks has 14 MB."""
STANDARD_INPUT = Path("-")
_CODES = {
    Level.REFUSED: Code.REFUSED,
    Level.INTERRUPTS: Code.INTERRUPTS,
    Level.CHANGES: Code.CHANGES,
}

Seen = tuple[Mapping[str, Seat], str]
"""Where the VMs are, and why that is not known."""


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
        found = as_one_stack_each([_named(it, wanted.stack) for it in _read(wanted.files)])
        seen = _look(found, wanted)
        form = _form(wanted)
        comments = [comment(it, form, *seen) for it in found]
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


def _read(files: Sequence[Path]) -> Iterator[Preview]:
    for file in files or (STANDARD_INPUT,):
        try:
            yield from previews(_text(file))
        except Unfit as error:
            where = "standard input" if file == STANDARD_INPUT else file
            raise Unfit(f"{where}: {error}") from error


def _text(file: Path) -> str:
    if file == STANDARD_INPUT:
        found = sys.stdin.buffer.read(LARGEST + 1)
    else:
        with file.open("rb") as opened:
            found = opened.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise Unfit(f"more than {LARGEST} bytes")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unfit("not UTF-8") from error


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
    """Nobody is asked about VMs when none stops."""
    if wanted.look is None or not any(preview.affected_vms for preview in found):
        return {}, ""
    return asyncio.run(_seats(wanted.look, wanted.owner_label))


async def _seats(reach: Reach, owner_label: str) -> Seen:
    cluster = Cluster(AccessSettings(reach.kubeconfig, reach.context))
    deadline = Deadline(reach.seconds)
    try:
        vms, vmis = await asyncio.gather(
            cluster.list(VM, deadline), cluster.list(VMI, deadline)
        )
        return seats(vms, vmis, owner_label), ""
    except EXPECTED as error:
        return {}, describe(error)
    finally:
        await cluster.close()


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
