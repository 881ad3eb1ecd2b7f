"""What Harvester refuses: at least one request for each of its rules (docs/rules.md).

The title of a step is the name of the rule, with what is wrong after a colon where there are
several. Rules of versions that the lab does not have (1.9) are not shown, and of kube-ovn only
its absence.
"""

from __future__ import annotations

import json
from typing import Any

from harvester_net.lab.api import Object
from harvester_net.lab.faults import NicMissing, VolumeStaysAttached
from harvester_net.lab.simulators.mirror import key_of
from tests import objects

from ..acts import (
    Act,
    Ask,
    Create,
    Delete,
    OnSystemNetwork,
    Patch,
    Replace,
    Suffer,
)
from ..scenario import Scenario, Step
from .words import (
    CONFIG_MADE,
    HOST,
    NETWORK,
    NETWORK_MADE,
    STORAGE_ON,
    VM_NETWORK_MADE,
    ZONE,
    away,
    change_mtu,
    change_uplink,
    change_vm_network,
    cluster_network,
    config,
    configured,
    migration,
    no_config,
    ready,
    run,
    running,
    rwx,
    select,
    stopped,
    storage,
    vm,
    vm_network,
    volume,
)

_MTU = f"{NETWORK}/uplink-mtu"
_LONG = "thirteenchars"


def _annotate(word: str, key: str, notes: dict[str, str | None]) -> Patch:
    return Patch(word, key, {"metadata": {"annotations": notes}})


def _mtu_note(network: str, mtu: str | None) -> Patch:
    return _annotate("ClusterNetwork", network, {_MTU: mtu})


def _without(field: str) -> Create:
    """A network config that lacks a field of its spec."""
    made = config().obj
    del made["spec"][field]
    return Create(made)


def _with_matched_nodes(text: str) -> Create:
    """A network config that matches no node, for which the server leaves this as it is."""
    made = config(on={"site": "x"}).obj
    made["metadata"]["annotations"] = {f"{NETWORK}/matched-nodes": text}
    return Create(made)


def _nad_with_config(value: object) -> Object:
    nad = vm_network().obj
    return nad | {"spec": {"config": value}}


def _claim_of_grafana() -> Object:
    claim = objects.claim("grafana", "cattle-monitoring-system", "grafana", "vol1")
    size = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return claim | {"spec": claim["spec"] | size}


def _without_memory() -> Create:
    made = vm().obj
    del made["spec"]["template"]["spec"]["domain"]["resources"]
    return Create(made)


def _with_both() -> Create:
    made = vm().obj
    return Create(made | {"spec": made["spec"] | {"running": True}})


_MGMT_STORAGE = STORAGE_ON | {"clusterNetwork": "mgmt"}

CLUSTER_NETWORKS = Scenario(
    "refused cluster networks",
    (
        Step("cluster-network-name-is-short", cluster_network(_LONG)),
        Step("new-cluster-network-has-no-mtu-yet", cluster_network(mtu=1500)),
        Step("cluster-network-metadata-is-valid: name", cluster_network("Data")),
        Step(
            "cluster-network-metadata-is-valid: label",
            cluster_network("data", labels={"a": "b c"}),
        ),
        NETWORK_MADE,
        CONFIG_MADE,
        Step("mtu-annotation-is-readable: no number", _mtu_note("data", "x")),
        Step("mtu-annotation-is-readable: too small", _mtu_note("data", "575")),
        Step("mtu-is-that-of-all-configs", _mtu_note("data", "9000")),
        Step("mtu-annotation-is-readable: on mgmt", _mtu_note("mgmt", "9001")),
        Step("mgmt-stays", Delete("ClusterNetwork", "mgmt")),
        Step("deleted-cluster-network-has-no-configs", Delete("ClusterNetwork", "data")),
        VM_NETWORK_MADE,
        Step("config deleted", Delete("VlanConfig", "nc1"), no_config() | away()),
        Step("deleted-cluster-network-has-no-vm-networks", Delete("ClusterNetwork", "data")),
        Step("VM network of mgmt made", vm_network("vm5", "mgmt", vlan=5)),
        Step("VM on it made", vm(nad="vm5", on="node1"), running()),
        Step("mgmt-mtu-changes-without-vms", _mtu_note("mgmt", "9000")),
        Step("VM halted", run("vm1", "Halted"), stopped()),
        Step("storage network on mgmt", storage(_MGMT_STORAGE), configured(_MGMT_STORAGE)),
        Step("mgmt-mtu-changes-without-system-network", _mtu_note("mgmt", "9000")),
        Step("storage network cleared", storage(""), configured("")),
        Step("MTU of mgmt now", _mtu_note("mgmt", "9000")),
        Step("MTU of mgmt away", _mtu_note("mgmt", None)),
    ),
)

CONFIGS = Scenario(
    "refused network configs",
    (
        NETWORK_MADE,
        Step("config-is-not-for-mgmt", config("m", "mgmt")),
        Step("config-names-a-short-cluster-network", config("l", _LONG)),
        Step("cluster-network-of-config-exists", config("n", "nope")),
        Step("config-mtu-is-in-range: too small", config(mtu=575)),
        Step("config-mtu-is-in-range: too large", config(mtu=9001)),
        Step("config-metadata-is-valid", config("NC1")),
        Step("config-follows-its-schema: no uplink", _without("uplink")),
        Step("config-follows-its-schema: no cluster network", _without("clusterNetwork")),
        Step("config-follows-its-schema: bond mode", config(bondOptions={"mode": "fast"})),
        Step(
            "config-follows-its-schema: a text for a number",
            config(linkAttributes={"mtu": "9000"}),
        ),
        Step("config-follows-its-schema: miimon", config(bondOptions={"miimon": -2})),
        Step("matched-nodes-are-readable", _with_matched_nodes("no json")),
        Step("config of node1", config(on={HOST: "node1"}), ready("node1")),
        Step("configs-have-one-mtu: made", config("nc2", mtu=9000, on={HOST: "node2"})),
        Step("config of node2", config("nc2", on={HOST: "node2"}), ready("node2")),
        Step("configs-have-one-mtu: changed", change_mtu(9000)),
        Step("nodes-have-no-other-uplink: made", config("nc3")),
        Step("nodes-have-no-other-uplink: changed", select({HOST: "node2"})),
        Step(
            "config-is-not-for-mgmt: changed",
            Patch("VlanConfig", "nc1", {"spec": {"clusterNetwork": "mgmt"}}),
        ),
        Step(
            "cluster-network-of-config-exists: changed",
            Patch("VlanConfig", "nc1", {"spec": {"clusterNetwork": "nope"}}),
        ),
        Step("config-mtu-is-in-range: changed", change_mtu(100)),
        VM_NETWORK_MADE,
        Step("VM made", vm(nad="vm100", on="node1"), running()),
        Step("vms-on-the-nodes-are-stopped: changed", change_uplink(nics=["eno3"])),
        Step("vms-on-the-nodes-are-stopped: node lost", select({HOST: "node3"})),
        Step("vms-on-the-nodes-are-stopped: deleted", Delete("VlanConfig", "nc1")),
        Step("the other node's config may change", change_uplink("nc2", nics=["eno3"])),
        Step("VM halted", run("vm1", "Halted"), stopped()),
        Step("config of node3", config("nc3", on={HOST: "node3"}), ready("node3")),
        Step("storage network set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("system-network-is-cleared: changed", change_uplink(nics=["eno3"])),
        Step("system-network-is-cleared: deleted", Delete("VlanConfig", "nc1")),
        Step(
            "described all the same",
            Patch("VlanConfig", "nc1", {"spec": {"description": "x"}}),
        ),
        Step("config that matches no node", config("nc4", on={"site": "x"})),
        Step(
            "config-without-nodes-stays",
            Patch("VlanConfig", "nc4", {"spec": {"description": "x"}}),
        ),
    ),
)


def _conf(**changed: Any) -> str:
    return json.dumps(objects.cni("vm100", "data-br", **changed))


def _raw(name: str, text: str) -> Create:
    return Create(objects.nad(name, config=text))


_OVERLAY = {"cniVersion": "0.3.1", "name": "ov", "type": "kube-ovn"}
_GOOD_OVERLAY = _OVERLAY | {"provider": "ov.default.ovn", "server_socket": "/run/ovn.sock"}


def _overlaid() -> Patch:
    """A VM network that is to become an overlay network."""
    conf = _GOOD_OVERLAY | {"name": "vm100", "provider": "vm100.default.ovn"}
    return Patch("NAD", "default/vm100", {"spec": {"config": json.dumps(conf)}})


def _retag(nad: Object) -> Act:
    """The CNI config of a system network with another VLAN."""
    conf = json.loads(nad.get("spec", {}).get("config", "{}")) | {"vlan": 999}
    return Patch("NAD", key_of(nad), {"spec": {"config": json.dumps(conf)}})


def _delete(nad: Object) -> Act:
    return Delete("NAD", key_of(nad))


VM_NETWORKS = Scenario(
    "refused VM networks",
    (
        NETWORK_MADE,
        Step("config made, MTU 9000", config(mtu=9000), ready()),
        Step(
            "overlay-is-named-by-its-provider",
            _raw("ov", json.dumps(_OVERLAY | {"provider": "other.default.ovn"})),
        ),
        Step(
            "overlay-needs-kube-ovn",
            Create(objects.nad("ov", config=_GOOD_OVERLAY, cluster_network="mgmt")),
        ),
        Step("deleted-overlay-has-no-subnet", Delete("NAD", "default/ov")),
        Step("vm-network-metadata-is-valid", vm_network("VM100")),
        Step("vm-network-follows-its-schema", Create(_nad_with_config(7))),
        Step("vlans-are-valid: too large", vm_network(vlan=4095)),
        Step("vlans-are-valid: negative", vm_network(vlan=-1)),
        Step("vlans-are-valid: VLAN and trunk", vm_network(vlan=5, vlanTrunk=[{"id": 6}])),
        Step(
            "vlans-are-valid: trunk turned",
            vm_network(vlan=0, vlanTrunk=[{"minID": 9, "maxID": 8}]),
        ),
        Step("vlans-are-valid: empty trunk", vm_network(vlan=0, vlanTrunk=[{}])),
        Step("config-is-cni-json: no JSON", _raw("vm100", "no json")),
        Step("config-is-cni-json: a text for a number", _raw("vm100", _conf(vlan="100"))),
        Step(
            "bridge-is-of-a-cluster-network: no -br",
            _raw("vm100", json.dumps(objects.cni("vm100", "data"))),
        ),
        Step("bridge-is-of-a-cluster-network: too long", vm_network(network=_LONG)),
        Step("cluster-network-of-vm-network-exists", vm_network(network="nope")),
        Step(
            "label-is-of-the-bridge", vm_network(labels={f"{NETWORK}/clusternetwork": "mgmt"})
        ),
        Step("route-is-valid: no JSON", vm_network(route="no json")),
        Step("route-is-valid: unknown mode", vm_network(route={"mode": "other"})),
        Step(
            "route-is-valid: no gateway",
            vm_network(route={"mode": "manual", "cidr": "10.0.0.0/24"}),
        ),
        Step(
            "route-is-valid: no CIDR",
            vm_network(route={"mode": "manual", "cidr": "10.0.0.0", "gateway": "10.0.0.1"}),
        ),
        Step("another MTU than the cluster network's", vm_network(vlan=100, mtu=1400)),
        Step("mtu-is-that-of-the-cluster-network", change_vm_network(vlan=100, mtu=1400)),
        Step("mtu-is-that-of-the-cluster-network: left out", change_vm_network(vlan=100)),
        Step("type-of-config-stays", change_vm_network(vlan=100, mtu=9000, type="macvlan")),
        Step("type-of-config-stays: an overlay", _overlaid()),
        Step("bridge-stays", change_vm_network(network="mgmt", vlan=100, mtu=9000)),
        Step("VM made", vm(nad="vm100", on="node1"), running()),
        Step("vms-of-a-changed-network-are-stopped", change_vm_network(vlan=101, mtu=9000)),
        Step("deleted-network-has-no-instances", Delete("NAD", "default/vm100")),
        Step("VM halted", run("vm1", "Halted"), stopped()),
        Step("deleted-network-is-in-no-vm", Delete("NAD", "default/vm100")),
        Step("changed now", change_vm_network(vlan=101, mtu=9000)),
        Step("storage network set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("system-network-does-not-change", OnSystemNetwork("storagenetwork-", _retag)),
        Step("network-of-a-setting-stays", OnSystemNetwork("storagenetwork-", _delete)),
    ),
)

_OWN = {
    "share-storage-network": False,
    "network": {"clusterNetwork": "data", "vlan": 400, "range": "192.168.8.0/24"},
}
_MIGRATION = {"clusterNetwork": "data", "vlan": 500, "range": "192.168.16.0/24"}


def _storage(**changed: object) -> Patch:
    return storage(STORAGE_ON | changed)


SETTINGS = Scenario(
    "refused settings",
    (
        NETWORK_MADE,
        Step("setting-is-json", storage("no json")),
        Step("setting-is-json: types", storage({"clusterNetwork": 7})),
        Step("setting-is-json: of RWX", rwx('{"share": true}')),
        Step("setting-is-json: of VM migration", migration("[")),
        Step("setting-texts-are-texts", Patch("Setting", "storage-network", {"value": 7})),
        Step("vlan-of-setting-is-valid: too large", _storage(vlan=4095)),
        Step("vlan-of-setting-is-valid: on mgmt", _storage(clusterNetwork="mgmt", vlan=1)),
        Step("range-of-setting-is-valid: host bits", _storage(range="192.168.0.5/24")),
        Step("range-of-setting-is-valid: too wide", _storage(range="10.0.0.0/8")),
        Step("range-of-setting-is-valid: no range", _storage(range="")),
        Step("range-of-setting-is-valid: outside", _storage(exclude=["10.0.0.0/24"])),
        Step("range-of-setting-is-valid: all excluded", _storage(exclude=["192.168.0.0/24"])),
        Step(
            "range-of-setting-is-valid: excluded twice",
            _storage(exclude=["192.168.0.0/28", "192.168.0.8/29"]),
        ),
        Step("cluster-network-of-setting-exists", _storage(clusterNetwork="nope")),
        Step("uplinks-of-setting-are-ready: none", storage(STORAGE_ON)),
        Step("config of node1", config(on={HOST: "node1"}), ready("node1")),
        Step("configs-of-setting-span-all-nodes", storage(STORAGE_ON)),
        Step("NIC of node2 pulled", Suffer((NicMissing("node2", "eno2"),))),
        Step(
            "config of rack b, not ready everywhere",
            config("nc2", on={ZONE: "rack-b"}),
            ready("node3"),
        ),
        Step("uplinks-of-setting-are-ready: one is not", storage(STORAGE_ON)),
        Step("NIC of node2 back", Suffer(), ready("node2")),
        Step("config that matches no node", config("nc3", on={"site": "x"})),
        Step("configs-of-setting-span-all-nodes: one matches none", storage(STORAGE_ON)),
        Step("it is deleted", Delete("VlanConfig", "nc3"), no_config("nc3")),
        Step("range-of-setting-is-large-enough", _storage(range="192.168.0.0/29")),
        Step(
            "range-of-setting-is-large-enough: of RWX",
            rwx(_OWN | {"network": _MIGRATION | {"range": "192.168.8.0/28"}}),
        ),
        Step(
            "range-of-setting-is-large-enough: of VM migration",
            migration(_MIGRATION | {"range": "192.168.16.0/30"}),
        ),
        Step("storage-network-to-share-is-there", rwx({"share-storage-network": True})),
        Step("VM migration network set", migration(_MIGRATION)),
        Step("ranges-of-settings-are-apart", _storage(range="192.168.16.0/22")),
        Step("VM made", vm(on="node1"), running()),
        Step("all-vms-are-stopped", storage(STORAGE_ON)),
        Step("VM halted", run("vm1", "Halted"), stopped()),
        Step("volume made", Create(objects.volume("vol1", size="1073741824"))),
        Step("it is attached", Suffer((VolumeStaysAttached("vol1"),)), volume("attached")),
        Step("all-volumes-are-detached", storage(STORAGE_ON)),
        Step(
            "volume of RWX made",
            Create(objects.volume("rwx1", size="1073741824", accessMode="rwx")),
        ),
        Step(
            "it is attached too",
            Suffer((VolumeStaysAttached("vol1"), VolumeStaysAttached("rwx1"))),
            volume("attached", "rwx1"),
        ),
        Step("rwx-volumes-are-detached", rwx(_OWN)),
        Step("volumes detached", Suffer(), volume("detached") | volume("detached", "rwx1")),
        Step("storage network set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("RWX network shares it", rwx({"share-storage-network": True})),
        Step("shared-network-is-not-cleared", storage("")),
        Step("not shared any more", rwx({"share-storage-network": False})),
        Step("setting-stays: storage", Delete("Setting", "storage-network")),
        Step("setting-stays: RWX", Delete("Setting", "rwx-network")),
        Step("setting-stays: VM migration", Delete("Setting", "vm-migration-network")),
        Step("volumes of Prometheus are no obstacle", storage(""), configured("")),
    ),
)

IN_PROGRESS = Scenario(
    "settings in progress",
    (
        NETWORK_MADE,
        CONFIG_MADE,
        Step("volume of Grafana made", Create(_claim_of_grafana())),
        Step(
            "volume made",
            Create(
                objects.volume(
                    "vol1", size="1073741824", claim="cattle-monitoring-system/grafana"
                )
            ),
        ),
        Step("it is attached", Suffer((VolumeStaysAttached("vol1"),)), volume("attached")),
        Step("set, and never done", storage(STORAGE_ON)),
        Step("setting-is-not-in-progress", _storage(vlan=301)),
        Step("reset is taken", storage("")),
        Step("the volume is free", Suffer(), volume("detached") | configured("")),
    ),
)


def _vm_with(mac: str, name: str) -> Act:
    made = vm(name, "vm100", strategy="Halted")
    devices = made.obj["spec"]["template"]["spec"]["domain"]["devices"]
    devices["interfaces"][0]["macAddress"] = mac
    return made


REFUSED_VMS = Scenario(
    "refused VMs",
    (
        NETWORK_MADE,
        CONFIG_MADE,
        VM_NETWORK_MADE,
        Step("names a network that is not there", vm(nad="nope")),
        Step("no memory", _without_memory()),
        Step("strategy and running", _with_both()),
        Step("made", _vm_with("02:00:00:00:00:01", "vm1")),
        Step("the same MAC address", _vm_with("02:00:00:00:00:01", "vm2")),
        Step("virt-api is asked for a VM that is not there", Ask("nope", "start")),
        Step("migrated while stopped", Ask("vm1", "migrate")),
        Step("an unknown strategy", run("vm1", "Sometimes")),
        Step("made again", _vm_with("02:00:00:00:00:03", "vm1")),
        Step(
            "replaced with an old version",
            Replace("VM", "default/vm1", {"metadata": {"resourceVersion": "1"}}),
        ),
    ),
)

DENIALS = (CLUSTER_NETWORKS, CONFIGS, VM_NETWORKS, SETTINGS, IN_PROGRESS, REFUSED_VMS)
