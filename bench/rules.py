"""The rules on a large cluster: what it costs to judge all that one preview would judge."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from harvester_net.cluster.resources import (
    CLAIM,
    CLUSTER_NETWORK,
    LINK_MONITOR,
    LONGHORN_NODE,
    NAD,
    NODE,
    SERVICE_CIDR,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Object,
    Resource,
    key_of,
)
from harvester_net.harvester import cni
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.kinds.desired_state import DesiredObject, DesiredState
from harvester_net.rules.catalogue import judge
from harvester_net.rules.rule import Finding, Write
from tests import objects

NODES, RACKS, NETWORKS, VM_NETWORKS, VMS = 500, 250, 10, 10_000, 1_000
"""Every rack has two network configs, so there are 500 of them."""
VERSION = "v1.8.0"
STORAGE = '{"clusterNetwork":"storage","vlan":3000,"range":"192.168.0.0/16"}'

Objects = dict[Resource, dict[str, Object]]


@dataclass(frozen=True)
class Row:
    """One part of the preview, and what it cost."""

    what: str
    writes: int
    findings: int
    seconds: float
    """Of one processor."""


def measure() -> list[Row]:
    """The parts in the fastest of three rounds."""
    rounds = [_round() for _ in range(3)]
    return min(rounds, key=lambda rows: sum(row.seconds for row in rows))


def _round() -> list[Row]:
    found = cluster()
    live, desired_state = Snapshot(found), DesiredState()
    parts: dict[str, list[Write]] = {
        "create of a VM network": [Write(NAD, None, nad) for nad in _new_vm_networks()],
        "update of a network config": [
            Write(VLAN_CONFIG, config, _slower(config))
            for config in found[VLAN_CONFIG].values()
        ],
        "create of a network config": [
            Write(VLAN_CONFIG, None, config) for config in _new_configs()
        ],
        "set the storage network": [
            Write(SETTING, setting, setting | {"value": STORAGE})
            for setting in (found[SETTING]["storage-network"],)
        ],
    }
    # Every config is decoded once in a run; what the round before decoded does not count.
    cni._decoded.cache_clear()
    gc.collect()
    return [_row(what, writes, live, desired_state) for what, writes in parts.items()]


def _row(what: str, writes: list[Write], live: Snapshot, desired_state: DesiredState) -> Row:
    began = time.process_time()
    findings = sum(len(_judged(write, live, desired_state)) for write in writes)
    return Row(what, len(writes), findings, time.process_time() - began)


def _judged(write: Write, live: Snapshot, desired_state: DesiredState) -> list[Finding]:
    """As a preview does it: checked, so laid over all that came before, and judged."""
    network = str((write.object.get("spec") or {}).get("clusterNetwork") or "")
    desired_state.lay(
        (write.resource, write.key), DesiredObject(network, _will_be(write.object))
    )
    return list(judge(write, desired_state.after(live)))


def _will_be(obj: Object) -> Callable[[Object | None, int], Object]:
    return lambda _live, _mtu: obj


def cluster() -> Objects:
    """The cluster as it is before the preview."""
    nodes = [_node(number) for number in range(NODES)]
    configs = list(_configs())
    settings = [
        {"metadata": {"name": "server-version"}, "value": VERSION},
        objects.storage_setting(),
    ]
    return {
        CLUSTER_NETWORK: _by_key(
            objects.cluster_network(name, 1500)
            for name in ("mgmt", "storage", *map(_network, range(NETWORKS)))
        ),
        NODE: _by_key(nodes),
        VLAN_CONFIG: _by_key(configs),
        VLAN_STATUS: _by_key(_statuses(configs)),
        LINK_MONITOR: _by_key(_monitors()),
        NAD: _by_key(_vm_network(number, "there") for number in range(2 * NETWORKS)),
        VM: _by_key(objects.vm(f"vm{n}", *_used(n)) for n in range(VMS)),
        VMI: _by_key(
            objects.vmi(f"vm{n}", *_used(n), node=f"node{n % NODES}") for n in range(VMS)
        ),
        SETTING: _by_key(settings),
        LONGHORN_NODE: _by_key(objects.longhorn_node(f"node{n}", 4) for n in range(NODES)),
        SERVICE_CIDR: {},
        VOLUME: _by_key(objects.volume(f"pvc-{n}") for n in range(VMS)),
        CLAIM: {},
    }


def _by_key(found: Iterable[Object]) -> dict[str, Object]:
    return {key_of(obj): obj for obj in found}


def _network(number: int) -> str:
    return f"data{number}"


def _networks_of_rack(rack: int) -> tuple[str, str]:
    half = NETWORKS // 2
    return _network(rack % half), _network(half + rack % half)


def _node(number: int) -> Object:
    return objects.node(f"node{number}", {"rack": f"r{number % RACKS}"})


def _configs() -> Iterator[Object]:
    for rack in range(RACKS):
        nodes = [f"node{number}" for number in range(rack, NODES, RACKS)]
        selector = {"nodeSelector": {"rack": f"r{rack}"}}
        for nic, network in zip(("eno2", "eno3"), _networks_of_rack(rack), strict=True):
            name = f"{network}-r{rack}"
            uplink = {"nics": [nic], "linkAttributes": {"mtu": 1500}}
            yield objects.config(name, network, nodes, uplink=uplink, spec=selector)


def _slower(config: Object) -> Object:
    """The config with another bond mode."""
    uplink = config["spec"]["uplink"] | {"bondOptions": {"mode": "balance-rr"}}
    return config | {"spec": config["spec"] | {"uplink": uplink}}


def _new_configs() -> Iterator[Object]:
    """One for each node, on a cluster network that none of them has yet."""
    for number in range(NODES):
        node = f"node{number}"
        selector = {"nodeSelector": {"kubernetes.io/hostname": node}}
        yield objects.config(
            f"storage-{node}", "storage", [], uplink={"nics": ["eno4"]}, spec=selector
        )


def _statuses(configs: list[Object]) -> Iterator[Object]:
    for config in configs:
        name, network = key_of(config), config["spec"]["clusterNetwork"]
        notes = config["metadata"]["annotations"]
        for node in json.loads(notes["network.harvesterhci.io/matched-nodes"]):
            yield objects.vlan_status(name, node, cluster_network=network)


def _monitors() -> Iterator[Object]:
    """What the agents say of four NICs a node, and of the bonds that hold three of them."""
    nodes = range(NODES)
    yield objects.link_monitor("nic", {f"node{number}": _nics() for number in nodes})
    bonds: dict[str, dict[str, list[Object]]] = {"mgmt": {}}
    for number in nodes:
        held = ("mgmt", *_networks_of_rack(number % RACKS))
        for index, network in enumerate(held, 10):
            bond = {"name": f"{network}-bo", "index": index, "type": "bond"}
            bonds.setdefault(network, {})[f"node{number}"] = [bond]
    yield from (objects.link_monitor(network, links) for network, links in bonds.items())


def _nics() -> list[Object]:
    masters = {"eno1": 10, "eno2": 11, "eno3": 12}
    return [objects.link(f"eno{n}", n, masters.get(f"eno{n}", 0)) for n in range(1, 5)]


def _new_vm_networks() -> Iterator[Object]:
    return (_vm_network(number, "new", 2000) for number in range(VM_NETWORKS))


def _vm_network(number: int, namespace: str, vlan: int = 1) -> Object:
    network = _network(number % NETWORKS)
    conf = objects.cni(
        f"net{number}", f"{network}-br", vlan=vlan + number // NETWORKS, mtu=1500
    )
    return objects.nad(f"net{number}", namespace, conf, cluster_network=network)


def _used(number: int) -> tuple[str, str]:
    return f"there/net{number % NETWORKS}", f"there/net{NETWORKS + number % NETWORKS}"
