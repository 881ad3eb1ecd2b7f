"""What the controller of the managed DHCP add-on says of its pools (B4.2)."""

from __future__ import annotations

from harvester_net.cluster.resources import DHCP_POOL, NAD, Object
from harvester_net.harvester.dhcp_pools import counted, not_ready
from harvester_net.lab.controllers.dhcp_pools import CONTROLLERS
from tests.objects import dhcp_pool, nad

from .conftest import Lives
from .state import Life, world

KEY = "default/web-pool"


def pool(life: Life) -> Object:
    return life.there(DHCP_POOL, KEY)


def conditions(life: Life) -> dict[str, str]:
    return {each["type"]: each["status"] for each in pool(life)["status"]["conditions"]}


def test_pool_on_a_vm_network_becomes_ready_and_counts_its_addresses(lives: Lives) -> None:
    made = dhcp_pool()
    made["spec"]["ipv4Config"] |= {"router": "192.168.100.20"}
    made["spec"]["ipv4Config"]["pool"] |= {"exclude": ["192.168.100.50", "192.168.100.51"]}
    life = lives(world(made, nad()), CONTROLLERS)
    life.settle()
    assert not_ready(pool(life)) == []
    assert counted(pool(life)) == {"used": 0, "available": 188}


def test_pool_waits_for_its_vm_network(lives: Lives) -> None:
    life = lives(world(dhcp_pool()), CONTROLLERS)
    life.settle()
    why = "could not find clusternetwork for nad default/vm100"
    assert not_ready(pool(life))[0] == f"Registered: {why}"
    life.put(nad())
    life.settle()
    assert not_ready(pool(life)) == []


def test_paused_pool_stops_and_starts_again(lives: Lives) -> None:
    life = lives(world(dhcp_pool(paused=True), nad()), CONTROLLERS)
    life.settle()
    assert not_ready(pool(life)) == []
    stopped = dict.fromkeys(("Registered", "CacheReady", "AgentReady"), "False")
    assert conditions(life) == stopped | {"Stopped": "True"}
    life.put(pool(life) | {"spec": dhcp_pool()["spec"]})
    life.settle()
    assert not_ready(pool(life)) == []
    assert conditions(life)["Stopped"] == "False"


def test_pool_that_cannot_be_read_has_no_addresses(lives: Lives) -> None:
    odd = dhcp_pool()
    odd["spec"]["ipv4Config"]["pool"] = {"start": "x"}
    life = lives(world(odd, nad()), CONTROLLERS)
    life.settle()
    assert counted(pool(life)) == {"used": 0, "available": 0}
    assert life.there(NAD, "default/vm100")
