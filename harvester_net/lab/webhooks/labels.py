"""The labels by which Harvester finds VM networks (H2)."""

from __future__ import annotations

from harvester_net.cluster.resources import CLUSTER_NETWORK, Object, condition
from harvester_net.harvester.cni import KUBE_OVN
from harvester_net.harvester.names import BRIDGE, CLUSTER_NETWORK_LABEL
from harvester_net.lab.controllers.controller import State

_PREFIX = "network.harvesterhci.io"
TYPE, VLAN_ID, READY = f"{_PREFIX}/type", f"{_PREFIX}/vlan-id", f"{_PREFIX}/ready"


def labels_of_vm_network(state: State, conf: Object) -> dict[str, str | None]:
    """What a VM network with this CNI config is labelled with; None is no label."""
    if conf["type"] == KUBE_OVN:
        overlay = {CLUSTER_NETWORK_LABEL: "mgmt", TYPE: "OverlayNetwork", READY: "true"}
        return {**overlay, VLAN_ID: None}
    network = str(conf["bridge"]).removesuffix(BRIDGE)
    found = state.get(CLUSTER_NETWORK, network)
    ready = found is not None and condition(found, "ready").get("status") == "True"
    return {
        CLUSTER_NETWORK_LABEL: network,
        TYPE: _type(conf),
        VLAN_ID: str(conf["vlan"]) if conf["vlan"] else None,
        READY: str(ready).lower(),
    }


def _type(conf: Object) -> str:
    if conf["vlanTrunk"]:
        return "L2VlanTrunkNetwork"
    return "L2VlanNetwork" if conf["vlan"] else "UntaggedNetwork"
