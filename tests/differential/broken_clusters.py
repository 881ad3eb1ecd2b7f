"""Sound clusters but for one thing each, which is for some rule the thing that decides."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from harvester_net.cluster.resources import LONGHORN_NODE, NAD, Object
from harvester_net.harvester.names import WITNESS
from tests import objects

from . import guests, settings, storage
from .boundaries import BARE, NET, NETWORK, put, sound_cluster
from .networks import (
    GONE_SINCE,
    MATCHED,
    NETWORK_LABEL,
    ODD_MATCHES,
    ODD_MTU_TEXTS,
    TOO_LONG,
    bare_node,
)
from .pools import LONGHORN, MIGRATION, RWX, SETTINGS, STORAGE, SYSTEM, TENANT

Cluster = list[Object]
UPLINK_MTU = "network.harvesterhci.io/uplink-mtu"


def disorders() -> Iterator[tuple[str, Cluster]]:
    """Each cluster with a name for what is not sound in it."""
    for part in (_networks, _configs, _statuses, _nodes, _guests, _vm_networks, _volumes):
        yield from part()
    yield from _settings()


def _but(kind: str, name: str, change: Callable[[Object], Any]) -> Cluster:
    """The sound cluster with one object changed."""
    cluster = copy.deepcopy(sound_cluster())
    for obj in cluster:
        if obj["kind"] == kind and obj["metadata"]["name"].startswith(name):
            change(obj)
            break
    return cluster


def _with(*more: Object) -> Cluster:
    return [*sound_cluster(), *more]


def _without(kind: str, name: str) -> Cluster:
    kept = sound_cluster()
    return [o for o in kept if (o["kind"], o["metadata"]["name"]) != (kind, name)]


def _meta(**fields: Any) -> Callable[[Object], None]:
    return lambda obj: obj["metadata"].update(fields)


def _networks() -> Iterator[tuple[str, Cluster]]:
    yield "a sound cluster", sound_cluster()
    for name in (NET, "mgmt"):
        for text in (*ODD_MTU_TEXTS, "9000"):
            note = _meta(annotations={UPLINK_MTU: text})
            yield f"{name} has MTU {text!r}", _but("ClusterNetwork", name, note)
        yield f"{name} is deleted", _but("ClusterNetwork", name, _meta(**GONE_SINCE))
        yield f"{name} is missing", _without("ClusterNetwork", name)
    yield "a name is too long", _with(objects.cluster_network(TOO_LONG))
    yield "data has no MTU", _but("ClusterNetwork", NET, _meta(annotations={}))


def _configs() -> Iterator[tuple[str, Cluster]]:
    for text in ODD_MATCHES:
        changed = _but("VlanConfig", "nc1", _meta(annotations={MATCHED: text}))
        yield f"config matches {text!r}", changed
    for label in (BARE, "gone"):
        changed = _but("VlanConfig", "nc1", _meta(labels={NETWORK_LABEL: label}))
        yield f"config is labelled {label}", changed
    yield "config matches nothing", _but("VlanConfig", "nc1", _meta(annotations={}))
    yield "config has no label", _but("VlanConfig", "nc1", _meta(labels={}))
    yield "config is deleted", _but("VlanConfig", "nc1", _meta(**GONE_SINCE))
    yield "config is missing", _without("VlanConfig", "nc1")
    uplinks: tuple[Object, ...] = (
        {},
        {"linkAttributes": {}},
        {"linkAttributes": {"mtu": 9000}},
    )
    for uplink in uplinks:
        changed = _but("VlanConfig", "nc1", put("spec", "uplink", value=uplink))
        yield f"config has uplink {uplink}", changed
    nowhere = objects.config("nc2", NET, spec={"nodeSelector": {"zone": "nowhere"}})
    del nowhere["metadata"]["annotations"]
    yield "another config matches nothing", _with(nowhere)
    listed = objects.config("nc2", NET) | {"spec": nowhere["spec"]}
    for text in ODD_MATCHES:
        listed = copy.deepcopy(listed)
        listed["metadata"]["annotations"] = {MATCHED: text}
        yield f"another config matches {text!r}", _with(listed)


def _statuses() -> Iterator[tuple[str, Cluster]]:
    for ready in ("False", "Unknown"):
        said = put("status", "conditions", value=[{"type": "ready", "status": ready}])
        yield f"status is {ready}", _but("VlanStatus", "data-node1", said)
    changed = _but("VlanStatus", "data-node1", put("status", "conditions", value=[]))
    yield "status says nothing", changed
    changed = _but("VlanStatus", "data-node1", put("status", "vlanConfig", value="other"))
    yield "status is of another config", changed
    yield "status has no label", _but("VlanStatus", "data-node1", _meta(labels={}))
    kept = [obj for obj in sound_cluster() if obj["kind"] != "VlanStatus"]
    yield "statuses are missing", kept


def _nodes() -> Iterator[tuple[str, Cluster]]:
    yield "a node joined", _with(bare_node("node4", {}))
    for value in ("true", "false", ""):
        yield f"a witness {value!r} joined", _with(bare_node("node4", {WITNESS: value}))
        changed = _but("Node", "node1", _meta(labels={WITNESS: value, "zone": "a"}))
        yield f"a node became witness {value!r}", changed
    for count in (0, 5, 14, 60, 125):
        disks = {f"disk{at}": {"path": f"/d{at}"} for at in range(count)}
        yield f"{count} disks more", _with(_longhorn_node(disks))


def _longhorn_node(disks: Object) -> Object:
    meta = {"name": "spare", "namespace": LONGHORN}
    made = {"apiVersion": LONGHORN_NODE.api, "kind": LONGHORN_NODE.kind, "metadata": meta}
    return made | {"spec": {"name": "spare", "disks": disks}}


def _guests() -> Iterator[tuple[str, Cluster]]:
    for strategy in guests.STRATEGIES:
        for status in ("Stopped", "Running"):
            vm = _vm("default", "vlan10", status=status, strategy=strategy)
            yield f"VM {strategy} {status}", _with(vm)
            for phase in ("Running", "Succeeded"):
                vmi = _vmi("default", "vlan10", phase=phase)
                yield f"VM {strategy} {status} {phase}", _with(vm, vmi)
    for running in (True, False):
        vm = _vm("default", "vlan10")
        vm["spec"]["running"] = running
        yield f"VM running {running} and Halted", _with(vm)
        vm = copy.deepcopy(vm)
        del vm["spec"]["runStrategy"]
        yield f"VM running {running}", _with(vm)
    for phase in guests.PHASES:
        yield f"instance {phase!r}", _with(_vmi("default", "vlan10", phase=phase))
    for namespace in ("default", TENANT):
        for name in ("vlan10", "default/vlan10", "overlay", f"{SYSTEM}/ours", "gone"):
            vmi = _vmi(namespace, name)
            yield f"instance of {namespace} on {name}", _with(vmi, _ours())
            yield f"VM of {namespace} on {name}", _with(_vm(namespace, name), _ours())
    for node in ("node9", ""):
        yield f"instance on node {node!r}", _with(_vmi("default", "flat", node=node))


def _ours() -> Object:
    return objects.nad("ours", SYSTEM, cluster_network="mgmt")


def _vm(namespace: str, network: str, **more: Any) -> Object:
    vm = objects.vm("web", network, namespace=namespace, **more)
    return _with_nic(vm, vm["spec"]["template"]["spec"])


def _vmi(namespace: str, network: str, **more: Any) -> Object:
    vmi = objects.vmi("web", network, namespace=namespace, **more)
    return _with_nic(vmi, vmi["spec"])


def _with_nic(obj: Object, spec: Object) -> Object:
    spec["domain"] = {"devices": {"interfaces": [{"name": "nic-0", "bridge": {}}]}}
    return obj


def _vm_networks() -> Iterator[tuple[str, Cluster]]:
    for network in (NET, "mgmt"):
        for name in ("storagenetwork-x", "rwx-network-x", "plain"):
            for namespace in (SYSTEM, TENANT):
                for value in ("true", "false"):
                    made = objects.storage_nad(name, network)
                    made["metadata"]["namespace"] = namespace
                    made["metadata"]["annotations"] = {objects.STORAGE: value}
                    told = f"{namespace}/{name} marked {value} on {network}"
                    yield told, _with(made)
        going = objects.storage_nad("storagenetwork-x", network)
        going["metadata"] |= GONE_SINCE
        yield f"storage network on {network} is deleted", _with(going)
    for key in ("labels", "annotations"):
        yield f"vlan10 has no {key}", _but(NAD.kind, "vlan10", _meta(**{key: {}}))
    for text in ("", "no json", "null", '{"bridge":"gone-br"}', '{"mtu":9000}', "{}"):
        changed = _but(NAD.kind, "vlan10", put("spec", "config", value=text))
        yield f"vlan10 is {text!r}", changed
    for route in ("no json", "{}", '{"mode":"auto"}', '{"mode":"manual"}'):
        note = _meta(annotations={"network.harvesterhci.io/route": route})
        yield f"vlan10 has route {route!r}", _but(NAD.kind, "vlan10", note)
    yield "vlan10 is deleted", _but(NAD.kind, "vlan10", _meta(**GONE_SINCE))


def _volumes() -> Iterator[tuple[str, Cluster]]:
    for state in storage.STATES:
        yield f"volume {state}", _with(_volume(state))
    for mode in ("rwx", "rwo"):
        for migratable in (True, False):
            spec = {"accessMode": mode, "migratable": migratable}
            yield f"{mode} volume, {migratable}", _with(_volume("attached", **spec))
    for namespace, labels in storage.OWNERS:
        for bound in ("pvc-1", ""):
            claim = storage.claim("claim", namespace, labels, bound)
            told = f"volume of {namespace} {labels} bound {bound!r}"
            yield told, _with(_volume("attached"), claim)


def _volume(state: str | None, **spec: Any) -> Object:
    made = objects.volume("pvc-1", state or "")
    return made | {"spec": {"numberOfReplicas": 1} | spec}


def _settings() -> Iterator[tuple[str, Cluster]]:
    for name in SETTINGS:
        yield f"{name} is missing", _without("Setting", name)
        for way in settings.WAYS:
            status = {"conditions": [{"type": "configured"} | way]}
            changed = _but("Setting", name, put("status", value=status))
            yield f"{name} is {way}", changed
        for text in ("no json", "null", "{}", *_texts(name)):
            changed = _but("Setting", name, put("value", value=text))
            yield f"{name} is {text}", changed
        note = {f"{name}.settings.harvesterhci.io/net-attach-def": "default/vlan10"}
        yield f"{name} has vlan10", _but("Setting", name, _meta(annotations=note))
    shared = _but("Setting", RWX, put("value", value='{"share-storage-network":true}'))
    for setting in shared:
        if setting["metadata"]["name"] == STORAGE:
            setting["value"] = json.dumps(NETWORK)
    yield "the storage network is shared", shared
    for state in ({"completed": False}, {"completed": True}, None):
        for meta in ({}, GONE_SINCE):
            moving = guests.migration(state)
            moving["metadata"] |= meta
            kept = _without("Setting", MIGRATION)
            yield f"a VM is moving: {state} {bool(meta)}", [*kept, moving]


def _texts(name: str) -> Iterator[str]:
    for addresses in (*settings.HOME.values(), "nonsense"):
        network = {"clusterNetwork": NET, "vlan": 9, "range": addresses}
        yield json.dumps({"network": network} if name == RWX else network)
    if name == RWX:
        yield '{"share-storage-network":true}'
        yield '{"share-storage-network":true,"network":{"range":"nonsense"}}'
    if name == STORAGE:
        yield '{"clusterNetwork":"data","vlan":9,"range":"192.168.0.0/24","exclude":["x"]}'
