"""The whole check against nodes that answer, or do not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline, DeadlineExceeded
from harvester_net.cluster.errors import NotFound
from harvester_net.cluster.resources import POD, Object, key_of
from harvester_net.cluster.rights import Right
from harvester_net.verify.check import check
from harvester_net.verify.facts import CheckRequest
from harvester_net.verify.outcome import Outcome, problems, proven_words
from harvester_net.verify.pods import LONGHORN, PodOptions, look_task, manifest
from harvester_net.verify.rights import needed_for
from harvester_net.verify.values import document, nodes_output

from ... import objects
from ...cluster import LabApi
from ...rbac import TOKEN, as_asked, let_in, listen
from ...timing import QUICK, hasten
from ...waiting import SECONDS, until
from . import recorded
from .nodes_world import IMAGE, Site, daemon_set, healthy, looked, pinged, terminated

World = Callable[..., Site]


@pytest.fixture
async def world(api: LabApi) -> AsyncIterator[World]:
    """Makes the site of a test: its nodes, network and MTU, and the token of whoever asks."""
    opened: list[Cluster] = []

    def make(*nodes: str, network: str = "data", mtu: int = 9000, token: str = "") -> Site:
        for known in healthy(*nodes, network=network, mtu=mtu).values():
            for obj in known.values():
                api.put(obj)
        api.put(daemon_set())
        user = {"token": token} if token else None
        access = AccessSettings(api.kubeconfig(user), environment="")
        opened.append(Cluster(access, timings=replace(QUICK, pod_poll=0.01)))
        site = Site(api, opened[-1], {name: looked(mtu, network) for name in nodes})
        api.controllers["pods"] = site.run
        return site

    yield make
    for cluster in opened:
        await cluster.close()


async def checked(site: Site, deadline: Deadline | None = None, **asked: Any) -> Outcome:
    request = CheckRequest(asked.pop("network", "data"), **asked)
    return await check(site.cluster, request, deadline or Deadline(SECONDS))


async def test_healthy_nodes_are_proven_and_no_pod_is_left(world: World) -> None:
    site = world("node1", "node2")
    outcome = await checked(site)
    assert outcome.is_proven
    assert problems(outcome) == []
    assert proven_words(outcome) == (
        "proven: cluster network data has MTU 9000 on the devices of 2 nodes"
    )
    assert site.pods == {}
    assert sorted(pod["spec"]["nodeName"] for pod in site.made) == ["node1", "node2"]
    assert {pod["spec"]["containers"][0]["image"] for pod in site.made} == {IMAGE}


async def test_nodes_without_the_cluster_network_are_a_note(world: World) -> None:
    site = world("node1", "node2")
    for name in ("node3", "node4"):
        site.api.put(objects.node(name))
    outcome = await checked(site)
    assert outcome.is_proven
    assert [str(note) for note in outcome.notes] == [
        "node3, node4: no network config puts data there, and no VM on it runs there; if that "
        "is not meant, make one that matches"
    ]


async def test_it_asks_just_what_is_said(world: World) -> None:
    """As a user with exactly these rights; one node has a port that is not as it should be."""
    site = world("node1", "node2", token=TOKEN)
    request = CheckRequest("data", vlan=100)
    needed = needed_for(request)
    let_in(site.api.plane, needed)
    site.pings = {"node1": pinged("2"), "node2": pinged("1")}
    site.looks["node2"] = looked(9000, "data", "port tap0 tun 1500", "ports 1500 1")
    heard = listen(site.api.plane)
    await checked(site, vlan=100)
    all_pods = as_asked(Right("list", POD))  # It does without.
    assert heard - {all_pods} == {as_asked(right) for right in needed}
    assert all_pods in heard


async def test_the_pings_of_all_nodes_are_a_proof_too(world: World) -> None:
    site = world("node1", "node2", "node3")
    site.pings = {"node1": pinged("2 3"), "node2": pinged("1 3"), "node3": pinged("1 2")}
    outcome = await checked(site, vlan=100)
    assert outcome.is_proven
    assert "and full frames pass between them on VLAN 100" in proven_words(outcome)
    assert len(site.made) == 6
    assert site.pods == {}
    reaches = {seen["node"]: seen["reaches"] for seen in nodes_output(outcome)}
    assert reaches == {
        "node1": ["node2", "node3"],
        "node2": ["node1", "node3"],
        "node3": ["node1", "node2"],
    }


async def test_nobody_waits_for_the_pings_of_a_node_whose_uplink_leads_nowhere(
    world: World,
) -> None:
    site = world("node1", "node2", "node3")
    site.looks["node3"] = "\n".join(["look 1", *_devices(bond=recorded.bond("data-bo"))])
    site.pings = {"node1": pinged("2"), "node2": pinged("1")}
    outcome = await checked(site, vlan=100)
    assert {node for pair in outcome.pings.results for node in pair} == {"node1", "node2"}
    assert {finding.node for finding in outcome.findings} == {"node3"}


async def test_no_node_pings_if_no_uplink_leads_anywhere(world: World) -> None:
    site = world("node1", "node2")
    for node_ in site.looks:
        site.looks[node_] = "look 1"
    outcome = await checked(site, vlan=100)
    assert (outcome.pings.results, len(site.made)) == ({}, 2)
    assert outcome.unproven == ()


def _devices(**devices: Any) -> list[str]:
    """What a pod says of some devices."""
    return [f"{word} {json.dumps([device])}" for word, device in devices.items()]


async def test_a_pair_that_the_switch_keeps_apart_is_found(world: World) -> None:
    site = world("node1", "node2", "node3")
    site.pings = {
        "node1": pinged("2", usual="3"),
        "node2": pinged("1 3"),
        "node3": pinged("1 2"),
    }
    outcome = await checked(site, vlan=100)
    assert problems(outcome) == [
        "node1 -> node3: frames of 9000 bytes do not arrive, 1500 do: the switch between "
        "them, or a NIC, does not carry the MTU (VLAN 100)"
    ]


@pytest.mark.parametrize(("anyway", "pods"), [(True, 4), (False, 2)])
async def test_whoever_looks_again_need_not_ping_over_wrong_devices(
    world: World, anyway: bool, pods: int
) -> None:
    site = world("node1", "node2")
    site.looks["node2"] = looked(1500)
    site.pings = {"node1": pinged("2"), "node2": pinged("", usual="1", mtu=1500)}
    request = CheckRequest("data", vlan=100)
    outcome = await check(site.cluster, request, Deadline(SECONDS), ping_anyway=anyway)
    assert [finding.node for finding in outcome.findings] == ["node2"]
    assert len(site.made) == pods


async def test_a_port_that_holds_the_bridge_is_named_with_its_vm(world: World) -> None:
    site = world("node1", "node2")
    mac = "52:54:00:aa:00:01"
    site.looks["node2"] = _held(mac)
    vmi = objects.vmi("vm1", "web", node="node2")
    vmi["status"]["interfaces"] = [{"mac": mac.upper()}]
    site.api.put(vmi)
    outcome = await checked(site)
    assert problems(outcome) == [
        "node2: bridge data-br has MTU 1500, not 9000: port veth1a2b (VM default/vm1) holds "
        "it there; stop what is behind it, or take it out of the bridge on node2: ip link set "
        "veth1a2b nomaster"
    ]


def _held(mac: str) -> str:
    """The answer of a node with a port of 1500 bytes."""
    return looked(9000, "data", f"port veth1a2b veth 1500 {mac}", "ports 1500 1", bridge=1500)


async def test_a_storage_pod_behind_a_port_is_named(world: World) -> None:
    site = world("node1")
    site.looks["node1"] = _held("02:00:00:00:00:09")
    status = [{"name": "default/web", "interface": "lhnet1", "mac": "02:00:00:00:00:09"}]
    annotations = {"k8s.v1.cni.cncf.io/network-status": json.dumps(status)}
    meta = {"name": "instance-manager-1", "namespace": "longhorn-system"}
    pod: Object = {"apiVersion": "v1", "kind": "Pod", "spec": {"nodeName": "node1"}}
    site.api.put(pod | {"metadata": meta | {"annotations": annotations}})
    (problem,) = problems(await checked(site))
    assert "port veth1a2b (pod longhorn-system/instance-manager-1) holds it" in problem


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (
            {
                "phase": "Pending",
                "containerStatuses": [
                    {"state": {"waiting": {"reason": "ErrImagePull", "message": "not found"}}}
                ],
            },
            "its pod does not start: ErrImagePull: not found; name an image that the node can "
            "pull",
        ),
        (
            {"phase": "Failed", "reason": "DeadlineExceeded", "message": "was too slow"},
            "its pod ended without an answer: was too slow",
        ),
        (
            terminated("sh: bridge: not found\n", code=127),
            "its pod ended without an answer (exit code 127): sh: bridge: not found",
        ),
        (terminated("something else"), "it answered 'something else'"),
        (terminated(looked()[-40:]), "it answered"),
        (terminated(looked()[:80]), "its answer is cut short"),
    ],
)
async def test_a_node_that_gives_no_answer_is_said_and_the_others_are_judged(
    world: World, status: dict[str, Any], says: str
) -> None:
    site = world("node1", "node2")
    site.statuses["node2"] = status
    outcome = await checked(site)
    (problem,) = problems(outcome)
    assert problem.startswith(f"not proven: node2 was not looked at: {says}")
    assert outcome.nodes["node1"] is not None
    assert outcome.nodes["node2"] is None


async def test_a_pod_that_never_starts_is_given_up_and_removed(world: World) -> None:
    site = world("node1", "node2")
    hasten(site.cluster, pod_check=0, pod_start=0.4)
    del site.looks["node2"]
    (problem,) = problems(await checked(site))
    assert problem == ("not proven: node2 was not looked at: its pod has said nothing for 0 s")
    assert site.pods == {}


async def test_a_node_that_is_not_ready_gets_no_pod(world: World) -> None:
    site = world("node1", "node2")
    site.api.put(objects.node("node2", ready="Unknown"))
    outcome = await checked(site)
    assert problems(outcome) == ["not proven: node2 was not looked at: the node is not ready"]
    assert [pod["spec"]["nodeName"] for pod in site.made] == ["node1"]


async def test_without_the_right_to_run_pods_it_says_what_is_not_proven(
    world: World, api: LabApi
) -> None:
    api.accept("of-eve", user="eve")
    api.grant("User", "eve", "get", "list")
    site = world("node1", token="of-eve")
    outcome = await checked(site)
    assert problems(outcome) == [
        "not proven: nobody looked at the nodes, because no pod may run there: post "
        'harvester-system/pods: pods is forbidden: User "eve" cannot create '
        'resource "pods" in API group "" in the namespace "harvester-system"; needed is the '
        "right to create, list and delete pods in namespace harvester-system"
    ]
    assert outcome.nodes == {"node1": None}


async def test_without_an_image_it_says_which_to_name(world: World) -> None:
    site = world("node1")
    site.api.remove("daemonsets", LONGHORN)
    (problem,) = problems(await checked(site))
    assert problem.startswith(
        "not proven: nobody looked at the nodes: the image of DaemonSet "
        "longhorn-system/longhorn-manager is not known"
    )
    assert problem.endswith("name one that holds sh, ip, bridge and ping")
    assert (await checked(site, image="mine")).is_proven


async def test_what_a_killed_run_has_left_is_removed_first(world: World) -> None:
    site = world("node1")
    old = site.api.put(manifest(look_task("data", None, 60), "node1", "data", PodOptions("x")))
    await checked(site)
    assert site.pods == {}
    first = site.api.writes()[0]
    assert (first.request, first.key) == ("DELETE pods", key_of(old))


async def test_pods_are_removed_when_the_user_will_not_wait(world: World) -> None:
    site = world("node1", "node2")
    del site.looks["node2"]
    task = asyncio.ensure_future(checked(site))
    await until(lambda: len(site.pods) == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert site.pods == {}


async def test_pods_are_removed_when_the_time_is_up(world: World) -> None:
    site = world("node1")
    del site.looks["node1"]
    clock = 0.0
    task = asyncio.ensure_future(checked(site, Deadline(1, now=lambda: clock)))
    await until(lambda: site.pods)
    clock = 1.0
    with pytest.raises(DeadlineExceeded):
        await task
    assert site.pods == {}


async def test_an_unknown_cluster_network_is_an_error_that_names_the_others(
    world: World,
) -> None:
    with pytest.raises(NotFound, match="there is no cluster network nope; there are: data"):
        await checked(world("node1"), network="nope")


async def test_mgmt_is_looked_at_on_every_node(world: World) -> None:
    site = world("node1", "node2", network="mgmt")
    site.looks["node2"] = looked(1500, "mgmt")
    outcome = await checked(site, network="mgmt")
    (problem,) = problems(outcome)
    assert problem.startswith(
        "node2: bond mgmt-bo has MTU 1500, not 9000; on node2: nmcli con modify bond-mgmt"
    )


async def test_the_document_is_json_and_says_all_of_it(world: World) -> None:
    site = world("node1", "node2")
    site.pings = {"node1": pinged("2"), "node2": pinged("", usual="1")}
    said = json.loads(json.dumps(document(await checked(site, vlan=100))))
    assert (said["clusterNetwork"], said["mtu"], said["proven"]) == ("data", 9000, False)
    assert said["nodes"][0]["bond"]["nics"][0] == {"name": "ens1", "mtu": 9000, "state": "up"}
    assert said["pings"] == [
        {"from": "node1", "to": "node2", "came": "full"},
        {"from": "node2", "to": "node1", "came": "1500"},
    ]
    assert [finding["node"] for finding in said["findings"]] == ["node2 -> node1"]
