"""The Setting `storage-network` from one phase to the next (H4.7)."""

from __future__ import annotations

import json

import pytest

from harvester_net.cluster.resources import (
    NAD,
    NODE,
    SETTING,
    Object,
    annotations_of,
)
from harvester_net.harvester.names import WITNESS
from harvester_net.harvester.network_settings import STORAGE
from harvester_net.harvester.setting_progress import storage_progress
from harvester_net.harvester.versions import Version
from harvester_net.lab.controllers import vm_networks
from harvester_net.lab.controllers.controller import Action, Delete, State
from harvester_net.lab.controllers.kinds import (
    ALERTMANAGER,
    DEPLOYMENT,
    MANAGED_CHART,
    PROMETHEUS,
)
from harvester_net.lab.controllers.pausing import PAUSED, REPLICAS
from harvester_net.lab.controllers.storage_network import CONTROLLERS
from harvester_net.lab.manifests import base_objects
from tests.objects import cluster_network, node, setting, volume

from .conftest import Lives
from .settings import (
    OTHER,
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
    value_in,
)
from .state import V1_4, V1_5, V1_6, V1_8, V1_9, Life, world

A, B = text(VALUE), text(OTHER)
POOL_A, POOL_B = "192.168.0.0-24", "192.168.1.0-24"
IN_PROGRESS, DONE = ("False", "In Progress"), ("True", "Completed", None)
UNUSED = setting("storage-network")
NOBODY = "da39a3ee5e6b4b0d3255bfef95601890afd80709"


def set_to(life: Life, value: str) -> None:
    life.patch(SETTING, "storage-network", {"value": value})


def filled(life: Life, name: str = POOL_A, addresses: int = 1) -> None:
    life.put(pool(name, addresses))


def configured(lives: Lives, *objs: Object, version: Version = V1_8) -> Life:
    """A cluster of one node with the storage network A."""
    life = lives(cluster(UNUSED, node("node1"), *objs, version=version), CONTROLLERS)
    set_to(life, A)
    life.settle()
    filled(life)
    life.settle()
    assert said(life, STORAGE) == DONE
    return life


@pytest.mark.parametrize("annotations", [None, {}])
def test_setting_that_was_never_used_says_nothing(
    lives: Lives, annotations: dict[str, str] | None
) -> None:
    never = setting("storage-network", annotations=annotations)
    life = lives(cluster(never, node("node1")), CONTROLLERS)
    assert life.settle() == []


def test_first_value_is_carried_to_longhorn_and_waits_for_addresses(lives: Lives) -> None:
    life = lives(cluster(UNUSED, node("node1")), CONTROLLERS)
    set_to(life, A)
    seen = life.settle()
    nad = only_nad(life, STORAGE)
    assert seen == [
        f"Create NetworkAttachmentDefinition {nad}",
        "Patch Setting storage-network",
        f"Patch Setting {STORAGE_OF_LONGHORN}",
        "Patch Setting storage-network",
        "Patch Setting storage-network",
    ]
    assert value_in(life, STORAGE_OF_LONGHORN) == nad
    assert said(life, STORAGE) == (*IN_PROGRESS, "IP allocation failure for Longhorn Pods")
    filled(life)
    assert life.settle() == ["Patch Setting storage-network"]
    assert said(life, STORAGE) == DONE
    assert notes(life, STORAGE) == {
        "hash": digest_of(A),
        "net-attach-def": nad,
        "old-net-attach-def": "",
    }
    assert storage_progress(life.there(SETTING, "storage-network")).done


def test_setting_with_any_annotation_is_completed_without_a_value(lives: Lives) -> None:
    noted = setting("storage-network", annotations={"some": "thing"})
    life = lives(cluster(noted, node("node1")), CONTROLLERS)
    life.settle()
    assert said(life, STORAGE) == DONE
    assert notes(life, STORAGE)["hash"] == NOBODY


def test_attached_volumes_are_waited_for_by_name(lives: Lives) -> None:
    life = lives(
        cluster(
            UNUSED,
            node("node1"),
            volume("b", "attached"),
            volume("a", "detaching"),
            volume("c", "detached"),
        ),
        CONTROLLERS,
    )
    set_to(life, A)
    life.settle()
    waiting = "waiting for all volumes detached: "
    assert said(life, STORAGE) == (*IN_PROGRESS, waiting + "a,b")
    assert value_in(life, STORAGE_OF_LONGHORN) == ""
    life.put(volume("a", "detached"))
    life.settle()
    assert said(life, STORAGE) == (*IN_PROGRESS, waiting + "b")
    life.put(volume("b", "detached"))
    life.settle()
    assert value_in(life, STORAGE_OF_LONGHORN) == only_nad(life, STORAGE)


def test_volume_without_a_state_is_waited_for_too(lives: Lives) -> None:
    fresh = volume("a")
    del fresh["status"]
    life = lives(cluster(UNUSED, node("node1"), fresh), CONTROLLERS)
    set_to(life, A)
    life.settle()
    assert said(life, STORAGE) == (*IN_PROGRESS, "waiting for all volumes detached: a")


@pytest.mark.parametrize(("version", "first"), [(V1_5, "W"), (V1_6, "w"), (V1_8, "w")])
def test_wait_is_told_with_a_capital_up_to_1_5(
    lives: Lives, version: Version, first: str
) -> None:
    life = lives(
        cluster(UNUSED, node("node1"), volume("a", "attached"), version=version), CONTROLLERS
    )
    set_to(life, A)
    life.settle()
    message = f"{first}aiting for all volumes detached: a"
    assert said(life, STORAGE) == (*IN_PROGRESS, message)
    life.put(volume("a", "detached"))
    life.settle()
    assert value_in(life, STORAGE_OF_LONGHORN) != ""


def test_volume_that_comes_and_goes_at_rest_is_nobodys_business(lives: Lives) -> None:
    life = configured(lives)
    life.put(volume("a", "attached"))
    assert life.settle() == []


def test_other_value_takes_the_place_of_the_first(lives: Lives) -> None:
    life = configured(lives)
    old = only_nad(life, STORAGE)
    set_to(life, B)
    seen = life.settle()
    new = notes(life, STORAGE)["net-attach-def"]
    assert new != old
    assert nads_of(life, STORAGE) == [new]
    assert seen.index(f"Patch Setting {STORAGE_OF_LONGHORN}") < seen.index(
        f"Delete NetworkAttachmentDefinition {old}"
    )
    # The annotation outlives the network until there are addresses.
    assert notes(life, STORAGE)["old-net-attach-def"] == old
    filled(life, POOL_B)
    life.settle()
    assert notes(life, STORAGE)["old-net-attach-def"] == ""
    assert said(life, STORAGE) == DONE


def test_white_space_is_another_value(lives: Lives) -> None:
    life = configured(lives)
    old = only_nad(life, STORAGE)
    set_to(life, A + " ")
    life.settle()
    assert only_nad(life, STORAGE) != old


def test_cleared_setting_ends_without_value_network_and_addresses(lives: Lives) -> None:
    life = configured(lives)
    set_to(life, "")
    life.settle()
    assert said(life, STORAGE) == DONE
    assert "value" not in life.there(SETTING, "storage-network")
    assert notes(life, STORAGE) == {
        "hash": NOBODY,
        "net-attach-def": "",
        "old-net-attach-def": "",
    }
    assert value_in(life, STORAGE_OF_LONGHORN) == ""
    assert nads_of(life, STORAGE) == []
    assert storage_progress(life.there(SETTING, "storage-network")).done


def test_network_that_lingers_is_not_waited_for(lives: Lives) -> None:
    life = configured(lives)
    old = only_nad(life, STORAGE)
    life.patch(NAD, old, {"metadata": {"finalizers": ["some/one"]}})
    set_to(life, "")
    life.settle()
    assert said(life, STORAGE) == DONE
    assert notes(life, STORAGE)["old-net-attach-def"] == ""
    assert life.get(NAD, old) is not None


def test_refused_deletion_keeps_it_from_completing(lives: Lives) -> None:
    used = [True]

    def refuses(state: State, action: Action) -> str | None:
        return "used by VM" if used[0] and isinstance(action, Delete) else None

    life = configured(lives)
    life.refuses = refuses
    old = only_nad(life, STORAGE)
    set_to(life, "")
    life.settle()
    assert said(life, STORAGE) == (*IN_PROGRESS, "Update Longhorn setting")
    assert notes(life, STORAGE)["old-net-attach-def"] == old
    used[0] = False
    life.settle()
    assert said(life, STORAGE) == DONE


def test_change_in_the_middle_leaks_a_network(lives: Lives) -> None:
    life = configured(lives, volume("a", "detached"))
    life.put(volume("a", "attached"))
    first = only_nad(life, STORAGE)
    set_to(life, B)
    life.settle()
    set_to(life, "")
    life.settle()
    life.put(volume("a", "detached"))
    life.settle()
    assert said(life, STORAGE) == DONE
    assert nads_of(life, STORAGE) == [first]


def test_network_of_the_same_value_that_still_goes_is_adopted(lives: Lives) -> None:
    life = configured(lives)
    dying = only_nad(life, STORAGE)
    life.patch(NAD, dying, {"metadata": {"finalizers": ["some/one"]}})
    set_to(life, "")
    life.settle()
    set_to(life, A)
    life.settle()
    assert notes(life, STORAGE)["net-attach-def"] == dying


@pytest.mark.parametrize(
    ("version", "nodes", "addresses", "enough"),
    [
        (V1_8, [node("a"), node("b")], 1, False),
        (V1_8, [node("a"), node("b")], 2, True),
        (V1_8, [node("a"), node("b", {WITNESS: "true"})], 1, True),
        (V1_8, [node("a"), node("b", ready="False")], 1, False),
        (V1_9, [node("a"), node("b", ready="False")], 1, True),
        (V1_5, [node("a")], 0, False),
        (V1_4, [node("a")], 0, True),
    ],
)
def test_each_node_needs_an_address_from_1_5_on(
    lives: Lives, version: Version, nodes: list[Object], addresses: int, enough: bool
) -> None:
    life = lives(cluster(UNUSED, *nodes, version=version), CONTROLLERS)
    set_to(life, A)
    filled(life, addresses=addresses)
    life.settle()
    assert (said(life, STORAGE) == DONE) is enough


def test_node_that_leaves_ends_the_wait_for_its_address(lives: Lives) -> None:
    life = lives(cluster(UNUSED, node("a"), node("b")), CONTROLLERS)
    set_to(life, A)
    filled(life, addresses=1)
    life.settle()
    assert said(life, STORAGE) != DONE
    life.delete(NODE, "b")
    life.settle()
    assert said(life, STORAGE) == DONE


def test_without_longhorns_setting_a_value_waits(lives: Lives) -> None:
    life = lives(world(UNUSED, node("node1")), CONTROLLERS)
    set_to(life, A)
    life.settle()
    assert said(life, STORAGE) == (*IN_PROGRESS, "create NAD")
    life.put(*longhorn())
    life.patch(SETTING, "storage-network", {"metadata": {"labels": {"some": "change"}}})
    life.settle()
    assert value_in(life, STORAGE_OF_LONGHORN) == only_nad(life, STORAGE)


@pytest.mark.parametrize("value", ["nothing", "[]", '{"vlan": "100"}'])
def test_unreadable_value_does_nothing(lives: Lives, value: str) -> None:
    life = configured(lives)
    set_to(life, value)
    assert life.settle() == []


def test_other_settings_are_not_its_business(lives: Lives) -> None:
    life = lives(cluster(setting("vm-migration-network", A), node("node1")), CONTROLLERS)
    assert life.settle() == []


# --- what is stopped meanwhile ---------------------------------------------------------------

MONITORING = "cattle-monitoring-system/rancher-monitoring"
CHART = "fleet-local/rancher-monitoring"
IMPORTER_KEY = "harvester-system/vm-import-controller-harvester-vm-import-controller"
IMPORTER: Object = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {
        "name": "vm-import-controller-harvester-vm-import-controller",
        "namespace": "harvester-system",
    },
    "spec": {"replicas": 3},
}
RUNNING = {
    (PROMETHEUS, f"{MONITORING}-prometheus"): 1,
    (ALERTMANAGER, f"{MONITORING}-alertmanager"): 1,
    (DEPLOYMENT, f"{MONITORING}-grafana"): 1,
    (DEPLOYMENT, IMPORTER_KEY): 3,
}


def with_monitoring(lives: Lives, version: Version = V1_8) -> Life:
    known = [*base_objects(), IMPORTER, UNUSED, node("node1")]
    there = [one for one in known if one["kind"] in _KINDS]
    return lives(world(*there, volume("pvc-prom", "attached"), version=version), CONTROLLERS)


_KINDS = ("ManagedChart", "Prometheus", "Alertmanager", "Deployment", "Setting", "Node")


def replicas(life: Life) -> dict[object, tuple[int, str | None]]:
    """How many run of each, and how many each remembers."""
    return {
        which: (
            life.there(*which)["spec"]["replicas"],
            annotations_of(life.there(*which)).get(REPLICAS),
        )
        for which in RUNNING
    }


def test_users_of_volumes_are_stopped_in_order_and_started_again(lives: Lives) -> None:
    life = with_monitoring(lives)
    set_to(life, A)
    seen = life.settle()
    assert [one for one in seen if "Setting" not in one][1:] == [
        f"Patch ManagedChart {CHART}",
        f"Patch Prometheus {MONITORING}-prometheus",
        f"Patch Alertmanager {MONITORING}-alertmanager",
        f"Patch Deployment {MONITORING}-grafana",
        f"Patch Deployment {IMPORTER_KEY}",
    ]
    assert replicas(life) == {which: (0, str(before)) for which, before in RUNNING.items()}
    chart = life.there(MANAGED_CHART, CHART)
    assert (chart["spec"]["paused"], annotations_of(chart)[PAUSED]) == (True, "false")
    life.put(volume("pvc-prom", "detached"))
    seen = life.settle()
    assert [one.split()[1] for one in seen if "Setting" not in one] == [
        "Prometheus",
        "Alertmanager",
        "Deployment",
        "ManagedChart",
        "Deployment",
    ]
    assert replicas(life) == {which: (before, None) for which, before in RUNNING.items()}
    chart = life.there(MANAGED_CHART, CHART)
    assert not chart["spec"].get("paused")
    assert PAUSED not in annotations_of(chart)


def test_what_was_stopped_already_is_neither_counted_nor_started(lives: Lives) -> None:
    life = with_monitoring(lives)
    key = f"{MONITORING}-prometheus"
    life.patch(PROMETHEUS, key, {"spec": {"replicas": 0}})
    set_to(life, A)
    life.settle()
    life.put(volume("pvc-prom", "detached"))
    life.settle()
    assert life.there(PROMETHEUS, key)["spec"]["replicas"] == 0


def test_second_change_while_stopped_remembers_the_first_count(lives: Lives) -> None:
    life = with_monitoring(lives)
    set_to(life, A)
    life.settle()
    set_to(life, B)
    life.settle()
    life.put(volume("pvc-prom", "detached"))
    life.settle()
    assert replicas(life) == {which: (before, None) for which, before in RUNNING.items()}


def test_from_1_9_on_the_chart_is_left_alone(lives: Lives) -> None:
    life = with_monitoring(lives, V1_9)
    set_to(life, A)
    life.settle()
    assert life.there(MANAGED_CHART, CHART)["spec"].get("paused") is False
    assert life.there(PROMETHEUS, f"{MONITORING}-prometheus")["spec"]["replicas"] == 0


@pytest.mark.parametrize("version", [V1_4, V1_5, V1_6, V1_8, V1_9])
def test_whole_life_of_a_storage_network(lives: Lives, version: Version) -> None:
    """Set, changed, cleared and set again, with a volume in use and the manager at work."""
    life = lives(
        cluster(
            UNUSED,
            cluster_network("data"),
            node("node1"),
            volume("pvc", "attached"),
            version=version,
        ),
        (*CONTROLLERS, *vm_networks.CONTROLLERS),
    )
    for value, name in ((A, POOL_A), (B, POOL_B), ("", ""), (A, POOL_A)):
        life.put(volume("pvc", "attached"))
        set_to(life, value)
        life.settle()
        assert said(life, STORAGE)[:2] == IN_PROGRESS
        life.put(volume("pvc", "detached"), *([pool(name, 1)] if name else []))
        life.settle()
        assert said(life, STORAGE) == DONE, value
        assert len(nads_of(life, STORAGE)) == bool(value)
        assert value_in(life, STORAGE_OF_LONGHORN) == notes(life, STORAGE)["net-attach-def"]
    config = json.loads(life.there(NAD, only_nad(life, STORAGE))["spec"]["config"])
    assert config["ipam"]["range"] == VALUE["range"]
