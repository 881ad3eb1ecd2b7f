"""Short words for what many scenarios do."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from harvester_net.lab.api import Object
from tests import objects

from ..acts import Create, Delete, Patch
from ..facts import GONE, Wanted
from ..scenario import Step

NETWORK = "network.harvesterhci.io"
HOST = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
NODES = ("node1", "node2", "node3")
STORAGE = "storage-network.settings.harvesterhci.io"
RWX = "rwx-network.settings.harvesterhci.io"


def cluster_network(name: str = "data", **meta: Any) -> Create:
    return Create(objects.cluster_network(name, **meta))


def config(
    name: str = "nc1",
    network: str = "data",
    *,
    nics: tuple[str, ...] = ("eno2",),
    mtu: int | None = None,
    on: dict[str, str] | None = None,
    **uplink: Any,
) -> Create:
    """A network config, for the nodes with these labels or for all."""
    attributes = {"linkAttributes": {"mtu": mtu}} if mtu is not None else {}
    wanted: Object = {"nics": list(nics)} | attributes | uplink
    spec = {"nodeSelector": on} if on else {}
    return Create(objects.new_config(name, network, uplink=wanted, spec=spec))


def change_uplink(name: str = "nc1", **uplink: Any) -> Patch:
    return Patch("VlanConfig", name, {"spec": {"uplink": uplink}})


def change_mtu(mtu: int | None, name: str = "nc1") -> Patch:
    return change_uplink(name, linkAttributes={"mtu": mtu})


def select(selector: dict[str, str | None], name: str = "nc1") -> Patch:
    return Patch("VlanConfig", name, {"spec": {"nodeSelector": selector}})


def label_node(node: str, **labels: str | None) -> Patch:
    return Patch("Node", node, {"metadata": {"labels": labels}})


def vm_network(
    name: str = "vm100",
    network: str = "data",
    *,
    route: Object | str | None = None,
    labels: dict[str, str] | None = None,
    namespace: str = "default",
    **conf: Any,
) -> Create:
    """A VM network on VLAN 100, if nothing else is said."""
    config = objects.cni(name, f"{network}-br", **(conf or {"vlan": 100}))
    nad = objects.nad(name, namespace, config, cluster_network=network)
    meta = nad["metadata"]
    meta["labels"] = labels if labels is not None else meta["labels"]
    if route is not None:
        text = route if isinstance(route, str) else json.dumps(route)
        meta["annotations"] = {f"{NETWORK}/route": text}
    return Create(nad)


def change_vm_network(name: str = "vm100", network: str = "data", **conf: Any) -> Patch:
    """The whole CNI config anew."""
    text = json.dumps(objects.cni(name, f"{network}-br", **conf))
    return Patch("NAD", f"default/{name}", {"spec": {"config": text}})


def vm(
    name: str = "vm1",
    nad: str = "",
    *,
    on: str = "",
    strategy: str | bool = "Always",
    claim: str = "",
) -> Create:
    """A VM, on a VM network and a node if they are named."""
    made = objects.new_vm(name, f"default/{nad}" if nad else "", claim, strategy=strategy)
    if on:
        made["spec"]["template"]["spec"]["nodeSelector"] = {HOST: on}
    return Create(made)


def run(name: str, strategy: str) -> Patch:
    return Patch("VM", f"default/{name}", {"spec": {"runStrategy": strategy}})


def setting(name: str, value: Object | str) -> Patch:
    text = value if isinstance(value, str) else json.dumps(value)
    return Patch("Setting", name, {"value": text})


def storage(value: Object | str) -> Patch:
    return setting("storage-network", value)


def rwx(value: Object | str) -> Patch:
    return setting("rwx-network", value)


def migration(value: Object | str) -> Patch:
    return setting("vm-migration-network", value)


STORAGE_ON: Object = {"clusterNetwork": "data", "vlan": 300, "range": "192.168.0.0/24"}


# By what ends of steps are told.


def gone(*names: str) -> Wanted:
    """These objects are not there."""
    return dict.fromkeys(names)


def ready(*nodes: str, network: str = "data") -> Wanted:
    """The nodes have set the cluster network up."""
    wanted: Wanted = {}
    for node in nodes or NODES:
        status = f"VlanStatus {objects.status_name(network, node)}"
        wanted[status] = {"status.conditions[ready]": "True"}
        wanted[f"Node {node}"] = {f"labels[{NETWORK}/{network}]": "true"}
    return wanted


def away(*nodes: str, network: str = "data") -> Wanted:
    """They are no part of it any more."""
    return {
        f"VlanStatus {objects.status_name(network, node)}": GONE for node in nodes or NODES
    }


def no_config(*names: str) -> Wanted:
    return {f"VlanConfig {name}": GONE for name in names or ("nc1",)}


def printed(status: str, *names: str) -> Wanted:
    """The VMs are in this status."""
    return {
        f"VM default/{name}": {"status.printableStatus": status} for name in names or ("vm1",)
    }


def running(*names: str) -> Wanted:
    return printed("Running", *names)


def launched(number: int, name: str = "vm1") -> Wanted:
    """The VM runs in its so-manieth pod."""
    pod: Wanted = {f"Pod default/virt-launcher-{name}-#{number}": {"phase": "Running"}}
    return running(name) | pod


def stopped(*names: str) -> Wanted:
    """Stopped, and without an instance."""
    return printed("Stopped", *names) | {
        f"VMI default/{name}": GONE for name in names or ("vm1",)
    }


def configured(value: Object | str, name: str = "storage-network") -> Wanted:
    """Harvester has done with this value (O4.3)."""
    text = value if isinstance(value, str) else json.dumps(value)
    prefix = f"{name}.settings.harvesterhci.io"
    return {
        f"Setting {name}": {
            f"annotations[{prefix}/hash]": hashlib.sha1(text.encode()).hexdigest(),
            f"annotations[{prefix}/old-net-attach-def]": "",
            "status.conditions[configured]": "True Completed",
        }
    }


def volume(state: str, name: str = "vol1") -> Wanted:
    return {f"Volume longhorn-system/{name}": {"state": state}}


# Steps that many scenarios begin with.

NETWORK_MADE = Step("cluster network made", cluster_network())
CONFIG_MADE = Step("config made", config(), ready())
CONFIG_DELETED = Step("config deleted", Delete("VlanConfig", "nc1"), no_config() | away())
VM_NETWORK_MADE = Step("VM network made", vm_network())
