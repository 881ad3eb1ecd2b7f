"""Who keeps an object from going."""

from __future__ import annotations

from harvester_net.harvester import blockers
from harvester_net.harvester.blockers import Blocker

from ... import objects


def test_cluster_network_is_held_by_its_configs_and_networks() -> None:
    found = blockers.of_cluster_network(
        "data",
        [
            objects.config("rack-b"),
            objects.going(objects.config("rack-a")),
            objects.config("other", "other"),
        ],
        [objects.nad("vm100"), objects.nad("vm200", cluster_network="other")],
        [
            objects.vlan_status("rack-a", "node1"),
            objects.vlan_status("gone", "node2"),
            objects.vlan_status("other", "node3", cluster_network="other"),
        ],
    )
    assert found == [
        Blocker("VM network default/vm100"),
        Blocker("network config rack-a", going=True),
        Blocker("network config rack-b"),
        Blocker("the uplink of node2", going=True),
    ]


def test_cluster_network_that_nobody_uses_is_free() -> None:
    assert blockers.of_cluster_network("data", [], []) == []


def test_network_config_is_held_by_vms_on_its_nodes_and_by_the_storage_network() -> None:
    found = blockers.of_network_config(
        objects.config("rack-a"),
        {"node1", "node2"},
        [objects.nad("vm100"), objects.storage_nad(), objects.nad("x", cluster_network="o")],
        [
            objects.vmi("here", "vm100", node="node2"),
            objects.vmi("done", "vm100", node="node1", phase="Succeeded"),
            objects.vmi("elsewhere", "vm100", node="node3"),
            objects.vmi("nowhere-yet", "vm100", node=""),
            objects.vmi("other-network", "x", node="node1"),
        ],
    )
    assert found == [
        Blocker("the storage or RWX network (harvester-system/storagenetwork-abcde)"),
        Blocker("VM default/done (Succeeded on node1)"),
        Blocker("VM default/here (Running on node2)"),
    ]


def test_network_config_is_not_held_by_vm_networks_alone() -> None:
    found = blockers.of_network_config(
        objects.config("rack-a"), {"node1"}, [objects.nad("vm100")], []
    )
    assert found == []


def test_vm_that_only_still_runs_with_a_network_need_only_be_restarted() -> None:
    found = blockers.of_vm_network(
        "default/vm100", [objects.vm("web", "other")], [objects.vmi("web", "vm100", "other")]
    )
    why = "Running on node1; its spec names the network no more: restart it"
    assert found == [Blocker(f"VM default/web ({why})")]


def test_vm_network_is_held_by_running_and_by_stopped_vms() -> None:
    found = blockers.of_vm_network(
        "default/vm100",
        [
            objects.vm("runs", "vm100", status="Running"),
            objects.vm("stopped", "default/vm100"),
            objects.vm("other", "tenants/vm100"),
            objects.going(objects.vm("going", "vm100")),
        ],
        [objects.vmi("runs", "vm100"), objects.vmi("starts", "vm100", node="", phase="")],
    )
    assert found == [
        Blocker("VM default/runs (Running on node1)"),
        Blocker("VM default/starts (not yet running)"),
        Blocker("VM default/going (its spec names the network)", going=True),
        Blocker("VM default/stopped (its spec names the network)"),
    ]
