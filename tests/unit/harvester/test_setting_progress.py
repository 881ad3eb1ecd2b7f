"""How far Harvester is with a setting, and what it lost: no condition is believed alone."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.network_settings import MIGRATION, RWX, STORAGE
from harvester_net.harvester.setting_progress import (
    describe_leaked,
    leaked,
    migration_progress,
    rwx_progress,
    storage_progress,
    virt_handlers_progress,
)

from ... import objects

TEXT = '{"clusterNetwork":"storage","vlan":300,"range":"192.168.0.0/24"}'
EMPTY_HASH = "da39a3ee5e6b4b0d3255bfef95601890afd80709"

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
    assert leaked(STORAGE, setting, present) == ["harvester-system/storagenetwork-lost"]


def test_storage_network_that_is_cleared_leaves_none_that_it_knows() -> None:
    present = nads("harvester-system/storagenetwork-lost")
    assert leaked(STORAGE, objects.storage_setting(), present) == [
        "harvester-system/storagenetwork-lost"
    ]
    assert leaked(STORAGE, objects.storage_setting(), {}) == []


def test_leftover_that_is_being_deleted_is_no_leak() -> None:
    going = objects.storage_nad("storagenetwork-lost")
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    present = {"harvester-system/storagenetwork-lost": going}
    assert leaked(STORAGE, objects.storage_setting(), present) == []


# --- the RWX network -------------------------------------------------------------------------

STORAGE_NAD = "harvester-system/storagenetwork-abcde"
RWX_NAD = "harvester-system/rwx-network-abcde"
OWN = {"clusterNetwork": "storage", "vlan": 301, "range": "192.168.1.0/24"}
OWN_TEXT = json.dumps({"share-storage-network": False, "network": OWN})
SHARED_TEXT = '{"share-storage-network":true}'


def rwx_setting(text: str, nad: str = "", old: str = "", **configured: str) -> Object:
    made = objects.setting("rwx-network", text)
    notes = {RWX.current_note: nad, RWX.old_note: old}
    made["metadata"]["annotations"] = notes
    said = {"type": "configured", "status": "True", "reason": "Completed"} | configured
    made["status"] = {"conditions": [said]}
    return made


def rwx_nad(**changes: Any) -> Object:
    ipam = {"type": "whereabouts", "range": "192.168.1.0/24"}
    config = {"type": "bridge", "bridge": "storage-br", "vlan": 301, "ipam": ipam} | changes
    nad = objects.nad("rwx-network-abcde", "harvester-system")
    nad["spec"]["config"] = json.dumps(config)
    return nad


NEVER = objects.setting("rwx-network", "") | {"default": RWX.off, "status": {}}
NOT_MADE = "Harvester has not made the new network yet"
NOT_TOLD = "Longhorn has not been told of it yet"
RWX_PROGRESS: list[tuple[str, Object, Object, str, str, bool, str]] = [
    ("never used", NEVER, {}, "", "", True, "configured"),
    ("off", rwx_setting(RWX.off), {}, STORAGE_NAD, "", True, "configured"),
    ("off, and Longhorn not told", rwx_setting(RWX.off), {}, "", RWX_NAD, False, NOT_TOLD),
    ("shared", rwx_setting(SHARED_TEXT), {}, STORAGE_NAD, STORAGE_NAD, True, "configured"),
    (
        "shared, and there is none to share",
        rwx_setting(SHARED_TEXT),
        {},
        "",
        "",
        False,
        "the storage network that it shares is not made yet",
    ),
    ("its own", rwx_setting(OWN_TEXT, RWX_NAD), rwx_nad(), "", RWX_NAD, True, "configured"),
    (
        "the network of the value before",
        rwx_setting(OWN_TEXT, RWX_NAD),
        rwx_nad(vlan=300),
        "",
        RWX_NAD,
        False,
        NOT_MADE,
    ),
    (
        "the range of the value before",
        rwx_setting(OWN_TEXT, RWX_NAD),
        rwx_nad(ipam={"range": "192.168.2.0/24"}),
        "",
        RWX_NAD,
        False,
        NOT_MADE,
    ),
    (
        "the exclusions of the value before",
        rwx_setting(OWN_TEXT, RWX_NAD),
        rwx_nad(ipam={"range": "192.168.1.0/24", "exclude": ["192.168.1.1/32"]}),
        "",
        RWX_NAD,
        False,
        NOT_MADE,
    ),
    (
        "the cluster network of the value before",
        rwx_setting(OWN_TEXT, RWX_NAD),
        rwx_nad(bridge="mgmt-br"),
        "",
        RWX_NAD,
        False,
        NOT_MADE,
    ),
    (
        "a network that is going",
        rwx_setting(OWN_TEXT, RWX_NAD),
        rwx_nad() | {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}},
        "",
        RWX_NAD,
        False,
        NOT_MADE,
    ),
    ("no network yet", rwx_setting(OWN_TEXT), {}, "", "", False, NOT_MADE),
    (
        "what Harvester says",
        rwx_setting(RWX.off, status="False", reason="In Progress", message="create NAD"),
        {},
        "",
        "",
        False,
        "create NAD",
    ),
    (
        "pods that have not left the network before",
        rwx_setting(RWX.off, old="harvester-system/rwx-network-old"),
        {},
        "",
        "",
        False,
        "Longhorn's CSI plugin has not left the network before yet, "
        "harvester-system/rwx-network-old",
    ),
]


@pytest.mark.parametrize(
    ("setting", "nad", "storage", "told", "done", "words"),
    [pytest.param(*case, id=what) for what, *case in RWX_PROGRESS],
)
def test_progress_of_the_rwx_network(
    setting: Object, nad: Object, storage: str, told: str, done: bool, words: str
) -> None:
    nads = {RWX_NAD: nad} if nad else {}
    seen = rwx_progress(setting, nads, storage, told)
    assert (seen.done, seen.words, seen.failed) == (done, words, False)


def test_rwx_network_that_nobody_can_read_is_not_done() -> None:
    seen = rwx_progress(rwx_setting("no JSON"), {}, "", "")
    assert not seen.done
    assert seen.words.startswith("the value ")


# --- the VM migration network ----------------------------------------------------------------

MIGRATION_NAD = "harvester-system/vm-migration-network-abcde"


def migration_setting(text: str = TEXT, nad: str = MIGRATION_NAD, **configured: str) -> Object:
    made = objects.setting("vm-migration-network", text)
    digest = hashlib.sha1(text.encode()).hexdigest()
    notes = {MIGRATION.digest_note: digest, MIGRATION.current_note: nad}
    made["metadata"]["annotations"] = notes
    made["status"] = {
        "conditions": [{"type": "configured", "status": "True", "reason": ""} | configured]
    }
    return made


def stale(setting: Object) -> Object:
    setting["metadata"]["annotations"][MIGRATION.digest_note] = EMPTY_HASH
    return setting


NEVER_MIGRATED = objects.setting("vm-migration-network", "") | {"status": {}}
NOT_STARTED = "Harvester has not started with the new value yet"
MIGRATION_PROGRESS: list[tuple[str, Object, bool, bool, str]] = [
    ("never used", NEVER_MIGRATED, True, False, "never configured"),
    ("told", migration_setting(), True, False, "KubeVirt is told"),
    ("cleared", migration_setting("", ""), True, False, "KubeVirt is told"),
    (
        "the stale True of the value before",
        stale(migration_setting()),
        False,
        False,
        NOT_STARTED,
    ),
    ("the stale False", stale(migration_setting(status="False")), False, False, NOT_STARTED),
    (
        "given up",
        migration_setting(status="False", reason="CreateNadError", message="no\x1b[2J"),
        False,
        True,
        "CreateNadError: no\\x1b[2J",
    ),
    ("no word yet", migration_setting(status="Unknown"), False, False, NOT_STARTED),
    ("no network", migration_setting(nad=""), False, False, NOT_MADE),
    ("a network when cleared", migration_setting(""), False, False, NOT_MADE),
]


@pytest.mark.parametrize(
    ("setting", "done", "failed", "words"),
    [pytest.param(*case, id=what) for what, *case in MIGRATION_PROGRESS],
)
def test_progress_of_the_vm_migration_network(
    setting: Object, done: bool, failed: bool, words: str
) -> None:
    seen = migration_progress(setting)
    assert (seen.done, seen.failed, seen.words) == (done, failed, words)


def handler(node: str, *networks: str, ready: str = "True", **metadata: str) -> Object:
    statuses = [{"name": name} for name in ("cbr0", *networks)]
    notes = {"k8s.v1.cni.cncf.io/network-status": json.dumps(statuses)}
    return {
        "metadata": {"name": f"virt-handler-{node}", "annotations": notes} | metadata,
        "spec": {"nodeName": node},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


OTHER_NAD = "harvester-system/vm-migration-network-other"
GOING = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
HANDLERS: list[tuple[str, str, list[Object], int, str]] = [
    ("nobody there", MIGRATION_NAD, [], 0, ""),
    (
        "all on it",
        MIGRATION_NAD,
        [handler("n1", MIGRATION_NAD), handler("n2", MIGRATION_NAD)],
        2,
        "",
    ),
    ("all off it", "", [handler("n1"), handler("n2")], 2, ""),
    (
        "one on the pods' own",
        MIGRATION_NAD,
        [handler("n1", MIGRATION_NAD), handler("n2")],
        2,
        "n2",
    ),
    ("one on the one before", MIGRATION_NAD, [handler("n1", OTHER_NAD)], 1, "n1"),
    ("one on both", MIGRATION_NAD, [handler("n1", OTHER_NAD, MIGRATION_NAD)], 1, "n1"),
    ("one still on it", "", [handler("n1"), handler("n2", MIGRATION_NAD)], 2, "n2"),
    ("one not ready", MIGRATION_NAD, [handler("n1", MIGRATION_NAD, ready="False")], 1, "n1"),
    ("one going", MIGRATION_NAD, [handler("n1", MIGRATION_NAD, **GOING)], 1, "n1"),
    ("one not there yet", MIGRATION_NAD, [handler("n1", MIGRATION_NAD)], 2, "1 node"),
]


@pytest.mark.parametrize(
    ("nad", "pods", "wanted", "nodes"),
    [pytest.param(*case, id=what) for what, *case in HANDLERS],
)
def test_every_virt_handler_has_to_follow(
    nad: str, pods: list[Object], wanted: int, nodes: str
) -> None:
    seen = virt_handlers_progress(nad, pods, wanted)
    words = f"virt-handler has not followed yet on {nodes}" if nodes else "configured"
    assert (seen.done, seen.words) == (not nodes, words)


def test_pod_whose_networks_cannot_be_read_has_not_followed() -> None:
    for text in ("no JSON", "{}", "[1]", '[{"name": 1}]'):
        pod = handler("n1")
        pod["metadata"]["annotations"]["k8s.v1.cni.cncf.io/network-status"] = text
        assert not virt_handlers_progress(MIGRATION_NAD, [pod], 1).done


def test_only_what_blocks_network_configs_is_said_to() -> None:
    nad = "harvester-system/vm-migration-network-lost"
    assert describe_leaked(MIGRATION, nad) == (
        f"{nad} is left over from an earlier VM migration network; delete it: kubectl -n "
        "harvester-system delete network-attachment-definitions vm-migration-network-lost"
    )
    assert "and blocks every network config" in describe_leaked(STORAGE, nad)
