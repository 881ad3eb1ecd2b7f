"""The comparison itself: facts, writes, order, answers, the record, what differs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from harvester_net.lab.api import Api, ApiError, Object
from harvester_net.lab.errors import LabError
from tests import objects

from . import live, record
from .acts import Act, Several
from .agreement import agrees, disagreements, is_new
from .answers import compared, refusal
from .differences import (
    Difference,
    differences,
    is_as_new,
    known_of,
    surprises,
    undecided_networks,
)
from .facts import Facts, Fields, fields_of, holds
from .kinds import KINDS
from .known import EVERYWHERE, KNOWN, Known
from .live import Live, followed
from .order import order_of
from .play import NeverQuiet, Pace, Seen, played
from .scenario import Scenario, Step
from .scenarios import SCENARIOS
from .tokens import Tokens
from .writes import Change, Event, Write, by_object, changes, counts

UID = "550f9d3b-40b0-43aa-939c-85b8554be24f"
READY = "status.conditions[ready]"


def seen(
    facts: Facts | None = None,
    answers: list[Any] | None = None,
    writes: dict[str, list[Write]] | None = None,
    order: list[str] | None = None,
) -> Seen:
    return Seen(answers or [], facts or {}, writes or {}, order or [])


# Facts.


def test_facts_leave_out_what_is_each_servers_own() -> None:
    live = objects.config("nc1", nodes=["node2", "node1"])
    live["metadata"] |= {"uid": UID, "resourceVersion": "7", "generation": 3}
    assert fields_of("VlanConfig", live, Tokens()) == {
        "annotations[network.harvesterhci.io/matched-nodes]": ["node1", "node2"],
        "labels[network.harvesterhci.io/clusternetwork]": "data",
        "spec.clusterNetwork": "data",
        "spec.uplink.nics": ["eth1"],
    }


def test_condition_is_one_text_without_its_times() -> None:
    said = {"type": "ready", "status": "False", "message": "no link", "lastUpdateTime": "x"}
    live = objects.cluster_network("data") | {"status": {"conditions": [said]}}
    assert fields_of("ClusterNetwork", live, Tokens()) == {READY: "False no link"}


@pytest.mark.parametrize("names", ["vol1,pvc-prom", "pvc-prom,vol1"])
def test_volumes_that_are_waited_for_have_no_order(names: str) -> None:
    said = f"waiting for all volumes detached: {names}"
    live = objects.storage_setting("", message=said, reason="In Progress", status="False")
    told = fields_of("Setting", live, Tokens())["status.conditions[configured]"]
    assert told == "False In Progress waiting for all volumes detached: pvc-prom,vol1"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('{"vlan": 1, "range": "x"}', {"value.vlan": 1, "value.range": "x"}),
        ('{"range":"x","vlan":1}', {"value.vlan": 1, "value.range": "x"}),
        ("no json", {"value": "no json"}),
        ("", {"value": ""}),
        ("{}", {"value": {}}),
    ],
)
def test_json_in_a_text_is_read(text: str, fields: dict[str, Any]) -> None:
    live = objects.setting("storage-network", text)
    assert fields_of("Setting", live, Tokens()) == fields


def test_entries_with_names_have_no_order() -> None:
    one, other = (
        objects.vm("vm1") | {"spec": {"networks": [{"name": name} for name in names]}}
        for names in (("a", "b"), ("b", "a"))
    )
    assert fields_of("VM", one, Tokens()) == fields_of("VM", other, Tokens())


def test_object_that_is_being_deleted_says_so() -> None:
    assert fields_of("VM", objects.going(objects.vm("vm1")), Tokens())["deleting"] is True


def test_owners_are_told_by_name() -> None:
    owner = {"kind": "VlanConfig", "name": "nc1", "uid": UID, "apiVersion": "x"}
    live = objects.cluster_network("data", ownerReferences=[owner])
    assert fields_of("VlanStatus", live, Tokens()) == {"owners": ["VlanConfig nc1"]}


def test_links_are_told_by_name_with_their_state() -> None:
    links = [objects.link("data-bo", 7, master=8) | {"type": "bond", "mac": "02:00"}]
    live = objects.link_monitor("data", {"node1": links}) | {"spec": {}}
    told = {"links[node1 data-bo]": "bond up in a master"}
    assert fields_of("LinkMonitor", live, Tokens()) == told


@pytest.mark.parametrize(
    ("wanted", "so"),
    [
        ({"VM a": {"x": 1}}, True),
        ({"VM a": {"x": 2}}, False),
        ({"VM a": {"y": None}}, True),
        ({"VM a": None}, False),
        ({"VM b": None}, True),
        ({"VM b": {}}, False),
        ({}, True),
    ],
)
def test_wanted_facts_hold_or_not(wanted: dict[str, Any], so: bool) -> None:
    assert holds({"VM a": {"x": 1, "z": 2}}, wanted) is so


# Tokens.


def test_names_by_chance_are_told_in_their_order() -> None:
    tokens = Tokens()
    for name in ("storagenetwork-x7k2p", "storagenetwork-aaaaa", "storagenetwork-x7k2p"):
        tokens.learn("NAD", objects.storage_nad(name))
    text = "harvester-system/storagenetwork-aaaaa, storagenetwork-x7k2p"
    assert tokens.told(text) == "harvester-system/storagenetwork-#2, storagenetwork-#1"


def test_uid_of_a_known_object_is_told_by_its_name() -> None:
    tokens = Tokens()
    tokens.learn("Claim", objects.claim("disk", "default", "x") | {"metadata": _meta("disk")})
    assert tokens.told(f"pvc-{UID}") == "pvc-<uid of Claim default/disk>"
    assert tokens.told("pvc-" + UID.replace("5", "6")) == "pvc-<uuid>"


def test_times_and_addresses_are_the_same_in_all_runs() -> None:
    told = Tokens().told("at 2026-11-28T21:47:28Z by 32:0d:38:32:36:3e")
    assert told == "at <time> by <mac>"


def _meta(name: str) -> Object:
    return {"name": name, "namespace": "default", "uid": UID}


# Writes.


def event(version: int, obj: Object | None, word: str = "ClusterNetwork") -> Event:
    return Event(version, word, "data", obj)


def test_write_is_told_by_what_it_changes() -> None:
    plain, annotated = objects.cluster_network("data"), objects.cluster_network("data", 1500)
    events = [event(1, plain), event(2, annotated), event(3, plain), event(4, None)]
    mtu = "annotations[network.harvesterhci.io/uplink-mtu]"
    assert by_object(changes({}, events, Tokens())) == {
        "ClusterNetwork data": [{"made": True}, {mtu: "1500"}, {mtu: None}, {"gone": True}]
    }


def test_write_that_changes_nothing_of_interest_is_none() -> None:
    network = objects.cluster_network("data")
    start = {("ClusterNetwork", "data"): network}
    later = network | {"metadata": network["metadata"] | {"resourceVersion": "9"}}
    assert changes(start, [event(1, later)], Tokens()) == []


@pytest.mark.parametrize(
    ("name", "path", "so"),
    [
        ("LinkMonitor nic", "links[node1 eno2]", False),
        ("ClusterNetwork data", READY, False),
        ("VlanStatus data-node1", READY, True),
        ("NAD default/a", "labels[network.harvesterhci.io/ready]", False),
        ("NAD default/a", "labels[network.harvesterhci.io/type]", True),
        ("VM default/a", "finalizers", False),
        ("VM default/a", "status.conditions[Ready]", False),
        ("VM default/a", "status.printableStatus", True),
        ("NAD default/a", "finalizers", True),
    ],
)
def test_what_is_left_to_chance_is_compared_only_as_it_ends(
    name: str, path: str, so: bool
) -> None:
    assert counts(name, path) is so
    assert (disagreements(name, [[{path: 1}]], [{path: 2}]) == [path]) is so


# Order.


def test_cause_comes_before_its_effect() -> None:
    found: list[Change] = [
        ("VlanConfig nc1", {"made": True, "spec.clusterNetwork": "data"}),
        ("VM default/other", {"made": True}),
        ("ClusterNetwork data", {"annotations[x/uplink-mtu]": "9000"}),
        ("NAD default/vm100", {"spec.config.mtu": 9000}),
    ]
    assert order_of(found) == [
        "ClusterNetwork data annotations[x/uplink-mtu] = 9000, "
        "then NAD default/vm100 spec.config.mtu = 9000",
        "VlanConfig nc1 made, then ClusterNetwork data annotations[x/uplink-mtu] = 9000",
    ]


def test_order_is_told_if_it_is_so_on_every_node() -> None:
    def on(node: str) -> list[Change]:
        status = f"VlanStatus {objects.status_name('data', node)}"
        return [(status, {"made": True}), (f"Node {node}", {"labels[x/data]": "true"})]

    told = "VlanStatus data-* made, then Node * labels[x/data] = true"
    one, other = on("node1"), on("node2")
    assert order_of([*one, *other]) == order_of([one[0], *other, one[1]]) == [told]
    assert order_of([*one, *reversed(other)]) == []


def test_first_of_the_nodes_counts() -> None:
    a, b = (f"VlanStatus {objects.status_name('data', node)}" for node in ("node1", "node2"))
    network = "ClusterNetwork data"
    made: list[Change] = [(a, {"made": True}), (network, {READY: "True"}), (b, {"made": True})]
    assert order_of(made) == [f"VlanStatus data-* made, then {network} {READY} = True"]


def test_last_of_the_nodes_counts_for_what_goes() -> None:
    config = "VlanConfig nc1"
    gone: list[Change] = [
        ("Node node1", {"gone": True}),
        (config, {"annotations[x/matched-nodes]": []}),
        ("Node node2", {"gone": True}),
    ]
    told = f"{config} annotations[x/matched-nodes] = [], then Node * gone"
    assert order_of(gone) == [told]


def test_pod_runs_before_its_guest_does_and_otherwise_comes_when_it_comes() -> None:
    pod, vmi = "Pod default/virt-launcher-a-#1", "VMI default/a"
    found: list[Change] = [
        (vmi, {"status.phase": "Scheduling"}),
        (pod, {"phase": "Running"}),
        (vmi, {"status.phase": "Scheduled"}),
    ]
    assert order_of(found) == [
        f"{pod} phase = Running, then {vmi} status.phase = Scheduled",
        f"{vmi} status.phase = Scheduling, then {vmi} status.phase = Scheduled",
    ]


# Answers.


def test_refusal_of_a_webhook_is_taken_apart() -> None:
    body = {
        "reason": "Invalid",
        "message": 'admission webhook "v.x" denied the request: too large',
        "details": {"causes": [{"message": "too large", "field": "value"}], "uid": UID},
    }
    answer = refusal(ApiError(422, body), Tokens())
    assert answer == {
        "code": 422,
        "reason": "Invalid",
        "webhook": "v.x",
        "said": "too large",
        "details": {"causes": [{"message": "as said", "field": "value"}]},
    }


def test_words_of_a_webhook_are_free_and_those_of_the_server_are_not() -> None:
    denied = {"code": 500, "webhook": "v.x", "said": "one"}
    assert compared(denied) == compared(denied | {"said": "other"})
    gone = {"code": 404, "said": "one"}
    assert compared(gone) != compared(gone | {"said": "other"})


# The record.


def test_what_varies_between_runs_is_right_either_way() -> None:
    name = "VM default/a"
    first = seen({name: {"x": 1}}, writes={name: [{"x": 1}]})
    second = seen({name: {"x": 2}}, writes={name: [{"x": 2}]})
    both = record.merged({"step": first}, {"step": second})["step"]
    assert differences(both, first) == differences(both, second) == []
    third = seen({name: {"x": 3}}, writes={name: [{"x": 1}]})
    varied = {"one of": [1, 2]}
    assert differences(both, third) == [Difference("fact", f"{name}: x", varied, 3)]


def test_of_answers_the_words_of_a_webhook_do_not_vary() -> None:
    answers = [{"code": 500, "webhook": "v.x", "said": f"uid {uid}"} for uid in (1, 2)]
    runs = [{"step": seen(answers=[answer])} for answer in answers]
    assert record.merged(*runs) == runs[0]


@pytest.mark.parametrize(
    ("runs", "seen", "so"),
    [
        (["abc"], "abc", True),
        (["abc"], "ac", False),
        (["abc"], "abcd", False),
        (["abc"], "bac", False),
        (["abc"], "acb", False),
        (["abc", "ac"], "ac", True),
        (["abc", "adc"], "abdc", True),
        (["abc", "ac"], "ab", False),
        (["abc", "bac"], "bac", True),
        (["aba"], "aba", True),
        (["aba"], "ab", False),
        ([""], "", True),
        (["", "a"], "a", True),
        (["", "a"], "", True),
        (["a"], "", False),
        ([""], "a", False),
    ],
)
def test_values_of_a_field_agree_with_some_run(runs: list[str], seen: str, so: bool) -> None:
    assert agrees([list(run) for run in runs], list(seen)) is so


@pytest.mark.parametrize(
    ("seen", "so"),
    [
        (["Starting", "Running"], True),
        (["Stopped", "Starting", "Running"], True),
        (["Running"], False),
        (["Starting", "Running", "Stopped"], False),
    ],
)
def test_new_vm_may_be_stopped_for_a_moment(seen: list[str], so: bool) -> None:
    path = "status.printableStatus"
    for before in ([], ["Stopped"]):
        run: list[Write] = [{path: value} for value in (*before, "Starting", "Running")]
        found = disagreements("VM default/a", [run], [{path: value} for value in seen])
        assert (found == []) is so


def test_vm_that_is_deleted_may_be_terminating_for_a_moment() -> None:
    terminating: list[Write] = [{"status.printableStatus": "Terminating"}, {"gone": True}]
    assert disagreements("VM default/a", [terminating], [{"gone": True}]) == []
    assert disagreements("VM default/a", [[{"gone": True}]], terminating) == []


def test_writes_that_are_one_or_two_are_the_same() -> None:
    twice: list[Write] = [{"made": True}, {"x": 1}, {"y": 2}]
    at_once: list[Write] = [{"made": True, "x": 1, "y": 2}]
    assert disagreements("NAD x", [twice], at_once) == []
    assert not is_new("NAD x", [twice], at_once)
    assert disagreements("NAD x", [twice], None) == ["made", "x", "y"]
    assert disagreements("NAD x", [twice, None], None) == []


def test_order_that_was_not_so_each_time_is_forgotten() -> None:
    one, other = seen(order=["a, then b", "b, then c"]), seen(order=["b, then a", "b, then c"])
    assert record.merged({"step": one}, {"step": other})["step"].order == ["b, then c"]


def test_order_that_is_turned_differs() -> None:
    recorded = seen(order=["a, then b"])
    assert differences(recorded, seen(order=["a, then b", "x, then y"])) == []
    assert differences(recorded, seen()) == []
    assert [each.what for each in differences(recorded, seen(order=["b, then a"]))] == [
        "order"
    ]


def test_run_of_other_steps_replaces_the_record() -> None:
    assert record.merged({"old": seen()}, {"new": seen()}) == {"new": seen()}


def test_record_survives_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = {
        "made": seen({"VM a": {"x": 1, "y": 0}, "VM b": {}}, [{"code": 200}], order=["a"]),
        "same": seen({"VM a": {"x": 1, "y": 0}, "VM b": {}}),
        "changed": seen({"VM a": {"x": 2}}, writes={"VM a": [{"x": 2, "y": None}]}),
        "gone": seen(),
    }
    monkeypatch.setattr(record, "DIRECTORY", tmp_path)
    record.write("some scenario", steps)
    assert record.read("some scenario") == steps
    told = json.loads((tmp_path / "some_scenario.json").read_text())
    assert told["changed"]["facts"] == {"VM a": {"x": 2, "y": None}, "VM b": None}


def test_nothing_is_recorded_of_an_unknown_scenario() -> None:
    assert record.read("never played") == {}


# Differences.


@pytest.mark.parametrize(("network", "so"), [("data", []), ("edge", ["False", "false"])])
def test_network_that_nodes_have_left_may_be_ready_or_not(network: str, so: list[str]) -> None:
    conf = {"spec.config.bridge": "data-br"}
    label = "labels[network.harvesterhci.io/ready]"
    ready = {"ClusterNetwork data": {READY: "True"}, "NAD default/a": conf | {label: "true"}}
    unready = {
        "ClusterNetwork data": {READY: "False"},
        "NAD default/a": conf | {label: "false"},
    }
    found = differences(seen(ready), seen(unready), frozenset({network}))
    assert [each.seen for each in found] == so


def test_nodes_have_left_a_network_from_the_step_on_in_which_one_did() -> None:
    status = f"VlanStatus {objects.status_name('data', 'node1')}"
    there: dict[str, list[Write]] = {status: [{"made": True}]}
    gone: dict[str, list[Write]] = {status: [{"deleting": True}, {"gone": True}]}
    steps = {"made": seen(writes=there), "gone": seen(writes=gone), "after": seen()}
    data = frozenset({"data"})
    assert undecided_networks(steps) == {"made": frozenset(), "gone": data, "after": data}


@pytest.mark.parametrize(
    ("edge", "so"), [({"labels[network.harvesterhci.io/edge]": "true"}, 0), ({}, 1)]
)
def test_node_in_two_networks_has_the_label_of_either(edge: Fields, so: int) -> None:
    group = "network.harvesterhci.io"
    labels = {f"labels[{group}/mgmt]": "true", f"labels[{group}/data]": "true"} | edge
    one, other = ({"Node a": labels | {f"labels[{group}/vlanconfig]": n}} for n in "12")
    assert len(differences(seen(one), seen(other))) == so


def test_thing_that_is_not_there_differs_in_all_its_fields() -> None:
    found = differences(seen({"VM a": {"x": 1, "y": 2}}), seen())
    assert [(each.name, each.seen) for each in found] == [
        ("VM a: x", None),
        ("VM a: y", None),
    ]


def test_known_difference_covers_its_steps_alone() -> None:
    known = Known("MTU", ("one",), r"fact VM .*: x", "what", "reason")
    assert known.covers("MTU", "one", "fact VM a: x")
    assert not known.covers("MTU", "two", "fact VM a: x")
    assert not known.covers("other", "one", "fact VM a: x")
    assert not known.covers("MTU", "one", "fact VM a: y")
    everywhere = Known(EVERYWHERE, (), r"fact VM .*: x", "what", "reason")
    assert everywhere.covers("any", "any", "fact VM a: x")


def test_difference_that_nobody_knows_is_a_surprise() -> None:
    recorded = {"step": seen({"VM a": {"x": 1}})}
    assert surprises("MTU", recorded, {"step": seen({"VM a": {"x": 2}})}) == [
        "step: fact VM a: x: real 1, seen 2"
    ]
    assert known_of("MTU", "step", Difference("fact", "VM a: x", 1, 2)) is None


def test_empty_cluster_is_not_as_a_new_one() -> None:
    assert not is_as_new({})


# The scenarios.


def test_no_two_scenarios_and_no_two_steps_of_one_have_one_title() -> None:
    titles = [each.title for each in SCENARIOS]
    assert sorted(set(titles)) == sorted(titles)
    for scenario in SCENARIOS:
        steps = [step.title for step in scenario.steps]
        assert sorted(set(steps)) == sorted(steps), scenario.title


def test_record_is_of_these_scenarios() -> None:
    assert [each.title for each in SCENARIOS if not record.is_of(each)] == []
    assert set(record.titles()) == {each.title for each in SCENARIOS}


def test_known_differences_are_of_steps_that_there_are() -> None:
    steps = {each.title: [step.title for step in each.steps] for each in SCENARIOS}
    assert [
        known
        for known in KNOWN
        if known.scenario != EVERYWHERE
        and not set(known.steps) <= set(steps.get(known.scenario, []))
    ] == []


def test_there_are_steps_enough() -> None:
    assert sum(len(each.steps) for each in SCENARIOS) >= 150


# What does not end.


async def test_step_that_is_written_to_for_ever_is_an_error_with_the_names() -> None:
    writes, stop = Live(), asyncio.Event()

    async def write() -> None:
        version = 0
        while not stop.is_set():
            version += 1
            obj = {"metadata": {"name": "data", "resourceVersion": str(version)}}
            writes.note(KINDS[0], "data", obj, gone=False)
            await asyncio.sleep(0)

    nothing: Act = Several(())
    scenario = Scenario("two that fight", (Step("begun", nothing),))
    pace = Pace(0.0, 0.1, 0.1, 0.1, 0.1, 0.1, endless=0.2)
    quiet_start = played(scenario, Silent(), writes, pace, beginning=lambda _: True)
    writing = asyncio.create_task(write())
    try:
        with pytest.raises(NeverQuiet) as said:
            await anext(quiet_start)
    finally:
        stop.set()
        await writing
    told = "two that fight, begun: still written after 0 s: ClusterNetwork data ("
    assert str(said.value).startswith(told)


async def test_kind_that_the_lab_does_not_serve_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "_LISTED_WITHIN", 0.05)
    with pytest.raises(ExceptionGroup) as said:
        async with followed(Silent()):
            raise AssertionError("nothing is listed")
    (error,) = said.value.exceptions
    assert isinstance(error, LabError)
    assert str(error) == "The lab gave no list of clusternetworks in 0.05 s."


class Silent(Api):
    """A server that never answers."""

    def __init__(self) -> None:
        super().__init__("https://127.0.0.1:1", "", "")

    async def list(self, path: str, **params: str) -> Object:
        await asyncio.Event().wait()
        return {}
