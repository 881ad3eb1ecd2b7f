"""The Setting `rwx-network`: its beginning, sharing, a network of its own, and none (H4.7)."""

from __future__ import annotations

import json

import pytest

from harvester_net.cluster.resources import NAD, POD, SETTING, Object, annotations_of
from harvester_net.harvester.names import NETWORK_STATUS
from harvester_net.harvester.network_settings import RWX, STORAGE
from harvester_net.lab.controllers import storage_network
from harvester_net.lab.controllers.rwx_network import CONTROLLERS
from tests.objects import node, setting, storage_setting

from .conftest import Lives
from .settings import (
    OTHER,
    RWX_OF_LONGHORN,
    STORAGE_OF_LONGHORN,
    VALUE,
    cluster,
    digest_of,
    longhorn,
    nads_of,
    notes,
    only_nad,
    pool,
    said,
    text,
    told,
    value_in,
)
from .state import Life, world

DEFAULT = '{"share-storage-network":false}'
SHARED = '{"share-storage-network":true}'
OWN, OTHER_OWN = text({"network": VALUE}), text({"network": OTHER})
DONE = ("True", "Completed", None)
BOTH = (*CONTROLLERS, *storage_network.CONTROLLERS)
NEW = setting("rwx-network", default=DEFAULT)
USED = setting("storage-network", text(VALUE))


def set_to(life: Life, value: str, name: str = "rwx-network") -> None:
    life.patch(SETTING, name, {"value": value})


def begun(lives: Lives, *objs: Object) -> Life:
    """A cluster on which the Setting has been taken up, with a storage network if asked."""
    life = lives(cluster(NEW, node("node1"), pool("192.168.0.0-24", 1), *objs), BOTH)
    life.settle()
    return life


def plugin(*nads: str, name: str = "longhorn-csi-plugin-1", app: str = "") -> Object:
    """A pod of Longhorn's CSI plugin that is on these networks."""
    status = json.dumps([{"name": "pods"}, *({"name": nad} for nad in nads)])
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "longhorn-system",
            "labels": {"app": app or "longhorn-csi-plugin"},
            "annotations": {NETWORK_STATUS: status},
        },
    }


def test_new_setting_is_initialized_and_completed(lives: Lives) -> None:
    life = begun(lives)
    assert said(life, RWX) == DONE
    assert notes(life, RWX) == {
        "hash": digest_of(""),
        "initialized": "true",
        "net-attach-def": "",
        "old-net-attach-def": "",
    }
    assert "value" not in life.there(SETTING, "rwx-network")


def test_new_setting_takes_over_what_longhorn_shared_before(lives: Lives) -> None:
    before = [told(key.partition("/")[2], "ns/nad") for key in _OF_LONGHORN]
    life = lives(world(NEW, *before), CONTROLLERS)
    life.settle()
    assert life.there(SETTING, "rwx-network")["value"] == SHARED


def test_new_setting_does_not_take_sharing_nothing_for_sharing(lives: Lives) -> None:
    life = lives(world(NEW, *longhorn()), CONTROLLERS)
    life.settle()
    assert "value" not in life.there(SETTING, "rwx-network")


_OF_LONGHORN = (STORAGE_OF_LONGHORN, RWX_OF_LONGHORN)


@pytest.mark.parametrize("missing", [0, 1])
def test_new_setting_waits_for_both_settings_of_longhorn(lives: Lives, missing: int) -> None:
    there = longhorn()
    late = there.pop(missing)
    life = lives(world(NEW, *there), CONTROLLERS)
    assert life.settle() == []
    life.put(late)
    life.settle()
    assert said(life, RWX) == DONE


def test_setting_that_has_a_value_is_not_initialized(lives: Lives) -> None:
    life = lives(cluster(setting("rwx-network", OWN, DEFAULT)), CONTROLLERS)
    life.settle()
    assert said(life, RWX) == DONE
    assert "initialized" not in notes(life, RWX)


def test_own_network_is_told_to_longhorn_at_once(lives: Lives) -> None:
    life = begun(lives)
    set_to(life, OWN)
    seen = life.settle()
    nad = only_nad(life, RWX)
    assert seen == [
        f"Create NetworkAttachmentDefinition {nad}",
        "Patch Setting rwx-network",
        f"Patch Setting {RWX_OF_LONGHORN}",
        "Patch Setting rwx-network",
    ]
    assert value_in(life, RWX_OF_LONGHORN) == nad
    assert said(life, RWX) == DONE
    assert notes(life, RWX)["net-attach-def"] == nad


def test_another_spelling_of_the_same_network_makes_none(lives: Lives) -> None:
    life = begun(lives)
    set_to(life, OWN)
    life.settle()
    spelled = text({"share-storage-network": False, "network": dict(reversed(VALUE.items()))})
    set_to(life, spelled)
    assert life.settle() == []


def test_other_network_takes_the_place_of_the_first(lives: Lives) -> None:
    life = begun(lives)
    set_to(life, OWN)
    life.settle()
    old = only_nad(life, RWX)
    set_to(life, OTHER_OWN)
    seen = life.settle()
    new = only_nad(life, RWX)
    assert new != old
    assert seen == [
        f"Create NetworkAttachmentDefinition {new}",
        "Patch Setting rwx-network",
        f"Patch Setting {RWX_OF_LONGHORN}",
        "Patch Setting rwx-network",
        f"Delete NetworkAttachmentDefinition {old}",
        "Patch Setting rwx-network",
    ]
    assert notes(life, RWX)["old-net-attach-def"] == ""
    assert said(life, RWX) == DONE


def test_old_network_stays_until_all_plugin_pods_are_on_the_new_one(lives: Lives) -> None:
    life = begun(lives)
    set_to(life, OWN)
    life.settle()
    old = only_nad(life, RWX)
    life.put(plugin(old), plugin(old, name="longhorn-csi-plugin-2"), plugin(app="other"))
    set_to(life, OTHER_OWN)
    life.settle()
    new = value_in(life, RWX_OF_LONGHORN)
    assert new != old
    assert said(life, RWX) == DONE, "it is done when the old one is gone besides"
    assert notes(life, RWX)["old-net-attach-def"] == old
    life.put(plugin(new))
    life.settle()
    assert set(nads_of(life, RWX)) == {old, new}
    life.put(plugin(new, name="longhorn-csi-plugin-2"))
    life.settle()
    assert nads_of(life, RWX) == [new]
    assert notes(life, RWX)["old-net-attach-def"] == ""


@pytest.mark.parametrize("status", ["", "not JSON", "[7]", "{}"])
def test_pod_that_says_nothing_of_its_networks_is_waited_for(
    lives: Lives, status: str
) -> None:
    life = begun(lives)
    set_to(life, OWN)
    life.settle()
    silent = plugin()
    silent["metadata"]["annotations"] = {NETWORK_STATUS: status}
    life.put(silent)
    set_to(life, OTHER_OWN)
    life.settle()
    assert notes(life, RWX)["old-net-attach-def"] != ""
    life.delete(POD, "longhorn-system/longhorn-csi-plugin-1")
    life.settle()
    assert notes(life, RWX)["old-net-attach-def"] == ""


def test_default_needs_no_pod_to_leave(lives: Lives) -> None:
    life = begun(lives)
    set_to(life, OWN)
    life.settle()
    life.put(plugin(only_nad(life, RWX)))
    set_to(life, "")
    life.settle()
    assert (nads_of(life, RWX), value_in(life, RWX_OF_LONGHORN)) == ([], "")
    assert said(life, RWX) == DONE


def test_shared_is_the_storage_network(lives: Lives) -> None:
    life = begun(lives, USED)
    set_to(life, SHARED)
    assert life.settle() == [f"Patch Setting {RWX_OF_LONGHORN}"]
    assert value_in(life, RWX_OF_LONGHORN) == only_nad(life, STORAGE)


def test_own_network_goes_when_it_is_shared_and_is_made_again_after(lives: Lives) -> None:
    life = begun(lives, USED)
    set_to(life, OWN)
    life.settle()
    own = only_nad(life, RWX)
    set_to(life, SHARED)
    life.settle()
    assert nads_of(life, RWX) == []
    assert notes(life, RWX) == {
        "hash": "",
        "initialized": "true",
        "net-attach-def": "",
        "old-net-attach-def": "",
    }
    set_to(life, OWN)
    life.settle()
    assert only_nad(life, RWX) != own


def test_shared_follows_the_storage_network_when_longhorn_has_it(lives: Lives) -> None:
    life = begun(lives, USED)
    set_to(life, SHARED)
    life.settle()
    life.put(pool("192.168.1.0-24", 1))
    set_to(life, text(OTHER), "storage-network")
    seen = life.settle()
    assert value_in(life, RWX_OF_LONGHORN) == only_nad(life, STORAGE)
    order = [f"Patch Setting {key}" for key in _OF_LONGHORN]
    assert [one for one in seen if one in order] == order


def test_sharing_what_is_not_there_yet_waits(lives: Lives) -> None:
    life = lives(cluster(NEW, USED), CONTROLLERS)
    life.settle()
    set_to(life, SHARED)
    assert life.settle() == []
    life.put(storage_setting(text(VALUE), nad="ns/nad"))
    assert life.settle() == [], "not before Longhorn has it"
    life.put(told("storage-network", "ns/nad"))
    life.patch(SETTING, "storage-network", {"metadata": {"labels": {"some": "change"}}})
    assert life.settle() == [f"Patch Setting {RWX_OF_LONGHORN}"]


@pytest.mark.parametrize(
    ("storage", "longhorn_has", "heard"),
    [
        (storage_setting(text(VALUE), nad="ns/nad"), "ns/nad", ["rwx-network"]),
        # Somebody has just set another value, which nobody has taken up yet.
        (storage_setting(text(OTHER), nad="ns/nad", hash="other"), "ns/nad", []),
        (storage_setting(text(VALUE), nad="ns/new"), "ns/nad", []),
        (storage_setting("nothing", nad="ns/nad"), "ns/nad", []),
    ],
)
def test_shared_setting_hears_of_the_storage_network_when_it_is_carried_out(
    storage: Object, longhorn_has: str, heard: list[str]
) -> None:
    shared = setting("rwx-network", SHARED)
    state = world(storage, shared, told("storage-network", longhorn_has))
    keys_of = CONTROLLERS[0].watches[SETTING]
    assert list(keys_of(storage, state)) == heard
    assert list(keys_of(setting("other"), state)) == []


def test_storage_network_that_is_not_shared_is_not_its_business(lives: Lives) -> None:
    life = begun(lives, USED)
    set_to(life, OWN)
    life.settle()
    own = only_nad(life, RWX)
    life.put(pool("192.168.1.0-24", 1))
    set_to(life, text(OTHER), "storage-network")
    assert not [one for one in life.settle() if "rwx" in one]
    assert value_in(life, RWX_OF_LONGHORN) == own


@pytest.mark.parametrize("value", ["nothing", '{"network": 7}'])
def test_unreadable_value_does_nothing(lives: Lives, value: str) -> None:
    life = begun(lives, USED)
    set_to(life, value)
    assert life.settle() == []
    life.patch(SETTING, "storage-network", {"metadata": {"labels": {"some": "change"}}})
    assert life.settle() == []


def test_old_annotation_of_a_network_that_is_gone_is_cleared(lives: Lives) -> None:
    life = begun(lives)
    lost = {"metadata": {"annotations": {RWX.old_note: "nowhere"}}}
    life.patch(SETTING, "rwx-network", lost)
    assert life.settle() == ["Patch Setting rwx-network"]
    assert annotations_of(life.there(SETTING, "rwx-network"))[RWX.old_note] == ""
    assert life.of(NAD) == {}
