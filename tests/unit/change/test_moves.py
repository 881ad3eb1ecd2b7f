"""Which VMs can be migrated out of the way, which cannot, and what stands against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harvester_net.change.consent import Consent
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import (
    ONE_MTU,
    ConfigDeletionGoal,
    ConfigGoal,
)
from harvester_net.change.moves import moves_of
from harvester_net.change.plan import Plan, plan
from harvester_net.change.report import plan_text
from harvester_net.change.steps.moving import CORDONED_FOR
from harvester_net.change.steps.order import steps_of
from harvester_net.cluster.resources import (
    HOST_NETWORK_CONFIG,
    MIGRATION,
    NODE,
    POD,
    SETTING,
    VLAN_STATUS,
    VM,
    VMI,
    Object,
)
from harvester_net.harvester.snapshot import Snapshot

from ... import objects
from .controllers import settled
from .model import patched
from .sites import reasons, site, wide_site
from .world import STAYS, World

VMS: dict[str, str | bool] = {"default/a": "Always", "default/b": "Always"}
MOVE = Consent(migrate_vms=True)
BOTH = Consent(migrate_vms=True, stop_vms=True)
BOND = ConfigGoal(key="nc-0", patch={"uplink": {"nics": ["eth2", "eth3"]}})
AWAY = ConfigGoal(key="nc-0", patch={"clusterNetwork": "other"})
LEAVE = ConfigGoal(key="nc-0", patch={"nodeSelector": {"uplink": None, "other": "yes"}})
WIDE = ConfigGoal(key="wide", patch={"uplink": {"nics": ["eth2"]}})
GONE = ConfigDeletionGoal(key="nc-0")
THREE = site(nodes=3, vms=VMS)
CORDONED = {"spec": {"unschedulable": True}}


def made(world: World, goal: AnyGoal = BOND, consent: Consent = MOVE) -> Plan:
    return plan(world.snapshot, goal, consent)


def refused(world: World, goal: AnyGoal = BOND, consent: Consent = MOVE) -> list[str]:
    return reasons(made(world, goal, consent).refusals)


def why_staying(world: World) -> dict[str, str]:
    return moves_of(world.snapshot, "data", {"node0"}).staying


def stuck(
    world: World, key: str = "default/a", why: str = "PVC a-disk is not shared"
) -> World:
    note = {"metadata": {"annotations": {STAYS: why}}}
    return settled(world.changed(VM, key, note).without(VMI, key))


# --- the plan --------------------------------------------------------------------------------


def test_plan_says_what_happens_on_the_node() -> None:
    assert plan_text(made(stuck(THREE), consent=BOTH)) == (
        "change network config nc-0, in 6 steps:\n"
        "   1. cordon node0\n"
        "   2. migrate 1 VM away from node0: default/b\n"
        "   3. stop VM default/a (Always)\n"
        "   4. change network config nc-0 (node0): uplink\n"
        "   5. uncordon node0\n"
        "   6. start VM default/a (Always)\n"
        "warning: VM default/a is stopped, for it cannot be migrated: DisksNotLiveMigratable: "
        "PVC a-disk is not shared\n"
        "estimate: no VM that is migrated is without its network, no new one comes to a "
        "cordoned node for 1 to 7 minutes, each VM that is stopped is down for 1 to 5 "
        "minutes: to migrate up to 2 min, to shut down up to 2 min, the uplinks of 1 node up "
        "to 30 s, to start up to 2 min. Nobody has measured it on this cluster\n"
        "plan id: 10050eaa5509-1-6"
    )


@pytest.mark.parametrize(
    ("goal", "steps"),
    [
        (BOND, ["cordon node0", "empty node0", "change nc-0", "uncordon node0"]),
        (AWAY, ["cordon node0", "empty node0", "change nc-0", "uncordon node0"]),
        (LEAVE, ["cordon node0", "empty node0", "change nc-0", "uncordon node0"]),
        (GONE, ["cordon node0", "empty node0", "delete nc-0", "uncordon node0"]),
    ],
)
def test_a_node_is_emptied_for_whatever_takes_its_uplink(
    goal: AnyGoal, steps: list[str]
) -> None:
    found = made(THREE, goal)
    assert [step.id for step in steps_of(found.record)] == steps
    assert reasons(found.refusals) == []


@pytest.mark.parametrize(
    ("goal", "why"),
    [
        (BOND, ""),
        (AWAY, ""),
        (ConfigGoal(key="nc-0", patch={"uplink": {"linkAttributes": {"mtu": 9000}}}), ONE_MTU),
        (ConfigGoal(key="gone", patch={"uplink": {"linkAttributes": {"mtu": 9000}}}), ""),
    ],
)
def test_vms_stop_for_another_mtu_wherever_they_run(goal: ConfigGoal, why: str) -> None:
    assert goal.why_vms_stop(THREE.snapshot) == why


def test_without_a_vm_in_the_way_nothing_is_cordoned() -> None:
    assert made(site(nodes=3)).record.emptying is None


def test_what_was_cordoned_before_is_neither_cordoned_nor_opened() -> None:
    found = made(THREE.changed(NODE, "node0", CORDONED))
    assert found.record.emptying is not None
    assert found.record.emptying.cordoned == ["node0"]
    assert [step.id for step in steps_of(found.record)] == ["empty node0", "change nc-0"]


# --- consent ---------------------------------------------------------------------------------

WIDER = {"uplink": {"linkAttributes": {"mtu": 9000}}}
ONE_MTU = (
    "2 VMs must be stopped: default/a, default/b; migrating them does not help: all network "
    "configs of a cluster network have one MTU, and its VM networks take another only while "
    "no VM on them runs (H4.3); allow it with disruption.stopVms: true"
)
STORED = (
    "2 VMs must be stopped: default/a, default/b; migrating them does not help: the storage "
    "or RWX network is on this cluster network, and Harvester clears it only while every VM "
    "is stopped; allow it with disruption.stopVms: true"
)
CYCLE = (
    "the storage or RWX network is on this cluster network and must be cleared and set again; "
    "allow it with disruption.cycleStorageNetwork: true"
)


@pytest.mark.parametrize(
    ("world", "goal", "consent", "expected"),
    [
        (
            THREE,
            BOND,
            Consent(),
            [
                "2 VMs must be migrated or stopped: default/a, default/b; allow it with "
                "disruption.migrateVms: true, or disruption.stopVms: true"
            ],
        ),
        (
            stuck(THREE),
            BOND,
            MOVE,
            [
                "1 VM cannot be migrated and must be stopped: default/a "
                "(DisksNotLiveMigratable: PVC a-disk is not shared); allow it with "
                "disruption.stopVms: true"
            ],
        ),
        (stuck(THREE), BOND, BOTH, []),
        (
            stuck(THREE),
            BOND,
            replace(BOTH, only_vms=("prod/*",)),
            [
                "1 VM must be stopped that no pattern names: default/a; allow it with "
                "disruption.onlyVms"
            ],
        ),
        (THREE, MtuGoal(cluster_network="data", mtu=9000), MOVE, [ONE_MTU]),
        (site(nodes=1, vms=VMS), ConfigGoal(key="nc-0", patch=WIDER), MOVE, [ONE_MTU]),
        (
            THREE,
            ConfigGoal(key="nc-0", patch={"clusterNetwork": "other", **WIDER}),
            MOVE,
            [],
        ),
        (site(nodes=3, vms=VMS, storage=True), BOND, MOVE, [STORED, CYCLE]),
    ],
)
def test_what_is_not_allowed_is_said_with_what_allows_it(
    world: World, goal: AnyGoal, consent: Consent, expected: list[str]
) -> None:
    assert refused(world, goal, consent) == expected


def test_stop_vms_alone_stops_as_before() -> None:
    record = made(THREE, consent=Consent(stop_vms=True)).record
    assert (record.emptying, sorted(record.vms)) == (None, ["default/a", "default/b"])


@pytest.mark.parametrize(
    "goal",
    [
        ConfigDeletionGoal(key="wide"),
        ConfigGoal(key="wide", patch={"nodeSelector": {"uplink": None, "other": "yes"}}),
        ConfigGoal(key="wide", patch={"clusterNetwork": "other"}),
    ],
)
def test_a_config_that_leaves_many_nodes_is_refused_in_one_line(goal: AnyGoal) -> None:
    whole = wide_site(3, beside=True, vms={"default/a": "node0"})
    said = (
        "3 nodes lose their uplink at the same time, node0, node1, node2, and only 1 node may "
        "be cordoned at once; give each node a network config of its own, so that they change "
        "one by one; allow it with disruption.maxUnavailable"
    )
    assert refused(whole, goal) == [said]
    assert refused(whole, goal, replace(MOVE, max_unavailable=3)) == []


@pytest.mark.parametrize(("most", "in_turn"), [(1, True), (2, True), (3, False)])
def test_nodes_of_a_config_that_stays_take_turns_unless_all_may_go_at_once(
    most: int, in_turn: bool
) -> None:
    whole = wide_site(3, beside=True, vms={"default/a": "node0"})
    found = made(whole, WIDE, replace(MOVE, max_unavailable=most))
    assert reasons(found.refusals) == []
    assert (found.record.turns is not None) is in_turn


def lacking(world: World, *nodes: str) -> World:
    for node in nodes:
        world = world.without(VLAN_STATUS, objects.status_name("data", node))
    return world


def at_work(world: World) -> World:
    """Node node1 is closed for its turn, and has no uplink at this moment."""
    note = {"metadata": {"annotations": {CORDONED_FOR: "a change"}}}
    return lacking(world.changed(NODE, "node1", note | CORDONED), "node1")


@pytest.mark.parametrize(
    ("world", "in_turn", "staying"),
    [
        (at_work(wide_site(2, vms={"default/a": "node0"})), ["node0", "node1"], False),
        (at_work(wide_site(2, vms={"default/a": "node0"})), [], True),
        (
            wide_site(2, vms={"default/a": "node0"}).changed(NODE, "node1", CORDONED),
            ["node0", "node1"],
            True,
        ),
        (
            lacking(wide_site(2, beside=True, vms={"default/a": "node0"}), "node1", "other"),
            ["node0"],
            True,
        ),
    ],
)
def test_a_node_whose_turn_it_is_is_open_again_in_the_turn_of_others(
    world: World, in_turn: list[str], staying: bool
) -> None:
    found = moves_of(world.snapshot, "data", {"node0"}, in_turn)
    assert bool(found.staying) is staying
    assert found.staying_on == ({"node0"} if staying else set())


# --- where VMs can go ------------------------------------------------------------------------


def selecting(**labels: str) -> World:
    return THREE.changed(VMI, "default/a", {"spec": {"nodeSelector": labels}})


ON_IT: list[Object] = THREE.of(VMI)["default/a"]["spec"]["networks"]
BESIDE: Object = {"name": "more", "multus": {"networkName": "default/beside"}}
AT_REST = {"metadata": {"annotations": {"harvesterhci.io/maintain-status": "completed"}}}
NO_PLACE = "no other node can take it: "


@pytest.mark.parametrize(
    ("world", "why"),
    [
        (THREE, ""),
        (site(nodes=1, vms=VMS), "there is no other node"),
        (THREE.changed(NODE, "node1", CORDONED), ""),
        (
            THREE.changed(NODE, "node1", CORDONED).changed(NODE, "node2", CORDONED),
            f"{NO_PLACE}node1 is cordoned, node2 is cordoned",
        ),
        (
            lacking(THREE.changed(NODE, "node1", CORDONED), "node2"),
            f"{NO_PLACE}node1 is cordoned, node2 has no cluster network data",
        ),
        (selecting(uplink="nc-1"), ""),
        (
            selecting(uplink="nc-0"),
            f"{NO_PLACE}node1 is none that its selector or affinity allows, node2 is none "
            "that its selector or affinity allows",
        ),
        (
            THREE.changed(VMI, "default/a", {"spec": {"networks": [*ON_IT, BESIDE]}}),
            f"{NO_PLACE}node1 has no cluster network other, node2 has no cluster network "
            "other",
        ),
        (
            THREE.put(NODE, objects.node("node1", ready="False")).changed(
                NODE, "node2", AT_REST
            ),
            f"{NO_PLACE}node1 is not ready, node2 is in maintenance mode",
        ),
    ],
)
def test_vm_stays_where_no_other_node_can_take_it(world: World, why: str) -> None:
    assert why_staying(world).get("default/a", "") == why


def asking(world: World, memory: str, *keys: str) -> World:
    """The VMs in pods that ask for so much; every node has 8 GiB."""
    for node in world.of(NODE):
        size = {"status": {"allocatable": {"cpu": "8", "memory": "8Gi"}}}
        world = world.changed(NODE, node, size)
    for key in keys:
        world = world.put(POD, launcher(key, "node0", memory))
    return world


def launcher(key: str, node: str, memory: str) -> Object:
    namespace, _, name = key.partition("/")
    owner = {"kind": "VirtualMachineInstance", "name": name}
    meta = {"name": f"virt-launcher-{name}-x", "namespace": namespace}
    asked = {"resources": {"requests": {"cpu": "1", "memory": memory}}}
    return {
        "metadata": meta | {"ownerReferences": [owner]},
        "spec": {"nodeName": node, "containers": [asked]},
        "status": {"phase": "Running"},
    }


def test_vm_that_no_node_has_room_for_stays() -> None:
    world = asking(THREE, "6Gi", "default/a")
    for node in ("node1", "node2"):
        world = world.put(POD, launcher(f"default/on-{node}", node, "4Gi"))
    assert why_staying(world) == {
        "default/a": (
            f"{NO_PLACE}node1 has 7 CPUs and 4.0 GiB left, of the 1 CPU and 6.0 GiB that it "
            "asks for, node2 has 7 CPUs and 4.0 GiB left, of the 1 CPU and 6.0 GiB that it "
            "asks for"
        )
    }


def test_vms_that_may_not_find_room_together_are_a_warning() -> None:
    two = site(nodes=2, vms=VMS)
    assert made(asking(two, "3Gi", *VMS)).warnings == []
    found = made(asking(two, "5Gi", *VMS))
    assert reasons(found.refusals) == []
    assert found.warnings == [
        "the VMs may not all find room on node1: VM default/b asks for 1 CPU and 5.0 GiB "
        "beside the others; the change stops there if KubeVirt finds none"
    ]
    assert made(asking(THREE, "5Gi", *VMS)).warnings == []


def test_room_is_not_judged_where_pods_may_not_be_listed() -> None:
    world = asking(site(nodes=2, vms=VMS), "9Gi", *VMS)
    unseen = {kind: of for kind, of in world.objects.items() if kind is not POD}
    found = plan(Snapshot(unseen), BOND, MOVE)
    assert reasons(found.refusals) == []
    assert found.warnings == [
        "the user of the kubeconfig may not list pods: see yourself that other nodes have "
        "room for the VMs that are migrated"
    ]


# --- what stands against it ------------------------------------------------------------------


def on_its_way(key: str, node: str, target: str) -> World:
    state = {"migrationUid": "u", "targetNode": target}
    status = {"nodeName": node, "migrationState": state}
    return THREE.changed(VMI, key, {"status": status})


def hidden(phase: str, node: str) -> World:
    found = objects.migration("m", "a", phase=phase)
    return THREE.changed(VMI, "default/a", {"status": {"nodeName": node}}).put(
        MIGRATION, found
    )


def host_network(name: str, network: str, selector: Object | None = None) -> Object:
    spec: Object = {"clusterNetwork": network, "vlanID": 9, "mode": "dhcp"}
    return {
        "metadata": {"name": name},
        "spec": spec | ({"nodeSelector": selector} if selector else {}),
        "status": {"nodeStatus": {"node1": {}}},
    }


MIGRATIONS = '{"vlan":9,"clusterNetwork":"data","range":"10.0.0.0/24"}'
OVER_IT = settled(patched(THREE, SETTING, "vm-migration-network", {"value": MIGRATIONS}))


@pytest.mark.parametrize(
    ("world", "goal", "expected"),
    [
        (
            on_its_way("default/a", "node1", "node0"),
            BOND,
            ["VM default/a is being migrated to node0; wait until that is over"],
        ),
        (
            on_its_way("default/a", "node0", "node1"),
            BOND,
            ["VM default/a is being migrated; wait until that is over"],
        ),
        (on_its_way("default/a", "node1", "node2"), BOND, []),
        (
            hidden("Scheduling", "node1"),
            BOND,
            ["VM default/a is being migrated; wait until that is over"],
        ),
        (hidden("Pending", "node1"), BOND, []),
        (hidden("Succeeded", "node1"), BOND, []),
        (
            THREE.put(HOST_NETWORK_CONFIG, host_network("hnc", "data")),
            BOND,
            [
                "host network config hnc gives node0 an address on cluster network data, "
                "which is cut off while the uplink changes; delete it, and make it again "
                "afterwards"
            ],
        ),
        (
            THREE.put(
                HOST_NETWORK_CONFIG, host_network("hnc", "data", {"matchLabels": {"a": "b"}})
            ),
            BOND,
            [],
        ),
        (THREE.put(HOST_NETWORK_CONFIG, host_network("hnc", "other")), BOND, []),
        (OVER_IT, BOND, []),
        *(
            (
                OVER_IT,
                goal,
                [
                    "the VM migration network is on cluster network data, which node0 would "
                    "lose, and no VM could be migrated there any more; move the VM migration "
                    "network first"
                ],
            )
            for goal in (GONE, AWAY, LEAVE)
        ),
    ],
)
def test_what_stands_against_the_migrations(
    world: World, goal: AnyGoal, expected: list[str]
) -> None:
    assert refused(world, goal) == expected


def attached(name: str, node: str) -> Object:
    networks = '[{"name":"k8s-pod-network"},{"name":"default/net"}]'
    notes = {"k8s.v1.cni.cncf.io/network-status": networks}
    return {
        "metadata": {"name": name, "namespace": "default", "annotations": notes},
        "spec": {"nodeName": node},
    }


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (
            OVER_IT,
            [
                "the VM migration network is on cluster network data too: while the uplink of "
                "node0 is made anew, nobody can migrate VMs to or from there"
            ],
        ),
        (
            THREE.put(POD, attached("dhcp", "node0")),
            [
                "pod default/dhcp on node0 is attached to cluster network data, and loses it "
                "while the uplink changes"
            ],
        ),
        (THREE.put(POD, attached("dhcp", "node1")), []),
        (THREE.put(POD, attached("virt-launcher-a-x", "node0")), []),
    ],
)
def test_what_is_cut_off_besides_is_a_warning(world: World, expected: list[str]) -> None:
    assert made(world).warnings == expected
