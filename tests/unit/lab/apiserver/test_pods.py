"""Pods are bound, evicted and heard, in the words of the real server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harvester_net.lab.api import Api, ApiError
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.apiserver.errors import internal
from harvester_net.lab.apiserver.objects import Object

from .requests import ask

PODS = "/api/v1/namespaces/default/pods"
BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
DONE = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


@pytest.fixture
async def pod(api: Api) -> str:
    """The path of one."""
    containers = [{"name": "c", "image": "x"}]
    meta = {"name": "p", "labels": {"app": "p"}}
    await api.create(PODS, {"metadata": meta, "spec": {"containers": containers}})
    return f"{PODS}/p"


def binding(node: str = "node1", **more: Any) -> Object:
    return {"metadata": {"name": "p"}, "target": {"kind": "Node", "name": node}} | more


def eviction(**options: Any) -> Object:
    kind = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p"}}
    return kind | ({"deleteOptions": options} if options else {})


async def run(api: Api, pod: str) -> None:
    await api.create(f"{pod}/binding", binding())
    await api.merge_patch(f"{pod}/status", {"status": {"phase": "Running"}})


async def test_pod_that_is_bound_has_a_node(api: Api, pod: str) -> None:
    assert await api.create(f"{pod}/binding", binding(), dryRun="All") == DONE
    assert "nodeName" not in (await api.get(pod))["spec"]
    assert await api.create(f"{pod}/binding", binding()) == DONE
    found = await api.get(pod)
    assert found["spec"]["nodeName"] == "node1"
    (condition,) = found["status"]["conditions"]
    assert (condition["type"], condition["status"]) == ("PodScheduled", "True")


@pytest.mark.parametrize(
    ("sent", "code", "text"),
    [
        (binding(metadata={"name": "q"}), 400, "name in URL does not match name in Binding"),
        (binding(""), 500, "target.name: Required value"),
        ({"metadata": {}}, 500, "target.name: Required value"),
        (
            binding(target={"kind": "Rack", "name": "n"}),
            500,
            'target.kind: Unsupported value: "Rack": supported values: "Node", "<empty>"',
        ),
    ],
)
async def test_wrong_binding_is_refused(
    api: Api, pod: str, sent: Object, code: int, text: str
) -> None:
    with pytest.raises(ApiError) as refusal:
        await api.create(f"{pod}/binding", sent)
    assert refusal.value.status == code
    assert text in refusal.value.message


async def test_pod_is_bound_once(api: Api, pod: str) -> None:
    await api.create(f"{pod}/binding", binding())
    with pytest.raises(ApiError) as refusal:
        await api.create(f"{pod}/binding", binding("node2"))
    assert refusal.value.body["details"] == {"name": "p", "kind": "pods/binding"}
    assert refusal.value.message == (
        'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node'
        ' "node1"'
    )
    await api.delete(pod)
    with pytest.raises(ApiError, match="pod p is being deleted, cannot be assigned to a host"):
        await api.create(f"{pod}/binding", binding("node2"))


async def test_pod_that_is_evicted_goes(api: Api, pod: str) -> None:
    await run(api, pod)
    assert await api.create(f"{pod}/eviction", eviction(), dryRun="All") == DONE
    assert await api.create(f"{pod}/eviction", eviction(dryRun=["All"])) == DONE
    assert "deletionTimestamp" not in (await api.get(pod))["metadata"]
    assert await api.create(f"{pod}/eviction", eviction()) == DONE
    found = await api.get(pod)
    assert found["metadata"]["deletionGracePeriodSeconds"] == 30
    condition = found["status"]["conditions"][-1]
    assert (condition["type"], condition["reason"]) == (
        "DisruptionTarget",
        "EvictionByEvictionAPI",
    )


async def test_eviction_has_conditions_as_a_deletion(api: Api, pod: str) -> None:
    with pytest.raises(ApiError, match=r"the UID in the precondition \(x\) does not match"):
        await api.create(f"{pod}/eviction", eviction(preconditions={"uid": "x"}))
    await api.create(f"{pod}/eviction", eviction(gracePeriodSeconds=0))
    with pytest.raises(ApiError, match='pods "p" not found'):
        await api.create(f"{pod}/eviction", eviction())


@pytest.mark.parametrize(
    ("selector", "status", "cause"),
    [
        ({"matchLabels": {"app": "p"}}, {}, "is still being processed by the server"),
        (
            {"matchLabels": {"app": "p"}},
            {"observedGeneration": 1, "desiredHealthy": 1, "currentHealthy": 1},
            "needs 1 healthy pods and has 1 currently",
        ),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, {}, "being processed"),
        ({}, {}, "being processed"),
    ],
)
async def test_budget_keeps_a_pod(
    api: Api, pod: str, selector: Object, status: Object, cause: str
) -> None:
    await run(api, pod)
    await api.create(BUDGETS, {"metadata": {"name": "b"}, "spec": {"selector": selector}})
    await api.merge_patch(f"{BUDGETS}/b/status", {"status": status})
    with pytest.raises(ApiError) as refusal:
        await api.create(f"{pod}/eviction", eviction())
    assert (refusal.value.status, refusal.value.reason) == (429, "TooManyRequests")
    assert cause in refusal.value.body["details"]["causes"][0]["message"]


async def test_budget_that_has_some_left_has_less_after(api: Api, pod: str) -> None:
    await run(api, pod)
    other = {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["p"]}]}
    for name, selector in (("b", {"matchLabels": {"app": "p"}}), ("other", other)):
        budget = {"metadata": {"name": name}, "spec": {"selector": selector}}
        await api.create(BUDGETS, budget)
        allowed = {"observedGeneration": 1, "disruptionsAllowed": 1}
        await api.merge_patch(f"{BUDGETS}/{name}/status", {"status": allowed})
    await api.create(f"{pod}/eviction", eviction())
    left = [(await api.get(f"{BUDGETS}/{name}"))["status"] for name in ("b", "other")]
    assert [status["disruptionsAllowed"] for status in left] == [0, 1]


async def test_log_is_text(plane: ControlPlane, api: Api, pod: str) -> None:
    assert await ask(plane, "GET", f"{pod}/log") == (204, "")
    await api.create(f"{pod}/binding", binding())
    assert await ask(plane, "GET", f"{pod}/log") == (200, "")
    plane.server.pods.logs = lambda pod, container: f"{container} 1\n{container} 2\n"
    assert await ask(plane, "GET", f"{pod}/log", container="c") == (200, "c 1\nc 2\n")
    assert await ask(plane, "GET", f"{pod}/log", tailLines="1") == (200, "c 2\n")


async def test_log_of_one_of_several_containers_must_be_named(
    plane: ControlPlane, api: Api
) -> None:
    containers = [{"name": "c", "image": "x"}, {"name": "d", "image": "x"}]
    await api.create(PODS, {"metadata": {"name": "p"}, "spec": {"containers": containers}})
    code, answer = await ask(plane, "GET", f"{PODS}/p/log")
    assert code == 400
    assert "a container name must be specified for pod p, choose one of: [c d]" in str(answer)
    code, answer = await ask(plane, "GET", f"{PODS}/p/log", container="x")
    assert (code, answer["message"]) == (400, "container x is not valid for pod p")


async def test_log_may_fail(plane: ControlPlane, api: Api, pod: str) -> None:
    def fails(pod: Object, container: str) -> str:
        raise internal("no such host")

    await api.create(f"{pod}/binding", binding())
    plane.server.pods.logs = fails
    code, answer = await ask(plane, "GET", f"{pod}/log")
    assert (code, answer["message"]) == (500, "no such host")


@pytest.mark.parametrize(
    ("method", "subresource", "code"),
    [
        ("GET", "binding", 405),
        ("POST", "log", 405),
        ("PUT", "eviction", 405),
        ("GET", "x", 404),
    ],
)
async def test_subresources_take_one_method(
    plane: ControlPlane, pod: str, method: str, subresource: str, code: int
) -> None:
    found, _ = await ask(plane, method, f"{pod}/{subresource}", json.dumps({}))
    assert found == code


async def test_discovery_tells_of_subresources(api: Api) -> None:
    known = {each["name"]: each for each in (await api.get("/api/v1"))["resources"]}
    assert known["pods/eviction"]["kind"] == "Eviction"
    assert known["pods/eviction"]["group"] == "policy"
    assert known["pods/binding"]["verbs"] == ["create"]
    assert known["pods/log"]["verbs"] == ["get"]
