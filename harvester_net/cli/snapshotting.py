"""What `harvester-net snapshot` does: list the kinds of a site, write what may leave."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ..cluster.errors import ClusterError, Forbidden, NotFound
from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    NODE,
    SETTING,
    VM,
    Object,
    Resource,
    key_of,
)
from ..harvester.names import VERSION_SETTING
from ..harvester.site.anonymous import anonymized
from ..harvester.site.document import LARGEST, NOT_SERVED, Document, kind_name, written
from ..harvester.site.kinds import SITE_KINDS, kept
from ..harvester.wording import counted
from .outcome import Code, Outcome
from .printing import say
from .session import Command, Session
from .writing import Unwritable, check_place, write

FORBIDDEN = "the user may not list it"
_COUNTED = {
    NODE: "node",
    CLUSTER_NETWORK: "cluster network",
    NAD: "VM network",
    VM: "VM",
}

Objects = Mapping[Resource, Sequence[Object]]


def snapshotting(output: Path | None, *, anonymize: bool) -> Command:
    """`snapshot`."""

    async def command(session: Session) -> Outcome:
        try:
            if output is not None:
                check_place(output)
            document = await read(session, anonymize=anonymize)
            for resource, why in document.left_out.items():
                say(f"left out: {kind_name(resource)}: {why}", sys.stderr)
            put(written(document), output)
        except Unwritable as error:
            return Outcome(Code.ERROR, f"error: {error}")
        return Outcome(Code.DONE, "" if output is None else f"{output}: {summary(document)}")

    return command


async def read(session: Session, *, anonymize: bool) -> Document:
    """The site as it is now."""
    answers = await asyncio.gather(*(_list(session, resource) for resource in SITE_KINDS))
    found = dict(zip(SITE_KINDS, answers, strict=True))
    listed = {r: items for r, items in found.items() if not isinstance(items, str)}
    objects: Objects = kept(listed)
    if anonymize:
        objects = anonymized(objects)
    return Document(
        harvester=_version(objects),
        time=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        objects=objects,
        left_out={r: why for r, why in found.items() if isinstance(why, str)},
        anonymized=anonymize,
    )


async def _list(session: Session, resource: Resource) -> list[Object] | str:
    """The objects of a kind, or why there are none to be had."""
    try:
        return list((await session.cluster.list(resource, session.deadline)).values())
    except NotFound:
        return NOT_SERVED
    except Forbidden:
        return FORBIDDEN
    except (AttributeError, KeyError, TypeError) as error:
        raise ClusterError(
            f"the API server's list of {kind_name(resource)} cannot be read"
        ) from error


def _version(objects: Objects) -> str:
    settings = {key_of(setting): setting for setting in objects.get(SETTING, ())}
    setting = settings.get(VERSION_SETTING, {})
    return str(setting.get("value") or setting.get("default") or "")


def summary(document: Document) -> str:
    """How large a site is, and which Harvester, for its user."""
    numbers = (
        counted(len(document.objects[resource]), what)
        for resource, what in _COUNTED.items()
        if resource in document.objects
    )
    version = document.harvester or "of an unknown version"
    return ", ".join([f"Harvester {version}", *numbers])


def put(text: str, output: Path | None) -> None:
    """Write a document, whole or not at all; a file of it is for its owner alone."""
    if len(text) > LARGEST:
        size = f"{len(text) // 1024**2} MiB"
        raise Unwritable(f"the cluster is too large: its document has {size}")
    if output is None:
        sys.stdout.write(text)
        return
    write(output, text)
