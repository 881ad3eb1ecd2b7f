"""The Setting `vm-migration-network`: one attempt for each value (B2.2)."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import NAD, SETTING, Object, condition
from harvester_net.harvester.network_settings import MIGRATION
from harvester_net.lab.controllers.controller import Action, Create, Delete, Patch, State
from harvester_net.lab.controllers.kinds import KUBEVIRT
from harvester_net.lab.controllers.vm_migration_network import CONTROLLERS
from tests.objects import setting

from .conftest import Lives
from .settings import (
    OTHER,
    VALUE,
    cluster,
    digest_of,
    kubevirt,
    longhorn,
    nads_of,
    notes,
    only_nad,
    said,
    text,
)
from .state import Life, world

UNUSED = setting("vm-migration-network")
A, B = text(VALUE), text(OTHER)
DONE = ("True", None, None)


def set_to(life: Life, value: str) -> None:
    life.patch(SETTING, "vm-migration-network", {"value": value})


def told(life: Life) -> object:
    """The network that KubeVirt is told to migrate over."""
    spec = life.there(KUBEVIRT, "harvester-system/kubevirt")["spec"]
    return spec.get("configuration", {}).get("migrations", {}).get("network")


def name_of(key: str) -> str:
    return key.partition("/")[2]


@pytest.mark.parametrize("annotations", [None, {}])
def test_setting_that_was_never_used_says_nothing(
    lives: Lives, annotations: dict[str, str] | None
) -> None:
    life = lives(cluster(UNUSED | {"value": ""}), CONTROLLERS)
    life.patch(SETTING, "vm-migration-network", {"metadata": {"labels": {"a": "b"}}})
    assert life.settle() == []


def test_value_is_told_to_kubevirt_by_name(lives: Lives) -> None:
    life = lives(cluster(UNUSED), CONTROLLERS)
    set_to(life, A)
    seen = life.settle()
    nad = only_nad(life, MIGRATION)
    assert seen == [
        f"Create NetworkAttachmentDefinition {nad}",
        "Patch KubeVirt harvester-system/kubevirt",
        "Patch Setting vm-migration-network",
    ]
    assert told(life) == name_of(nad)
    assert said(life, MIGRATION) == DONE
    assert notes(life, MIGRATION) == {"hash": digest_of(A), "net-attach-def": nad}


def test_condition_has_neither_reason_nor_message(lives: Lives) -> None:
    life = lives(cluster(UNUSED), CONTROLLERS)
    set_to(life, A)
    life.settle()
    found = condition(life.there(SETTING, "vm-migration-network"), "configured")
    assert found.keys() == {"type", "status", "lastUpdateTime"}


def test_other_value_takes_the_place_of_the_first(lives: Lives) -> None:
    life = lives(cluster(UNUSED), CONTROLLERS)
    set_to(life, A)
    life.settle()
    old = only_nad(life, MIGRATION)
    set_to(life, B)
    seen = life.settle()
    new = only_nad(life, MIGRATION)
    assert seen[1:] == [
        "Patch KubeVirt harvester-system/kubevirt",
        f"Delete NetworkAttachmentDefinition {old}",
        "Patch Setting vm-migration-network",
    ]
    assert told(life) == name_of(new)


def test_cleared_setting_leaves_kubevirt_without_network(lives: Lives) -> None:
    other = {"configuration": {"migrations": {"bandwidthPerMigration": "1Gi"}, "more": 1}}
    life = lives(world(*longhorn(), kubevirt(**other), UNUSED), CONTROLLERS)
    set_to(life, A)
    life.settle()
    set_to(life, "")
    life.settle()
    assert nads_of(life, MIGRATION) == []
    assert life.there(KUBEVIRT, "harvester-system/kubevirt")["spec"] == other
    assert said(life, MIGRATION) == DONE
    assert notes(life, MIGRATION) == {"hash": digest_of(""), "net-attach-def": ""}
    assert "value" not in life.there(SETTING, "vm-migration-network")


def test_value_that_comes_back_while_its_network_goes_keeps_that(lives: Lives) -> None:
    life = lives(cluster(UNUSED), CONTROLLERS)
    set_to(life, A)
    life.settle()
    nad = only_nad(life, MIGRATION)
    lost = {"metadata": {"annotations": {MIGRATION.digest_note: "lost"}}}
    life.patch(SETTING, "vm-migration-network", lost)
    assert life.settle() == ["Patch Setting vm-migration-network"]
    assert only_nad(life, MIGRATION) == nad


def test_without_kubevirt_it_fails_for_good(lives: Lives) -> None:
    life = lives(world(UNUSED), CONTROLLERS)
    set_to(life, A)
    life.settle()
    assert said(life, MIGRATION)[:2] == ("False", "GetKubeVirtError")
    life.put(kubevirt())
    life.patch(SETTING, "vm-migration-network", {"metadata": {"labels": {"a": "b"}}})
    assert life.settle() == [], "only another value makes it try again"
    set_to(life, B)
    life.settle()
    assert said(life, MIGRATION) == DONE


def _creates(action: Action) -> bool:
    return isinstance(action, Create)


def _tells_kubevirt(action: Action) -> bool:
    return isinstance(action, Patch) and action.resource == KUBEVIRT


def _deletes(action: Action) -> bool:
    return isinstance(action, Delete)


@pytest.mark.parametrize(
    ("refused", "reason", "message"),
    [
        (_creates, "CreateNadError", "create nad error no"),
        (_tells_kubevirt, "UpdateKubeVirtError", "update kubevirt error no"),
        (_deletes, "RemoveOldNadError", "remove old nad error no"),
    ],
)
def test_what_is_refused_fails_for_good(
    lives: Lives, refused: object, reason: str, message: str
) -> None:
    life = lives(cluster(UNUSED), CONTROLLERS)
    set_to(life, A)
    life.settle()
    before = only_nad(life, MIGRATION)
    stubborn = [True]

    def refuses(state: State, action: Action) -> str | None:
        assert callable(refused)
        return "no" if stubborn[0] and refused(action) else None

    life.refuses = refuses
    set_to(life, B)
    life.settle()
    assert said(life, MIGRATION) == ("False", reason, message)
    assert notes(life, MIGRATION) == {"hash": digest_of(B), "net-attach-def": before}
    stubborn[0] = False
    life.patch(SETTING, "vm-migration-network", {"metadata": {"labels": {"a": "b"}}})
    assert life.settle() == []
    set_to(life, A)
    life.settle()
    assert said(life, MIGRATION) == DONE


def test_refusal_after_the_setting_is_gone_says_nothing(lives: Lives) -> None:
    life = lives(world(kubevirt()), CONTROLLERS)
    refused = CONTROLLERS[0].refused
    assert refused is not None
    assert list(refused(life, "vm-migration-network", "no")) == []


def test_its_network_is_no_system_network(lives: Lives) -> None:
    life = lives(cluster(UNUSED), CONTROLLERS)
    set_to(life, A)
    life.settle()
    made: Object = life.there(NAD, only_nad(life, MIGRATION))
    assert made["metadata"]["annotations"] == {
        "vm-migration-network.settings.harvesterhci.io": "true"
    }
