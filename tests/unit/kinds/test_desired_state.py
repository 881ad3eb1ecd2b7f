"""The cluster as it will be when the run is over, and what the run may still cure (P21)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    key_of,
)
from harvester_net.harvester.mtus import config_mtu
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.kinds.desired_state import CREATED_BY, DesiredObject, DesiredState
from harvester_net.kinds.rule_checks import describe
from harvester_net.rules.catalogue import judge
from harvester_net.rules.rule import Finding, Ref, Write

from ... import objects
from ..rules.cases import LABEL, MATCHED, cluster, create, kind_of, update
from ..rules.storage import STORAGE, storage, unset

MINE = "urn:pulumi:dev::site::harvester-net:index:NetworkConfig::rack-a"
THEIRS = "urn:pulumi:dev::other::harvester-net:index:NetworkConfig::rack-a"
NODES = [objects.node(f"n{number}", {"rack": rack}) for number, rack in ((1, "a"), (2, "b"))]
DATA = objects.cluster_network("data", 1500)
RACK_A: Object = {"nodeSelector": {"rack": "a"}}
RACK_B: Object = {"nodeSelector": {"rack": "b"}}


def desired(obj: Object, network: str = "data") -> DesiredObject:
    """This object is desired just so."""
    return DesiredObject(network, lambda _live, _mtu: obj)


def ref_of(obj: Object) -> Ref:
    return kind_of(obj), key_of(obj)


def run_of(*wanted: Object) -> DesiredState:
    """A run that has named these objects so far."""
    desired_state = DesiredState()
    for obj in wanted:
        desired_state.lay(ref_of(obj), desired(obj))
    return desired_state


def config(name: str, **spec: object) -> Object:
    """A config as it is sent, with this in its spec."""
    return objects.new_config(name, spec=spec)


def against(obj: Object, desired_state: DesiredState, live: Snapshot) -> list[str]:
    """What stands against making an object, or changing what is there."""
    after = desired_state.after(live)
    old = live.of(kind_of(obj)).get(key_of(obj))
    write = create(obj) if old is None else update(old, obj)
    return [describe(finding) for finding in judge(write, after)]


def holders(snapshot: Snapshot) -> dict[str, str]:
    """Which config has the uplink of a node."""
    statuses = (status["status"] for status in snapshot.of(VLAN_STATUS).values())
    return {status["node"]: status["vlanConfig"] for status in statuses}


def test_node_that_moves_from_one_config_to_another_in_one_run_is_no_overlap() -> None:
    everywhere = objects.config("all", nodes=["n1", "n2"])
    statuses = [objects.vlan_status("all", node) for node in ("n1", "n2")]
    live = cluster(*NODES, DATA, everywhere, *statuses)
    shrunk, grows = config("all", **RACK_A), config("rack-b", **RACK_B)
    assert against(grows, run_of(grows), live) == [
        "nodeSelector: matches n2, which network config all of the same cluster network has"
    ]
    for order in ((shrunk, grows), (grows, shrunk)):
        desired_state = run_of(*order)
        assert against(grows, desired_state, live) == []
        assert holders(desired_state.after(live)) == {"n1": "all", "n2": "rack-b"}


def test_node_that_two_configs_of_one_run_want_is_an_overlap() -> None:
    live = cluster(*NODES, DATA)
    one, other = config("one", **RACK_A), config("other")
    assert against(other, run_of(one, other), live) == [
        "nodeSelector: matches n1, which network config one of the same cluster network has"
    ]


def test_config_that_is_replaced_leaves_its_nodes_to_the_next_one() -> None:
    live = cluster(*NODES, DATA, config("old"), objects.vlan_status("old", "n1"))
    new = config("new")
    desired_state = run_of(new)
    desired_state.replace((VLAN_CONFIG, "old"))
    assert against(new, desired_state, live) == []
    assert holders(desired_state.after(live)) == {"n1": "new", "n2": "new"}
    assert "old" not in desired_state.after(live).of(VLAN_CONFIG)


def test_config_that_is_replaced_under_its_own_name_begins_anew() -> None:
    live = cluster(*NODES, DATA, objects.config("rack-a", nodes=["n1"]))
    seen: list[Object | None] = []

    def proposed(before: Object | None, _mtu: int) -> Object:
        seen.append(before)
        return config("rack-a")

    desired_state = DesiredState()
    desired_state.replace((VLAN_CONFIG, "rack-a"))
    desired_state.lay((VLAN_CONFIG, "rack-a"), DesiredObject("data", proposed))
    desired_state.after(live)
    assert seen
    assert set(map(id, seen)) == {id(None)}


def test_uplink_that_a_dead_agent_left_stays_in_the_way() -> None:
    live = cluster(*NODES, DATA, objects.vlan_status("gone", "n1"))
    mine = config("rack-a", **RACK_A)
    said = against(mine, run_of(mine), live)
    assert [text.partition(",")[0] for text in said] == ["nodeSelector: matches n1"]


def test_config_is_laid_with_what_the_webhook_writes_into_it() -> None:
    mine = config("rack-a", **RACK_A)
    laid = run_of(mine).after(cluster(*NODES)).of(VLAN_CONFIG)["rack-a"]["metadata"]
    assert laid["labels"] == {LABEL: "data"}
    assert laid["annotations"] == {MATCHED: '["n1"]'}


def test_program_that_makes_everything_at_once_is_told_nothing() -> None:
    network = objects.cluster_network("fresh")
    configs = [config("a", clusterNetwork="fresh"), config("b", clusterNetwork="other")]
    net = objects.nad(config=objects.cni(bridge="fresh-br", vlan=7), cluster_network="fresh")
    wanted = storage(clusterNetwork="fresh")
    live = cluster(*NODES, unset(), objects.longhorn_node("n1"))
    program = [network, configs[0], net, wanted]
    for order in (program, program[::-1]):
        desired_state = run_of(*order)
        assert [against(obj, desired_state, live) for obj in program] == [[], [], [], []]


def test_storage_network_on_configs_of_the_same_run_that_leave_a_node_out_is_told() -> None:
    live = cluster(*NODES, DATA, unset(), objects.longhorn_node("n1"))
    desired_state = run_of(config("rack-a", **RACK_A), storage())
    assert against(storage(), desired_state, live) == [
        "clusterNetwork: cluster network data has no network config on n2; it must span every "
        "node but witnesses"
    ]


@pytest.mark.parametrize("before", [True, False], ids=["before the config", "after it"])
def test_mtu_that_the_program_decides_is_that_of_what_is_laid(before: bool) -> None:
    live = cluster(*NODES, DATA)
    desired_state = DesiredState()

    def decide() -> None:
        desired_state.mtu_of["data"] = 9000
        desired_state.lay((CLUSTER_NETWORK, "data"), desired(DATA))

    def large(_live: Object | None, mtu: int) -> Object:
        return config("rack-a", uplink={"linkAttributes": {"mtu": mtu}})

    if before:
        decide()
    desired_state.lay((VLAN_CONFIG, "rack-a"), DesiredObject("data", large))
    assert config_mtu(desired_state.after(live).of(VLAN_CONFIG)["rack-a"]) in (1500, 9000)
    if not before:
        decide()
    assert config_mtu(desired_state.after(live).of(VLAN_CONFIG)["rack-a"]) == 9000


def test_what_is_not_wholly_known_leaves_things_as_they_are() -> None:
    there = objects.config("rack-a", nodes=["n1"])
    live = cluster(*NODES, DATA, there)
    desired_state = run_of(config("rack-a"))
    desired_state.lay((VLAN_CONFIG, "rack-a"), DesiredObject("data", None))
    desired_state.lay((VLAN_CONFIG, "rack-b"), DesiredObject("data", None))
    assert desired_state.after(live).of(VLAN_CONFIG) == {"rack-a": there}


def test_another_look_at_the_cluster_is_another_picture() -> None:
    desired_state = run_of(config("mine", **RACK_A))
    desired_state.after(cluster(*NODES, objects.config("old")))
    again = desired_state.after(cluster(*NODES, DATA))
    assert set(again.of(VLAN_CONFIG)) == {"mine"}
    assert set(again.of(CLUSTER_NETWORK)) == {"data"}


def test_kinds_that_were_not_looked_at_are_not_laid() -> None:
    live = Snapshot({NAD: {}}, (1, 8))
    assert set(run_of(DATA, objects.nad()).after(live).objects) == {NAD}


def test_live_objects_are_left_alone() -> None:
    live = cluster(*NODES, DATA, objects.config("all", nodes=["n1"]))
    run_of(config("all", **RACK_B), config("new")).after(live)
    assert set(live.of(VLAN_CONFIG)) == {"all"}
    assert live.of(VLAN_STATUS) == {}


# What the run may still cure.


def finding(*others: Ref) -> Finding:
    """One that these objects could cure."""
    found = next(judge(Write(SETTING, unset(), objects.setting(STORAGE, "x")), cluster()))
    return Finding(found.rule, "", "", others)


def made_by(urn: str, make: Callable[..., Object] = objects.config) -> Object:
    return make("rack-a", annotations={CREATED_BY: urn})


@pytest.mark.parametrize(
    ("there", "may"),
    [
        ([], True),
        ([made_by(MINE)], True),
        ([made_by(MINE.replace("rack-a", "another"))], True),
        ([made_by(THEIRS)], False),
        ([made_by("by hand")], False),
        ([objects.config("rack-a")], False),
    ],
    ids=["to be made", "its own", "of its stack", "of another", "marked oddly", "of nobody"],
)
def test_object_that_the_run_has_not_named_may_cure_if_it_is_the_stacks(
    there: list[Object], may: bool
) -> None:
    found = finding((VLAN_CONFIG, "rack-a"))
    assert DesiredState().may_cure(found, cluster(*there), MINE) is may


def test_object_that_the_run_has_named_cures_no_more_but_while_it_is_unknown() -> None:
    live, found = cluster(made_by(MINE)), finding((VLAN_CONFIG, "rack-a"))
    assert not run_of(config("rack-a")).may_cure(found, live, MINE)
    unknown = DesiredState(objects={(VLAN_CONFIG, "rack-a"): DesiredObject("data", None)})
    assert unknown.may_cure(found, live, MINE)


def test_one_of_several_is_enough_and_none_cures_nothing() -> None:
    live = cluster(objects.config("rack-a"))
    there, missing = (VLAN_CONFIG, "rack-a"), (CLUSTER_NETWORK, "data")
    assert DesiredState().may_cure(finding(there, missing), live, MINE)
    assert not DesiredState().may_cure(finding(), live, MINE)
