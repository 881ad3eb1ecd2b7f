"""Somebody else changes what is the server's own: does it come back, and by what?"""

from __future__ import annotations

from harvester_net.lab.simulators import machine
from tests import objects

from ..acts import Create, Delete, Patch, Several
from ..scenario import Scenario, Step
from .words import (
    CONFIG_MADE,
    NETWORK,
    NETWORK_MADE,
    NODES,
    STORAGE,
    STORAGE_ON,
    VM_NETWORK_MADE,
    ZONE,
    away,
    change_mtu,
    cluster_network,
    config,
    configured,
    gone,
    label_node,
    migration,
    no_config,
    ready,
    run,
    running,
    stopped,
    storage,
    vm,
    vm_network,
)

_UP = (NETWORK_MADE, CONFIG_MADE, VM_NETWORK_MADE)
_STATUS_OF_NODE1 = objects.status_name("data", "node1")


def _notes(word: str, key: str, **notes: str | None) -> Patch:
    found = {f"{NETWORK}/{name.replace('_', '-')}": value for name, value in notes.items()}
    return Patch(word, key, {"metadata": {"annotations": found}})


def _labels(word: str, key: str, **labels: str | None) -> Patch:
    found = {f"{NETWORK}/{name.replace('_', '-')}": value for name, value in labels.items()}
    return Patch(word, key, {"metadata": {"labels": found}})


def _released(word: str, key: str) -> Patch:
    return Patch(word, key, {"metadata": {"finalizers": None}})


def _touched(word: str, key: str) -> Patch:
    """Nothing but a new version of the object, so that its controllers look again."""
    return Patch(word, key, {"metadata": {"annotations": {"touched": "yes"}}})


CLUSTER_NETWORK = Scenario(
    "drift of a cluster network",
    (
        *_UP,
        Step("MTU falsified", _notes("ClusterNetwork", "data", uplink_mtu="1400")),
        Step("MTU taken away", _notes("ClusterNetwork", "data", uplink_mtu=None)),
        Step("config touched", _touched("VlanConfig", "nc1")),
        Step("source falsified", _notes("ClusterNetwork", "data", mtu_source_vc="other")),
        Step("VLANs falsified", _notes("ClusterNetwork", "data", vlan_id_set_str="7")),
        Step("another VM network made", vm_network("vm200", vlan=200)),
        Step("finalizers taken away", _released("ClusterNetwork", "data")),
        Step(
            "condition taken away",
            Patch("ClusterNetwork", "data", {"status": {"conditions": None}}),
        ),
        Step("its link monitor deleted", Delete("LinkMonitor", "data")),
        Step("MTU 9000 all the same", change_mtu(9000)),
    ),
)

CONFIG = Scenario(
    "drift of a network config",
    (
        *_UP,
        Step("nodes falsified", _notes("VlanConfig", "nc1", matched_nodes='["node1"]')),
        Step("nodes taken away", _notes("VlanConfig", "nc1", matched_nodes=None)),
        Step("nodes unreadable", _notes("VlanConfig", "nc1", matched_nodes="no json")),
        Step("label falsified", _labels("VlanConfig", "nc1", clusternetwork="other")),
        Step("label back", _labels("VlanConfig", "nc1", clusternetwork="data")),
        Step("finalizers taken away", _released("VlanConfig", "nc1")),
        Step("a status deleted", Delete("VlanStatus", _STATUS_OF_NODE1)),
        Step(
            "a status falsified",
            Patch(
                "VlanStatus",
                objects.status_name("data", "node2"),
                {"status": {"conditions": [{"type": "ready", "status": "False"}]}},
            ),
        ),
        Step("a node's label taken away", _labels("Node", "node1", data=None)),
        Step("the label of mgmt taken away", _labels("Node", "node2", mgmt=None)),
        Step("config touched", _touched("VlanConfig", "nc1")),
        Step("deleted by somebody", Delete("VlanConfig", "nc1"), no_config() | away()),
        Step("its twin made", config(), ready()),
    ),
)

VM_NETWORK = Scenario(
    "drift of a VM network",
    (
        *_UP,
        Step("labels falsified", _labels("NAD", "default/vm100", vlan_id="7", type="X")),
        Step(
            "labels taken away", Patch("NAD", "default/vm100", {"metadata": {"labels": None}})
        ),
        Step("not ready by hand", _labels("NAD", "default/vm100", ready="false")),
        Step(
            "label of another network", _labels("NAD", "default/vm100", clusternetwork="mgmt")
        ),
        Step("finalizers taken away", _released("NAD", "default/vm100")),
        Step("touched", _touched("NAD", "default/vm100")),
        Step("cluster network touched", _touched("ClusterNetwork", "data")),
        Step("deleted by somebody", Delete("NAD", "default/vm100"), gone("NAD default/vm100")),
        Step("its twin made", vm_network()),
    ),
)

_PREFIX = STORAGE


def _setting_notes(**notes: str | None) -> Patch:
    found = {f"{_PREFIX}/{name.replace('_', '-')}": value for name, value in notes.items()}
    return Patch("Setting", "storage-network", {"metadata": {"annotations": found}})


SETTING = Scenario(
    "drift of the storage network",
    (
        NETWORK_MADE,
        CONFIG_MADE,
        Step("set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("hash taken away", _setting_notes(hash=None), configured(STORAGE_ON)),
        Step(
            "condition taken away",
            Patch("Setting", "storage-network", {"status": {"conditions": None}}),
        ),
        Step(
            "Longhorn's setting falsified",
            Patch("LonghornSetting", "longhorn-system/storage-network", {"value": ""}),
        ),
        Step("setting touched", _touched("Setting", "storage-network")),
        Step("address pool deleted", Delete("IPPool", "kube-system/192.168.0.0-24")),
        Step(
            "VM migration network set",
            migration({"clusterNetwork": "data", "vlan": 500, "range": "192.168.16.0/24"}),
        ),
        Step(
            "KubeVirt's setting falsified",
            Patch(
                "KubeVirt",
                "harvester-system/kubevirt",
                {"spec": {"configuration": None}},
            ),
        ),
        Step("VM migration setting touched", _touched("Setting", "vm-migration-network")),
        Step("cleared", storage(""), configured("")),
    ),
)

_NEW = "node4"
_HOST, _LONGHORN = machine(_NEW)


def _node_leaves(name: str) -> Several:
    return Several((Delete("Node", name), Delete("LonghornNode", f"longhorn-system/{name}")))


NODES_COME_AND_GO = Scenario(
    "nodes come and go",
    (
        *_UP,
        Step(
            "config of rack a besides",
            Several(
                (
                    cluster_network("edge"),
                    config("nc2", "edge", nics=("eno3",), on={ZONE: "rack-a"}),
                )
            ),
            ready("node1", network="edge"),
        ),
        Step(
            "a node is added", Several((Create(_HOST), Create(_LONGHORN))), ready(*NODES, _NEW)
        ),
        Step(
            "it moves to rack a",
            label_node(_NEW, **{ZONE: "rack-a"}),
            ready("node1", _NEW, network="edge"),
        ),
        Step("it is deleted", _node_leaves(_NEW), gone(f"Node {_NEW}") | away(_NEW)),
        Step(
            "it is added again",
            Several((Create(_HOST), Create(_LONGHORN))),
            ready(*NODES, _NEW),
        ),
        Step(
            "a first node is deleted",
            _node_leaves("node2"),
            gone("Node node2") | away("node2"),
        ),
        Step("one is cordoned", Patch("Node", "node3", {"spec": {"unschedulable": True}})),
        Step("it is uncordoned", Patch("Node", "node3", {"spec": {"unschedulable": None}})),
        Step("config deleted", Delete("VlanConfig", "nc1"), no_config() | away()),
    ),
)

_WITNESS = {"node-role.harvesterhci.io/witness": "true"}


def _witness() -> Create:
    host, _ = machine(_NEW)
    host["metadata"]["labels"] |= _WITNESS
    # Harvester's webhook refuses every change of a witness without it.
    taint = {"key": "node-role.kubernetes.io/etcd", "value": "true", "effect": "NoExecute"}
    host["spec"] = {"taints": [taint]}
    return Create(host)


WITNESS = Scenario(
    "a witness node",
    (
        *_UP,
        Step("it is added", Several((_witness(), Create(_LONGHORN)))),
        Step("storage network set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("storage network cleared", storage(""), configured("")),
        Step("it is to be none", label_node(_NEW, **dict.fromkeys(_WITNESS))),
        Step("another one becomes a witness", label_node("node3", **_WITNESS)),
        Step("config touched", _touched("VlanConfig", "nc1")),
        Step("config deleted", Delete("VlanConfig", "nc1"), no_config()),
        Step("config made again", config(), ready("node1", "node2")),
    ),
)

LABELS_BLOCKED = Scenario(
    "a node cannot leave under a VM",
    (
        NETWORK_MADE,
        Step("node1 gets a label", label_node("node1", site="x")),
        Step("config for the label", config(on={"site": "x"}), ready("node1")),
        VM_NETWORK_MADE,
        Step("VM made", vm(nad="vm100"), running()),
        Step("node1 loses the label", label_node("node1", site=None)),
        Step("VM halted", run("vm1", "Halted"), stopped() | away("node1")),
        Step("node1 gets it back", label_node("node1", site="x"), ready("node1")),
        Step("VM started", run("vm1", "Always"), running()),
    ),
)

VM = Scenario(
    "drift of a VM",
    (
        *_UP,
        Step("made", vm(nad="vm100", on="node1"), running()),
        Step(
            "strategy annotation taken away",
            Patch(
                "VM",
                "default/vm1",
                {"metadata": {"annotations": {"harvesterhci.io/vmRunStrategy": None}}},
            ),
        ),
        Step("finalizers taken away", _released("VM", "default/vm1")),
        Step(
            "affinity taken away",
            Patch("VM", "default/vm1", {"spec": {"template": {"spec": {"affinity": None}}}}),
        ),
        Step("instance deleted", Delete("VMI", "default/vm1"), running()),
        Step("halted", run("vm1", "Halted"), stopped()),
        Step(
            "strategy annotation taken away while halted",
            Patch(
                "VM",
                "default/vm1",
                {"metadata": {"annotations": {"harvesterhci.io/vmRunStrategy": None}}},
            ),
        ),
        Step("always again", run("vm1", "Always"), running()),
        Step("labelled", Patch("VM", "default/vm1", {"metadata": {"labels": {"team": "a"}}})),
    ),
)

DRIFT = (
    CLUSTER_NETWORK,
    CONFIG,
    VM_NETWORK,
    NODES_COME_AND_GO,
    LABELS_BLOCKED,
    VM,
)
