"""At `up` the server has the last word; what it would not notice is ours to refuse, and what
it denies is waited for or said in our words.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest

from harvester_net.cluster.errors import Denied
from harvester_net.cluster.resources import NAD, SETTING, Object
from harvester_net.harvester.names import MATCHED_NODES
from harvester_net.kinds import rule_checks
from harvester_net.kinds.call import Call
from harvester_net.kinds.desired_state import CREATED_BY, DesiredState
from harvester_net.kinds.failures import MADE_FIRST, Refused
from harvester_net.lab.apiserver.errors import status as status_object
from harvester_net.rules.rule import Write

from ... import objects
from ...cluster import LabApi
from ...timing import hasten
from ...waiting import SECONDS, until
from .calls import Run, running, urn_of
from .runs import CONFIG, DATA, NETWORK, RACK, STORAGE, VM_NET, carry, furnish

POST = "POST network-attachment-definitions"
MISSING = "clusterNetwork: there is no cluster network 'later'; the cluster has data"
NET = objects.nad(config=objects.cni(bridge="later-br", vlan=100), cluster_network="later")
KNOWN = objects.nad()


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    furnish(api)
    async with running(api) as started:
        # The programs of these tests name their resources one by one.
        hasten(started.cluster, program_silence=1.0)
        yield started


def planning() -> DesiredState:
    """A run whose program also makes the cluster network."""
    desired_state = DesiredState()
    NETWORK.check(DATA | {"name": "later"}, desired_state)
    return desired_state


async def send(obj: Object, call: Call) -> Object:
    """Create a VM network as a life-cycle call does it."""
    create = partial(call.cluster.create, NAD, obj, call.deadline)
    return await rule_checks.send(Write(NAD, None, obj), create, call)


async def test_denial_is_waited_out_while_the_run_clears_the_way(
    run: Run, api: LabApi
) -> None:
    call = run.call(VM_NET, "mine", desired_state=planning())
    sending = asyncio.create_task(send(NET, call))
    await until(lambda: f"waiting: {MISSING}" in run.said.told)
    assert not sending.done()
    api.put(objects.cluster_network("later"))
    made = await asyncio.wait_for(sending, SECONDS)
    assert made["metadata"]["uid"] == api.get(NAD.plural, "default/vm100")["metadata"]["uid"]


async def test_denial_that_stays_when_the_way_is_clear_has_the_servers_words(
    run: Run, api: LabApi
) -> None:
    api.deny(POST, "because")
    sending = asyncio.create_task(
        send(NET, run.call(VM_NET, "mine", desired_state=planning()))
    )
    await until(lambda: f"waiting: {MISSING}" in run.said.told)
    api.put(objects.cluster_network("later"))
    with pytest.raises(Denied, match="because"):
        await asyncio.wait_for(sending, SECONDS)


class Stopped:
    """A clock."""

    @staticmethod
    def monotonic() -> float:
        return 1000.0


async def test_way_that_is_not_cleared_in_time_ends_with_the_servers_words(
    run: Run, api: LabApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no time for it, there is none at all, however quick the answer is."""
    monkeypatch.setattr(rule_checks, "time", Stopped)
    hasten(run.cluster, cure=0.0)
    with pytest.raises(Denied, match="cluster network later not found"):
        await send(NET, run.call(VM_NET, "mine", desired_state=planning()))
    assert run.said.told == [f"waiting: {MISSING}"]


async def test_lasting_denial_has_our_words_and_the_servers(run: Run, api: LabApi) -> None:
    with pytest.raises(Refused) as refused:
        await send(NET, run.call(VM_NET, "mine"))
    server = "Harvester refused it: cluster network later not found"
    assert (str(refused.value), api.count(POST)) == (f"{MISSING}; {MADE_FIRST} ({server})", 1)
    assert isinstance(refused.value.__cause__, Denied)


async def test_denial_that_no_rule_explains_has_the_servers_words_at_once(
    run: Run, api: LabApi
) -> None:
    api.deny(POST, "because")
    assert run.cluster.wrote_at == -math.inf
    with pytest.raises(Denied, match="Harvester refused it: because"):
        await send(KNOWN, run.call(VM_NET, "mine"))
    assert api.count(POST) == 1


async def test_denial_right_after_our_own_write_is_tried_again(run: Run, api: LabApi) -> None:
    run.cluster.wrote_at = time.monotonic()
    api.deny(POST, "stale", times=3)
    await send(KNOWN, run.call(VM_NET, "mine"))
    assert api.count(POST) == 4


async def test_denial_long_after_our_own_write_is_not(run: Run, api: LabApi) -> None:
    run.cluster.wrote_at = time.monotonic() - 2 * run.cluster.timings.webhook_lag
    api.deny(POST, "because", times=1)
    with pytest.raises(Denied):
        await send(KNOWN, run.call(VM_NET, "mine"))
    assert api.count(POST) == 1


async def test_webhook_of_somebody_else_has_its_say_at_once(run: Run, api: LabApi) -> None:
    run.cluster.wrote_at = time.monotonic()
    text = 'admission webhook "policy.example.com" denied the request: no bridges here'
    api.fail(POST, 403, status_object(403, "Forbidden", text))
    with pytest.raises(Denied, match="no bridges here"):
        await send(NET, run.call(VM_NET, "mine", desired_state=planning()))
    assert [request.method for request in api.seen] == ["POST"]


async def test_denial_to_one_who_may_not_look_has_the_servers_words(
    run: Run, api: LabApi
) -> None:
    api.fail("LIST nodes", 403, status_object(403, "Forbidden", "no nodes for you"))
    with pytest.raises(Denied, match="cluster network later not found"):
        await send(NET, run.call(VM_NET, "mine"))
    assert len(run.said.warned) == 1


async def test_what_the_server_would_take_although_it_cannot_work_is_refused(
    run: Run, api: LabApi
) -> None:
    with pytest.raises(Refused) as refused:
        await CONFIG.create(
            RACK | {"uplink": {"nics": ["eth9"]}},
            run.call(CONFIG, "mine", desired_state=DesiredState()),
        )
    assert str(refused.value).startswith("uplink.nics: n1 has no eth9; free there: eth1, eth2")
    assert api.writes() == []


async def test_node_that_a_later_resource_of_the_run_leaves_is_no_objection(
    run: Run, api: LabApi
) -> None:
    """The engine sends updates side by side, each before the next one is checked."""
    made_by = {CREATED_BY: urn_of(CONFIG, "old"), MATCHED_NODES: '["n1"]'}
    api.put(objects.config("old", nodes=["n1"], annotations=made_by))
    desired_state, call = DesiredState(), run.call(CONFIG, "mine")
    call = replace(call, desired_state=desired_state)
    CONFIG.check(RACK | {"name": "new"}, desired_state)
    new = CONFIG.codec.manifest(CONFIG.spec.model_validate(RACK | {"name": "new"}), 1500)
    judged = asyncio.create_task(
        rule_checks.check_stricter(Write(CONFIG.resource, None, new), call)
    )
    await until(lambda: api.count("LIST vlanconfigs"))
    assert not judged.done()
    leaving = RACK | {"name": "old", "nodeSelector": {"rack": "elsewhere"}}
    CONFIG.check(leaving, desired_state)
    await asyncio.wait_for(judged, SECONDS)


async def test_what_the_server_refuses_itself_is_left_to_it(run: Run, api: LabApi) -> None:
    api.deny("POST vlanconfigs", "overlaps")
    api.put(objects.vlan_status("gone", "n1"))
    with pytest.raises(Refused, match=r"still has the uplink .*\(Harvester refused it: overl"):
        await CONFIG.create(RACK | {"mtu": 1500}, run.call(CONFIG, "mine"))
    assert api.count("POST vlanconfigs") == 1


async def test_warning_is_given_at_up_too(run: Run, api: LabApi) -> None:
    call = run.call(CONFIG, "mine")
    config = CONFIG.codec.manifest(CONFIG.spec.model_validate(RACK), 1500)
    config["spec"]["uplink"]["nics"] = ["eth3"]
    await rule_checks.check_stricter(Write(CONFIG.resource, None, config), call)
    assert run.said.warned == [
        "uplink.nics: eth3 of n1 is down; look at cable and switch port"
    ]


async def test_rare_write_is_judged_by_what_is_there_now(run: Run, api: LabApi) -> None:
    carry(api)
    old = api.get("settings", "storage-network")
    new = old | {"value": '{"clusterNetwork":"data","vlan":300,"range":"192.168.0.0/24"}'}
    call = run.call(STORAGE, "storage")
    await rule_checks.require_allowed(Write(SETTING, old, new), call)
    api.put(objects.vm("vm1", status="Running", strategy="Always"))
    await rule_checks.require_allowed(Write(SETTING, old, new), call, ordered=True)
    with pytest.raises(Refused, match="while VMs run; stop default/vm1"):
        await rule_checks.require_allowed(Write(SETTING, old, new), call)
    assert api.writes() == []
