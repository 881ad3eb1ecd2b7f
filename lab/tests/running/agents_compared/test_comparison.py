"""The comparison itself: facts, their order, the record, what differs, the table."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.api import Object

from ..tables import LAB
from . import record, table
from .differences import KNOWN, Difference, Known, differences
from .facts import Facts, Names, Numbers, Objects, facts_of, holds, of_each
from .order import ORDER, Event, Sights, agree, order_seen
from .scenarios import SCENARIOS

NAMES = Names({"m7a": "a", "cn7": "cn", "vc7": "config"}, ("m7a",))


def objects(**kinds: Object) -> Objects:
    """One object of each kind that is named; none of the others."""
    all_kinds = (
        "VlanConfig",
        "VlanStatus",
        "ClusterNetwork",
        "LinkMonitor",
        "Node",
        "VM network",
    )
    given = {
        kind: {obj["metadata"]["name"]: obj | {"kind": kind}} for kind, obj in kinds.items()
    }
    return {kind: given.get(kind, {}) for kind in all_kinds}


def monitor(*links: Object) -> Object:
    return {
        "metadata": {"name": "cn7", "uid": "1234", "resourceVersion": "9"},
        "spec": {"targetLinkRule": {"nameRule": "cn7(-br|-bo)"}},
        "status": {"linkStatus": {"m7a": list(links), "elsewhere": list(links)}},
    }


def bond(index: int, master: int = 0) -> Object:
    said = {"name": "cn7-bo", "index": index, "type": "bond", "state": "up", "mac": "52:54"}
    return said | ({"masterIndex": master} if master else {})


BRIDGE = {"name": "cn7-br", "index": 7, "type": "bridge", "state": "up", "promiscuous": True}


def test_facts_speak_in_the_words_of_the_scenario() -> None:
    live = objects(LinkMonitor=monitor(bond(8, master=7), BRIDGE))
    assert facts_of(live, NAMES, Numbers()) == {
        "LinkMonitor cn": {
            "labels": {},
            "finalizers": [],
            "spec": {"targetLinkRule": {"nameRule": "cn(-br|-bo)"}},
        },
        "link a cn-bo": {
            "in": "cn",
            "type": "bond",
            "state": "up",
            "promiscuous": False,
            "master": "cn-br",
            "number": 1,
        },
        "link a cn-br": {
            "in": "cn",
            "type": "bridge",
            "state": "up",
            "promiscuous": True,
            "master": "",
            "number": 1,
        },
    }


def test_master_that_no_monitor_lists_has_no_name() -> None:
    live = objects(LinkMonitor=monitor(bond(8, master=99)))
    assert facts_of(live, NAMES, Numbers())["link a cn-bo"]["master"] == "not listed"


def test_status_is_told_without_times_and_numbers_of_links() -> None:
    said = "eno2 has been enslaved by the link with index 17"
    ready = {"type": "ready", "status": "False", "message": said, "lastUpdateTime": "now"}
    about = {"clusterNetwork": "cn7", "vlanConfig": "vc7", "node": "m7a"}
    owner = {"kind": "VlanConfig", "name": "vc7", "uid": "1234"}
    status = {
        "metadata": {"name": "cn7-m7a-5f0a", "ownerReferences": [owner]},
        "status": about | {"conditions": [ready]},
    }
    told = facts_of(objects(VlanStatus=status), NAMES, Numbers())["VlanStatus cn a"]
    assert told["ready"] == "False eno2 has been enslaved by the link with index N"
    assert told["owners"] == [{"kind": "VlanConfig", "name": "config"}]
    assert told["name is made as told"] is False


def test_link_made_anew_has_the_next_number() -> None:
    numbers = Numbers()
    first, second = (objects(LinkMonitor=monitor(bond(index))) for index in (8, 9))
    numbers.count(first)
    seen = [
        facts_of(live, NAMES, numbers)["link a cn-bo"]["number"] for live in (first, second)
    ]
    assert seen == [1, 2]


def test_what_belongs_to_others_is_not_told() -> None:
    network = {"metadata": {"name": "other"}}
    assert facts_of(objects(ClusterNetwork=network), NAMES, Numbers()) == {}


@pytest.mark.parametrize(
    ("wanted", "so"),
    [
        ({}, True),
        ({"link a x": {"state": "up"}}, True),
        ({"link a x": {"state": "down"}}, False),
        ({"link a x": {"master": None}}, True),
        ({"link a x": None}, False),
        ({"link b x": None}, True),
        ({"link b x": {}}, False),
    ],
)
def test_what_is_wanted_holds_or_not(wanted: Any, so: bool) -> None:
    assert holds({"link a x": {"state": "up"}}, wanted) is so


def test_star_stands_for_each_node() -> None:
    assert of_each({"link * x": {}}, ("a", "b")) == {"link a x": {}, "link b x": {}}


def test_order_is_that_of_the_writes() -> None:
    start = objects(LinkMonitor=monitor(bond(8, master=7), BRIDGE))
    numbers = Numbers()
    numbers.count(start)
    shown = [monitor(bond(9, master=7), BRIDGE), monitor(BRIDGE), monitor(bond(9), BRIDGE)]
    events = [
        Event(version, "LinkMonitor", "cn7", shape | {"kind": "LinkMonitor"})
        for version, shape in zip((3, 1, 2), shown, strict=True)
    ]
    sights: Sights = {
        "there": {"link * cn-bo": {}},
        "in the bridge": {"link * cn-bo": {"number": 2, "master": "cn-br"}},
        "alone": {"link * cn-bo": {"number": 2, "master": ""}},
        "away": {"link * cn-bo": None},
    }
    seen = order_seen(sights, start, events, ("a",), NAMES, numbers)
    assert seen == {"a": ["away", "alone", "in the bridge"]}


@pytest.mark.parametrize(
    ("one", "other", "so"),
    [
        ("abc", "abc", True),
        ("abc", "ac", True),
        ("bc", "ac", True),
        ("abc", "ab", False),
        ("abc", "bac", False),
        ("", "", True),
        ("a", "", False),
    ],
)
def test_orders_agree_though_moments_were_missed(one: str, other: str, so: bool) -> None:
    assert agree(list(one), list(other)) is so


def test_what_varies_between_runs_is_right_either_way() -> None:
    first: Facts = {"link a x": {"state": "up"}}
    second: Facts = {"link a x": {"state": "down"}}
    both = record.merged({"step": first}, {"step": second})["step"]
    assert differences(both, first) == differences(both, second) == []
    third: Facts = {"link a x": {"state": "gone"}}
    varied = {"one of": ["up", "down"]}
    assert differences(both, third) == [Difference("link a x", "state", varied, "gone")]


def test_of_two_orders_the_longer_is_kept() -> None:
    short, long = ({"order on a": {ORDER: list(order)}} for order in ("ac", "abc"))
    assert record.merged({"step": short}, {"step": long}) == {"step": long}


def test_run_of_other_steps_replaces_the_record() -> None:
    assert record.merged({"old": {}}, {"new": {}}) == {"new": {}}


def test_record_survives_being_written(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    alike: Facts = {f"link {node} x": {"state": "up"} for node in "abc"}
    one_differs = alike | {"link b x": {"state": "down"}}
    whole = {"scenario": {"first": alike, "same": alike, "b": one_differs, "gone": {}}}
    monkeypatch.setattr(record, "FILE", tmp_path / "record.json")
    record.write(whole)
    assert '"link * x"' in record.FILE.read_text()
    assert record.read() == whole


def test_thing_that_is_not_there_differs_in_all_its_fields() -> None:
    assert differences({"link a x": {"state": "up"}}, {}) == [
        Difference("link a x", "state", "up", None)
    ]


@pytest.mark.parametrize("name", ["ClusterNetwork cn", "VM network vlan-cn"])
def test_network_without_nodes_may_be_ready_or_not(name: str) -> None:
    ready: Facts = {name: {"ready": "True"}, "VlanStatus cn a": {}, "VlanStatus cn2 a": {}}
    unready: Facts = ready | {name: {"ready": "False"}}
    assert differences(ready, unready) == [Difference(name, "ready", "True", "False")]
    unready.pop("VlanStatus cn a")
    assert differences(ready, unready) == []


def test_known_difference_covers_its_steps_alone() -> None:
    known = Known("MTU", ("one",), "link . x: state", "what", "reason")
    difference = Difference("link a x", "state", "up", "down")
    assert known.covers("MTU", "one", difference)
    assert not known.covers("MTU", "two", difference)
    assert not known.covers("MTU", "one", Difference("link a x", "master", "", "y"))


def test_no_two_steps_of_a_scenario_have_one_title() -> None:
    for scenario in SCENARIOS:
        titles = [step.title for step in scenario.steps]
        assert sorted(set(titles)) == sorted(titles)


def test_record_is_of_these_scenarios() -> None:
    recorded = {title: list(steps) for title, steps in record.read().items()}
    assert recorded == {each.title: [step.title for step in each.steps] for each in SCENARIOS}


def test_known_differences_are_of_steps_that_there_are() -> None:
    steps = {each.title: [step.title for step in each.steps] for each in SCENARIOS}
    assert [
        known for known in KNOWN if not set(known.steps) <= set(steps.get(known.scenario, []))
    ] == []


def test_document_has_the_table() -> None:
    assert table.PLACE.written(LAB.read_text()) == table.text(), (
        "write it with: make agents-table"
    )
