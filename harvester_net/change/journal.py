"""The record of a change, kept on the cluster until its end is verified.

It is written before the first destructive write and before each further act, so that a killed
process loses nothing: whoever comes next reads it and goes on. Each write is one on the
journal as this process saw it last: whoever was overtaken by somebody else's change finds that
out before it acts.
"""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline, DeadlineExceeded
from ..cluster.errors import AlreadyExists, ClusterError, Conflict, NotFound
from ..cluster.resources import CONFIG_MAP, Object
from ..harvester.names import SYSTEM_NAMESPACE
from .errors import LeaseLost, UnreadableJournal
from .journal_checks import objections
from .record import Record

KEY = f"{SYSTEM_NAMESPACE}/harvester-net-journal"
FIELD = "record"
PACKED = "record.zlib"
MOST_OBJECTIONS = 5
LARGEST_TEXT = 400_000
"""Characters of a record that is kept as plain text."""
LARGEST_UNPACKED = 64 * 2**20
"""Bytes; what says it is more is no record of ours: a ConfigMap holds a mebibyte."""


@dataclass(frozen=True)
class Entry:
    """An unfinished change as it was found on the cluster."""

    record: Record
    uid: str
    version: str
    """The resource version of the journal."""


async def read(cluster: Cluster, deadline: Deadline) -> Record | None:
    """The unfinished change of the cluster, if there is one."""
    found = await find(cluster, deadline)
    return None if found is None else found.record


async def find(cluster: Cluster, deadline: Deadline) -> Entry | None:
    """The same, to go on with."""
    found = await cluster.get(CONFIG_MAP, KEY, deadline)
    if found is None:
        return None
    meta = found["metadata"]
    return Entry(record_in(found), meta["uid"], meta["resourceVersion"])


def record_in(config_map: Object) -> Record:
    """The record that a journal holds; raises UnreadableJournal."""
    try:
        record = Record.model_validate_json(_text_in(config_map))
    except (AttributeError, KeyError, ValueError, TypeError, zlib.error) as error:
        raise UnreadableJournal(
            f"the journal of an unfinished change, ConfigMap {KEY}, cannot be read by this "
            "version of harvester-net; finish the change with the version that began it"
        ) from error
    if wrong := list(islice(objections(record), MOST_OBJECTIONS)):
        raise UnreadableJournal(
            f"the journal of an unfinished change, ConfigMap {KEY}, is not as harvester-net "
            f"writes it, and is not carried out: {'; '.join(wrong)}. Somebody else has "
            "written it: find out who"
        )
    return record


class Journal:
    """Writes the record; what several steps have to say at once goes in one write."""

    def __init__(
        self, cluster: Cluster, deadline: Deadline, record: Record, found: Entry | None = None
    ) -> None:
        """With ``found`` it goes on with that entry, else it begins one with `open`."""
        self._cluster, self._deadline = cluster, deadline
        self.record = record
        self._uid = found.uid if found else ""
        self._version = found.version if found else ""
        self._written = found.record if found else None
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Put the record on the cluster; from now on the change is known to have begun.

        Raises LeaseLost if another change has begun meanwhile.
        """
        record = self.record
        try:
            made = await self._cluster.create(CONFIG_MAP, _object(record), self._deadline)
        except AlreadyExists:
            made = await self._adopted(record)
        self._saw(made, record)

    def note(self, change: Callable[[Record], Record]) -> None:
        """Change the record; it is written before the next act."""
        self.record = change(self.record)

    async def write(self) -> None:
        """Wait until everything noted so far is on the cluster; raises LeaseLost."""
        async with self._writing:
            if self._written is not self.record:
                record = self.record
                self._saw(await self._put(record), record)

    async def keep(self) -> None:
        """Write it again when somebody has deleted it, until cancelled: a change may wait for
        a long time without anything to write.
        """
        while True:
            await asyncio.sleep(self._cluster.timings.lease_renewal)
            # Whoever must not write any more is told so at the next act.
            with suppress(LeaseLost):
                await self.restore()

    async def restore(self) -> None:
        """Write it again if somebody has deleted it, and if that can be done now."""
        with suppress(ClusterError, DeadlineExceeded):
            async with self._writing:
                if await self._cluster.get(CONFIG_MAP, KEY, self._deadline) is None:
                    record = self.record
                    made = await self._cluster.create(
                        CONFIG_MAP, _object(record), self._deadline
                    )
                    self._saw(made, record)

    async def close(self) -> None:
        """Remove the journal: the end state is verified. Another one is left alone."""
        await self._cluster.delete(CONFIG_MAP, KEY, self._uid, self._deadline)

    async def _put(self, record: Record) -> Object:
        seen = {"metadata": {"resourceVersion": self._version}}
        try:
            return await self._cluster.patch(
                CONFIG_MAP, KEY, seen | _contents(record), self._deadline
            )
        except Conflict:
            return await self._adopted(record)
        except NotFound:
            # Somebody deleted it. The record is in memory, and still the only copy.
            return await self._cluster.create(CONFIG_MAP, _object(record), self._deadline)

    async def _adopted(self, record: Record) -> Object:
        """Write over what is there, if it is ours: a lost answer, or a label of somebody's."""
        found = await self._cluster.get(CONFIG_MAP, KEY, self._deadline)
        if found is None:
            return await self._cluster.create(CONFIG_MAP, _object(record), self._deadline)
        if not self._is_ours(found, record):
            raise LeaseLost("the journal is another change's; somebody else goes on")
        seen = {"metadata": {"resourceVersion": found["metadata"]["resourceVersion"]}}
        return await self._cluster.patch(
            CONFIG_MAP, KEY, seen | _contents(record), self._deadline
        )

    def _is_ours(self, found: Object, record: Record) -> bool:
        """Whether a journal is what we wrote last, or what we were about to write."""
        try:
            there = record_in(found)
        except UnreadableJournal:
            return False
        return there in (self._written, record)

    def _saw(self, made: Object, record: Record) -> None:
        meta = made["metadata"]
        self._uid, self._version, self._written = meta["uid"], meta["resourceVersion"], record


def _object(record: Record) -> Object:
    namespace, _, name = KEY.partition("/")
    return {
        "apiVersion": CONFIG_MAP.api,
        "kind": CONFIG_MAP.kind,
        "metadata": {"name": name, "namespace": namespace},
    } | _without_nulls(_contents(record))


def trial(record: Record) -> Object:
    """The journal as it would be made, for a dry run."""
    return _object(record)


def _contents(record: Record) -> Object:
    """The contents of the ConfigMap: text that can be read at 3 a.m., packed only where it
    would come near the limit of 1 MiB.
    """
    text = record.model_dump_json()
    if len(text) <= LARGEST_TEXT:
        return {"data": {FIELD: text}, "binaryData": {PACKED: None}}
    packed = base64.b64encode(zlib.compress(text.encode())).decode()
    return {"data": {FIELD: None}, "binaryData": {PACKED: packed}}


def _text_in(config_map: Object) -> str:
    text = (config_map.get("data") or {}).get(FIELD)
    if text is not None:
        return str(text)
    unpacking = zlib.decompressobj()
    content = base64.b64decode(config_map["binaryData"][PACKED])
    unpacked = unpacking.decompress(content, LARGEST_UNPACKED)
    if not unpacking.eof:
        raise ValueError("it is cut short, or larger than any record")
    return unpacked.decode()


def _without_nulls(contents: Object) -> Object:
    """The same contents for a new object: null means removal only in a patch."""
    return {
        field: {key: value for key, value in values.items() if value is not None}
        for field, values in contents.items()
    }
