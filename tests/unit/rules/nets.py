"""The VM networks of the tables."""

from __future__ import annotations

from typing import Any

from harvester_net.cluster.resources import Object

from ... import objects

DATA, LARGE = objects.cluster_network("data", 1500), objects.cluster_network("data", 9000)
UNREADABLE = objects.cluster_network(
    "data", annotations={f"{objects.NETWORK}/uplink-mtu": "x"}
)
JUMBO = objects.config("rack-a", uplink={"nics": ["eth1"], "linkAttributes": {"mtu": 9000}})
USER = objects.vmi("vm1", "vm100")


def net(name: str = "vm100", *, labels: dict[str, str] | None = None, **conf: Any) -> Object:
    """A VM network with more in its CNI config."""
    return objects.nad(name, config=objects.cni(name, **({"vlan": 100} | conf)), labels=labels)


def trunk(*items: Object) -> Object:
    return net(vlan=0, vlanTrunk=list(items))


def raw(text: str) -> Object:
    return objects.nad(config=text)


def overlay(provider: str = "vm100.default.ovn", **changed: Any) -> Object:
    conf = {"cniVersion": "0.3.1", "type": "kube-ovn", "provider": provider}
    return objects.nad(config=conf, cluster_network="mgmt", **changed)


def routed(text: str, vlan: int = 100) -> Object:
    return objects.nad(
        config=objects.cni(vlan=vlan), annotations={f"{objects.NETWORK}/route": text}
    )


VM100 = net()
STORAGE = objects.storage_nad()
RESERVED = objects.nad(
    "storagenetwork-abcde",
    "harvester-system",
    objects.cni("storagenetwork-abcde", vlan=300),
    labels={"storage-network.settings.harvesterhci.io/exclusivevlan": "true"},
)
MANUAL = {"mode": "manual", "cidr": "192.168.100.0/24", "gateway": "192.168.100.1"}
BRIDGE, LABELLED = "bridge-is-of-a-cluster-network", "label-is-of-the-bridge"
THERE, VLANS = "cluster-network-of-vm-network-exists", "vlans-are-valid"
MTU, ROUTE = "mtu-is-that-of-the-cluster-network", "route-is-valid"
PROVIDER, ON_MGMT = "overlay-is-named-by-its-provider", "overlay-is-on-mgmt"
