"""What the controllers of Harvester, KubeVirt and Longhorn and the agents of the nodes do with
a world, each as one pure pass; `settled` repeats them until nothing changes (H4, H5.6).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from harvester_net.cluster.errors import ClusterError
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    LONGHORN_SETTING,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
)
from harvester_net.cluster.resources import MIGRATION as MIGRATION_KIND
from harvester_net.harvester.host_networks import device_of, selected_nodes
from harvester_net.harvester.host_networks import network_of as network_of_host
from harvester_net.harvester.names import MATCHED_NODES
from harvester_net.harvester.workloads import networks_of
from harvester_net.rules import mtus

from ... import objects
from .admission import admit
from .world import (
    FAILS,
    HINDRANCE,
    HOME,
    MIGRATION,
    NETWORK,
    RWX,
    STAYS,
    STORAGE,
    World,
    cni_of,
    configs_on,
    matched,
    meant,
    nads_on,
    network_of,
    raw_mtu,
    statuses_on,
)

STRATEGY = "harvesterhci.io/vmRunStrategy"
FINAL = ("Succeeded", "Failed")
APPLIED = "model/applied"
DEAD = "model/dead"
"""Annotation of a node of this model: its agent does nothing any more."""


# --- KubeVirt and Harvester's VM controller --------------------------------------------------


def vms(world: World) -> World:
    """Instances come and go as the run strategies say."""
    for key in world.of(VM):
        world = _vm(world, key)
    for key, vmi in list(world.of(VMI).items()):
        if is_terminating(vmi):
            world = world.without(VMI, key)
    return world


def strategy_of(vm: Object) -> str:
    """The run strategy, also of a VM that uses the old field."""
    if "running" in vm["spec"]:
        return "Always" if vm["spec"]["running"] else "Halted"
    return str(vm["spec"].get("runStrategy", "Halted"))


def _vm(world: World, key: str) -> World:
    vm, vmi = world.of(VM)[key], world.get(VMI, key)
    strategy, status = strategy_of(vm), vm.get("status") or {}
    arrived = status.get("runStrategy") != strategy
    asked = bool(status.get("stateChangeRequests"))
    phase = vmi["status"]["phase"] if vmi else None
    if vmi is not None and _goes(world, strategy, phase):
        world = world.without(VMI, key)
        phase, arrived = None, arrived or phase == "Failed"
    if phase is None and _comes(strategy, arrived=arrived, asked=asked):
        world = _started(world, vm)
    elif phase in ("Pending", "Scheduling") and not annotations_of(vm).get(HINDRANCE):
        world = _placed(world, key, vm)
    if strategy != "Halted":
        world = world.changed(VM, key, {"metadata": {"annotations": {STRATEGY: strategy}}})
    said = {"runStrategy": strategy, "printableStatus": _printable(world, key, strategy)}
    return world.changed(VM, key, {"status": said | {"stateChangeRequests": None}})


def _goes(world: World, strategy: str, phase: str | None) -> bool:
    if strategy == "Halted":
        return True
    if strategy == "Always":
        return phase in FINAL
    if strategy == "RerunOnFailure":
        return phase == "Failed" or (phase == "Succeeded" and world.version >= (1, 8))
    return False


def _comes(strategy: str, *, arrived: bool, asked: bool) -> bool:
    if strategy == "Manual":
        return asked
    return strategy == "Always" or (strategy in ("RerunOnFailure", "Once") and arrived)


def _started(world: World, vm: Object) -> World:
    hindrance = annotations_of(vm).get(HINDRANCE)
    if hindrance == "no volume":
        return world
    meta = {"name": vm["metadata"]["name"], "namespace": vm["metadata"]["namespace"]}
    vmi: Object = {
        "apiVersion": VMI.api,
        "kind": VMI.kind,
        "metadata": meta,
        "spec": {"networks": vm["spec"]["template"]["spec"].get("networks") or []},
        "status": {"phase": "Pending"},
    }
    world = world.put(VMI, vmi)
    return world if hindrance else _placed(world, key_of(vmi), vm)


def _placed(world: World, key: str, vm: Object) -> World:
    """The instance runs at its home, or where else a VM may come up; else it waits."""
    home = annotations_of(vm).get(HOME, "node0")
    if _is_closed(world, home):
        home = next(iter(_places(world, world.of(VMI)[key])), "")
    return world.changed(VMI, key, _running(vm, home)) if home else world


def _is_closed(world: World, node: str) -> bool:
    found = world.get(NODE, node) or {}
    return bool((found.get("spec") or {}).get("unschedulable"))


def _running(vm: Object, node: str) -> Object:
    stays = annotations_of(vm).get(STAYS)
    able = {"type": "LiveMigratable", "status": "False" if stays else "True"}
    if stays:
        able |= {"reason": "DisksNotLiveMigratable", "message": stays}
    return {"status": {"phase": "Running", "nodeName": node, "conditions": [able]}}


def migrations(world: World) -> World:
    """A migration finds a node, and then the instance is there; or it fails, or waits."""
    for key, migration in world.of(MIGRATION_KIND).items():
        name = f"{migration['metadata']['namespace']}/{migration['spec']['vmiName']}"
        phase, vmi = (migration.get("status") or {}).get("phase"), world.get(VMI, name)
        if phase in FINAL:
            continue
        if vmi is None:
            world = world.changed(MIGRATION_KIND, key, {"status": {"phase": "Failed"}})
        elif phase == "Running":
            world = _arrived(world, name, vmi)
            world = world.changed(MIGRATION_KIND, key, {"status": {"phase": "Succeeded"}})
        else:
            world = _sent(world, key, name, vmi)
    return world


def _sent(world: World, migration: str, name: str, vmi: Object) -> World:
    uid = world.of(MIGRATION_KIND)[migration]["metadata"]["uid"]
    fails = int(annotations_of(world.of(VM).get(name) or vmi).get(FAILS, "0"))
    if fails:
        left = {"metadata": {"annotations": {FAILS: str(fails - 1)}}}
        world = world.changed(VM, name, left)
        said = {"phase": "Failed", "migrationState": {"failureReason": "the model says so"}}
        return world.changed(MIGRATION_KIND, migration, {"status": said})
    target = next(iter(_places(world, vmi)), None)
    if target is None:
        return world.changed(MIGRATION_KIND, migration, {"status": {"phase": "Pending"}})
    world = world.changed(MIGRATION_KIND, migration, {"status": {"phase": "Running"}})
    moves = {"migrationUid": uid, "targetNode": target, "completed": None}
    return world.changed(VMI, name, {"status": {"migrationState": moves}})


def _places(world: World, vmi: Object) -> Iterator[str]:
    """The nodes that take an instance: open, and with all its cluster networks."""
    nads = world.of(NAD)
    on = [nads[key] for key in networks_of(vmi["spec"], vmi["metadata"]["namespace"])]
    for name in sorted(world.of(NODE)):
        closed = _is_closed(world, name) or _is_dead(world, name)
        there = {
            status["status"]["clusterNetwork"]
            for status in world.of(VLAN_STATUS).values()
            if status["status"]["node"] == name
        }
        if name == vmi["status"].get("nodeName") or closed:
            continue
        if {network_of(nad) for nad in on} <= there | {"mgmt"}:
            yield name


def _arrived(world: World, name: str, vmi: Object) -> World:
    target = vmi["status"]["migrationState"]["targetNode"]
    return world.changed(
        VMI, name, {"status": {"nodeName": target, "migrationState": {"completed": True}}}
    )


def _printable(world: World, key: str, strategy: str) -> str:
    vmi = world.get(VMI, key)
    if vmi is None:
        hindered = strategy == "Always" and annotations_of(world.of(VM)[key]).get(HINDRANCE)
        return "ErrorPvcNotFound" if hindered else "Stopped"
    phase = vmi["status"]["phase"]
    if strategy == "Halted":
        return "Stopping"
    if phase in FINAL:
        return "Stopped"
    return "Running" if phase == "Running" else "Starting"


def volumes(world: World) -> World:
    """Longhorn attaches the volumes of running VMs and detaches all others."""
    for key, volume in world.of(VOLUME).items():
        owner = volume["status"]["kubernetesStatus"]
        vmi = world.get(VMI, f"{owner['namespace']}/{owner['pvcName']}")
        attached = vmi is not None and vmi["status"]["phase"] not in FINAL
        state = "attached" if attached else "detached"
        world = world.changed(VOLUME, key, {"status": {"state": state}})
    return world


# --- agents and the manager of the network controller ----------------------------------------


def agents(world: World) -> World:
    """Each node sets up the configs that match it, and tears down the others."""
    for key, status in list(world.of(VLAN_STATUS).items()):
        config = world.get(VLAN_CONFIG, status["status"]["vlanConfig"])
        node, network = status["status"]["node"], status["status"]["clusterNetwork"]
        if _is_dead(world, node):
            continue
        stays = config is not None and not is_terminating(config) and node in matched(config)
        if not stays:
            world = _torn_down(world.without(VLAN_STATUS, key), network, node)
    for config in list(world.of(VLAN_CONFIG).values()):
        if config["spec"]["clusterNetwork"] == "mgmt" or is_terminating(config):
            continue
        for node in matched(config):
            if not _is_dead(world, node):
                world = _set_up(world, config, node)
    return world


def node_labels(world: World) -> World:
    """The manager has configs follow the labels of nodes, and is refused as anybody (H4.6)."""
    for key, config in list(world.of(VLAN_CONFIG).items()):
        found = set(world.snapshot.matching(config["spec"].get("nodeSelector")))
        if is_terminating(config) or found == set(matched(config)):
            continue
        notes = {MATCHED_NODES: json.dumps(sorted(found))}
        after = world.changed(VLAN_CONFIG, key, {"metadata": {"annotations": notes}})
        try:
            admit(world, VLAN_CONFIG, config, after.of(VLAN_CONFIG)[key])
        except ClusterError:
            continue
        world = after
    return world


def _is_dead(world: World, node: str) -> bool:
    return DEAD in annotations_of(world.of(NODE)[node])


def _torn_down(world: World, network: str, node: str) -> World:
    links = {"status": {"linkStatus": {node: None}}}
    if world.get(LINK_MONITOR, network):
        world = world.changed(LINK_MONITOR, network, links)
    return world


def _set_up(world: World, config: Object, node: str) -> World:
    network, uplink = config["spec"]["clusterNetwork"], config["spec"]["uplink"]
    key = objects.status_name(network, node)
    status = world.get(VLAN_STATUS, key)
    applied = json.loads(annotations_of(status).get(APPLIED, "{}")) if status else {}
    wanted = {"mtu": raw_mtu(config) or applied.get("mtu", 1500)} | {
        "bond": uplink.get("bondOptions")
    }
    if status is not None and applied == wanted:
        return world
    made = objects.vlan_status(key_of(config), node, cluster_network=network)
    made["metadata"]["annotations"] = {APPLIED: json.dumps(wanted)}
    world = world.put(VLAN_STATUS, made)
    return _with_new_bond(world, network, node)


def _with_new_bond(world: World, network: str, node: str) -> World:
    if world.get(LINK_MONITOR, network) is None:
        world = world.put(LINK_MONITOR, objects.link_monitor(network, {}))
    bridge = objects.link(f"{network}-br", 7)
    # The bridge stays, and with it the nodes' own devices on it.
    own = [link for link in _links(world, network, node) if "." in link["name"]]
    links = [bridge, objects.link(f"{network}-bo", world.serial, master=7), *own]
    return world.changed(LINK_MONITOR, network, {"status": {"linkStatus": {node: links}}})


def _links(world: World, network: str, node: str) -> list[Object]:
    monitor = world.get(LINK_MONITOR, network) or {}
    found = ((monitor.get("status") or {}).get("linkStatus") or {}).get(node)
    return list(found or ())


def host_networks(world: World) -> World:
    """Each node has a device for each host network config, of the MTU that its bridge has
    then; it is lowered with that, and never raised (B1.3, B1.4).
    """
    for status in list(world.of(VLAN_STATUS).values()):
        node, network = status["status"]["node"], status["status"]["clusterNetwork"]
        if not _is_dead(world, node):
            world = _with_host_devices(world, network, node)
    return world


def _with_host_devices(world: World, network: str, node: str) -> World:
    status = world.of(VLAN_STATUS)[objects.status_name(network, node)]
    mtu = json.loads(annotations_of(status)[APPLIED])["mtu"] or 1500
    before = _links(world, network, node)
    wanted = {
        device_of(config): key
        for key, config in world.of(HOST_NETWORK_CONFIG).items()
        if network_of_host(config) == network
        and node in selected_nodes(config, world.snapshot)
    }
    links = [link for link in before if "." not in link["name"] or link["name"] in wanted]
    links = [_lowered(link, mtu) for link in links]
    names = {link["name"] for link in links}
    for number, device in enumerate(sorted(wanted.keys() - names)):
        made = objects.link(device, world.serial + 1000 * (number + 1)) | {"mtu": mtu}
        links.append(made)
    if links != before:
        world = world.changed(LINK_MONITOR, network, {"status": {"linkStatus": {node: links}}})
    for key in wanted.values():
        config = world.of(HOST_NETWORK_CONFIG)[key]
        place = {n: config["spec"][n] for n in ("clusterNetwork", "vlanID", "mode")}
        said = place | {"conditions": [{"type": "ready", "status": "True"}]}
        fields = {"status": {"nodeStatus": {node: said}}}
        world = world.changed(HOST_NETWORK_CONFIG, key, fields)
    return world


def _lowered(link: Object, mtu: int) -> Object:
    return link | {"mtu": min(link["mtu"], mtu)} if "mtu" in link else link


def configs(world: World) -> World:
    """A deleted config goes when its nodes have torn it down (H4.5)."""
    for key, config in list(world.of(VLAN_CONFIG).items()):
        left = [
            status
            for status in statuses_on(world, config["spec"]["clusterNetwork"])
            if status["status"]["vlanConfig"] == key
        ]
        if is_terminating(config) and not left:
            world = world.without(VLAN_CONFIG, key)
    return world


def cluster_networks(world: World) -> World:
    """The manager notes the MTU of the configs, and whether there is any uplink (H4.1)."""
    for name in world.of(CLUSTER_NETWORK):
        if name == "mgmt":
            continue
        if world.version >= (1, 6):
            world = _noted_mtu(world, name)
        if world.version >= (1, 8):
            world = _moved_source(world, name)
        world = _noted_readiness(world, name)
    return world


def _noted_mtu(world: World, name: str) -> World:
    for config in configs_on(world, name):
        mtu = str(meant(raw_mtu(config)))
        network = world.of(CLUSTER_NETWORK)[name]
        if annotations_of(network).get(f"{NETWORK}/uplink-mtu") != mtu:
            notes = {f"{NETWORK}/uplink-mtu": mtu, f"{NETWORK}/mtu-source-vc": key_of(config)}
            world = _network_written(world, name, {"metadata": {"annotations": notes}})
    return world


def _moved_source(world: World, name: str) -> World:
    source = annotations_of(world.of(CLUSTER_NETWORK)[name]).get(f"{NETWORK}/mtu-source-vc")
    if not source or source in world.of(VLAN_CONFIG):
        return world
    left = configs_on(world, name)
    notes: dict[str, str | None] = dict.fromkeys(
        (f"{NETWORK}/uplink-mtu", f"{NETWORK}/mtu-source-vc")
    )
    if left:
        best = max(left, key=lambda config: bool(raw_mtu(config)))
        mtu = str(meant(raw_mtu(best)))
        notes = {f"{NETWORK}/uplink-mtu": mtu, f"{NETWORK}/mtu-source-vc": key_of(best)}
    return _network_written(world, name, {"metadata": {"annotations": notes}})


def _noted_readiness(world: World, name: str) -> World:
    status = "True" if statuses_on(world, name) else "False"
    network = world.of(CLUSTER_NETWORK)[name]
    said = condition(network, "ready").get("status")
    if said == status or (said is None and status == "False"):
        return world
    ready = {"status": {"conditions": [{"type": "ready", "status": status}]}}
    world = _network_written(world, name, ready)
    for key in nads_on(world, name):
        label = {f"{NETWORK}/ready": status.lower()}
        world = world.changed(NAD, key, {"metadata": {"labels": label}})
    return world


def _network_written(world: World, name: str, fields: Object) -> World:
    """The manager's own writes are judged like everybody's, and are tried again later."""
    after = world.changed(CLUSTER_NETWORK, name, fields)
    old, new = (one.of(CLUSTER_NETWORK)[name] for one in (world, after))
    try:
        admit(world, CLUSTER_NETWORK, old, new)
    except ClusterError:
        return world
    return after


def vm_networks(world: World) -> World:
    """From 1.6 on, VM networks follow the MTU; the first refusal ends the pass (H4.3)."""
    if world.version < (1, 6):
        return world
    for name, network in world.of(CLUSTER_NETWORK).items():
        text = annotations_of(network).get(f"{NETWORK}/uplink-mtu")
        for key in nads_on(world, name) if text else ():
            nad = world.of(NAD)[key]
            if meant(cni_of(nad).get("mtu")) == int(str(text)):
                continue
            config = json.dumps(cni_of(nad) | {"mtu": int(str(text))})
            after = world.changed(NAD, key, {"spec": {"config": config}})
            try:
                admit(world, NAD, nad, after.of(NAD)[key])
            except ClusterError:
                break
            world = after
    return world


# --- the storage network (H4.7) --------------------------------------------------------------


LONGHORN_STORAGE = "longhorn-system/storage-network"
LONGHORN_RWX = "longhorn-system/endpoint-network-for-rwx-volume"


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


def storage_network(world: World) -> World:
    """One phase of the storage network's state machine."""
    setting = world.of(SETTING)["storage-network"]
    text, notes = setting.get("value") or "", annotations_of(setting)
    if not text and f"{STORAGE}/hash" not in notes:
        return world
    if notes.get(f"{STORAGE}/hash") != _digest(text):
        return _with_storage_nad(world, text)
    current = notes.get(f"{STORAGE}/net-attach-def", "")
    if world.of(LONGHORN_SETTING)[LONGHORN_STORAGE]["value"] != current:
        if any(v["status"]["state"] != "detached" for v in world.of(VOLUME).values()):
            return _storage_says(world, "False", "In Progress", "waiting for all volumes")
        return world.changed(LONGHORN_SETTING, LONGHORN_STORAGE, {"value": current})
    if old := notes.get(f"{STORAGE}/old-net-attach-def"):
        world = world.without(NAD, old)
        return _storage_notes(world, {"old-net-attach-def": ""})
    return _storage_says(world, "True", "Completed", "")


def _with_storage_nad(world: World, text: str) -> World:
    notes = annotations_of(world.of(SETTING)["storage-network"])
    made = ""
    if text:
        value = json.loads(text)
        world, made = _system_nad(world, "storagenetwork", value, {STORAGE: "true"})
    unverified = {
        "hash": _digest(text),
        "net-attach-def": made,
        "old-net-attach-def": notes.get(f"{STORAGE}/net-attach-def", ""),
    }
    return _storage_says(
        _storage_notes(world, unverified), "False", "In Progress", "create NAD"
    )


def _system_nad(
    world: World, prefix: str, value: Object, annotations: dict[str, str]
) -> tuple[World, str]:
    network = value["clusterNetwork"]
    config = {
        "cniVersion": "0.3.1",
        "type": "bridge",
        "bridge": f"{network}-br",
        "promiscMode": True,
        "vlan": value.get("vlan") or 1,
        "ipam": {"type": "whereabouts", "range": value["range"]},
    }
    if (mtu := _mtu_of_new_nad(world, network)) != 1500:
        config["mtu"] = mtu
    nad = {
        "apiVersion": NAD.api,
        "kind": NAD.kind,
        "metadata": {
            "name": f"{prefix}-{world.serial:05d}",
            "namespace": "harvester-system",
            "labels": {f"{NETWORK}/clusternetwork": network},
            "annotations": annotations,
        },
        "spec": {"config": json.dumps(config)},
    }
    return world.put(NAD, nad), key_of(nad)


def _mtu_of_new_nad(world: World, network: str) -> int | None:
    """What the mutator gives a new VM network; up to 1.5 from the configs alone (H7)."""
    found = world.of(CLUSTER_NETWORK)[network]
    known = found if world.version >= (1, 6) else objects.cluster_network(network)
    return mtus.of_vm_networks(known, network, world.snapshot)


def _storage_notes(world: World, notes: dict[str, str]) -> World:
    annotations = {f"{STORAGE}/{name}": value for name, value in notes.items()}
    return world.changed(
        SETTING, "storage-network", {"metadata": {"annotations": annotations}}
    )


def _storage_says(world: World, status: str, reason: str, message: str) -> World:
    return _setting_says(world, "storage-network", status, reason, message)


def _setting_says(world: World, name: str, status: str, reason: str, message: str) -> World:
    configured = {"type": "configured", "status": status, "reason": reason, "message": message}
    return world.changed(SETTING, name, {"status": {"conditions": [configured]}})


def rwx_network(world: World) -> World:
    """The network of RWX volumes: shared with the storage network, its own, or none."""
    setting = world.get(SETTING, "rwx-network")
    if setting is None:
        return world
    text, notes = setting.get("value") or "", annotations_of(setting)
    value = json.loads(text or "{}")
    if not text and f"{RWX}/hash" not in notes:
        return world
    if notes.get(f"{RWX}/hash") != _digest(text):
        made = ""
        if value.get("network"):
            world, made = _system_nad(world, "rwx-network", value["network"], {RWX: "true"})
        unverified = {"hash": _digest(text), "net-attach-def": made}
        unverified["old-net-attach-def"] = notes.get(f"{RWX}/net-attach-def", "")
        annotations = {f"{RWX}/{name}": said for name, said in unverified.items()}
        world = world.changed(
            SETTING, "rwx-network", {"metadata": {"annotations": annotations}}
        )
        return _setting_says(world, "rwx-network", "False", "In Progress", "")
    storage = annotations_of(world.of(SETTING)["storage-network"])
    shared = storage.get(f"{STORAGE}/net-attach-def", "")
    wanted = shared if value.get("share-storage-network") else notes[f"{RWX}/net-attach-def"]
    if world.of(LONGHORN_SETTING)[LONGHORN_RWX]["value"] != wanted:
        return world.changed(LONGHORN_SETTING, LONGHORN_RWX, {"value": wanted})
    if old := notes.get(f"{RWX}/old-net-attach-def"):
        gone = {"metadata": {"annotations": {f"{RWX}/old-net-attach-def": ""}}}
        return world.without(NAD, old).changed(SETTING, "rwx-network", gone)
    return _setting_says(world, "rwx-network", "True", "Completed", "")


def vm_migration_network(world: World) -> World:
    """KubeVirt told of the network of migrations, once for each value (B2.2)."""
    setting = world.get(SETTING, "vm-migration-network")
    if setting is None:
        return world
    text, notes = setting.get("value") or "", annotations_of(setting)
    if notes.get(f"{MIGRATION}/hash", _digest("")) == _digest(text):
        return world
    made = ""
    if text:
        mark = {MIGRATION: "true"}
        world, made = _system_nad(world, "vm-migration-network", json.loads(text), mark)
    if old := notes.get(f"{MIGRATION}/net-attach-def"):
        world = world.without(NAD, old)
    said = {"hash": _digest(text), "net-attach-def": made}
    annotations = {f"{MIGRATION}/{name}": value for name, value in said.items()}
    world = world.changed(
        SETTING, "vm-migration-network", {"metadata": {"annotations": annotations}}
    )
    return _setting_says(world, "vm-migration-network", "True", "", "")


CONTROLLERS = (
    vms,
    node_labels,
    migrations,
    volumes,
    agents,
    host_networks,
    configs,
    cluster_networks,
    vm_networks,
    storage_network,
    rwx_network,
    vm_migration_network,
)


def settled(world: World) -> World:
    """The world when no controller has anything left to do."""
    for _ in range(50):
        before = world
        for controller in CONTROLLERS:
            world = controller(world)
        if world is before:
            return world
    raise AssertionError("the controllers never come to rest")
