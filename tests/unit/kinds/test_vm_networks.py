"""VmNetworks: each network lives as a VmNetwork does; none of them hides the others."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.cluster.resources import Object, annotations_of
from harvester_net.harvester.names import ROUTE
from harvester_net.kinds.desired_state import CREATED_BY, DesiredState
from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.kind import Live
from harvester_net.kinds.registry import KINDS
from harvester_net.kinds.vm_networks import MADE
from harvester_net.specs.unknown import UNKNOWN

from ... import objects
from ...cluster import LabApi
from ..programs import VM_NETWORKS, messages, program
from .calls import Run, checked, running, urn_of
from .runs import VM100, VM_NET, furnish

SET = KINDS[VM_NETWORKS]
NADS = "network-attachment-definitions"
ID = "default/data/vlan{vlan}"
FOUR = program(VM_NETWORKS, vlans=["100-102", 300])
KEYS = ["default/vlan100", "default/vlan101", "default/vlan102", "default/vlan300"]


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    furnish(api)
    async with running(api) as started:
        yield started


async def made(run: Run, inputs: Object = FOUR) -> Live:
    return await SET.create(checked(SET, inputs), run.call(SET, "all"))


async def updated(run: Run, before: Live, new: Object, **more: Any) -> Live:
    call = run.call(SET, "all", **more)
    return await SET.update(before.key, before.inputs, checked(SET, new), before.outputs, call)


def vlan_of(api: LabApi, key: str) -> int:
    return int(json.loads(api.get(NADS, key)["spec"]["config"])["vlan"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"vlans": ["199-100", 0, "x"]},
            [
                "vlans[0]: 199-100 is not a range of VLANs; use 1 to 4094, the lower one "
                "first",
                "vlans[1]: 0 is not a range of VLANs; use 1 to 4094, the lower one first",
                "vlans[2]: 'x' is neither a VLAN nor a range; write 100-199,250",
            ],
        ),
        (
            {"namePattern": "vlan"},
            [
                "namePattern: 'vlan' must have {vlan} once, which stands for the VLAN of each "
                "network"
            ],
        ),
        (
            {"namePattern": "VLAN{vlan}"},
            [
                "namePattern: 'VLAN4094' is not a valid name of a VM network; use lower-case "
                "letters, digits and '-', with a letter or digit at both ends, or several "
                "such parts joined by '.'"
            ],
        ),
        (
            {"routes": {"100-101": {"mode": "manual"}, "101": {"mode": "auto"}}},
            [
                'routes["100-101"].cidr: is required by mode manual',
                'routes["100-101"].gateway: is required by mode manual',
                'routes["101"]: gives VLAN 101 a route, and so does 100-101',
            ],
        ),
    ],
    ids=["VLANs", "pattern without a VLAN", "pattern that is no name", "routes"],
)
def test_wrong_program_is_told_so(changed: Object, said: list[str]) -> None:
    assert messages(VM_NETWORKS, program(VM_NETWORKS, **changed)) == said


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        (FOUR, FOUR | {"vlans": [300, 101, "100", "102"]}, []),
        (FOUR, FOUR | {"namePattern": "vlan{vlan}", "namespace": "default"}, []),
        (FOUR, FOUR | {"vlans": ["100-102", 301]}, ["vlans[1]"]),
        (
            FOUR | {"routes": {"100-101": {"mode": "auto"}}},
            FOUR | {"routes": {"100": {"mode": "auto"}, "101": {"mode": "auto"}}},
            [],
        ),
        (FOUR, FOUR | {"namePattern": "vm{vlan}"}, ["namePattern"]),
    ],
)
def test_what_means_the_same_is_no_change(old: Object, new: Object, paths: list[str]) -> None:
    assert [each.path for each in SET.diff(old, new)] == paths


async def test_life_of_a_set(run: Run, api: LabApi) -> None:
    inputs = FOUR | {"routes": {"300": {"mode": "auto"}}, "labels": {"team": "a"}}
    live = await made(run, inputs)
    assert (live.key, sorted(api.of(NADS))) == (ID, KEYS)
    assert live.outputs["networks"] == {
        "100": KEYS[0],
        "101": KEYS[1],
        "102": KEYS[2],
        "300": KEYS[3],
    }
    assert [vlan_of(api, key) for key in KEYS] == [100, 101, 102, 300]
    assert [key for key in KEYS if ROUTE in annotations_of(api.get(NADS, key))] == KEYS[3:]
    read = await SET.read(ID, live.inputs, live.outputs, run.call(SET, "all"))
    assert read == live
    await SET.delete(ID, live.outputs, run.call(SET, "all"))
    assert api.of(NADS) == {}
    assert run.said.warned == []


async def test_update_writes_only_what_differs(run: Run, api: LabApi) -> None:
    live = await made(run)
    before = len(api.writes())
    new = FOUR | {"vlans": ["101-102", 300, 400], "routes": {"101": {"mode": "auto"}}}
    changed = await updated(run, live, new)
    assert sorted(api.of(NADS)) == [*KEYS[1:], "default/vlan400"]
    written = [line for line in api.writes()[before:] if NADS in str(line)]
    assert len(written) == 3, written
    assert changed.outputs[MADE].keys() == set(api.of(NADS))


async def test_preview_names_what_is_added_changed_and_removed(run: Run, api: LabApi) -> None:
    live = await made(run)
    before, informed = api.writes(), list[str]()
    new = FOUR | {"vlans": ["101-102", 300, 400], "routes": {"101": {"mode": "auto"}}}
    shown = await updated(run, live, new, preview=True, inform=informed.append)
    assert informed == [
        "adds 1 VM network: default/vlan400",
        "changes 1 VM network: default/vlan101",
        "removes 1 VM network: default/vlan100",
    ]
    assert shown.outputs["networks"]["400"] == "default/vlan400"
    assert api.writes() == before


async def test_vm_on_a_network_that_goes_is_named_at_preview_and_at_up(
    run: Run, api: LabApi
) -> None:
    live = await made(run)
    api.put(objects.vmi("vm1", "vlan100"))
    api.put(objects.vm("vm1", "vlan100"))
    new = FOUR | {"vlans": ["101-102", 300]}
    await updated(run, live, new, preview=True)
    assert run.said.warned == [
        "default/vlan100 goes: cannot be deleted while VMs name it; remove the network from "
        "default/vm1",
        "default/vlan100 goes: cannot be deleted while VMs use it; stop default/vm1",
    ]
    api.deny("DELETE network-attachment-definitions", "it's still used by VM(s) default/vm1")
    with pytest.raises(Unfinished) as failed:
        await updated(run, live, new)
    assert str(failed.value) == (
        "VmNetwork default/vlan100 cannot be deleted while it is used by VM default/vm1 "
        "(Running on node1)"
    )
    error = failed.value
    assert error.outputs[MADE].keys() == set(KEYS)
    async with running(api) as later:
        with pytest.raises(Unfinished) as still:
            await SET.read(ID, error.inputs, error.outputs, later.call(SET, "all"))
        assert str(still.value) == "default/vlan100: was to go, and is still there"
        api.allow("DELETE network-attachment-definitions")
        api.remove("virtualmachines", "default/vm1")
        api.remove("virtualmachineinstances", "default/vm1")
        rest = Live(ID, still.value.outputs, still.value.inputs)
        await updated(later, rest, new)
    assert sorted(api.of(NADS)) == KEYS[1:]


async def test_failure_of_one_does_not_hide_the_others(run: Run, api: LabApi) -> None:
    api.put(objects.nad("vlan101", config=objects.cni("vlan101", vlan=101)))
    with pytest.raises(Unfinished) as failed:
        await made(run)
    assert str(failed.value) == (
        "VmNetwork default/vlan101 exists already; to manage it: give VmNetworks all adopt: "
        "true"
    )
    error = failed.value
    assert sorted(error.outputs["networks"].values()) == [KEYS[0], *KEYS[2:]]
    assert sorted(api.of(NADS)) == KEYS
    again = await updated(run, Live(ID, error.outputs, error.inputs), FOUR | {"adopt": True})
    assert sorted(again.outputs["networks"].values()) == KEYS


async def test_the_same_failure_of_many_is_said_once(run: Run, api: LabApi) -> None:
    for vlan in range(100, 115):
        name = f"vlan{vlan}"
        api.put(objects.nad(name, config=objects.cni(name, vlan=vlan)))
    with pytest.raises(Refused) as failed:
        await made(run, program(VM_NETWORKS, vlans=["100-114"]))
    names = ", ".join(f"default/vlan{vlan}" for vlan in range(100, 110))
    assert str(failed.value) == (
        f"{names} and 5 more: it exists already; to manage it: give VmNetworks all adopt: true"
    )


async def test_killed_create_goes_on_where_it_was(run: Run, api: LabApi) -> None:
    mark = {CREATED_BY: urn_of(SET, "all")}
    conf = objects.cni("vlan101", vlan=101)
    api.put(objects.nad("vlan101", config=conf, annotations=mark))
    uid = api.get(NADS, KEYS[1])["metadata"]["uid"]
    live = await made(run)
    assert live.outputs[MADE][KEYS[1]]["uid"] == uid
    assert sorted(live.outputs["networks"].values()) == KEYS


async def test_forced_replacement_leaves_what_the_new_set_has_taken_over(
    run: Run, api: LabApi
) -> None:
    old = await made(run)
    new = await made(run)
    await SET.delete(ID, old.outputs, run.call(SET, "all"))
    assert sorted(api.of(NADS)) == KEYS
    await SET.delete(ID, new.outputs, run.call(SET, "all"))
    assert api.of(NADS) == {}


async def test_drift_is_read_as_a_vlan_that_is_missing_and_repaired(
    run: Run, api: LabApi
) -> None:
    live, informed = await made(run, FOUR | {"labels": {"team": "a"}}), list[str]()
    api.remove(NADS, KEYS[0])
    api.change(NADS, KEYS[1], {"metadata": {"labels": {"team": "b"}}})
    async with running(api) as later:
        call = later.call(SET, "all", inform=informed.append)
        read = await SET.read(ID, live.inputs, live.outputs, call)
        assert read is not None
        assert read.inputs == live.inputs | {"vlans": ["102", "300"]}
        assert informed == ["default/vlan101: is not as it should be: labels.team"]
        assert [each.path for each in SET.diff(read.inputs, live.inputs)] != []
        fixed = await updated(later, read, live.inputs)
    assert fixed.outputs["networks"] == live.outputs["networks"]
    assert api.get(NADS, KEYS[1])["metadata"]["labels"]["team"] == "a"


async def test_import_reads_all_that_the_pattern_names(run: Run, api: LabApi) -> None:
    for vlan in (100, 101, 300):
        name = f"vlan{vlan}"
        api.put(objects.nad(name, config=objects.cni(name, vlan=vlan)))
    api.put(objects.nad("vlan7", config=objects.cni("vlan7", vlan=8)))
    api.put(objects.nad("other", config=objects.cni("other", vlan=9)))
    read = await SET.read(ID, {}, {}, run.call(SET, "all"))
    assert read is not None
    assert read.inputs == {"clusterNetwork": "data", "vlans": ["100-101", "300"]}
    assert SET.diff(read.inputs, program(VM_NETWORKS, vlans=[300, "100-101"])) == []
    before = api.writes()
    await updated(run, read, program(VM_NETWORKS, vlans=[300, "100-101"]))
    assert api.writes() == before
    await SET.delete(ID, read.outputs, run.call(SET, "all"))
    assert sorted(api.of(NADS)) == ["default/other", "default/vlan7"]


async def test_import_of_what_is_no_id_says_how_it_looks(run: Run) -> None:
    with pytest.raises(Refused) as refused:
        await SET.read("data", {}, {}, run.call(SET, "all"))
    assert str(refused.value) == (
        "'data' is not the id of VmNetworks; give namespace/cluster network/pattern, such as "
        "default/data/vlan{vlan}"
    )


async def test_network_moves_from_a_vm_network_into_a_set_untouched(
    run: Run, api: LabApi
) -> None:
    one = await VM_NET.create(
        checked(VM_NET, VM100 | {"name": "vlan100"}), run.call(VM_NET, "one")
    )
    before = api.get(NADS, KEYS[0])
    live = await made(run, FOUR | {"adopt": True})
    await VM_NET.delete(one.key, one.outputs, run.call(VM_NET, "one"))
    after = api.get(NADS, KEYS[0])
    assert (after["spec"], after["metadata"]["uid"]) == (
        before["spec"],
        before["metadata"]["uid"],
    )
    assert sorted(live.outputs["networks"].values()) == KEYS


async def test_network_moves_from_a_set_to_a_vm_network_untouched(
    run: Run, api: LabApi
) -> None:
    live = await made(run)
    read = await VM_NET.read(KEYS[0], {}, {}, run.call(VM_NET, "one"))
    assert read is not None
    plan = DesiredState()
    VM_NET.check(read.inputs, plan)
    await updated(run, live, FOUR | {"vlans": ["101-102", 300]}, desired_state=plan)
    assert sorted(api.of(NADS)) == KEYS
    await VM_NET.delete(KEYS[0], read.outputs, run.call(VM_NET, "one"))
    assert sorted(api.of(NADS)) == KEYS[1:]


async def test_network_of_another_stack_is_not_adopted(run: Run, api: LabApi) -> None:
    mark = {CREATED_BY: "urn:pulumi:prod::other::harvester-net:index:VmNetwork::web"}
    conf = objects.cni("vlan100", vlan=100)
    api.put(objects.nad("vlan100", config=conf, annotations=mark))
    with pytest.raises(Refused, match="stack prod of project other made it"):
        await made(run, program(VM_NETWORKS, adopt=True))


async def test_unknown_vlans_are_unknown_networks(run: Run) -> None:
    inputs = checked(SET, program(VM_NETWORKS, vlans=UNKNOWN))
    shown = await SET.create(inputs, run.call(SET, "all", preview=True))
    assert shown.outputs["networks"] is UNKNOWN
