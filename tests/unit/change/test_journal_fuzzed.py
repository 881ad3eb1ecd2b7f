"""The journal, whatever somebody has written into it: a record, or UnreadableJournal."""

from __future__ import annotations

import base64
import json
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.change.errors import UnreadableJournal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.vm_network import VmNetworkGoal
from harvester_net.change.journal import FIELD, PACKED, record_in
from harvester_net.change.record import ConfigRecord, Record, VmRecord
from harvester_net.change.report import begun
from harvester_net.harvester.network_configs import manifest_of

from ... import objects
from ..fuzzed import JSON, changed, fuzzed, texts

CONFIG = ConfigRecord(
    manifest=manifest_of(objects.config("nc-1", "data", ["node1"])),
    nodes=["node1"],
    bonds={"node1": 5},
)
RECORDS = [
    Record(
        id="0a1b2c3d",
        goal=goal,
        who="ada",
        began="2026-01-01T10:00:00Z",
        version=(1, 8),
        configs={"nc-1": CONFIG} if isinstance(goal, MtuGoal) else {},
        vms={"default/a": VmRecord(strategy="Always")},
        done=["stop default/a"],
    )
    for goal in (
        MtuGoal(cluster_network="data", mtu=9000),
        VmNetworkGoal(key="default/web", patch={"spec": {"config": '{"type":"bridge"}'}}),
    )
]
VALID = [json.loads(record.model_dump_json()) for record in RECORDS]
TEXTS = texts(*VALID)


def plain(text: Any) -> dict[str, Any]:
    return {"data": {FIELD: text}}


def packed(content: bytes) -> dict[str, Any]:
    return {"binaryData": {PACKED: base64.b64encode(content).decode()}}


def compressed(text: str) -> bytes:
    return zlib.compress(text.encode(errors="replace"), 1)


CONFIG_MAPS = (
    TEXTS.map(plain)
    | (TEXTS.map(compressed) | st.binary()).map(packed)
    | changed(plain(json.dumps(VALID[0])))
    | changed(packed(b"x") | {"data": {}})
    | st.dictionaries(st.sampled_from(["data", "binaryData"]), JSON)
)


@fuzzed
@given(CONFIG_MAPS)
def test_journal_is_a_record_or_unreadable(config_map: Any) -> None:
    with suppress(UnreadableJournal):
        record = record_in(config_map)
        Record.model_validate_json(record.model_dump_json())
        assert begun(record).isprintable()


@pytest.mark.parametrize("record", RECORDS)
def test_there_is_something_to_read(record: Record) -> None:
    text = record.model_dump_json()
    assert record_in(plain(text)) == record_in(packed(compressed(text))) == record


@pytest.mark.parametrize("config_map", [{"data": True}, {"binaryData": []}, {}])
def test_config_map_of_another_form_is_unreadable(config_map: Any) -> None:
    with pytest.raises(UnreadableJournal):
        record_in(config_map)
