"""Random clusters for properties, and what of a cluster must be as before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.goals.storage_network import StorageNetworkGoal
from harvester_net.change.goals.vm_network import VmNetworkGoal
from harvester_net.change.kinds import MOVING_KINDS, UNDER_WAY
from harvester_net.change.steps.moving import is_cordoned
from harvester_net.cluster.errors import Denied
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    LONGHORN_NODE,
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
    key_of,
    labels_of,
)
from harvester_net.harvester.host_networks import (
    configs_against_underlay,
    device_of,
    nodes_against_underlay,
)
from harvester_net.harvester.network_configs import PREDECESSORS
from harvester_net.rules.system_networks import is_protected

from ... import objects
from .controllers import LONGHORN_RWX, LONGHORN_STORAGE, STRATEGY, settled
from .model import created, patched
from .world import (
    HINDRANCE,
    HOME,
    NETWORK,
    WITNESS,
    World,
    cni_of,
    configs_on,
    matched,
    meant,
    network_of,
)

VERSIONS = ((1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9))
MTUS = (1500, 9000, 2000, 576)
FINAL = ("Succeeded", "Failed")


@dataclass(frozen=True)
class Case:
    """A cluster as a plan finds it, and what is wanted."""

    world: World
    goal: AnyGoal

    def __repr__(self) -> str:
        """What a failed property shows: what was drawn, one line an object."""
        world, lines = self.world, [f"{self.world.version}: {self.goal!r}"]
        lines += [f"node {key} {labels_of(node)}" for key, node in world.of(NODE).items()]
        lines += [
            f"network {key} {annotations_of(network)}"
            for key, network in world.of(CLUSTER_NETWORK).items()
        ]
        lines += [
            f"config {key} {config['spec']['uplink'].get('linkAttributes')} {matched(config)}"
            for key, config in world.of(VLAN_CONFIG).items()
        ]
        lines += [f"nad {key} {nad['spec']['config']}" for key, nad in world.of(NAD).items()]
        lines += [f"setting {key} {s.get('value')}" for key, s in world.of(SETTING).items()]
        lines += [
            f"vm {key} {vm['spec']} {vm['status']} {(world.get(VMI, key) or {}).get('status')}"
            for key, vm in world.of(VM).items()
        ]
        return "\n  ".join(lines)


# --- building blocks -------------------------------------------------------------------------


def config_object(
    name: str, network: str, attributes: Object | None, selector: dict[str, str]
) -> Object:
    """A network config as a user writes it."""
    uplink: Object = {
        "nics": ["eth1"],
        "bondOptions": {"mode": "active-backup", "miimon": 100},
    }
    if attributes is not None:
        uplink["linkAttributes"] = attributes
    chosen = {"nodeSelector": selector} if selector else {}
    return objects.new_config(
        name,
        network,
        uplink=uplink,
        spec={"description": f"for {name}"} | chosen,
        labels={"team": "a"},
        annotations={"note": name},
    )


def nad_object(key: str, network: str, mtu: int) -> Object:
    """A VM network of a cluster network with this MTU."""
    namespace, _, name = key.partition("/")
    conf = objects.cni(name, f"{network}-br", vlan=100)
    if mtu != 1500:
        conf["mtu"] = mtu
    return objects.nad(name, namespace, conf, cluster_network=network)


def host_network_object(number: int) -> Object:
    """A host network config of the cluster network data."""
    underlay = {"underlay": True} if number else {}
    return objects.new_host_network(
        f"hosts-{number}", "data", 400 + number, spec=underlay, annotations={"note": "x"}
    )


def vm_object(
    key: str, strategy: str | bool, nads: list[str], node: str, hindrance: str = ""
) -> Object:
    """A VM; a bool is the old field `running`."""
    namespace, _, name = key.partition("/")
    notes = {HOME: node} | ({HINDRANCE: hindrance} if hindrance else {})
    return objects.vm(name, *nads, namespace=namespace, strategy=strategy, annotations=notes)


def volume_object(vm: str) -> Object:
    """The volume of a VM."""
    name = f"pvc-{vm.replace('/', '-')}"
    return objects.volume(name, claim=vm, accessMode="rwx", migratable=True)


def bare_world(version: tuple[int, int], nodes: dict[str, dict[str, str]]) -> World:
    """A cluster after its installation: nodes by name with their labels."""
    world = World(version, {resource: {} for resource in (*UNDER_WAY, *MOVING_KINDS)})
    number = f"v{version[0]}.{version[1]}.0"
    settings = [
        objects.setting("server-version", number),
        objects.setting("storage-network"),
    ]
    if version >= (1, 8):
        settings.append(
            objects.setting("rwx-network", default='{"share-storage-network":false}')
        )
    if version >= (1, 6):
        settings.append(objects.setting("vm-migration-network"))
    for setting in settings:
        world = world.put(SETTING, setting)
    for name, labels in nodes.items():
        world = world.put(NODE, objects.node(name, labels))
        world = world.put(LONGHORN_NODE, objects.longhorn_node(name))
    for key in (LONGHORN_STORAGE, LONGHORN_RWX):
        namespace, _, name = key.partition("/")
        meta = {"name": name, "namespace": namespace}
        world = world.put(LONGHORN_SETTING, {"metadata": meta, "value": ""})
    return world.put(CLUSTER_NETWORK, objects.cluster_network("mgmt"))


# --- random clusters -------------------------------------------------------------------------


@st.composite
def cases(draw: Any) -> Case:
    """A cluster and a wish for another MTU."""
    version = draw(st.sampled_from(VERSIONS))
    goal_network = draw(st.sampled_from(("data", "data", "data", "mgmt")))
    old, new = draw(st.lists(st.sampled_from(MTUS), min_size=2, max_size=2, unique=True))
    world = draw(worlds(version, old))
    goal = MtuGoal(cluster_network=goal_network, mtu=new)
    if goal_network == "mgmt" and old != 1500:
        world = _with_mgmt_mtu(world, old)
    world = draw(_with_storage(settled(world)))
    return Case(draw(_with_vms(settled(world))), goal)


@st.composite
def other_cases(draw: Any) -> Case:
    """A cluster and a goal that is not about the MTU."""
    world = draw(cases()).world
    goals = [*_config_goals(world), *_vm_network_goals(world), *_storage_goals(world)]
    return Case(world, draw(st.sampled_from(goals)))


def _config_goals(world: World) -> list[AnyGoal]:
    patches: list[Object] = [
        {"uplink": {"nics": ["eth2", "eth3"]}},
        {"uplink": {"bondOptions": {"mode": "802.3ad"}, "linkAttributes": {"txQLen": 500}}},
        {"description": "another", "uplink": {"bondOptions": None}},
        {"nodeSelector": {"other": "yes"}},
    ]
    goals: list[AnyGoal] = []
    for config in configs_on(world, "data"):
        key, selector = key_of(config), config["spec"].get("nodeSelector") or {}
        goals.append(ConfigDeletionGoal(key=key))
        if not matched(config) and world.version < (1, 8):
            continue  # No such server can change it (H3.2).
        fits = world.snapshot.matching(selector | {"other": "yes"})
        usable = patches if fits else patches[:-1]
        goals += [ConfigGoal(key=key, patch=patch) for patch in usable]
    return goals


def _vm_network_goals(world: World) -> list[AnyGoal]:
    goals: list[AnyGoal] = []
    for key, nad in world.of(NAD).items():
        if not key.startswith("harvester-system/"):
            config = json.dumps(cni_of(nad) | {"vlan": 200}, separators=(",", ":"))
            goals.append(VmNetworkGoal(key=key, patch={"spec": {"config": config}}))
    return goals


def _storage_goals(world: World) -> list[AnyGoal]:
    old = world.of(SETTING)["storage-network"].get("value")
    text = '{"vlan":400,"clusterNetwork":"mgmt","range":"192.168.9.0/24"}'
    texts = [text, ""] if old else [text]
    return [StorageNetworkGoal(text=text) for text in texts]


def _with_mgmt_mtu(world: World, mtu: int) -> World:
    notes = {"metadata": {"annotations": {f"{NETWORK}/uplink-mtu": str(mtu)}}}
    return settled(world.changed(CLUSTER_NETWORK, "mgmt", notes))


@st.composite
def worlds(draw: Any, version: tuple[int, int], mtu: int) -> World:
    """Nodes, configs and VM networks of two cluster networks, all of one MTU."""
    count = draw(st.integers(1, 6))
    configs = draw(st.integers(0, 6))
    nodes: dict[str, dict[str, str]] = {}
    for number in range(count):
        uplink = draw(st.integers(0, max(configs - 1, 0)))
        other = draw(st.sampled_from(("yes", "no")))
        nodes[f"node{number}"] = {"uplink": f"nc-{uplink}", "other": other}
    if draw(st.booleans()):
        nodes["witness"] = {WITNESS: "true", "uplink": "nc-0"}
    world = bare_world(version, nodes)
    for name in ("data", "other"):
        world = world.put(CLUSTER_NETWORK, objects.cluster_network(name))
    spelling = draw(st.sampled_from(_spellings(version, mtu)))
    fits = {labels["uplink"] for labels in nodes.values() if WITNESS not in labels}
    for number in range(configs):
        name = f"nc-{number}"
        if name not in fits and version < (1, 6):
            continue
        if version >= (1, 6):
            spelling = draw(st.sampled_from(_spellings(version, mtu)))
        selector = {} if configs == 1 and draw(st.booleans()) else {"uplink": name}
        world = created(world, VLAN_CONFIG, config_object(name, "data", spelling, selector))
        if draw(st.booleans()):
            world = settled(world)
    if draw(st.booleans()) and any(labels.get("other") == "yes" for labels in nodes.values()):
        other = config_object("other-nc", "other", {"mtu": 1500}, {"other": "yes"})
        world = created(world, VLAN_CONFIG, other)
    world = settled(world)
    for number in range(draw(st.integers(0, 3))):
        world = world.put(NAD, nad_object(f"default/data-{number}", "data", mtu))
    if not configs and version >= (1, 6) and mtu != 1500:
        notes = {"metadata": {"annotations": {f"{NETWORK}/uplink-mtu": str(mtu)}}}
        world = world.changed(CLUSTER_NETWORK, "data", notes)
    if version >= (1, 8) and configs:
        # The second one is an underlay, which is not made again beside these (B1.2).
        against = configs_against_underlay("data", world.snapshot)
        against += nodes_against_underlay("data", world.snapshot)
        for number in range(draw(st.integers(0, 1 if against else 2))):
            world = world.put(HOST_NETWORK_CONFIG, host_network_object(number))
    for network in ("other", "mgmt"):
        for number in range(draw(st.integers(0, 2))):
            world = world.put(NAD, nad_object(f"ns/{network}-{number}", network, 1500))
    return world


def _spellings(version: tuple[int, int], mtu: int) -> list[Object | None]:
    """How users write an MTU; up to 1.5 link attributes must be there (H7)."""
    written: list[Object | None] = [{"mtu": mtu}, {"mtu": mtu, "txQLen": 2000}]
    if mtu == 1500:
        written += [{"mtu": 0}, {}]
        written += [None] if version >= (1, 6) else []
    return written


@st.composite
def _with_storage(draw: Any, world: World) -> World:
    """The networks of the Settings, on any cluster network that can carry them."""
    network = draw(st.sampled_from(("", "data", "data", "other", "mgmt")))
    spaces = draw(st.sampled_from(("", " ")))
    if network:
        text = f'{{"vlan":300,{spaces}"clusterNetwork":"{network}","range":"192.168.0.0/24"}}'
        world = _set_if_allowed(world, "storage-network", text)
    stored = bool(world.of(SETTING)["storage-network"].get("value"))
    if world.version >= (1, 8):
        kind = draw(st.sampled_from(("", "shared", "data", "other", "mgmt")))
        if kind == "shared" and stored:
            text = '{"share-storage-network": true}'
            world = _set_if_allowed(world, "rwx-network", text)
        elif kind and kind != "shared":
            value = {"vlan": 301, "clusterNetwork": kind, "range": "192.168.1.0/24"}
            text = json.dumps({"share-storage-network": False, "network": value})
            world = _set_if_allowed(world, "rwx-network", text)
    if world.version >= (1, 6):
        network = draw(st.sampled_from(("", "", "data", "other", "mgmt")))
        if network:
            value = {"vlan": 302, "clusterNetwork": network, "range": "192.168.2.0/24"}
            world = _set_if_allowed(world, "vm-migration-network", json.dumps(value))
    return world


def _set_if_allowed(world: World, name: str, text: str) -> World:
    try:
        return settled(patched(world, SETTING, name, {"value": text}))
    except Denied:
        return world


STATES = (
    "running",
    "running",
    "running",
    "down",
    "starting",
    "unschedulable",
    "no volume",
    "succeeded",
    "failed",
    "going",
)
AT_REST = ("down", "unschedulable", "no volume")
STRATEGIES: tuple[str | bool, ...] = (
    "Always",
    "RerunOnFailure",
    "Manual",
    "Once",
    "Halted",
    True,
    False,
)


@st.composite
def _with_vms(draw: Any, world: World) -> World:
    """VMs in every state, some of them caught on their way to another."""
    nads = sorted(key for key, nad in world.of(NAD).items() if "system" not in key)
    nodes = [key for key, node in world.of(NODE).items() if WITNESS not in labels_of(node)]
    vm = st.tuples(
        st.sampled_from(STRATEGIES),
        st.sampled_from(STATES),
        st.lists(st.sampled_from(nads), max_size=2, unique=True) if nads else st.just([]),
        st.sampled_from(nodes),
        st.booleans(),
    )
    caught: list[tuple[str, Object]] = []
    most = draw(st.sampled_from((2, 8, 30)))
    for number, (strategy, state, used, node, short) in enumerate(
        draw(st.lists(vm, max_size=most))
    ):
        namespace = "ns" if number % 3 == 2 else "default"
        key = f"{namespace}/vm{number}"
        named = [n.removeprefix(f"{namespace}/") if short else n for n in used]
        hindrance = state if state in ("unschedulable", "no volume") else ""
        world = world.put(VM, vm_object(key, strategy, named, node, hindrance))
        world = world.put(VOLUME, volume_object(key))
        if vmi := _instance(world.of(VM)[key], str(strategy), state, node):
            caught.append((key, vmi))
    world = settled(world)
    for key, vmi in caught:
        world = world.put(VMI, vmi)
        status = {"Running": "Running", "Pending": "Starting"}.get(
            vmi["status"]["phase"], "Stopped"
        )
        if vmi["metadata"].get("deletionTimestamp"):
            status = "Stopping"
        world = world.changed(VM, key, {"status": {"printableStatus": status}})
    return world


def _instance(vm: Object, strategy: str, state: str, node: str) -> Object | None:
    """The instance that a VM of this state has, where it differs from what the controllers
    make.
    """
    halted = strategy in ("Halted", "False")
    phases = {"starting": "Pending", "succeeded": "Succeeded", "failed": "Failed"}
    phase = phases.get(state, "Running")
    meta: Object = {k: vm["metadata"][k] for k in ("name", "namespace")}
    if state == "going":
        if not halted:
            return None
        meta["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    elif halted or state in AT_REST or (state == "running" and strategy != "Manual"):
        return None
    status: Object = {"phase": phase}
    if phase != "Pending":
        status["nodeName"] = node
    return {
        "apiVersion": VMI.api,
        "kind": VMI.kind,
        "metadata": meta,
        "spec": {"networks": vm["spec"]["template"]["spec"]["networks"]},
        "status": status,
    }


# --- what must be as before ------------------------------------------------------------------


def picture(world: World, network: str, mtu: int | None = None) -> dict[str, Any]:
    """Everything of a world that a change must leave as it was. An MTU in place of the one
    that the cluster network has shows how it should be after the change.
    """

    def observer(of: str, own: int | None) -> int:
        return mtu if mtu is not None and of == network else meant(own)

    return {
        "networks": {
            key: observer(key, int(annotations_of(obj).get(f"{NETWORK}/uplink-mtu") or 0))
            for key, obj in world.of(CLUSTER_NETWORK).items()
            # Up to 1.5 a cluster network with configs knows nothing of its MTU (H7).
            if world.version >= (1, 6) or not configs_on(world, key)
        },
        "configs": {key: _config(obj, observer) for key, obj in world.of(VLAN_CONFIG).items()},
        "statuses": sorted(
            (s["status"]["node"], s["status"]["vlanConfig"], str(s["status"]["conditions"]))
            for s in world.of(VLAN_STATUS).values()
        ),
        "vm networks": sorted(_nad(world, nad, observer) for nad in world.of(NAD).values()),
        "host networks": {
            key: _host_network(world, config, observer)
            for key, config in world.of(HOST_NETWORK_CONFIG).items()
        },
        "vms": {key: _vm(world, key, vm) for key, vm in world.of(VM).items()},
        "settings": {
            key: (s.get("value", ""), [c for c in _conditions(s) if c["status"] != "True"])
            for key, s in world.of(SETTING).items()
        },
        "longhorn": {
            key: _without_number(s["value"]) for key, s in world.of(LONGHORN_SETTING).items()
        },
        "volumes": {key: v["status"]["state"] for key, v in world.of(VOLUME).items()},
        "cordoned": [key for key, node in world.of(NODE).items() if is_cordoned(node)],
    }


def _conditions(obj: Object) -> list[Object]:
    return list((obj.get("status") or {}).get("conditions") or [])


def _config(config: Object, observer: Any) -> Any:
    spec = json.loads(json.dumps(config["spec"]))
    # What is made again has what the server fills in.
    attributes = {"txQLen": -1} | (spec["uplink"].pop("linkAttributes", None) or {})
    attributes["mtu"] = observer(spec["clusterNetwork"], attributes.get("mtu"))
    # What is made again says which uids it had: nothing else may be new.
    notes = {k: v for k, v in annotations_of(config).items() if k != PREDECESSORS}
    return spec, attributes, labels_of(config), notes


def _host_network(world: World, config: Object, observer: Any) -> Any:
    """Its spec, and the MTU of its device on each node that has one."""
    network, device = config["spec"]["clusterNetwork"], device_of(config)
    monitor = world.get(LINK_MONITOR, network) or {}
    by_node = ((monitor.get("status") or {}).get("linkStatus") or {}).items()
    mtus = {
        node: observer(network, link["mtu"])
        for node, links in by_node
        for link in links
        if link["name"] == device
    }
    notes = {k: v for k, v in annotations_of(config).items() if k != PREDECESSORS}
    return config["spec"], notes, mtus


def _nad(world: World, nad: Object, observer: Any) -> tuple[str, str]:
    config = cni_of(nad)
    own = is_protected(nad, world.version)
    if world.version < (1, 6) and own and network_of(nad) == "mgmt":
        config["mtu"] = "whatever the server gave it, which knows no MTU of mgmt (H7)"
    else:
        config["mtu"] = observer(network_of(nad), config.get("mtu"))
    name = f"{nad['metadata']['namespace']}/{nad['metadata']['name']}"
    return _without_number(name), json.dumps(config, sort_keys=True)


def _without_number(name: str) -> str:
    return name[:-5] if name.startswith("harvester-system/") else name


def _vm(world: World, key: str, vm: Object) -> Any:
    vmi = world.get(VMI, key)
    phase = vmi["status"]["phase"] if vmi and vmi["status"]["phase"] not in FINAL else "down"
    return vm["spec"], annotations_of(vm).get(STRATEGY), phase
