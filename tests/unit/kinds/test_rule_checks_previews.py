"""What a preview says of a write: refusals, warnings and silence, and nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.cluster.resources import SETTING, VLAN_CONFIG, Object
from harvester_net.kinds import rule_checks
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.failures import Refused
from harvester_net.kinds.kind import Kind
from harvester_net.lab.apiserver.errors import status as status_object
from harvester_net.rules.rule import Write

from ... import objects
from ...cluster import LabApi
from ...timing import hasten
from ...waiting import SECONDS, until
from .calls import Run, running
from .runs import (
    CONFIG,
    DATA,
    NETWORK,
    RACK,
    STORAGE,
    STORED,
    VM100,
    VM_NET,
    carry,
    furnish,
    previewed,
)

NO_NIC = "uplink.nics: n1 has no eth9; free there: eth1, eth2, eth3 (down)"
NO_NETWORK = "clusterNetwork: there is no cluster network '{}'; the cluster has {}"
UNLESS = ", unless this run changes that"
FIRST = "; this run, another provider or stack must make it first"
FORBIDDEN = "not all that Harvester would refuse can be said: "


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    furnish(api)
    async with running(api) as started:
        yield started


async def test_right_program_is_told_nothing(run: Run, api: LabApi) -> None:
    carry(api)
    await previewed(run, VM_NET, VM100)
    assert (run.said.warned, api.writes()) == ([], [])


async def test_refusal_has_the_rules_words_and_nothing_is_written(
    run: Run, api: LabApi
) -> None:
    with pytest.raises(Refused) as refused:
        await previewed(run, CONFIG, RACK | {"uplink": {"nics": ["eth9"]}})
    assert (str(refused.value), api.writes()) == (NO_NIC, [])


async def test_everything_that_stands_against_it_is_said_at_once(run: Run) -> None:
    with pytest.raises(Refused) as refused:
        await previewed(run, CONFIG, RACK | {"uplink": {"nics": ["eth9", "eth8"]}})
    assert str(refused.value).splitlines() == [NO_NIC, NO_NIC.replace("eth9", "eth8")]


async def test_refusal_of_an_update_writes_nothing_either(run: Run, api: LabApi) -> None:
    carry(api)
    desired = RACK | {"uplink": {"nics": ["eth9"]}}
    with pytest.raises(Refused, match="n1 has no eth9"):
        await CONFIG.update(
            "rack-a", RACK, desired, {}, run.call(CONFIG, "mine", preview=True)
        )
    assert api.writes() == []


async def test_warning_does_not_refuse(run: Run) -> None:
    await previewed(run, CONFIG, RACK | {"uplink": {"nics": ["eth3"]}})
    assert run.said.warned == [
        "uplink.nics: eth3 of n1 is down; look at cable and switch port"
    ]


async def test_what_the_run_may_still_make_is_a_warning(run: Run, api: LabApi) -> None:
    """Once, however much is on it: another provider of the program may make it."""
    plan = DesiredState()
    for name, vlan in (("vm100", 100), ("vm200", 200)):
        wanted = VM100 | {"clusterNetwork": "later", "name": name, "vlan": vlan}
        await previewed(run, VM_NET, wanted, plan)
    assert run.said.warned == [NO_NETWORK.format("later", "data") + FIRST]
    assert api.writes() == []


async def test_what_the_run_makes_is_not_mentioned(run: Run) -> None:
    desired_state = DesiredState()
    NETWORK.check(DATA | {"name": "later"}, desired_state)
    await previewed(run, CONFIG, RACK | {"clusterNetwork": "later"}, desired_state)
    assert run.said.warned == []


async def test_preview_waits_a_moment_for_what_the_program_names_later(
    run: Run, api: LabApi
) -> None:
    hasten(run.cluster, program_silence=SECONDS)
    desired_state = DesiredState()
    desired = RACK | {"clusterNetwork": "later"}
    going_on = asyncio.create_task(previewed(run, CONFIG, desired, desired_state))
    await until(lambda: desired_state.seen is not None)
    assert not going_on.done()
    NETWORK.check(DATA | {"name": "later"}, desired_state)
    await asyncio.wait_for(going_on, SECONDS)
    assert run.said.warned == []


async def test_refusal_that_nothing_can_cure_waits_for_nothing(run: Run) -> None:
    hasten(run.cluster, program_silence=10 * SECONDS)
    async with asyncio.timeout(SECONDS):
        with pytest.raises(Refused):
            await previewed(run, CONFIG, RACK | {"uplink": {"nics": ["eth9"]}})


async def test_certain_refusal_comes_with_the_warnings_beside_it(run: Run) -> None:
    desired = RACK | {"clusterNetwork": "later", "uplink": {"nics": ["eth9", "eth3"]}}
    with pytest.raises(Refused) as refused:
        await previewed(run, CONFIG, desired)
    assert str(refused.value) == NO_NIC.removesuffix(", eth3 (down)")
    assert set(run.said.warned) == {
        NO_NETWORK.format("later", "data") + FIRST,
        "uplink.nics: eth3 of n1 is down; look at cable and switch port",
    }


async def test_preview_of_many_looks_at_the_cluster_once(run: Run, api: LabApi) -> None:
    carry(api)
    desired_state = DesiredState()
    for vlan in range(100, 110):
        desired = VM100 | {"name": f"vm{vlan}", "vlan": vlan}
        await previewed(run, VM_NET, desired, desired_state)
    lists = {name: n for name, n in api.counts().items() if name.startswith("LIST")}
    assert set(lists.values()) == {1}


@pytest.mark.parametrize(
    ("kind", "desired"),
    [(CONFIG, RACK), (VM_NET, VM100), (STORAGE, STORED)],
    ids=["a config", "a VM network", "the storage network"],
)
async def test_who_may_not_look_is_warned_and_not_refused(
    run: Run, api: LabApi, kind: Kind[Any], desired: Object
) -> None:
    api.fail("LIST nodes", 403, status_object(403, "Forbidden", "no nodes for you"), times=9)
    await previewed(run, kind, desired)
    assert [text.startswith(FORBIDDEN) for text in run.said.warned] == [True]


async def test_who_may_not_look_is_told_so_once_in_a_run(run: Run, api: LabApi) -> None:
    api.fail("LIST nodes", 403, status_object(403, "Forbidden", "no nodes for you"), times=9)
    desired_state = DesiredState()
    await previewed(run, CONFIG, RACK, desired_state)
    await previewed(run, VM_NET, VM100, desired_state)
    assert len(run.said.warned) == 1


async def test_who_may_not_look_at_volumes_is_still_told_of_nics(
    run: Run, api: LabApi
) -> None:
    carry(api)
    api.fail("LIST volumes", 403, status_object(403, "Forbidden", "no volumes"), times=9)
    desired_state = DesiredState()
    await previewed(run, STORAGE, STORED, desired_state)
    assert [text.startswith(FORBIDDEN) for text in run.said.warned] == [True]
    desired = RACK | {"name": "rack-b", "uplink": {"nics": ["eth9"]}}
    with pytest.raises(Refused, match="n1 has no eth9"):
        await previewed(run, CONFIG, desired, desired_state)


async def test_replacement_is_warned_of_who_holds_the_object_before(
    run: Run, api: LabApi
) -> None:
    api.put(objects.nad())
    api.put(objects.vmi("vm1", "vm100", node="n1"))
    api.put(objects.vm("vm2", "vm100"))
    await previewed(run, VM_NET, VM100 | {"vlan": 200}, replaced="default/vm100")
    before = "default/vm100 is deleted before it is replaced: "
    assert run.said.warned == [
        before + "cannot be deleted while VMs use it; stop default/vm1",
        before + "cannot be deleted while VMs name it; remove the network from default/vm2",
    ]


async def test_replacement_of_what_nobody_holds_is_told_nothing(run: Run, api: LabApi) -> None:
    api.put(objects.nad())
    await previewed(run, VM_NET, VM100 | {"vlan": 200}, replaced="default/vm100")
    assert run.said.warned == []


async def test_replacement_that_may_stop_vms_is_not_warned_of_them(
    run: Run, api: LabApi
) -> None:
    carry(api)
    api.put(objects.nad())
    api.put(objects.vmi("vm1", "vm100", node="n1"))
    desired, desired_state = RACK | {"name": "rack-b"}, DesiredState()
    desired_state.replace((VLAN_CONFIG, "rack-a"))
    await previewed(run, CONFIG, desired, desired_state, replaced="rack-a")
    assert [text.rpartition(": ")[2] for text in run.said.warned] == [
        "is in use by VMs; stop default/vm1 on n1"
    ]
    run.said.warned.clear()
    consenting = desired | {"disruption": {"stopVms": True}}
    await previewed(run, CONFIG, consenting, desired_state, replaced="rack-a")
    assert run.said.warned == []


async def test_ordered_change_answers_for_the_vms_that_it_stops(run: Run, api: LabApi) -> None:
    carry(api)
    api.put(objects.nad())
    api.put(objects.vmi("vm1", "vm100", node="n1"))
    old = api.get("vlanconfigs", "rack-a")
    new = old | {"spec": old["spec"] | {"uplink": {"nics": ["eth2"]}}}
    call = run.call(CONFIG, "mine", preview=True)
    write = Write(VLAN_CONFIG, old, new)
    await rule_checks.check_preview(write, call, ordered=True, besides=rule_checks.WORKLOADS)
    with pytest.raises(Refused, match="is in use by VMs; stop default/vm1 on n1"):
        await rule_checks.check_preview(write, call, besides=rule_checks.WORKLOADS)


async def test_setting_that_is_busy_is_waited_for_and_not_mentioned(
    run: Run, api: LabApi
) -> None:
    carry(api)
    busy = objects.storage_setting("{}", status="False", reason="In Progress")
    api.put(busy)
    new = busy | {"value": '{"clusterNetwork":"data","vlan":1,"range":"192.168.0.0/24"}'}
    call = run.call(STORAGE, "mine", preview=True)
    await rule_checks.check_preview(
        Write(SETTING, busy, new), call, besides=rule_checks.WORKLOADS
    )
    assert run.said.warned == []


async def test_storage_network_shows_its_addresses(run: Run, api: LabApi) -> None:
    carry(api)
    shown: list[str] = []
    await previewed(run, STORAGE, STORED, inform=shown.append)
    assert shown == [
        "addresses of 192.168.0.0/24: 254 available, 4 needed, 250 spare. Longhorn needs 2 "
        "for a node and 2 for each of its disks: n1 4 (1 disk)"
    ]


async def test_storage_network_without_uplinks_is_warned_of_unless_the_run_makes_one(
    run: Run, api: LabApi
) -> None:
    desired_state = DesiredState()
    CONFIG.check(RACK, desired_state)
    await previewed(run, STORAGE, STORED, desired_state)
    assert run.said.warned == []
    await previewed(run, STORAGE, STORED)
    assert run.said.warned == [
        f"clusterNetwork: no node has set up cluster network data yet{UNLESS}",
        f"clusterNetwork: cluster network data has no network config{UNLESS}",
    ]


async def test_config_on_its_way_out_is_not_in_the_way(run: Run, api: LabApi) -> None:
    slow = objects.config("old", finalizers=["wrangler.cattle.io/slow"])
    api.put(objects.going(slow))
    await previewed(run, CONFIG, RACK)
    assert run.said.warned == []


NOWHERE = RACK | {"nodeSelector": {"rack": "none"}}
NO_NODE = (
    "nodeSelector: no node is left that carries cluster network data: default/vm1 cannot be "
    "started any more"
)


async def narrowed(run: Run, desired_state: DesiredState) -> list[str]:
    """The warnings of a preview in which the only network config leaves its node."""
    call = run.call(CONFIG, "mine", preview=True, desired_state=desired_state)
    await CONFIG.update("rack-a", RACK, NOWHERE, {}, call)
    return run.said.warned


async def test_vms_that_lose_their_nodes_are_named(run: Run, api: LabApi) -> None:
    carry(api)
    api.put(objects.nad())
    api.put(objects.vm("vm1", "vm100"))
    assert NO_NODE in await narrowed(run, DesiredState())


async def test_vms_keep_a_node_that_another_config_of_the_program_takes(
    run: Run, api: LabApi
) -> None:
    carry(api)
    api.put(objects.nad())
    api.put(objects.vm("vm1", "vm100"))
    desired_state = DesiredState()
    CONFIG.check(RACK | {"name": "rack-b"}, desired_state)
    assert NO_NODE not in await narrowed(run, desired_state)
