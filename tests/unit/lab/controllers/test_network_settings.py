"""What the three Settings that name a network have in common, and where they differ."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harvester_net.cluster.resources import NAD, Object, annotations_of, labels_of
from harvester_net.harvester.gojson import Undecodable
from harvester_net.harvester.names import EXCLUSIVE_LABEL
from harvester_net.harvester.network_settings import MIGRATION, RWX, STORAGE, NetworkSetting
from harvester_net.harvester.versions import Version
from harvester_net.lab.controllers.controller import Create, Patch
from harvester_net.lab.controllers.network_settings import (
    digest,
    is_taken_up,
    make_nad,
    nad_of,
    say,
    setting_of_nad,
    take_up,
)
from tests.objects import nad, setting

from .settings import OTHER, VALUE, digest_of, text
from .state import V1_8, V1_9, World, fields_of, world

ALL = pytest.mark.parametrize("kind", [STORAGE, RWX, MIGRATION], ids=lambda kind: kind.name)


def value_for(kind: NetworkSetting, network: Object) -> str:
    return text({"network": network} if kind is RWX else network)


def new_nad(kind: NetworkSetting, network: Object, version: Version = V1_8) -> Object:
    state, asked = world(version=version), setting(kind.name, value_for(kind, network))
    (action,) = make_nad(state, kind, asked)
    assert isinstance(action, Create)
    return action.object


def system_nad(kind: NetworkSetting, name: str, value: str, **meta: Any) -> Object:
    labels = {kind.digest_note: digest(kind, setting(kind.name, value), V1_8)}
    return nad(name, "harvester-system", labels=labels, **meta)


@ALL
def test_vm_network_is_named_marked_and_found_by_its_hash(kind: NetworkSetting) -> None:
    made = new_nad(kind, VALUE)
    assert made["metadata"]["generateName"] == {
        STORAGE: "storagenetwork-",
        RWX: "rwx-network-",
        MIGRATION: "vm-migration-network-",
    }.get(kind)
    assert made["metadata"]["namespace"] == "harvester-system"
    assert annotations_of(made) == {f"{kind.name}.settings.harvesterhci.io": "true"}
    value = value_for(kind, VALUE)
    assert labels_of(made) == {
        f"{kind.name}.settings.harvesterhci.io/hash": digest(
            kind, setting(kind.name, value), V1_8
        )
    }


@ALL
def test_config_is_spelled_as_harvester_does(kind: NetworkSetting) -> None:
    assert new_nad(kind, VALUE)["spec"]["config"] == (
        '{"cniVersion":"0.3.1","type":"bridge","bridge":"data-br","promiscMode":true,'
        '"vlan":100,"ipam":{"type":"whereabouts","range":"192.168.0.0/24"}}'
    )
    config = json.loads(new_nad(kind, OTHER)["spec"]["config"])
    assert config["vlan"] == 1, "no VLAN means 1"
    assert config["ipam"]["exclude"] == ["192.168.1.0/30"]


@pytest.mark.parametrize(
    ("kind", "version", "marked"),
    [(STORAGE, V1_9, True), (STORAGE, V1_8, False), (MIGRATION, V1_9, False)],
)
def test_exclusive_vlan_is_marked_from_1_9_on(
    kind: NetworkSetting, version: Version, marked: bool
) -> None:
    labels = labels_of(new_nad(kind, VALUE | {"exclusiveVlan": True}, version))
    assert labels.get(EXCLUSIVE_LABEL) == ("true" if marked else None)


@pytest.mark.parametrize("kind", [STORAGE, MIGRATION])
def test_each_text_is_another_value(kind: NetworkSetting) -> None:
    spaced, tight = text(VALUE), json.dumps(VALUE, separators=(",", ":"))
    assert digest(kind, setting(kind.name, spaced), V1_8) == digest_of(spaced)
    assert digest(kind, setting(kind.name, tight), V1_8) == digest_of(tight)


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        ("", ""),
        (text({"share-storage-network": True}), ""),
        (
            text({"network": VALUE, "share-storage-network": False}),
            '{"clusterNetwork":"data","vlan":100,"range":"192.168.0.0/24"}',
        ),
        (
            text({"network": {"range": "192.168.0.0/24", "vlan": 0, "exclude": []}}),
            '{"range":"192.168.0.0/24"}',
        ),
        (
            text({"network": dict(reversed(OTHER.items()))}),
            '{"clusterNetwork":"data","range":"192.168.1.0/24","exclude":["192.168.1.0/30"]}',
        ),
    ],
)
def test_of_rwx_only_the_network_counts_in_one_spelling(value: str, counts: str) -> None:
    assert digest(RWX, setting("rwx-network", value), V1_8) == digest_of(counts)


def test_hash_of_rwx_is_the_one_that_harvester_wrote() -> None:
    value = text({"network": VALUE | {"vlan": 200, "clusterNetwork": "stor"}})
    value = value.replace("192.168.0.0", "192.168.2.0")
    seen = "03289120bf43773c3ab24318eba1fdc9c3294035"
    assert digest(RWX, setting("rwx-network", value), V1_8) == seen


@pytest.mark.parametrize("value", ["nothing", "[]", '{"vlan": "100"}', '{"vlan": 70000}'])
def test_unreadable_value_has_no_hash(value: str) -> None:
    with pytest.raises(Undecodable):
        digest(STORAGE, setting("storage-network", value), V1_8)


def test_vm_network_that_is_there_is_used_also_one_that_goes() -> None:
    value = text(VALUE)
    asked = setting("storage-network", value)
    leaving = system_nad(
        STORAGE,
        "storagenetwork-a",
        value,
        finalizers=["some/one"],
        deletionTimestamp="2026-01-01T00:00:00Z",
    )
    other = system_nad(STORAGE, "storagenetwork-0", text(OTHER))
    elsewhere = system_nad(STORAGE, "storagenetwork-1", value)
    elsewhere["metadata"]["namespace"] = "default"
    state = world(leaving, other, elsewhere, system_nad(STORAGE, "storagenetwork-b", value))
    assert list(make_nad(state, STORAGE, asked)) == []
    found = nad_of(state, STORAGE, asked)
    assert found is not None
    assert found["metadata"]["name"] == "storagenetwork-a"


def taken_up(state: World, kind: NetworkSetting, asked: Object) -> list[Object]:
    return fields_of(list(take_up(state, kind, asked)))


@ALL
def test_new_value_is_noted_once_its_vm_network_is_there(kind: NetworkSetting) -> None:
    value = value_for(kind, VALUE)
    asked = setting(kind.name, value, annotations={kind.current_note: "ns/old"})
    (made,) = take_up(world(), kind, asked)
    assert isinstance(made, Create)
    state = world(system_nad(kind, "made", value))
    (fields,) = taken_up(state, kind, asked)
    assert fields["metadata"]["annotations"] == {
        kind.digest_note: digest(kind, asked, V1_8),
        kind.current_note: "harvester-system/made",
        kind.old_note: "ns/old",
    }
    (condition,) = fields["status"]["conditions"]
    assert (condition["status"], condition["reason"], condition["message"]) == (
        "False",
        "In Progress",
        "create NAD",
    )


@ALL
def test_value_that_goes_leaves_no_vm_network_and_no_key(kind: NetworkSetting) -> None:
    asked = setting(kind.name, "", annotations={kind.current_note: "ns/old"})
    (fields,) = taken_up(world(), kind, asked)
    assert fields["metadata"]["annotations"] == {
        kind.digest_note: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        kind.current_note: "",
        kind.old_note: "ns/old",
    }
    assert fields["value"] is None


def test_value_is_taken_up_when_its_hash_is_noted() -> None:
    value = text(VALUE)
    noted = setting(
        "storage-network", value, annotations={STORAGE.digest_note: digest_of(value)}
    )
    assert is_taken_up(STORAGE, noted, V1_8)
    assert not is_taken_up(STORAGE, noted | {"value": value + " "}, V1_8)
    assert not is_taken_up(STORAGE, setting("storage-network"), V1_8)


def test_nothing_new_is_no_write() -> None:
    condition = {"type": "configured", "status": "True", "reason": "Completed"}
    done = setting("storage-network", "", annotations={"a": "b"})
    done["status"] = {"conditions": [condition]}
    assert list(say(done, "True", "Completed", "", {"a": "b"})) == []
    (action,) = say(done, "True", "Completed", "", {"a": "c"})
    assert isinstance(action, Patch)
    assert action.fields.keys() == {"metadata", "value"}


@ALL
def test_setting_hears_of_its_own_vm_networks(kind: NetworkSetting) -> None:
    hears = setting_of_nad(kind)
    mine = system_nad(kind, "mine", value_for(kind, VALUE))
    assert list(hears(mine, world())) == [kind.name]
    assert list(hears(nad("vm100"), world())) == []
    assert mine["kind"] == NAD.kind
