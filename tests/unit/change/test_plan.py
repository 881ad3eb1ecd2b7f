"""What a plan decides: the config that stays, the nodes affected, the VMs, the refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harvester_net.change.consent import Consent, consent_of
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.goals.storage_network import StorageNetworkGoal
from harvester_net.change.goals.vm_network import VmNetworkGoal
from harvester_net.change.plan import extend, is_interrupting, plan
from harvester_net.change.record import Record, VmRecord
from harvester_net.change.steps.order import steps_of
from harvester_net.change.vms import vm_record
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    Object,
)
from harvester_net.harvester.network_configs import manifest_of
from harvester_net.harvester.vm_networks import vm_networks_of
from harvester_net.specs.disruption import Disruption

from ... import objects
from .clusters import config_object, nad_object, vm_object
from .controllers import settled
from .model import created, patched
from .sites import FULL, SHARED, STORAGE_TEXT, UP, reasons, site
from .world import NETWORK, WITNESS, World

CYCLE = (
    "the storage or RWX network is on this cluster network and must be cleared and set again; "
    "allow it with disruption.cycleStorageNetwork: true"
)
AT_NODE1 = objects.status_name("data", "node1")
GOING = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}


def record_of(world: World, goal: AnyGoal = UP) -> Record:
    return plan(world.snapshot, goal, FULL).record


def refusals_of(world: World, goal: AnyGoal = UP, consent: Consent = FULL) -> list[str]:
    return reasons(plan(world.snapshot, goal, consent).refusals)


def config_goal(key: str, **patch: Any) -> ConfigGoal:
    return ConfigGoal(key=key, patch=patch)


# --- the config that stays -------------------------------------------------------------------


def test_the_config_that_the_mtu_comes_from_is_kept() -> None:
    world = site(nodes=3)
    notes = {"metadata": {"annotations": {f"{NETWORK}/mtu-source-vc": "nc-2"}}}
    assert record_of(world.changed(CLUSTER_NETWORK, "data", notes)).kept == "nc-2"


@pytest.mark.parametrize("source", ["gone", None])
def test_the_first_config_is_kept_where_no_source_is_known(source: str | None) -> None:
    notes = {"metadata": {"annotations": {f"{NETWORK}/mtu-source-vc": source}}}
    assert record_of(site(nodes=3).changed(CLUSTER_NETWORK, "data", notes)).kept == "nc-0"


def test_a_config_without_nodes_is_not_kept_even_if_the_mtu_comes_from_it() -> None:
    empty = config_object("aa", "data", {"mtu": 1500}, {"uplink": "none"})
    world = created(site(), VLAN_CONFIG, empty)
    notes = {"metadata": {"annotations": {f"{NETWORK}/mtu-source-vc": "aa"}}}
    assert record_of(world.changed(CLUSTER_NETWORK, "data", notes)).kept == "nc-0"


def test_configs_are_recorded_without_what_the_server_fills_in() -> None:
    world = site(nodes=1)
    config = world.of(VLAN_CONFIG)["nc-0"]
    recorded = record_of(world).configs["nc-0"]
    assert recorded.manifest == manifest_of(config)
    assert recorded.manifest["metadata"] == {
        "name": "nc-0",
        "labels": {"team": "a", f"{NETWORK}/clusternetwork": "data"},
        "annotations": {
            "note": "nc-0",
            "harvester-net/predecessors": config["metadata"]["uid"],
        },
    }
    assert recorded.nodes == ["node0"]
    assert list(recorded.bonds) == ["node0"]


def test_the_mirrored_configs_of_mgmt_are_no_part_of_a_change() -> None:
    mirror = objects.config("mgmt-vlanconfig-node0", "mgmt", ["node0"])
    world = site(version=(1, 9)).put(VLAN_CONFIG, mirror)
    record = record_of(world, MtuGoal(cluster_network="mgmt", mtu=9000))
    assert (record.kept, record.configs, record.old_mtu) == ("", {}, 1500)


def test_the_old_mtu_comes_from_the_configs_where_the_server_knows_none() -> None:
    world = site(version=(1, 5))
    for key in ("nc-0", "nc-1"):
        mtu = {"spec": {"uplink": {"linkAttributes": {"mtu": 2000}}}}
        world = world.changed(VLAN_CONFIG, key, mtu)
    assert record_of(world).old_mtu == 2000


# --- VM networks -----------------------------------------------------------------------------


def test_vm_networks_are_found_by_label_and_by_bridge() -> None:
    unlabelled = nad_object("default/no-label", "data", 1500)
    unlabelled["metadata"]["labels"] = {}
    broken = objects.nad("broken", config="no JSON: data-br", cluster_network="other")
    world = site().put(NAD, unlabelled).put(NAD, broken)
    assert vm_networks_of(world.snapshot, "data") == ["default/net", "default/no-label"]


@pytest.mark.parametrize(("version", "written"), [((1, 5), ["default/net"]), ((1, 6), [])])
def test_vm_networks_are_written_only_where_they_do_not_follow(
    version: tuple[int, int], written: list[str]
) -> None:
    assert list(record_of(site(version=version, storage=True)).vm_networks) == written


# --- affected nodes --------------------------------------------------------------------------


def wide_site() -> World:
    """One config on three nodes, of which one is in zone b; and a witness."""
    world = site(nodes=0)
    for name, zone in (("node0", "a"), ("node1", "a"), ("node2", "b")):
        labels = {"zone": zone, "uplink": "wide"}
        world = world.put(NODE, {"metadata": {"name": name, "labels": labels}})
    witness = {"metadata": {"name": "w", "labels": {WITNESS: "true", "zone": "b"}}}
    config = config_object("wide", "data", {"mtu": 1500}, {"uplink": "wide"})
    return settled(created(world.put(NODE, witness), VLAN_CONFIG, config))


ALL = {"node0", "node1", "node2"}


@pytest.mark.parametrize(
    ("patch", "affected"),
    [
        ({"description": "new"}, set()),
        ({"uplink": {"nics": ["eth9"]}}, ALL),
        ({"clusterNetwork": "other"}, ALL),
        ({"nodeSelector": {"zone": "a"}}, {"node2"}),
        ({"nodeSelector": {"zone": "b", "uplink": None}}, {"node0", "node1"}),
        ({"nodeSelector": {"uplink": None}}, set()),
        ({"nodeSelector": None}, set()),
        ({"nodeSelector": {"zone": "nowhere"}}, ALL),
        ({"nodeSelector": {"zone": "a"}, "uplink": {"nics": ["eth9"]}}, ALL),
    ],
)
def test_affected_nodes_are_those_whose_traffic_a_change_interrupts(
    patch: Object, affected: set[str]
) -> None:
    goal = ConfigGoal(key="wide", patch=patch)
    assert goal.interrupted_nodes(wide_site().snapshot) == affected


def test_a_deletion_affects_every_node_and_a_config_that_is_gone_none() -> None:
    snapshot = wide_site().snapshot
    assert ConfigDeletionGoal(key="wide").interrupted_nodes(snapshot) == ALL
    assert ConfigDeletionGoal(key="gone").interrupted_nodes(snapshot) == set()


def test_a_node_that_becomes_a_witness_is_left_by_a_new_selector() -> None:
    labels = {"metadata": {"labels": {WITNESS: "true"}}}
    world = wide_site().changed(NODE, "node1", labels)
    goal = config_goal("wide", nodeSelector={"zone": "a"})
    assert goal.interrupted_nodes(world.snapshot) == {"node1", "node2"}


# --- the VMs ---------------------------------------------------------------------------------


def world_of_vms() -> World:
    """One VM on the VM network, one beside it, one on both, none of their nodes the same."""
    world = site(vms={"default/on": "Always"})
    beside = vm_object("default/off", "Always", ["default/beside"], "node1")
    both = vm_object("default/both", "Manual", ["net", "beside"], "node1")
    world = settled(world.put(VM, beside).put(VM, both))
    asked = {"status": {"stateChangeRequests": [{"action": "Start"}]}}
    return settled(world.changed(VM, "default/both", asked))


@pytest.mark.parametrize(
    ("goal", "stopped"),
    [
        (UP, ["default/both", "default/on"]),
        (config_goal("nc-0", uplink={"nics": ["eth9"]}), ["default/on"]),
        (config_goal("nc-0", description="new"), []),
        (ConfigDeletionGoal(key="nc-1"), ["default/both"]),
        (VmNetworkGoal(key="default/beside"), ["default/both", "default/off"]),
        (
            StorageNetworkGoal(text=STORAGE_TEXT),
            ["default/both", "default/off", "default/on"],
        ),
        (MtuGoal(cluster_network="mgmt", mtu=9000), []),
    ],
)
def test_only_vms_in_the_way_are_stopped(goal: AnyGoal, stopped: list[str]) -> None:
    assert list(record_of(world_of_vms(), goal).vms) == stopped


def test_a_vm_without_a_node_may_come_up_on_any_and_is_stopped() -> None:
    pending = {"status": {"phase": "Pending", "nodeName": None}}
    world = world_of_vms().changed(VMI, "default/on", pending)
    goal = config_goal("nc-1", uplink={"nics": ["eth9"]})
    assert list(record_of(world, goal).vms) == ["default/both", "default/on"]


def test_the_rwx_network_alone_stops_only_the_vms_of_the_cluster_network() -> None:
    value = (
        '{"share-storage-network":false,"network":{"vlan":9,"clusterNetwork":"data",'
        '"range":"10.0.0.0/24"}}'
    )
    world = settled(patched(world_of_vms(), SETTING, "rwx-network", {"value": value}))
    record = record_of(world)
    assert (record.storage, record.rwx) == (None, value)
    assert list(record.vms) == ["default/both", "default/on"]


MIGRATION_TEXT = '{"vlan":302, "clusterNetwork":"data","range":"192.168.2.0/24"}'


def with_migration_network(world: World, text: str = MIGRATION_TEXT) -> World:
    return settled(patched(world, SETTING, "vm-migration-network", {"value": text}))


def test_the_vm_migration_network_is_set_anew_for_another_mtu_without_consent() -> None:
    world = with_migration_network(world_of_vms())
    made = plan(world.snapshot, UP, Consent(stop_vms=True))
    assert (made.record.migration, made.refusals) == (MIGRATION_TEXT, [])
    assert list(made.record.vms) == ["default/both", "default/on"]
    titles = [step.title for step in steps_of(made.record)]
    cleared = titles.index("clear the VM migration network")
    assert titles[cleared + 1] == ("wait until the pods of virt-handler have left it")
    again = titles.index("set the VM migration network: 192.168.2.0/24, VLAN 302 on data")
    assert titles[again + 1] == (
        "wait until the pods of virt-handler are on the VM migration network"
    )
    assert (
        cleared
        < titles.index(next(title for title in titles if title.startswith("set MTU 9000 on ")))
        < again
    )
    # No VM waits for it.
    starts = [step for step in steps_of(made.record) if step.id.startswith("start ")]
    assert all("migration" not in after for step in starts for after in step.after)


def test_the_vm_migration_network_is_left_alone_elsewhere_and_by_other_changes() -> None:
    world = with_migration_network(world_of_vms())
    assert record_of(world, MtuGoal(cluster_network="other", mtu=9000)).migration is None
    goal = config_goal("nc-1", uplink={"nics": ["eth9"]})
    assert record_of(world, goal).migration is None


def test_a_vm_that_migrates_over_the_network_that_changes_is_waited_for() -> None:
    world = with_migration_network(world_of_vms()).changed(
        VMI, "default/off", {"status": {"migrationState": {"startTimestamp": "t"}}}
    )
    [refusal] = plan(world.snapshot, UP, FULL).refusals
    assert str(refusal) == (
        "VM default/off is being migrated over the VM migration network, which is on this "
        "cluster network; wait until that is over"
    )


def test_a_storage_network_elsewhere_is_left_alone() -> None:
    world = site(storage=True, shared=True)
    record = record_of(world, MtuGoal(cluster_network="other", mtu=9000))
    assert (record.storage, record.rwx, list(record.vms)) == (None, None, [])


def test_the_texts_of_the_settings_are_recorded_exactly() -> None:
    record = record_of(site(storage=True, shared=True))
    assert (record.storage, record.rwx) == (STORAGE_TEXT, SHARED)


@pytest.mark.parametrize(("nodes", "number"), [(1, 5), (4, 20), (0, 5)])
def test_by_default_five_vms_go_at_once_for_each_node_but_witnesses(
    nodes: int, number: int
) -> None:
    world = site(nodes=nodes).put(NODE, objects.node("w", {WITNESS: "true"}))
    record = record_of(world)
    assert record.max_parallel == number
    # Whoever goes on says another number, or leaves it.
    asked = replace(FULL, max_parallel=3)
    assert plan(world.snapshot, UP, asked).record.max_parallel == 3
    assert record.with_limits_of(asked).max_parallel == 3
    assert record.with_limits_of(FULL).max_parallel == number


@pytest.mark.parametrize(
    ("spec", "phase", "expected"),
    [
        ({"runStrategy": "Always"}, "Running", VmRecord(strategy="Always")),
        ({"runStrategy": "Always"}, None, VmRecord(strategy="Always", phase="")),
        ({"runStrategy": "Manual"}, "Pending", VmRecord(strategy="Manual", phase="Pending")),
        ({"running": True}, "Running", VmRecord(strategy=None)),
        ({"running": False}, "Running", VmRecord(strategy="Halted")),
        ({}, None, VmRecord(strategy="Halted", phase="")),
        (
            {"runStrategy": "RerunOnFailure"},
            "Succeeded",
            VmRecord(strategy="RerunOnFailure", phase="Succeeded", finished=True),
        ),
        (
            {"runStrategy": "RerunOnFailure"},
            "Failed",
            VmRecord(strategy="RerunOnFailure", phase="Failed"),
        ),
        (
            {"runStrategy": "Manual"},
            "Failed",
            VmRecord(strategy="Manual", phase="Failed", finished=True),
        ),
        (
            {"runStrategy": "Once"},
            "Succeeded",
            VmRecord(strategy="Once", phase="Succeeded", finished=True),
        ),
        ({"running": True}, "Succeeded", VmRecord(strategy=None, phase="Succeeded")),
    ],
)
def test_a_vm_is_recorded_as_it_is(
    spec: Object, phase: str | None, expected: VmRecord
) -> None:
    vm = {"metadata": {"name": "vm", "namespace": "default"}, "spec": spec}
    assert vm_record(vm, {"status": {"phase": phase}} if phase else None) == expected


def test_the_strategy_that_harvester_remembers_is_recorded() -> None:
    notes = {"harvesterhci.io/vmRunStrategy": "Manual"}
    assert vm_record(objects.vm("vm", annotations=notes), None).remembered == "Manual"


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("consent", "refusals"),
    [
        (
            Consent(),
            [
                "2 VMs must be stopped: default/a, default/b; allow it with "
                "disruption.stopVms: true",
                CYCLE,
            ],
        ),
        (
            Consent(stop_vms=True, only_vms=("default/a",), cycle_storage_network=True),
            [
                "1 VM must be stopped that no pattern names: default/b; allow it with "
                "disruption.onlyVms"
            ],
        ),
        (
            Consent(stop_vms=True),
            [CYCLE],
        ),
        (FULL, []),
    ],
)
def test_what_is_not_consented_is_refused_with_the_input_that_consents(
    consent: Consent, refusals: list[str]
) -> None:
    world = site(storage=True, vms={"default/a": "Always", "default/b": "Always"})
    assert refusals_of(world, consent=consent) == refusals


def _with_status(world: World) -> World:
    failed = {"type": "ready", "status": "False", "message": "get link eth1 failed"}
    return world.changed(VLAN_STATUS, AT_NODE1, {"status": {"conditions": [failed]}})


def _with_leaked_nad(world: World) -> World:
    return world.put(NAD, objects.storage_nad("storagenetwork-lost1"))


def _with_new_node(world: World) -> World:
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    return world.put(NODE, {"metadata": {"name": "new", "labels": {}}, "status": ready})


def _with_empty_config(world: World) -> World:
    empty = config_object("empty", "data", {"mtu": 1500}, {"uplink": "none"})
    return created(world, VLAN_CONFIG, empty)


def _with_standalone(world: World) -> World:
    return world.put(VMI, objects.vmi("alone", "net", node="node0"))


def _nics_of(node: str, *nics: str) -> Object:
    """What the agent of a node says of its NICs."""
    links = [{"name": nic} for nic in nics]
    return {"metadata": {"name": "nic"}, "status": {"linkStatus": {node: links}}}


NOT_READY = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}


@pytest.mark.parametrize(
    ("world", "refusal"),
    [
        (
            site().without(CLUSTER_NETWORK, "data"),
            "there is no cluster network data",
        ),
        (
            site().changed(VLAN_CONFIG, "nc-1", GOING),
            "network config nc-1 is being deleted; wait until it is gone",
        ),
        (
            site().changed(NODE, "node1", NOT_READY),
            "node node1 (network config nc-1) is not ready; bring it back first",
        ),
        (
            _with_status(site()),
            "network config nc-1 is not set up on node1: get link eth1 failed; repair it "
            "first",
        ),
        (
            site().without(VLAN_STATUS, AT_NODE1),
            "network config nc-1 is not set up on node1: its agent has not set up the uplink "
            "yet; repair it first",
        ),
        (
            site().put(LINK_MONITOR, _nics_of("node1", "eth0")),
            "node1 has no eth1, which network config nc-1 wants, and could not make its bond "
            "anew; put it back, or change uplink.nics first",
        ),
        (
            _with_leaked_nad(site()),
            "harvester-system/storagenetwork-lost1 is left over from an earlier storage "
            "network and blocks every network config; delete it: kubectl -n harvester-system "
            "delete network-attachment-definitions storagenetwork-lost1",
        ),
        (
            _with_standalone(site()),
            "VM instance default/alone has no VM that could start it again; stop it: kubectl "
            "-n default delete vmi alone",
        ),
        (
            _with_new_node(site(storage=True)),
            "node new would have no network config of cluster network data, and Harvester "
            "would not take the storage or RWX network back; give it one first",
        ),
        (
            _with_empty_config(site(storage=True)),
            "network config empty matches no node, and Harvester would not take the storage "
            "or RWX network back; delete it, or let it match a node",
        ),
        (
            _with_empty_config(site(nodes=0, version=(1, 7))),
            "network config empty matches no node, and Harvester of this version cannot "
            "change such a config; delete it, or let it match a node",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_touched(
    world: World, refusal: str
) -> None:
    assert refusals_of(world) == [refusal]


def test_a_witness_needs_no_network_config_for_the_storage_network() -> None:
    witness = {"metadata": {"name": "w", "labels": {WITNESS: "true"}}}
    assert refusals_of(site(storage=True).put(NODE, witness)) == []


def test_a_config_without_nodes_does_not_matter_to_the_storage_network_from_1_9_on() -> None:
    assert refusals_of(_with_empty_config(site(storage=True, version=(1, 9)))) == []


def test_a_selector_that_leaves_a_node_uncovered_is_refused_with_the_storage_network() -> None:
    goal = config_goal("nc-1", nodeSelector={"uplink": "elsewhere"})
    [refusal] = refusals_of(site(storage=True), goal)
    assert refusal.startswith("node node1 would have no network config")


def test_a_shared_storage_network_is_not_cleared() -> None:
    goal = StorageNetworkGoal(text="")
    assert refusals_of(site(storage=True, shared=True), goal) == [
        "the RWX network shares the storage network, and Harvester does not clear it then; "
        "set share-storage-network to false in the Setting rwx-network first"
    ]


# --- consent, and what is reached ------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "vm", "covered"),
    [
        ((), "default/vm1", True),
        (("default/*",), "default/vm1", True),
        (("default/*",), "other/vm1", False),
        (("*/vm?",), "other/vm1", True),
        (("other/vm1", "default/vm1"), "default/vm1", True),
        (("Default/VM1",), "default/vm1", False),
        (("prod*/*",), "production/x", True),
        (("*/x*",), "production/x", True),
        # No star reaches over the slash.
        (("prod*",), "production/x", False),
        (("*",), "production/x", False),
        (("p*x",), "production/x", False),
        (("*/*/*",), "production/x", False),
    ],
)
def test_patterns_say_which_vms_may_be_stopped(
    patterns: tuple[str, ...], vm: str, covered: bool
) -> None:
    assert Consent(only_vms=patterns).covers(vm) is covered


def test_what_a_disruption_leaves_open_has_its_default() -> None:
    assert consent_of(None) == Consent()
    assert consent_of(Disruption()) == Consent()
    given = Disruption.model_validate(
        {"stopVms": True, "onlyVms": ["default/*"], "maxParallel": 7, "onFailure": "rollBack"}
    )
    consent = Consent(
        stop_vms=True, only_vms=("default/*",), max_parallel=7, on_failure="rollBack"
    )
    assert consent_of(given) == consent


def _reached(world: World, goal: AnyGoal) -> bool:
    return goal.is_reached(world.snapshot)


def test_an_mtu_is_reached_when_configs_networks_and_annotation_have_it() -> None:
    world = site()
    assert _reached(world, UP.model_copy(update={"mtu": 1500}))
    assert not _reached(world, UP)
    behind = {"metadata": {"annotations": {f"{NETWORK}/uplink-mtu": "9000"}}}
    assert not _reached(world.changed(CLUSTER_NETWORK, "data", behind), UP)


def test_zero_absent_and_1500_are_one_mtu() -> None:
    world = site()
    for attributes in ({"mtu": 0}, {"mtu": None}):
        spelled = {"spec": {"uplink": {"linkAttributes": attributes}}}
        world = world.changed(VLAN_CONFIG, "nc-0", spelled)
        assert _reached(world, UP.model_copy(update={"mtu": 1500}))


@pytest.mark.parametrize("version", [(1, 5), (1, 6)])
def test_a_network_without_configs_is_told_its_mtu_on_every_version(
    version: tuple[int, int],
) -> None:
    world = site(nodes=0, version=version).without(NAD, "default/net")
    assert not _reached(world, UP)
    noted = {"metadata": {"annotations": {f"{NETWORK}/uplink-mtu": "9000"}}}
    assert _reached(world.changed(CLUSTER_NETWORK, "data", noted), UP)


def test_other_goals_are_reached_when_the_server_has_them() -> None:
    world = site(storage=True)
    config = world.of(NAD)["default/net"]["spec"]["config"]
    spaced = {"spec": {"config": config.replace(":", " : ")}}
    changed = {"spec": {"config": config.replace("100", "200")}}
    for goal, expected in (
        (StorageNetworkGoal(text=STORAGE_TEXT), True),
        (StorageNetworkGoal(text=""), False),
        (VmNetworkGoal(key="default/net", patch=spaced), True),
        (VmNetworkGoal(key="default/net", patch=changed), False),
        (VmNetworkGoal(key="default/gone", patch=spaced), False),
        (config_goal("nc-0", description="for nc-0"), True),
        (config_goal("nc-0", description="else"), False),
        (config_goal("gone", description="else"), False),
        (ConfigDeletionGoal(key="nc-0"), False),
        (ConfigDeletionGoal(key="gone"), True),
    ):
        assert _reached(world, goal) is expected, goal


def test_a_plan_interrupts_if_it_stops_clears_or_takes_away() -> None:
    assert not is_interrupting(record_of(site(nodes=1)))
    assert is_interrupting(record_of(site(nodes=2)))
    assert is_interrupting(record_of(site(nodes=1, storage=True)))
    assert is_interrupting(record_of(site(nodes=1, vms={"default/a": "Always"})))
    assert is_interrupting(record_of(with_migration_network(site(nodes=1))))


def test_a_record_that_goes_on_takes_in_the_vms_started_since() -> None:
    record = record_of(site())
    world = site(vms={"default/late": "Once"})
    longer, refusals = extend(record, world.snapshot, FULL)
    assert list(longer.vms) == ["default/late"]
    assert refusals == []
    _, refusals = extend(record, world.snapshot, Consent())
    assert reasons(refusals) == [
        "1 VM must be stopped: default/late; allow it with disruption.stopVms: true"
    ]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({}, []),
        ({"migrationState": {"completed": True}}, []),
        ({"migrationState": {"failed": True, "endTimestamp": "2026-01-01T00:00:00Z"}}, []),
        (
            {"migrationState": {"startTimestamp": "2026-01-01T00:00:00Z"}},
            ["VM default/vm1 is being migrated; wait until that is over"],
        ),
        ({"conditions": [{"type": "Paused", "status": "False"}]}, []),
        (
            {"conditions": [{"type": "Paused", "status": "True"}]},
            ["VM default/vm1 is paused; let it run, or stop it, first"],
        ),
    ],
)
def test_what_a_vm_is_in_the_middle_of_is_not_broken_off(
    status: Object, said: list[str]
) -> None:
    world = site(vms={"default/vm1": "Always"})
    world = world.changed(VMI, "default/vm1", {"status": status})
    assert reasons(plan(world.snapshot, UP, FULL).refusals) == said
