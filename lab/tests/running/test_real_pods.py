"""Pods of the host's network: their command runs for real, in the namespace of their node."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from harvester_net.lab.api import Api, Object
from harvester_net.lab.faults import ImagePullFails, set_faults
from lab import RealLab

from .waits import is_gone, until

PODS = "/api/v1/namespaces/harvester-system/pods"
SAYING = "> /dev/termination-log 2>&1"
NOTHING: Object = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


@dataclass
class Pods:
    """The pods of one test, by the name of their node."""

    api: Api
    made: list[str] = field(default_factory=list)

    async def create(
        self, node: str, script: str, rights: Object | None = None, **spec: Any
    ) -> str:
        container = {
            "name": "check",
            "image": "any",
            "command": ["sh", "-c", script],
            "env": [{"name": "WHERE", "valueFrom": {"fieldRef": _NODE_NAME}}],
            "securityContext": rights or {},
        }
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"generateName": f"{node}-", "namespace": "harvester-system"},
            "spec": {
                "nodeName": node,
                "hostNetwork": True,
                "restartPolicy": "Never",
                "containers": [container],
                **spec,
            },
        }
        name = str((await self.api.create(PODS, pod))["metadata"]["name"])
        self.made.append(name)
        return name

    async def status(self, name: str) -> Object:
        return dict((await self.api.get(f"{PODS}/{name}")).get("status", {}))

    async def ends(self, name: str) -> tuple[str, Object]:
        """Its phase and how its container ended."""
        await until(lambda: self._has_ended(name))
        status = await self.status(name)
        return status["phase"], status["containerStatuses"][0]["state"]["terminated"]

    async def _has_ended(self, name: str) -> bool:
        return (await self.status(name)).get("phase") in ("Succeeded", "Failed")

    async def phase(self, name: str) -> str:
        return str((await self.status(name)).get("phase"))

    async def clear(self) -> None:
        await set_faults(self.api, [])
        for name in self.made:
            if not await is_gone(self.api, f"{PODS}/{name}"):
                await self.api.delete(f"{PODS}/{name}", gracePeriodSeconds="0")


_NODE_NAME = {"fieldPath": "spec.nodeName"}


@pytest.fixture
async def api(real_lab: RealLab) -> AsyncIterator[Api]:
    async with real_lab.api() as api:
        yield api


@pytest.fixture
async def pods(api: Api) -> AsyncIterator[Pods]:
    pods = Pods(api)
    yield pods
    await pods.clear()


async def test_command_runs_on_its_node_and_says_what_it_saw(pods: Pods) -> None:
    look = f"ip -br -4 addr show mgmt-br {SAYING}; echo $WHERE >> /dev/termination-log"
    for number in (1, 2, 3):
        name = await pods.create(f"node{number}", look)
        phase, end = await pods.ends(name)
        assert (phase, end["exitCode"], end["reason"]) == ("Succeeded", 0, "Completed")
        assert f"10.0.2.{100 + number}/24" in end["message"]
        assert f"node{number}" in end["message"]


async def test_exit_code_of_a_failure_is_told(pods: Pods) -> None:
    phase, end = await pods.ends(await pods.create("node1", "exit 3"))
    assert (phase, end["exitCode"], end["reason"]) == ("Failed", 3, "Error")
    assert "message" not in end


async def test_message_is_cut_as_kubernetes_cuts_it(pods: Pods) -> None:
    """The last 4096 bytes of it are kept."""
    _, end = await pods.ends(await pods.create("node1", f"seq 3000 {SAYING}"))
    assert len(end["message"]) == 4096
    assert end["message"].endswith("\n3000\n")


async def test_pod_that_runs_too_long_is_ended(real_lab: RealLab, pods: Pods) -> None:
    name = await pods.create(
        "node1", "sleep 4711", activeDeadlineSeconds=1, terminationGracePeriodSeconds=1
    )
    _, end = await pods.ends(name)
    status = await pods.status(name)
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")
    assert end["exitCode"] in (137, 143)
    assert "4711" not in real_lab.guest.run_now("ps").said


async def test_deleted_pod_may_clean_up_before_it_goes(real_lab: RealLab, pods: Pods) -> None:
    clean_up = "trap 'ip link del mine; exit 1' TERM"
    script = f"{clean_up}; ip link add mine type dummy; sleep 600 & wait"
    rights = NOTHING | {"capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}}
    name = await pods.create("node2", script, rights)

    async def has_made_it() -> bool:
        return "mine" in real_lab.devices("node2")

    await until(has_made_it)
    await pods.api.delete(f"{PODS}/{name}")
    await until(lambda: is_gone(pods.api, f"{PODS}/{name}"))
    assert "mine" not in real_lab.devices("node2")


async def test_command_has_only_the_rights_that_its_pod_asks_for(pods: Pods) -> None:
    script = (
        f"{{ id -u; touch /x; ip link add mine type dummy; ping -c 1 10.0.2.102; }} {SAYING}"
    )
    nobody = NOTHING | {"runAsUser": 65534, "runAsGroup": 65534}
    _, end = await pods.ends(await pods.create("node1", script, nobody))
    assert end["message"].startswith("65534\n")
    assert "touch: /x: Read-only file system" in end["message"]
    assert "RTNETLINK answers: Operation not permitted" in end["message"]
    assert "ping: socket: Operation not permitted" in end["message"]


async def test_capabilities_that_are_added_are_had(pods: Pods) -> None:
    make = "ip link add mine type dummy && ip link del mine"
    script = f"{{ {make}; ping -c 1 10.0.2.102; }} {SAYING}"
    capabilities = {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]}
    name = await pods.create("node1", script, NOTHING | {"capabilities": capabilities})
    phase, end = await pods.ends(name)
    assert phase == "Succeeded", end
    assert "0% packet loss" in end["message"]


async def test_pod_without_its_image_waits_until_there_is_one(pods: Pods) -> None:
    await set_faults(pods.api, [ImagePullFails("node3")])
    name = await pods.create("node3", "exit 0")

    async def reason() -> str:
        (container,) = (await pods.status(name)).get("containerStatuses") or [{"state": {}}]
        return str(container["state"].get("waiting", {}).get("reason"))

    await until(reason, "ErrImagePull")
    assert await pods.phase(name) == "Pending"
    await set_faults(pods.api, [])
    assert (await pods.ends(name))[0] == "Succeeded"
