"""What else is under way on a cluster, as far as its objects can be read."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object, key_of
from harvester_net.harvester.under_way import (
    backups_under_way,
    restores_under_way,
    upgrades_under_way,
)

from ... import objects

FAILED = {"time": "2026-01-01T00:00:00Z", "message": "no target"}
NO_STATUS = {name: part for name, part in objects.backup("b").items() if name != "status"}


def of(obj: Object) -> dict[str, Object]:
    return {key_of(obj): obj}


@pytest.mark.parametrize(
    ("backup", "expected"),
    [
        (objects.backup("b"), [("backup default/b", "default/a")]),
        (objects.backup("b", kind="snapshot"), [("snapshot default/b", "default/a")]),
        (
            objects.backup("b", progress=40, readyToUse=False),
            [("backup default/b", "default/a")],
        ),
        (objects.backup("b", progress=100, readyToUse=True), []),
        (objects.backup("b", readyToUse=False, error=FAILED), []),
        (objects.going(objects.backup("b")), []),
        (NO_STATUS, [("backup default/b", "default/a")]),
        (objects.backup("b") | {"status": "?", "spec": ["?"]}, [("backup default/b", "")]),
        (objects.backup("b") | {"spec": {"source": "vm"}}, [("backup default/b", "")]),
    ],
)
def test_backup_is_made_until_it_is_usable_or_has_failed(
    backup: Object, expected: list[tuple[str, str]]
) -> None:
    assert list(backups_under_way(of(backup))) == expected


def in_progress(status: str) -> list[Object]:
    return [{"type": "Ready", "status": "False"}, {"type": "InProgress", "status": status}]


@pytest.mark.parametrize(
    ("restore", "expected"),
    [
        (objects.restore("r"), [("restore default/r", "default/a")]),
        (objects.restore("r", complete=False), [("restore default/r", "default/a")]),
        (
            objects.restore("r", conditions=in_progress("True")),
            [("restore default/r", "default/a")],
        ),
        (objects.restore("r", conditions=in_progress("False")), []),
        (objects.restore("r", complete=True), []),
        (objects.going(objects.restore("r")), []),
        (objects.restore("r", conditions="?"), [("restore default/r", "default/a")]),
        (objects.restore("r", conditions=["?"]), [("restore default/r", "default/a")]),
        (objects.restore("r") | {"spec": None}, [("restore default/r", "")]),
    ],
)
def test_restore_is_under_way_until_it_is_complete_or_has_failed(
    restore: Object, expected: list[tuple[str, str]]
) -> None:
    assert list(restores_under_way(of(restore))) == expected


UPGRADING = "upgrade harvester-system/u"


@pytest.mark.parametrize(
    ("upgrade", "expected"),
    [
        (objects.upgrade("u"), [f"{UPGRADING} to v1.8.2"]),
        (objects.upgrade("u", completed="Unknown"), [f"{UPGRADING} to v1.8.2"]),
        (objects.upgrade("u", state="UpgradingNodes"), [f"{UPGRADING} to v1.8.2"]),
        (objects.upgrade("u", completed="True"), []),
        (objects.upgrade("u", completed="False"), []),
        (objects.upgrade("u", state="Succeeded"), []),
        (objects.upgrade("u", state="Failed"), []),
        (objects.going(objects.upgrade("u")), []),
        (objects.upgrade("u") | {"spec": "?", "status": "?"}, [UPGRADING]),
        (objects.upgrade("u", "v1\x1b[2J"), [f"{UPGRADING} to v1\\x1b[2J"]),
    ],
)
def test_upgrade_runs_until_it_is_completed_well_or_not(
    upgrade: Object, expected: list[str]
) -> None:
    assert list(upgrades_under_way(of(upgrade))) == expected
