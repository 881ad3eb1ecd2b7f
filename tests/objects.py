"""Objects as a Harvester server has them, for tests."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

from harvester_net.cluster.resources import Object

NETWORK = "network.harvesterhci.io"
STORAGE = "storage-network.settings.harvesterhci.io"
GOING = {"deletionTimestamp": "2026-01-01T00:00:00Z"}


def going(obj: Object) -> Object:
    """The object while it is being deleted."""
    return obj | {"metadata": obj["metadata"] | GOING}


def cluster_network(name: str, mtu: int | None = None, **meta: Any) -> Object:
    """A cluster network."""
    annotations = meta.pop("annotations", {})
    if mtu is not None:
        annotations = {f"{NETWORK}/uplink-mtu": str(mtu)} | annotations
    return {
        "apiVersion": f"{NETWORK}/v1beta1",
        "kind": "ClusterNetwork",
        "metadata": {"name": name, "annotations": annotations} | meta,
    }


def new_config(
    name: str,
    cluster_network: str = "data",
    *,
    uplink: Object | None = None,
    spec: Object | None = None,
    **meta: Any,
) -> Object:
    """A VlanConfig as it is sent: what the webhook writes is not in it."""
    return {
        "apiVersion": f"{NETWORK}/v1beta1",
        "kind": "VlanConfig",
        "metadata": {"name": name} | meta,
        "spec": {"clusterNetwork": cluster_network, "uplink": uplink or {"nics": ["eth1"]}}
        | (spec or {}),
    }


def config(
    name: str,
    cluster_network: str = "data",
    nodes: list[str] | None = None,
    *,
    uplink: Object | None = None,
    spec: Object | None = None,
    **meta: Any,
) -> Object:
    """A VlanConfig as the server has it, which matches these nodes."""
    matched = json.dumps(nodes if nodes is not None else [])
    written = {
        "labels": {f"{NETWORK}/clusternetwork": cluster_network},
        "annotations": {f"{NETWORK}/matched-nodes": matched},
    }
    return new_config(name, cluster_network, uplink=uplink, spec=spec, **(written | meta))


def new_host_network(
    name: str = "backup",
    cluster_network: str = "data",
    vlan: int = 400,
    ips: dict[str, str] | None = None,
    *,
    spec: Object | None = None,
    **meta: Any,
) -> Object:
    """A HostNetworkConfig as it is sent: with addresses static, without them by DHCP."""
    where = {"mode": "static", "ips": ips} if ips else {"mode": "dhcp"}
    return {
        "apiVersion": f"{NETWORK}/v1beta1",
        "kind": "HostNetworkConfig",
        "metadata": {"name": name} | meta,
        "spec": {"clusterNetwork": cluster_network, "vlanID": vlan} | where | (spec or {}),
    }


def host_network(
    name: str = "backup",
    cluster_network: str = "data",
    vlan: int = 400,
    ips: dict[str, str] | None = None,
    *,
    said: dict[str, str] | None = None,
    spec: Object | None = None,
    **meta: Any,
) -> Object:
    """A HostNetworkConfig as the server has it, with what each node's agent says: nothing if
    it is ready, else why not.
    """
    made = new_host_network(name, cluster_network, vlan, ips, spec=spec, **meta)
    place = {name: made["spec"][name] for name in ("clusterNetwork", "vlanID", "mode")}
    by_node = {
        node: place
        | {
            "conditions": [
                {"type": "ready", "status": "False" if why else "True"}
                | ({"message": why} if why else {})
            ]
        }
        for node, why in (said or {}).items()
    }
    return made | {"status": {"nodeStatus": by_node}}


def dhcp_pool(
    name: str = "web-pool",
    network: str = "default/vm100",
    cidr: str = "192.168.100.0/24",
    *,
    said: dict[str, str] | None = None,
    paused: bool = False,
    **meta: Any,
) -> Object:
    """An IPPool of the managed DHCP add-on, with its conditions: empty if True, else why
    not.
    """
    config = {
        "cidr": cidr,
        "serverIP": "192.168.100.2",
        "pool": {"start": "192.168.100.10", "end": "192.168.100.200"},
    }
    conditions = [
        {"type": kind, "status": "False" if why else "True"}
        | ({"message": why} if why else {})
        for kind, why in (said or {}).items()
    ]
    return {
        "apiVersion": f"{NETWORK}/v1alpha1",
        "kind": "IPPool",
        "metadata": {"name": name, "namespace": "default"} | meta,
        "spec": {"networkName": network, "ipv4Config": config}
        | ({"paused": True} if paused else {}),
        "status": {"conditions": conditions},
    }


def vm_network_config(vm: str, *networks: str) -> Object:
    """What the add-on notes of a VM with addresses of the pools of these VM networks."""
    nics = [{"networkName": name, "macAddress": "02:00:00:00:00:01"} for name in networks]
    return {
        "apiVersion": f"{NETWORK}/v1alpha1",
        "kind": "VirtualMachineNetworkConfig",
        "metadata": {"name": vm, "namespace": "default"},
        "spec": {"vmName": vm, "networkConfigs": nics},
    }


def status_name(cluster_network: str, node: str) -> str:
    """The name that an agent gives the status of a cluster network on its node."""
    name = f"{cluster_network}-{node}"
    return f"{name[:54]}-{zlib.crc32(name.encode()):08x}"


def vlan_status(
    config: str,
    node: str,
    message: str | None = None,
    *,
    cluster_network: str = "data",
) -> Object:
    """What a node's agent says of a config: ready, or why not."""
    ready = {"type": "ready", "status": "False" if message else "True"}
    return {
        "apiVersion": f"{NETWORK}/v1beta1",
        "kind": "VlanStatus",
        "metadata": {
            "name": status_name(cluster_network, node),
            "labels": {
                f"{NETWORK}/vlanconfig": config,
                f"{NETWORK}/clusternetwork": cluster_network,
                f"{NETWORK}/node": node,
            },
        },
        "status": {
            "clusterNetwork": cluster_network,
            "vlanConfig": config,
            "linkMonitor": cluster_network,
            "node": node,
            "conditions": [ready | ({"message": message} if message else {})],
        },
    }


def cni(name: str = "vm100", bridge: str = "data-br", **more: Any) -> dict[str, Any]:
    """A CNI config of a VM network."""
    return {
        "cniVersion": "0.3.1",
        "name": name,
        "type": "bridge",
        "bridge": bridge,
        "promiscMode": True,
        "ipam": {},
    } | more


def nad(
    name: str = "vm100",
    namespace: str = "default",
    config: dict[str, Any] | str | None = None,
    *,
    cluster_network: str = "data",
    labels: dict[str, str] | None = None,
    **meta: Any,
) -> Object:
    """A VM network with this CNI config (an object, or the very text)."""
    conf = cni(name, vlan=100) if config is None else config
    text = conf if isinstance(conf, str) else json.dumps(conf)
    return {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "kind": "NetworkAttachmentDefinition",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {f"{NETWORK}/clusternetwork": cluster_network} | (labels or {}),
        }
        | meta,
        "spec": {"config": text},
    }


def storage_nad(name: str = "storagenetwork-abcde", cluster_network: str = "data") -> Object:
    """The VM network that Harvester makes for the storage network."""
    return nad(
        name,
        "harvester-system",
        cni(name, vlan=300),
        cluster_network=cluster_network,
        annotations={STORAGE: "true"},
    )


def _guest(nads: tuple[str, ...]) -> Object:
    return {"domain": {"devices": {}}, "networks": _networks(nads)}


def _networks(names: tuple[str, ...]) -> list[Object]:
    return [{"name": "default", "pod": {}}] + [
        {"name": f"nic-{index}", "multus": {"networkName": name}}
        for index, name in enumerate(names)
    ]


def vm(
    name: str,
    *nads: str,
    namespace: str = "default",
    status: str = "Stopped",
    strategy: str | bool = "Halted",
    **meta: Any,
) -> Object:
    """A VM attached to these VM networks; a bool is the old field `running`."""
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": name, "namespace": namespace} | meta,
        "spec": _run(strategy) | {"template": {"spec": _guest(nads)}},
        "status": {"printableStatus": status},
    }


def _run(strategy: str | bool) -> Object:
    return {"running" if isinstance(strategy, bool) else "runStrategy": strategy}


def new_vm(
    name: str, nad: str = "", claim: str = "", *, strategy: str | bool = "Always"
) -> Object:
    """A VM as it is sent to a real server, which wants to know more of it; on a VM network
    and with a disk if they are given.
    """
    devices: Object = {}
    spec: Object = {
        "domain": {
            "cpu": {"cores": 1},
            "devices": devices,
            "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
        }
    }
    if nad:
        devices["interfaces"] = [{"name": "nic-1", "bridge": {}, "model": "virtio"}]
        spec["networks"] = [{"name": "nic-1", "multus": {"networkName": nad}}]
    if claim:
        devices["disks"] = [{"name": "root", "disk": {"bus": "virtio"}}]
        spec["volumes"] = [{"name": "root", "persistentVolumeClaim": {"claimName": claim}}]
    template = {"metadata": {"labels": {"harvesterhci.io/vmName": name}}, "spec": spec}
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": name, "namespace": "default"},
        "spec": _run(strategy) | {"template": template},
    }


def vmi(
    name: str,
    *nads: str,
    node: str = "node1",
    namespace: str = "default",
    phase: str = "Running",
    **meta: Any,
) -> Object:
    """A running VM attached to these VM networks."""
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachineInstance",
        "metadata": {"name": name, "namespace": namespace} | meta,
        "spec": _guest(nads),
        "status": {"phase": phase, "nodeName": node},
    }


def migration(name: str, vmi: str = "vm1", **status: Any) -> Object:
    """A migration of a VM, and how far it is."""
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachineInstanceMigration",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"vmiName": vmi},
        "status": status,
    }


def volume(name: str, state: str = "detached", claim: str = "", **spec: Any) -> Object:
    """A Longhorn volume, of a claim `namespace/name` if one is given."""
    namespace, _, pvc = claim.partition("/")
    owner = {"namespace": namespace, "pvcName": pvc} if claim else {}
    return {
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "Volume",
        "metadata": {"name": name, "namespace": "longhorn-system"},
        "spec": spec,
        "status": {"state": state, "kubernetesStatus": owner},
    }


def in_use(volume: Object, pod: str, kind: str = "", name: str = "") -> Object:
    """The volume attached by a pod, in the words of Longhorn."""
    workload = {"podName": pod, "podStatus": "Running"}
    workload |= {"workloadType": kind, "workloadName": name} if kind else {}
    owner = volume["status"]["kubernetesStatus"] | {"workloadsStatus": [workload]}
    return volume | {"status": {"state": "attached", "kubernetesStatus": owner}}


def backup(name: str, vm: str = "a", kind: str = "backup", **status: Any) -> Object:
    """A backup or a snapshot of a VM, and how far it is."""
    source = {"apiGroup": "kubevirt.io", "kind": "VirtualMachine", "name": vm}
    return {
        "apiVersion": "harvesterhci.io/v1beta1",
        "kind": "VirtualMachineBackup",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"type": kind, "source": source},
        "status": status,
    }


def restore(name: str, vm: str = "a", **status: Any) -> Object:
    """A restore of a VM, and how far it is."""
    target = {"apiGroup": "kubevirt.io", "kind": "VirtualMachine", "name": vm}
    return {
        "apiVersion": "harvesterhci.io/v1beta1",
        "kind": "VirtualMachineRestore",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"target": target, "virtualMachineBackupName": "b"},
        "status": status,
    }


def upgrade(
    name: str, version: str = "v1.8.2", completed: str = "", state: str = ""
) -> Object:
    """An upgrade of Harvester; ``completed`` is the status of that condition."""
    labels = {"harvesterhci.io/upgradeState": state} if state else {}
    conditions = [{"type": "Completed", "status": completed}] if completed else []
    return {
        "apiVersion": "harvesterhci.io/v1beta1",
        "kind": "Upgrade",
        "metadata": {"name": name, "namespace": "harvester-system", "labels": labels},
        "spec": {"version": version},
        "status": {"conditions": conditions},
    }


def claim(name: str, namespace: str, app: str, volume: str = "pvc-1") -> Object:
    """A PersistentVolumeClaim of an application, bound to a volume."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/name": app},
        },
        "spec": {"volumeName": volume},
    }


def node(
    name: str, labels: dict[str, str] | None = None, *, ready: str = "True", **status: Any
) -> Object:
    """A node."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name} | (labels or {}),
        },
        "status": {"conditions": [{"type": "Ready", "status": ready}]} | status,
    }


def longhorn_node(name: str, disks: int = 1) -> Object:
    """A node of Longhorn with its disks."""
    return {
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "Node",
        "metadata": {"name": name, "namespace": "longhorn-system"},
        "spec": {"disks": {f"disk-{number}": {} for number in range(disks)}},
    }


def setting(name: str, value: str | None = None, default: str = "", **meta: Any) -> Object:
    """A Setting of Harvester."""
    texts = {"default": default} if default else {}
    if value is not None:
        texts["value"] = value
    return {
        "apiVersion": "harvesterhci.io/v1beta1",
        "kind": "Setting",
        "metadata": {"name": name} | meta,
    } | texts


def storage_setting(value: str | None = None, **changed: Any) -> Object:
    """The Setting storage-network as it is when Harvester has carried its value out.

    ``changed``: status, reason, message of the condition, hash, nad, old_nad, no_condition.
    """
    made = setting("storage-network", value or None, uid="uid-setting", annotations={})
    if value is None and not changed:
        return made
    hashed = changed.get("hash", hashlib.sha1((value or "").encode()).hexdigest())
    current = changed.get("nad", "harvester-system/storagenetwork-abcde" if value else "")
    made["metadata"]["annotations"] = {
        f"{STORAGE}/hash": hashed,
        f"{STORAGE}/net-attach-def": current,
        f"{STORAGE}/old-net-attach-def": changed.get("old_nad", ""),
    }
    if not changed.get("no_condition"):
        configured = {
            "type": "configured",
            "status": changed.get("status", "True"),
            "reason": changed.get("reason", "Completed"),
            "message": changed.get("message", ""),
        }
        made["status"] = {"conditions": [configured]}
    return made


def link(name: str, index: int, master: int = 0, state: str = "up") -> Object:
    """A link of a node as its agent says it; `master` is the index of what holds it."""
    return {"name": name, "index": index, "masterIndex": master, "state": state}


def link_monitor(name: str, links: dict[str, list[Object]]) -> Object:
    """What the nodes say of their links."""
    return {
        "apiVersion": f"{NETWORK}/v1beta1",
        "kind": "LinkMonitor",
        "metadata": {"name": name},
        "spec": {"targetLinkRule": {}},
        "status": {"linkStatus": links},
    }
