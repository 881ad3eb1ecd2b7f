"""What the user may do: few questions, and doubts in favour of going on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.errors import Unreachable
from harvester_net.cluster.permissions import Attempt
from harvester_net.cluster.resources import CONFIG_MAP, VLAN_CONFIG, VM, Object
from harvester_net.cluster.rights import Right, rights

from ... import objects
from ...cluster import LabApi
from ...rbac import bound, let_in, roles_of
from ...timing import QUICK, hasten
from ...waiting import SECONDS

RULES, ACCESS = "POST selfsubjectrulesreviews", "POST selfsubjectaccessreviews"
EVERYWHERE = Right("patch", VM)
PROD, TEST = EVERYWHERE.within("prod"), EVERYWHERE.within("test")
CONFIGS = rights("create delete", VLAN_CONFIG)
NOTE: Object = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "note", "namespace": "default"},
}


@asynccontextmanager
async def user(api: LabApi, *given: Right) -> AsyncIterator[Cluster]:
    access = AccessSettings(api.kubeconfig(let_in(api.plane, given)), environment="")
    cluster = Cluster(access, timings=QUICK)
    try:
        yield cluster
    finally:
        await cluster.close()


async def missing(cluster: Cluster, *wanted: Right) -> list[Right]:
    return await cluster.permissions.missing(wanted, Deadline(SECONDS))


@pytest.mark.parametrize(
    ("given", "wanted", "lacks", "asked"),
    [
        ([], [], [], {RULES: 1}),
        ([EVERYWHERE], [PROD, TEST], [], {RULES: 1}),
        ([PROD, TEST], [PROD, TEST], [], {RULES: 3}),
        ([PROD], [PROD, TEST], [TEST], {RULES: 3, ACCESS: 1}),
        ([EVERYWHERE], [*CONFIGS, PROD], [*CONFIGS], {RULES: 1, ACCESS: 2}),
        ([*CONFIGS], [*CONFIGS], [], {RULES: 1}),
        # A Role gives nothing in the whole cluster.
        ([PROD], [EVERYWHERE], [EVERYWHERE], {RULES: 1, ACCESS: 1}),
    ],
)
async def test_server_says_what_is_missing(
    api: LabApi,
    given: list[Right],
    wanted: list[Right],
    lacks: list[Right],
    asked: dict[str, int],
) -> None:
    for namespace in ("prod", "test"):
        api.put(objects.vm("a", namespace=namespace))
    async with user(api, *given) as cluster:
        assert await missing(cluster, *wanted) == lacks
        assert api.counts() == asked


async def test_rules_are_learnt_once_until_they_are_forgotten(api: LabApi) -> None:
    async with user(api, *CONFIGS) as cluster:
        await missing(cluster, *CONFIGS)
        await missing(cluster, *CONFIGS)
        assert api.counts() == {RULES: 1}
        cluster.permissions.forget()
        await missing(cluster, *CONFIGS)
        assert api.counts() == {RULES: 2}


async def test_what_is_granted_meanwhile_is_seen(api: LabApi) -> None:
    async with user(api) as cluster:
        assert await missing(cluster, EVERYWHERE) == [EVERYWHERE]
        for obj in bound(roles_of([EVERYWHERE], "more")):
            api.put(obj)
        assert await missing(cluster, EVERYWHERE) == []


async def test_outage_is_waited_for_and_is_no_yes(api: LabApi) -> None:
    async with user(api) as cluster:
        api.fail(RULES, 503, times=3)
        assert await missing(cluster, EVERYWHERE) == [EVERYWHERE]
        cluster.permissions.forget()
        api.fail(RULES, 503, times=10_000)
        with pytest.raises(Unreachable):
            await cluster.permissions.missing([EVERYWHERE], Deadline(0.2))


async def why_refused(cluster: Cluster, *what: Any) -> str:
    return await cluster.permissions.why_refused(Attempt(*what), Deadline(SECONDS))


async def test_what_is_tried_is_not_done(api: LabApi) -> None:
    api.put(objects.vm("a", strategy="Always"))
    async with user(api, EVERYWHERE, Right("create", CONFIG_MAP)) as cluster:
        halted = {"spec": {"runStrategy": "Halted"}}
        assert await why_refused(cluster, VM, halted, "default/a") == ""
        assert await why_refused(cluster, CONFIG_MAP, NOTE) == ""
    assert api.get("virtualmachines", "default/a")["spec"]["runStrategy"] == "Always"
    assert not api.has("configmaps", "default/note")


async def test_what_was_taken_is_not_tried_again_but_what_was_refused_is(
    api: LabApi,
) -> None:
    async with user(api, Right("create", CONFIG_MAP)) as cluster:
        api.deny("POST configmaps", "not today", status=400, times=1)
        refused = "validator.harvester-system.harvester-network-webhook: not today"
        assert await why_refused(cluster, CONFIG_MAP, NOTE) == refused
        assert await why_refused(cluster, CONFIG_MAP, NOTE) == ""
        assert await why_refused(cluster, CONFIG_MAP, NOTE) == ""
        assert api.counts() == {"POST configmaps": 2}


async def test_each_namespace_is_tried_for_itself(api: LabApi) -> None:
    halted = {"spec": {"runStrategy": "Halted"}}
    async with user(api, EVERYWHERE, Right("create", CONFIG_MAP)) as cluster:
        for key in ("prod/a", "prod/b", "test/a"):
            api.put(objects.vm(key.partition("/")[2], namespace=key.partition("/")[0]))
            assert await why_refused(cluster, VM, halted, key) == ""
        for namespace in ("prod", "prod", "test"):
            note = NOTE | {"metadata": {"name": "note", "namespace": namespace}}
            assert await why_refused(cluster, CONFIG_MAP, note) == ""
        assert api.counts() == {"PATCH virtualmachines": 2, "POST configmaps": 2}


@pytest.mark.parametrize("status", [404, 409, 503])
async def test_answer_that_is_no_refusal_is_none(api: LabApi, status: int) -> None:
    async with user(api, Right("create", CONFIG_MAP)) as cluster:
        hasten(cluster, dry_run=0.1)
        api.fail("POST configmaps", status, times=10_000)
        assert await why_refused(cluster, CONFIG_MAP, NOTE) == ""


async def test_lack_of_the_right_itself_is_said(api: LabApi) -> None:
    async with user(api) as cluster:
        said = await why_refused(cluster, CONFIG_MAP, NOTE)
        assert said == (
            'post default/configmaps: configmaps is forbidden: User "somebody" cannot create '
            'resource "configmaps" in API group "" in the namespace "default"'
        )
