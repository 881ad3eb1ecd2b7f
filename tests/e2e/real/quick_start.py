"""The quick-start for the real nodes: the program, and the devices that it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab.nodes.devices import Device
from tests.e2e.stack import Resource, resource

NETWORK = "cn-data"
BOND, BRIDGE = f"{NETWORK}-bo", f"{NETWORK}-br"
RACKS = {"rack-a": ("node1",), "rack-b": ("node2", "node3")}
"""The nodes of the lab by their zone."""
NODES = [node for nodes in RACKS.values() for node in nodes]
VLAN, STORAGE_VLAN = 100, 50
# A hundred VLANs take an emulated node many seconds, each time that its bond changes.
TRUNK = [{"min_id": 200, "max_id": 219}, {"id": 400}]
VLANS = frozenset({1, VLAN, STORAGE_VLAN, *range(200, 220), 400})
"""What its networks need on every uplink; 1 is always there."""
FULL_CONSENT = {"stop_vms": True, "cycle_storage_network": True}


@dataclass(frozen=True)
class Uplink:
    """A cluster network on one node; MTUs in bytes."""

    bond_mtu: int
    bridge_mtu: int
    master: str
    mode: str
    nics: tuple[str, ...]
    vlans: frozenset[int]


@dataclass(frozen=True)
class QuickStart:
    """A version of the program."""

    mtu: int = 1500
    nics: tuple[str, ...] = ("eno2",)
    mode: str | None = None
    verify: dict[str, Any] | None = None
    """How the nodes are looked at after a change."""

    @property
    def program(self) -> list[Resource]:
        bond = {"bond_options": {"mode": self.mode}} if self.mode else {}
        configs = [
            resource(
                "NetworkConfig",
                f"{NETWORK}-{rack}",
                cluster_network=f"@{NETWORK}",
                description=f"Uplink of {rack}",
                node_selector={"topology.kubernetes.io/zone": rack},
                uplink={"nics": list(self.nics), **bond},
                **self._disruption,
            )
            for rack in RACKS
        ]
        ready = {"depends_on": [f"@{config['name']}" for config in configs]}

        def vm_network(name: str, **args: Any) -> Resource:
            return resource("VmNetwork", name, ready, cluster_network=f"@{NETWORK}", **args)

        return [
            resource("ClusterNetwork", NETWORK, mtu=self.mtu, **self._disruption),
            *configs,
            vm_network("production", vlan=VLAN),
            vm_network("untagged", type="UntaggedNetwork"),
            vm_network("firewall", vlan_trunk=TRUNK),
            resource(
                "StorageNetwork",
                "storage",
                ready,
                cluster_network=f"@{NETWORK}",
                vlan=STORAGE_VLAN,
                range="192.168.50.0/24",
                exclude=["192.168.50.0/28"],
            ),
        ]

    @property
    def _disruption(self) -> dict[str, Any]:
        if self.verify is None:
            return {}
        return {"disruption": FULL_CONSENT | {"verify_on_nodes": self.verify}}

    @property
    def uplink(self) -> Uplink:
        """What every node has, if the program is true."""
        mode = self.mode or "active-backup"
        return Uplink(self.mtu, self.mtu, BRIDGE, mode, self.nics, VLANS)


def uplink_in(devices: dict[str, Device]) -> Uplink:
    """The cluster network as the kernel of a node tells of it."""
    bond, bridge = devices[BOND], devices[BRIDGE]
    return Uplink(
        bond_mtu=bond.mtu,
        bridge_mtu=bridge.mtu,
        master=bond.master,
        mode=str(bond.details["mode"]),
        nics=tuple(sorted(n for n, each in devices.items() if each.master == BOND)),
        vlans=bond.vlans,
    )
