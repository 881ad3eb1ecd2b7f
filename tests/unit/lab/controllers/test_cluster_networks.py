"""Cluster networks: `mgmt`, LinkMonitors, and when one is ready."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    VLAN_STATUS,
    Object,
    annotations_of,
    condition,
)
from harvester_net.harvester.host_networks import ready_nodes
from harvester_net.harvester.snapshot import status_name
from harvester_net.lab.controllers.catalogue import NETWORK_CONTROLLERS
from harvester_net.lab.controllers.cluster_networks import CONTROLLERS
from tests.objects import cluster_network, config, going, host_network, node, vlan_status

from .conftest import Lives
from .state import Life, asked, world

AGENT = "wrangler.cattle.io/harvester-network-link-monitor-controller"
FINALIZER = "wrangler.cattle.io/harvester-network-manager-cn-controller"
STATUS_FINALIZER = "wrangler.cattle.io/harvester-network-manager-vlanconfig-controller"
READY = {"status": {"conditions": [{"type": "ready", "status": "True"}]}}


def ready_of(life: Life, name: str = "data") -> str | None:
    return condition(life.there(CLUSTER_NETWORK, name), "ready").get("status")


def statuses(*nodes: str) -> list[Object]:
    return [vlan_status("nc", name) for name in nodes]


def test_first_node_brings_mgmt_and_the_list_of_nics(lives: Lives) -> None:
    life = lives(world(node("node1")), CONTROLLERS)
    assert life.settle() == [
        "Create ClusterNetwork mgmt",
        "Create LinkMonitor nic",
        "Create LinkMonitor mgmt",
        "Patch ClusterNetwork mgmt",
    ]
    assert ready_of(life, "mgmt") == "True"
    assert life.there(CLUSTER_NETWORK, "mgmt")["metadata"]["finalizers"] == [FINALIZER]
    rules = {
        key: monitor["spec"]["targetLinkRule"]
        for key, monitor in life.of(LINK_MONITOR).items()
    }
    assert rules == {
        "nic": {"typeRule": "device"},
        "mgmt": {"nameRule": "mgmt(-br|-bo)"},
    }


def test_more_nodes_bring_nothing_more(lives: Lives) -> None:
    life = lives(world(node("node1")), CONTROLLERS)
    life.settle()
    life.put(node("node2"))
    assert life.settle() == []


def test_new_cluster_network_has_no_condition_and_no_monitor(lives: Lives) -> None:
    life = lives(world(), CONTROLLERS)
    life.put(cluster_network("data"))
    assert life.settle() == ["Patch ClusterNetwork data"]
    assert ready_of(life) is None
    assert life.get(LINK_MONITOR, "data") is None


@pytest.mark.parametrize("message", [None, "get link eno9 failed"])
def test_any_status_makes_it_ready_also_one_that_failed(
    lives: Lives, message: str | None
) -> None:
    life = lives(world(cluster_network("data")), CONTROLLERS)
    life.settle()
    life.put(vlan_status("nc", "node1", message))
    name = status_name("data", "node1")
    assert life.settle() == [
        "Patch ClusterNetwork data",
        f"Patch VlanStatus {name}",
        "Create LinkMonitor data",
    ]
    assert ready_of(life) == "True"
    monitor = life.there(LINK_MONITOR, "data")
    assert monitor["spec"] == {"targetLinkRule": {"nameRule": "data(-br|-bo)"}}
    assert life.there(VLAN_STATUS, name)["metadata"]["finalizers"] == [STATUS_FINALIZER]


def test_lost_condition_comes_back_with_the_next_change_of_a_status(lives: Lives) -> None:
    life = lives(world(cluster_network("data"), *statuses("node1")), CONTROLLERS)
    life.settle()
    life.patch(CLUSTER_NETWORK, "data", {"status": None})
    assert life.settle() == []
    life.patch(
        VLAN_STATUS, status_name("data", "node1"), {"metadata": {"labels": {"some": "thing"}}}
    )
    assert life.settle() == ["Patch ClusterNetwork data"]
    assert ready_of(life) == "True"


def test_status_that_was_there_before_its_cluster_network_makes_it_ready(lives: Lives) -> None:
    life = lives(world(*statuses("node1")), CONTROLLERS)
    life.settle()
    life.put(cluster_network("data"))
    life.settle()
    assert ready_of(life) == "True"


def test_it_is_ready_until_the_last_status_goes(lives: Lives) -> None:
    life = lives(world(cluster_network("data"), *statuses("node1", "node2")), CONTROLLERS)
    life.settle()
    life.delete(VLAN_STATUS, status_name("data", "node1"))
    assert life.settle() == [f"Patch VlanStatus {status_name('data', 'node1')}"]
    assert ready_of(life) == "True"
    life.delete(VLAN_STATUS, status_name("data", "node2"))
    assert life.settle() == [
        "Patch ClusterNetwork data",
        f"Patch VlanStatus {status_name('data', 'node2')}",
    ]
    assert ready_of(life) == "False"
    assert life.of(VLAN_STATUS) == {}
    assert life.get(LINK_MONITOR, "data") is not None, "its LinkMonitor outlives readiness"


def test_status_that_goes_while_its_cluster_network_is_gone_stays_for_ever(
    lives: Lives,
) -> None:
    life = lives(world(cluster_network("data"), *statuses("node1")), CONTROLLERS)
    life.settle()
    life.delete(CLUSTER_NETWORK, "data")
    life.settle()
    life.delete(VLAN_STATUS, status_name("data", "node1"))
    assert life.settle() == []
    left = life.there(VLAN_STATUS, status_name("data", "node1"))
    assert left["metadata"]["finalizers"] == [STATUS_FINALIZER]
    life.put(cluster_network("data"))
    life.settle()
    assert life.of(VLAN_STATUS) == {}


def test_deletion_takes_the_monitor_along_once_the_agents_let_go(lives: Lives) -> None:
    life = lives(world(cluster_network("data") | READY), CONTROLLERS)
    life.settle()
    life.patch(LINK_MONITOR, "data", {"metadata": {"finalizers": [AGENT]}})
    life.delete(CLUSTER_NETWORK, "data")
    assert life.settle() == ["Delete LinkMonitor data", "Patch ClusterNetwork data"]
    assert life.get(CLUSTER_NETWORK, "data") is None
    life.patch(LINK_MONITOR, "data", {"metadata": {"finalizers": None}})
    assert life.settle() == []
    assert life.of(LINK_MONITOR) == {}


def test_terminating_monitor_is_not_deleted_again() -> None:
    held = going(cluster_network("data", finalizers=[FINALIZER]))
    monitor = going(
        {
            "apiVersion": "network.harvesterhci.io/v1beta1",
            "kind": "LinkMonitor",
            "metadata": {"name": "data", "finalizers": [AGENT]},
            "spec": {},
        }
    )
    seen = asked(CONTROLLERS, "cluster-networks", world(held, monitor), "data")
    assert [type(one).__name__ for one in seen] == ["Patch"]


def test_whole_life_of_a_cluster_network(lives: Lives) -> None:
    life = lives(world(node("node1"), node("node2")), NETWORK_CONTROLLERS)
    life.settle()
    life.put(cluster_network("data"))
    life.put(config("nc", nodes=["node1", "node2"], uplink={"nics": ["eth1"]}))
    life.settle()
    notes = annotations_of(life.there(CLUSTER_NETWORK, "data"))
    assert notes["network.harvesterhci.io/uplink-mtu"] == "1500"
    life.put(*statuses("node1", "node2"))
    life.settle()
    assert ready_of(life) == "True"
    for name in ("node1", "node2"):
        life.delete(VLAN_STATUS, status_name("data", name))
        life.settle()
    assert ready_of(life) == "False"
    life.delete(CLUSTER_NETWORK, "data")
    life.settle()
    assert set(life.of(CLUSTER_NETWORK)) == {"mgmt"}
    assert set(life.of(LINK_MONITOR)) == {"mgmt", "nic"}


def test_hosts_own_devices_go_down_with_the_last_status(lives: Lives) -> None:
    hosts = host_network(said={"node1": "", "node2": "no lease"})
    life = lives(world(cluster_network("data"), hosts, *statuses("node1")), CONTROLLERS)
    life.settle()
    assert ready_nodes(life.there(HOST_NETWORK_CONFIG, "backup")) == ["node1"]
    life.put(going(life.there(VLAN_STATUS, status_name("data", "node1"))))
    life.settle()
    said = life.there(HOST_NETWORK_CONFIG, "backup")["status"]["nodeStatus"]
    assert [each["conditions"][0]["message"] for each in said.values()] == [
        "cluster network is down, setup l3 connectivity failed",
        "no lease",
    ]
