"""The record of a change, kept on the cluster until its end is verified.

It is written before the first destructive write and before each further act, so that a killed
process loses nothing: whoever comes next reads it and goes on.
"""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections.abc import Callable

from pydantic import ValidationError

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import AlreadyExists
from ..cluster.resources import CONFIG_MAP, Object
from ..harvester.names import SYSTEM_NAMESPACE
from .errors import UnreadableJournal
from .record import Record

KEY = f"{SYSTEM_NAMESPACE}/harvester-net-journal"
FIELD = "record"
PACKED = "record.zlib"
LARGEST_TEXT = 400_000
"""Characters of a record that is kept as plain text."""


async def read(cluster: Cluster, deadline: Deadline) -> Record | None:
    """The unfinished change of the cluster, if there is one."""
    found = await cluster.get(CONFIG_MAP, KEY, deadline)
    return None if found is None else record_in(found)


def record_in(config_map: Object) -> Record:
    """The record that a journal holds; raises UnreadableJournal."""
    try:
        return Record.model_validate_json(_text_in(config_map))
    except (KeyError, ValueError, ValidationError, zlib.error) as error:
        raise UnreadableJournal(
            f"the journal of an unfinished change, ConfigMap {KEY}, cannot be read by this "
            "version of harvester-net; finish the change with the version that began it"
        ) from error


class Journal:
    """Writes the record; what several steps have to say at once goes in one write."""

    def __init__(self, cluster: Cluster, deadline: Deadline, record: Record) -> None:
        self._cluster, self._deadline = cluster, deadline
        self.record = record
        self._written: Record | None = None
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Put the record on the cluster; from now on the change is known to have begun."""
        namespace, _, name = KEY.partition("/")
        journal = {
            "apiVersion": CONFIG_MAP.api,
            "kind": CONFIG_MAP.kind,
            "metadata": {"name": name, "namespace": namespace},
        } | _without_nulls(_contents(self.record))
        try:
            await self._cluster.create(CONFIG_MAP, journal, self._deadline)
        except AlreadyExists:
            # Our own create whose answer was lost; the lease keeps others away.
            await self._cluster.patch(CONFIG_MAP, KEY, _contents(self.record), self._deadline)
        self._written = self.record

    def resume(self) -> None:
        """Go on with the record as it is on the cluster."""
        self._written = self.record

    def note(self, change: Callable[[Record], Record]) -> None:
        """Change the record; it is written before the next act."""
        self.record = change(self.record)

    async def write(self) -> None:
        """Wait until everything noted so far is on the cluster."""
        async with self._writing:
            if self._written is not self.record:
                record = self.record
                await self._cluster.patch(CONFIG_MAP, KEY, _contents(record), self._deadline)
                self._written = record

    async def close(self) -> None:
        """Remove the journal: the end state is verified."""
        await self._cluster.delete(CONFIG_MAP, KEY, None, self._deadline)


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
    return zlib.decompress(base64.b64decode(config_map["binaryData"][PACKED])).decode()


def _without_nulls(contents: Object) -> Object:
    """The same contents for a new object: null means removal only in a patch."""
    return {
        field: {key: value for key, value in values.items() if value is not None}
        for field, values in contents.items()
    }
