"""A whole site as its API server sends it, of any size: nodes, networks, VMs, volumes.

Half of what is in the objects is nobody's business outside of the cluster, and says so: it has
`PRIVATE` in it. Every name of its owner's has the owner's mark, if there is one.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from harvester_net.cluster.resources import (
    CLAIM,
    CLUSTER_NETWORK,
    LINK_MONITOR,
    LONGHORN_NODE,
    LONGHORN_SETTING,
    MIGRATION,
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
)

from . import objects

PRIVATE = "PRIVATE"
MGMT = "mgmt"
VERSION = "v1.8.0"
NICS = ("eno1", "ens1f0", "ens1f1", "ens2f0", "ens2f1")
"""The first carries mgmt, the last has no cable."""
_STORAGE_VLAN = 300
STORAGE_VALUE = {"vlan": _STORAGE_VLAN, "range": "10.7.0.0/22", "exclude": ["10.7.0.0/28"]}
_INDEX = {name: index for index, name in enumerate(NICS, start=2)}
_DEVICES = {"mgmt": 7, "data": 9, "store": 11}
"""The index of the bond of each cluster network; that of its bridge is the next."""
_OF_BOND = {"mgmt": ("eno1",), "data": ("ens1f0", "ens1f1"), "store": ("ens2f0",)}
_GROUP = objects.NETWORK
_WRANGLER = "wrangler.cattle.io"
_KUBEVIRT = "kubevirt.io/virtualMachineControllerFinalize"
_OF_CONFIG = [
    f"{_WRANGLER}/harvester-network-vlanconfig-controller",
    f"{_WRANGLER}/harvester-network-manager-vlanconfig-controller",
]
_OF_VM_NETWORK = [f"{_WRANGLER}/harvester-network-manager-nad-controller"]

Site = dict[Resource, list[Object]]


@dataclass(frozen=True)
class Size:
    """How large a site is."""

    nodes: int = 3
    vms: int = 5
    networks: int = 4
    """VM networks on the cluster network data."""
    rack: int = 2
    """Nodes that share a network config of the cluster network data."""
    mtu: int = 1500
    mark: str = ""
    """What all names of the owner's begin with; at most four letters."""

    @property
    def data(self) -> str:
        """The cluster network of the VMs."""
        return f"{self.mark}data"

    @property
    def store(self) -> str:
        """The cluster network of the storage network."""
        return f"{self.mark}store"

    @property
    def namespace(self) -> str:
        """Where the VMs and their networks are."""
        return f"{self.mark}shop"

    @property
    def storage_nad(self) -> str:
        """The VM network that Harvester made for the storage network."""
        return f"harvester-system/storagenetwork-{self.mark}bvxqz"

    @property
    def node_names(self) -> list[str]:
        """All nodes."""
        return [f"{self.mark}node{number:03}" for number in range(self.nodes)]

    def vm(self, number: int) -> str:
        """The VM of this number."""
        return f"{self.mark}vm-{number:04}"

    def vm_network(self, number: int) -> str:
        """The VM network of this number."""
        return f"{self.mark}net-{number:04}"

    def config(self, number: int) -> str:
        """The network config of the rack of this number, on the cluster network data."""
        return f"{self.mark}rack-{number:02}"

    @property
    def store_config(self) -> str:
        """The network config of the cluster network of the storage network."""
        return f"{self.mark}store-all"


LARGE = Size(nodes=200, vms=5_000, networks=5_000, rack=10)


def site(size: Size = Size()) -> Site:
    """All kinds of a site; of every fifth VM nothing runs."""
    nodes, vms, mark = size.node_names, range(size.vms), size.mark
    other = objects.volume(f"{mark}pvc-other", "attached", f"{size.namespace}/{mark}database")
    found: dict[Resource, Iterable[Object]] = {
        NODE: (_node(number, size) for number in range(size.nodes)),
        LONGHORN_NODE: (_longhorn_node(node, size) for node in nodes),
        LINK_MONITOR: _monitors(size),
        CLUSTER_NETWORK: _cluster_networks(size),
        VLAN_CONFIG: _configs(size),
        VLAN_STATUS: _statuses(size),
        NAD: _vm_networks(size),
        SETTING: _settings(size),
        LONGHORN_SETTING: _longhorn_settings(size),
        SERVICE_CIDR: [_services()],
        VM: (_vm(number, size) for number in vms),
        VMI: (_vmi(number, size) for number in vms if runs(number)),
        MIGRATION: [_migration(size)],
        CLAIM: [*(_claim(number, size) for number in vms), _other_claim(size)],
        VOLUME: [*(_volume(number, size) for number in vms), other],
    }
    return {kind: [_as_sent(kind, obj) for obj in items] for kind, items in found.items()}


def runs(number: int) -> bool:
    """Whether the VM of this number runs."""
    return number % 5 != 4


def uid_of(resource: Resource, name: str) -> str:
    """The uid that an object has at home."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{resource.plural}/{name}"))


def _as_sent(resource: Resource, obj: Object) -> Object:
    """With what a server puts into each object, and users put there besides."""
    meta = obj["metadata"]
    made: Object = {
        "uid": uid_of(resource, meta["name"]),
        "resourceVersion": "12345",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [{"manager": PRIVATE}],
    }
    notes = {
        "kubectl.kubernetes.io/last-applied-configuration": PRIVATE,
        "field.cattle.io/description": PRIVATE,
    }
    labels = {"owner": PRIVATE, "example.com/cost-centre": PRIVATE}
    meta = meta | made
    meta["annotations"] = (meta.get("annotations") or {}) | notes
    meta["labels"] = (meta.get("labels") or {}) | labels
    names = {"apiVersion": resource.api, "kind": resource.kind}
    return names | obj | {"metadata": meta}


# --- nodes -----------------------------------------------------------------------------------


def _node(number: int, size: Size) -> Object:
    mark, name = size.mark, size.node_names[number]
    place = {"kubernetes.io/hostname": name, f"{mark}rack": f"{mark}r{number // size.rack}"}
    networks = (MGMT, size.data, size.store)
    labels = {
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": f"{mark}zone-{number % 3}",
        "node-role.kubernetes.io/control-plane": "true",
        f"{_GROUP}/vlanconfig": size.store_config,
        **{f"{_GROUP}/{network}": "true" for network in networks},
    }
    address = f"192.168.{number // 200}.{10 + number % 200}"
    node = objects.node(
        name,
        place | labels,
        addresses=[
            {"type": "InternalIP", "address": address},
            {"type": "Hostname", "address": name},
        ],
        nodeInfo={"machineID": PRIVATE},
    )
    spec = {"podCIDR": f"10.52.{number % 256}.0/24", "providerID": PRIVATE}
    finalizer = f"{_WRANGLER}/harvester-network-manager-node-controller"
    meta = node["metadata"] | {"finalizers": [finalizer]}
    return node | {"metadata": meta, "spec": spec}


def _longhorn_node(name: str, size: Size) -> Object:
    disk = {"path": PRIVATE, "tags": [PRIVATE], "allowScheduling": True}
    node = objects.longhorn_node(name)
    return node | {"spec": {"name": name, "disks": {f"{size.mark}disk": disk}}}


def _monitors(size: Size) -> Iterator[Object]:
    names = {size.data: "data", size.store: "store", MGMT: MGMT}
    rules = {name: {"nameRule": f"{name}(-br|-bo)"} for name in names}
    finalizer = f"{_WRANGLER}/harvester-network-link-monitor-controller"
    for name, rule in {"nic": {"typeRule": "device"}, **rules}.items():
        links = {
            node: list(_links(number, name, names.get(name, "")))
            for number, node in enumerate(size.node_names)
        }
        monitor = objects.link_monitor(name, links)
        meta = monitor["metadata"] | {"finalizers": [finalizer]}
        yield monitor | {"metadata": meta, "spec": {"targetLinkRule": rule}}


def _links(number: int, monitor: str, network: str) -> Iterator[Object]:
    if not network:
        for nic in NICS:
            state = "down" if nic == NICS[-1] else "up"
            yield _link(number, nic, "device", _master(nic)) | {"state": state}
        return
    index = _DEVICES[network]
    promiscuous = {} if monitor == MGMT else {"promiscuous": True}
    yield _link(number, f"{monitor}-bo", "bond", index + 1, index) | promiscuous
    yield _link(number, f"{monitor}-br", "bridge", 0, index + 1) | promiscuous


def _master(nic: str) -> int:
    return next((_DEVICES[name] for name, nics in _OF_BOND.items() if nic in nics), 0)


def _link(number: int, name: str, kind: str, master: int, index: int = 0) -> Object:
    place = index or _INDEX[name]
    link = {
        "name": name,
        "index": place,
        "type": kind,
        "mac": f"0c:c4:7a:{number // 256:02x}:{number % 256:02x}:{place:02x}",
        "state": "up",
    }
    return link | ({"masterIndex": master} if master else {})


# --- networks --------------------------------------------------------------------------------


def _cluster_networks(size: Size) -> Iterator[Object]:
    finalizer = f"{_WRANGLER}/harvester-network-manager-cn-controller"
    vlans = sorted({_vlan(number) for number in range(size.networks)})
    yield _ready(objects.cluster_network(MGMT, finalizers=[finalizer]))
    for name, source, carried in (
        (size.data, size.config(0), vlans),
        (size.store, size.store_config, [_STORAGE_VLAN]),
    ):
        text = ",".join(map(str, carried))
        notes = {
            "mtu-source-vc": source,
            "vlan-id-set-str": text,
            "vlan-id-set-str-hash": hashlib.sha256(text.encode()).hexdigest(),
        }
        network = objects.cluster_network(
            name,
            size.mtu,
            annotations={f"{_GROUP}/{key}": note for key, note in notes.items()},
            finalizers=[finalizer],
        )
        yield _ready(network)


def _ready(network: Object) -> Object:
    ready = {"type": "ready", "status": "True", "lastUpdateTime": "2026-01-01T00:00:00Z"}
    return network | {"status": {"conditions": [ready]}}


def _vlan(number: int) -> int:
    """Of the VM network of this number."""
    return 1000 + number % 3000


def _configs(size: Size) -> Iterator[Object]:
    for number, first in enumerate(range(0, size.nodes, size.rack)):
        yield objects.config(
            size.config(number),
            size.data,
            size.node_names[first : first + size.rack],
            uplink=_uplink("data", size.mtu),
            spec={
                "description": f"{size.mark} for rack {number}",
                "nodeSelector": {f"{size.mark}rack": f"{size.mark}r{number}"},
            },
            finalizers=_OF_CONFIG,
        )
    yield objects.config(
        size.store_config,
        size.store,
        size.node_names,
        uplink=_uplink("store", size.mtu),
        finalizers=_OF_CONFIG,
    )


def _uplink(network: str, mtu: int) -> Object:
    return {
        "nics": list(_OF_BOND[network]),
        "bondOptions": {"mode": "active-backup", "miimon": 100},
        "linkAttributes": {"mtu": mtu, "txQLen": -1},
    }


def _statuses(size: Size) -> Iterator[Object]:
    finalizer = f"{_WRANGLER}/harvester-network-manager-vlanconfig-controller"
    for number, node in enumerate(size.node_names):
        rack = size.config(number // size.rack)
        for network, config in ((size.data, rack), (size.store, size.store_config)):
            status = objects.vlan_status(config, node, cluster_network=network)
            owner = {"apiVersion": f"{_GROUP}/v1beta1", "kind": "VlanConfig"}
            owner |= {"name": config, "uid": uid_of(VLAN_CONFIG, config)}
            status["metadata"] |= {"finalizers": [finalizer], "ownerReferences": [owner]}
            yield status


def _vm_networks(size: Size) -> Iterator[Object]:
    for number in range(size.networks):
        name, vlan = size.vm_network(number), _vlan(number)
        conf = objects.cni(name, f"{size.data}-br", vlan=vlan)
        if size.mtu != 1500:
            conf["mtu"] = size.mtu
        labels = {"ready": "true", "type": "L2VlanNetwork", "vlan-id": str(vlan)}
        route = {"mode": "manual", "cidr": "172.20.4.0/22", "gateway": "172.20.4.1"}
        route["connectivity"] = "false"
        yield objects.nad(
            name,
            size.namespace,
            _compact(conf),
            cluster_network=size.data,
            labels={f"{_GROUP}/{key}": value for key, value in labels.items()},
            annotations={f"{_GROUP}/route": _compact(route)} if number == 0 else {},
            finalizers=_OF_VM_NETWORK,
        )
    pool = {"type": "whereabouts", "range": STORAGE_VALUE["range"]}
    conf = objects.cni("", f"{size.store}-br", vlan=_STORAGE_VLAN)
    conf |= {"ipam": pool | {"exclude": STORAGE_VALUE["exclude"]}}
    labels = {"ready": "true", "type": "L2VlanNetwork", "vlan-id": str(_STORAGE_VLAN)}
    yield objects.nad(
        size.storage_nad.partition("/")[2],
        "harvester-system",
        _compact(conf),
        cluster_network=size.store,
        labels={f"{_GROUP}/{key}": value for key, value in labels.items()},
        annotations={objects.STORAGE: "true"},
        finalizers=_OF_VM_NETWORK,
    )


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _settings(size: Size) -> Iterator[Object]:
    text = json.dumps(STORAGE_VALUE | {"clusterNetwork": size.store})
    done = {"type": "configured", "status": "True", "reason": "Completed"}
    configured: Object = {"status": {"conditions": [done]}}
    yield objects.storage_setting(text, nad=size.storage_nad) | configured
    shared = '{"share-storage-network":false}'
    digest = hashlib.sha1(b"").hexdigest()
    notes = {"hash": digest, "initialized": "true", "net-attach-def": ""}
    mark = "rwx-network.settings.harvesterhci.io"
    rwx = objects.setting(
        "rwx-network",
        default=shared,
        annotations={f"{mark}/{key}": value for key, value in notes.items()},
    )
    yield rwx | configured
    yield objects.setting("vm-migration-network")
    yield objects.setting("server-version", VERSION)
    yield objects.setting("ssl-certificates", f'{{"privateKey":"{PRIVATE}"}}')
    yield objects.setting("http-proxy", f"https://user:{PRIVATE}@proxy")


def _longhorn_settings(size: Size) -> Iterator[Object]:
    for name, value in (
        ("storage-network", size.storage_nad),
        ("endpoint-network-for-rwx-volume", ""),
        ("backup-target-credential-secret", PRIVATE),
    ):
        yield {"metadata": {"name": name, "namespace": "longhorn-system"}, "value": value}


def _services() -> Object:
    return {"metadata": {"name": "kubernetes"}, "spec": {"cidrs": ["10.53.0.0/16"]}}


# --- VMs -------------------------------------------------------------------------------------


def _instance(number: int, size: Size) -> Object:
    """What a VM and its instance have in common."""
    mark = size.mark
    nic, root = f"{mark}nic", f"{mark}root"
    network = f"{size.namespace}/{size.vm_network(number % size.networks)}"
    requirement = {"key": f"{_GROUP}/{size.data}", "operator": "In", "values": ["true"]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [requirement]}]}
    place = "requiredDuringSchedulingIgnoredDuringExecution"
    disk: Any = {"disk": {"bus": "virtio"}}
    return {
        "affinity": {"nodeAffinity": {place: required}},
        "domain": {
            "cpu": {"cores": 2},
            "devices": {
                "interfaces": [{"name": nic, "bridge": {}, "macAddress": "52:54:00:aa:bb:cc"}],
                "disks": [disk | {"name": root}, disk | {"name": "cloudinit"}],
            },
            "firmware": {"serial": PRIVATE},
            "resources": {"limits": {"memory": "4Gi"}},
        },
        "hostname": PRIVATE,
        "accessCredentials": [{"sshPublicKey": {"source": {"secret": PRIVATE}}}],
        "networks": [{"name": nic, "multus": {"networkName": network}}],
        "terminationGracePeriodSeconds": 120,
        "volumes": [
            {"name": root, "persistentVolumeClaim": {"claimName": _claim_name(number, size)}},
            {"name": "cloudinit", "cloudInitNoCloud": {"userData": PRIVATE}},
            {"name": "keys", "secret": {"secretName": PRIVATE}},
        ],
    }


def _claim_name(number: int, size: Size) -> str:
    return f"{size.mark}disk-{number:04}"


def _vm(number: int, size: Size) -> Object:
    strategies = ("Always", "RerunOnFailure", "Manual", "Always", "Halted")
    vm = objects.vm(
        size.vm(number),
        namespace=size.namespace,
        strategy=strategies[number % 5],
        status="Running" if runs(number) else "Stopped",
        annotations={
            "harvesterhci.io/vmRunStrategy": strategies[number % 5 % 4],
            "harvesterhci.io/volumeClaimTemplates": PRIVATE,
        },
        finalizers=[_KUBEVIRT],
    )
    template = {
        "metadata": {"annotations": {"harvesterhci.io/sshNames": PRIVATE}},
        "spec": _instance(number, size),
    }
    status: Object = {"created": runs(number), "ready": runs(number)}
    return vm | {"spec": vm["spec"] | {"template": template}, "status": vm["status"] | status}


def _vmi(number: int, size: Size) -> Object:
    node = size.node_names[number % size.nodes]
    vmi = objects.vmi(size.vm(number), node=node, namespace=size.namespace)
    owner: Object = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine"}
    owner |= {"uid": uid_of(VM, size.vm(number))}
    owner |= {"name": size.vm(number), "controller": True, "blockOwnerDeletion": True}
    meta = vmi["metadata"] | {"ownerReferences": [owner], "finalizers": [_KUBEVIRT]}
    seen = {
        "interfaces": [{"ipAddress": "172.20.4.9", "name": PRIVATE}],
        "guestOSInfo": {"name": PRIVATE},
        "conditions": [
            {"type": "Ready", "status": "True"},
            {"type": "LiveMigratable", "status": "True", "message": PRIVATE},
            {"type": "AgentConnected", "status": "True"},
        ],
    }
    spec, status = _instance(number, size), vmi["status"] | seen
    return vmi | {"metadata": meta, "spec": spec, "status": status}


def _migration(size: Size) -> Object:
    """One that is over."""
    status: Object = {"phase": "Succeeded", "migrationState": {"completed": True}}
    moved = objects.migration(f"{size.mark}moved", size.vm(0), **status)
    return moved | {"metadata": moved["metadata"] | {"namespace": size.namespace}}


def _claim(number: int, size: Size) -> Object:
    return {
        "metadata": {
            "name": _claim_name(number, size),
            "namespace": size.namespace,
            "finalizers": ["kubernetes.io/pvc-protection"],
        },
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "volumeMode": "Block",
            "volumeName": f"{size.mark}pvc-{number:04}",
            "storageClassName": PRIVATE,
        },
        "status": {"phase": "Bound", "capacity": {"storage": "40Gi"}},
    }


def _volume(number: int, size: Size) -> Object:
    return objects.volume(
        f"{size.mark}pvc-{number:04}",
        "attached" if runs(number) else "detached",
        f"{size.namespace}/{_claim_name(number, size)}",
        accessMode="rwx",
        migratable=True,
        backingImage=PRIVATE,
    )


def _other_claim(size: Size) -> Object:
    """Of something that is no VM."""
    name, volume = f"{size.mark}database", f"{size.mark}pvc-other"
    claim = objects.claim(name, size.namespace, PRIVATE, volume)
    return claim | {"status": {"phase": "Bound"}}
