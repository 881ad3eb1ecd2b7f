"""The simulated machines as Kubernetes objects: what the lab needs once for each node."""

from __future__ import annotations

import platform

from harvester_net.lab import faults
from harvester_net.lab.api import Object

NICS = "lab.harvester-net/nics"
ADDRESS = "lab.harvester-net/address"
MGMT_VLAN = "lab.harvester-net/mgmt-vlan"
"""Annotation of a node: the VLAN over which it is managed; read when its agent first comes."""
DEFAULT_NICS = ("eno1", "eno2", "eno3", "eno4")
ZONE = "topology.kubernetes.io/zone"


def base_objects(nodes: int, real: bool = False) -> list[Object]:
    """The lab's namespace, and Node and Longhorn node of node1 to nodeN, in any order."""
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": faults.NAMESPACE},
    }
    machines = [
        obj
        for number in range(1, nodes + 1)
        for obj in machine(f"node{number}", address=real_address(number) if real else "")
    ]
    return [namespace, *machines]


def machine(
    name: str, nics: tuple[str, ...] = DEFAULT_NICS, address: str = ""
) -> list[Object]:
    """One more machine; its first NIC carries the management network.

    With an address it is one of the real nodes, which has it there.
    """
    return [_node(name, nics, address), _longhorn_node(name)]


def nics_of(node: Object) -> tuple[str, ...]:
    """The NICs a node of the lab has; none for nodes that somebody else runs."""
    text = (node["metadata"].get("annotations") or {}).get(NICS, "")
    return tuple(nic.strip() for nic in text.split(",") if nic.strip())


def address_of(node: Object) -> str:
    """Where a real node is in its management network; "" for a simulated one."""
    return str((node["metadata"].get("annotations") or {}).get(ADDRESS, ""))


def mgmt_vlan_of(node: Object) -> str:
    """The VLAN over which a node is managed; "" if that is untagged."""
    return str((node["metadata"].get("annotations") or {}).get(MGMT_VLAN, ""))


def real_address(number: int) -> str:
    """Of node1, node2 and so on, as `lab/nodes/guest/init` gives them."""
    return f"10.0.2.{100 + number}"


def _node(name: str, nics: tuple[str, ...], address: str) -> Object:
    notes = {NICS: ",".join(nics)} | ({ADDRESS: address} if address else {})
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": architecture(),
                ZONE: _rack(name),
                "node-role.kubernetes.io/control-plane": "true",
                "harvesterhci.io/managed": "true",
            },
            "annotations": notes,
        },
    }


def _rack(name: str) -> str:
    """Two groups of nodes, node1 and all others: node selectors compare for equality."""
    return "rack-a" if name == "node1" else "rack-b"


def architecture() -> str:
    """In Go's words; virt-controller asks for the one it was built for."""
    machine = platform.machine()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _longhorn_node(name: str) -> Object:
    disk = {
        "diskType": "filesystem",
        "path": "/var/lib/harvester/defaultdisk",
        "allowScheduling": True,
    }
    return {
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "Node",
        "metadata": {"name": name, "namespace": "longhorn-system"},
        "spec": {"name": name, "allowScheduling": True, "disks": {"default-disk": disk}},
    }
