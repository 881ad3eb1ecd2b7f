"""Routes of VM networks: the Jobs that look for them, and the ping of gateways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harvester_net.cluster.resources import NAD, Object, annotations_of, labels_of
from harvester_net.harvester.names import ROUTE
from harvester_net.lab.controllers import helper_jobs, vm_networks
from harvester_net.lab.controllers.helper_jobs import CONTROLLERS, NETWORKS, SERVER
from harvester_net.lab.controllers.kinds import JOB
from harvester_net.lab.webhooks.labels import VLAN_ID
from tests.objects import NETWORK, cluster_network, cni, going, nad

from .conftest import Lives
from .state import Life, world

ALL = (*vm_networks.CONTROLLERS, *helper_jobs.CONTROLLERS)
KEY = "harvester-system/defaultvm100-bd1e0f49"
"""As the lab of real parts names it."""
AUTO = {"mode": "auto", "serverIPAddr": "", "cidr": "", "gateway": ""}
FOUND = {"mode": "auto", "cidr": "10.0.0.0/24", "gateway": "10.0.0.1"}
MANUAL = FOUND | {"mode": "manual"}


def routed(route: Object | str | None, vlan: int = 100, **meta: Any) -> Object:
    """A VM network with this route."""
    text = route if isinstance(route, str) else json.dumps(route)
    labels = {f"{NETWORK}/type": "L2VlanNetwork"} | ({VLAN_ID: str(vlan)} if vlan else {})
    notes = {"annotations": {ROUTE: text}} if route is not None else {}
    return nad(config=cni("vm100", vlan=vlan), labels=labels, **(notes | meta))


def route_of(life: Life) -> Object:
    found: Object = json.loads(annotations_of(life.there(NAD, "default/vm100"))[ROUTE])
    return found


def test_route_to_be_found_out_gets_a_job(lives: Lives) -> None:
    life = lives(world(routed(AUTO | {"serverIPAddr": "10.0.0.9"})), CONTROLLERS)
    assert life.settle() == [f"Create Job {KEY}"]
    job = life.there(JOB, KEY)
    assert labels_of(job) == {VLAN_ID: "100", SERVER: "10.0.0.9"}
    template = job["spec"]["template"]
    asked = json.loads(template["metadata"]["annotations"][NETWORKS])
    assert asked == [{"name": "vm100", "namespace": "default", "interface": "net1"}]
    affinity = json.dumps(template["spec"]["affinity"])
    assert f'{{"key": "{NETWORK}/data", "operator": "In", "values": ["true"]}}' in affinity
    assert {"name": "DHCP_SERVER", "value": "10.0.0.9"} in template["spec"]["containers"][0][
        "env"
    ]


@pytest.mark.parametrize(
    "quiet",
    [
        routed(None),
        routed(""),
        routed("not JSON"),
        routed(MANUAL | {"connectivity": "true"}),
        routed(FOUND | {"connectivity": "true"}),
        routed(AUTO, vlan=0),
        going(routed(AUTO, finalizers=["somebody/else"])),
    ],
)
def test_other_vm_networks_get_none(lives: Lives, quiet: Object) -> None:
    life = lives(world(quiet), CONTROLLERS)
    assert life.settle() == []


def test_outdated_route_is_found_out_again(lives: Lives) -> None:
    life = lives(world(routed(FOUND | {"outdated": True})), CONTROLLERS)
    assert life.settle() == [f"Create Job {KEY}"]


@pytest.mark.parametrize(
    "other", [routed(AUTO, vlan=200), routed(AUTO | {"serverIPAddr": "10.0.0.9"})]
)
def test_job_for_another_vlan_or_server_is_made_anew(lives: Lives, other: Object) -> None:
    life = lives(world(routed(AUTO)), CONTROLLERS)
    life.settle()
    life.put(other)
    assert life.settle() == [f"Delete Job {KEY}", f"Create Job {KEY}"]


def test_new_job_waits_until_the_old_one_is_gone(lives: Lives) -> None:
    life = lives(world(routed(AUTO)), CONTROLLERS)
    life.settle()
    life.patch(JOB, KEY, {"metadata": {"finalizers": ["somebody/else"]}})
    life.put(routed(AUTO, vlan=200))
    assert life.settle() == [f"Delete Job {KEY}"]
    life.patch(JOB, KEY, {"metadata": {"finalizers": None}})
    assert life.settle() == [f"Create Job {KEY}"]


@pytest.mark.parametrize("other", [routed(MANUAL), routed(AUTO, vlan=0)])
def test_job_goes_when_there_is_nothing_to_find_out(lives: Lives, other: Object) -> None:
    life = lives(world(routed(AUTO)), CONTROLLERS)
    life.settle()
    life.put(other)
    life.settle()
    assert life.of(JOB) == {}


def test_job_goes_with_its_vm_network(lives: Lives) -> None:
    life = lives(world(cluster_network("data"), routed(AUTO)), ALL)
    life.settle()
    assert list(life.of(JOB)) == [KEY]
    life.delete(NAD, "default/vm100")
    life.settle()
    assert (life.of(JOB), life.of(NAD)) == ({}, {})


def test_job_of_somebody_else_is_let_be(lives: Lives) -> None:
    stranger = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a"}}
    spec = {"template": {"metadata": {"annotations": {NETWORKS: "just-a-name"}}}}
    life = lives(world(routed(None), stranger | {"spec": spec}), CONTROLLERS)
    assert life.settle() == []


@pytest.mark.parametrize("route", [MANUAL, FOUND])
def test_gateway_that_is_known_does_not_answer(lives: Lives, route: Object) -> None:
    life = lives(world(routed(route)), CONTROLLERS)
    life.settle()
    assert route_of(life) == route | {"connectivity": "false"}
    assert life.settle() == []


def test_route_is_spelled_as_harvester_does() -> None:
    life = Life(world(routed(MANUAL | {"outdated": False, "serverIPAddr": ""})), CONTROLLERS)
    life.settle()
    assert annotations_of(life.there(NAD, "default/vm100"))[ROUTE] == (
        '{"mode":"manual","cidr":"10.0.0.0/24","gateway":"10.0.0.1","connectivity":"false"}'
    )


def test_ping_takes_its_time() -> None:
    assert [one.delay for one in CONTROLLERS] == [0.0, 10.0]
