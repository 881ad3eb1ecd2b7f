"""The settings of networks: the value, how far Harvester is with it, what it lost."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.settings import effective, leaked, storage_progress

from ... import objects

TEXT = '{"clusterNetwork":"storage","vlan":300,"range":"192.168.0.0/24"}'
EMPTY_HASH = "da39a3ee5e6b4b0d3255bfef95601890afd80709"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ({}, ""),
        ({"value": ""}, ""),
        ({"value": TEXT}, TEXT),
        ({"default": TEXT}, TEXT),
        ({"value": "", "default": TEXT}, TEXT),
        ({"value": None, "default": None}, ""),
    ],
)
def test_missing_value_means_empty(setting: Object, value: str) -> None:
    assert effective(setting) == value


PROGRESS: list[tuple[str, Object, bool, str]] = [
    ("never used", objects.storage_setting(), True, "never configured"),
    ("configured", objects.storage_setting(TEXT), True, "configured"),
    ("cleared", objects.storage_setting("", hash=EMPTY_HASH), True, "configured"),
    (
        "the stale True of the value before",
        objects.storage_setting(TEXT, hash=EMPTY_HASH),
        False,
        "Harvester has not started with the new value yet",
    ),
    (
        "just cleared, still the True of the old value",
        objects.storage_setting("", hash="0" * 40, nad="harvester-system/storagenetwork-a"),
        False,
        "Harvester has not started with the new value yet",
    ),
    (
        "set for the first time: no condition yet",
        {**objects.storage_setting(), "value": TEXT},
        False,
        "Harvester has not started with the new value yet",
    ),
    (
        "in progress",
        objects.storage_setting(
            TEXT, status="False", reason="In Progress", message="waiting for all volumes"
        ),
        False,
        "waiting for all volumes",
    ),
    (
        "in progress without a message",
        objects.storage_setting(TEXT, status="False", reason="In Progress"),
        False,
        "In Progress",
    ),
    (
        "the old network is not gone",
        objects.storage_setting(TEXT, old_nad="harvester-system/storagenetwork-old"),
        False,
        "removing the network before, harvester-system/storagenetwork-old",
    ),
    (
        "the new network is not there",
        objects.storage_setting(TEXT, nad=""),
        False,
        "Harvester has not made the new network yet",
    ),
]


@pytest.mark.parametrize(
    ("setting", "done", "words"),
    [pytest.param(s, d, w, id=what) for what, s, d, w in PROGRESS],
)
def test_progress_with_this_very_value(setting: Object, done: bool, words: str) -> None:
    seen = storage_progress(setting)
    assert (seen.done, seen.words) == (done, words)


def test_hash_is_of_the_text_as_it_stands() -> None:
    spaced = TEXT.replace(":", ": ")
    setting = objects.storage_setting(TEXT)
    setting["value"] = spaced
    assert not storage_progress(setting).done
    assert storage_progress(objects.storage_setting(spaced)).done


def nads(*keys: str) -> dict[str, Object]:
    return {key: objects.nad(*reversed(key.split("/"))) for key in keys}


def test_networks_that_harvester_lost_are_found() -> None:
    setting = objects.storage_setting(
        TEXT,
        nad="harvester-system/storagenetwork-new",
        old_nad="harvester-system/storagenetwork-old",
    )
    present = nads(
        "harvester-system/storagenetwork-old",
        "harvester-system/storagenetwork-new",
        "harvester-system/storagenetwork-lost",
        "harvester-system/rwx-network-x",
        "default/storagenetwork-mine",
    )
    assert leaked(setting, present) == ["harvester-system/storagenetwork-lost"]


def test_storage_network_that_is_cleared_leaves_none_that_it_knows() -> None:
    present = nads("harvester-system/storagenetwork-lost")
    assert leaked(objects.storage_setting(), present) == [
        "harvester-system/storagenetwork-lost"
    ]
    assert leaked(objects.storage_setting(), {}) == []


def test_leftover_that_is_being_deleted_is_no_leak() -> None:
    going = objects.storage_nad("storagenetwork-lost")
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    present = {"harvester-system/storagenetwork-lost": going}
    assert leaked(objects.storage_setting(), present) == []
