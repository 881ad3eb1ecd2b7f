"""A small cluster that is easy to think about, for tests that look at one thing."""

from __future__ import annotations

from collections.abc import Iterable

from harvester_net.change.consent import Consent
from harvester_net.change.errors import Refusal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.report import reason_text
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VM,
    VOLUME,
    Object,
)
from harvester_net.kinds.changes import INPUTS

from ... import objects
from .clusters import bare_world, config_object, nad_object, vm_object, volume_object
from .controllers import settled
from .model import created, patched
from .world import World

FULL = Consent(stop_vms=True, cycle_storage_network=True)
UP = MtuGoal(cluster_network="data", mtu=9000)
STORAGE_TEXT = '{"vlan":300, "clusterNetwork":"data","range":"192.168.0.0/24"}'
SHARED = '{"share-storage-network":true}'


def site(
    *,
    nodes: int = 2,
    vms: dict[str, str | bool] | None = None,
    version: tuple[int, int] = (1, 8),
    storage: bool = False,
    shared: bool = False,
    says_mtu: bool = True,
) -> World:
    """Cluster network data with one config per node, nc-0, nc-1 and so on, MTU 1500, and the
    VM networks default/net and default/beside, which is on another cluster network. The VMs,
    with their run strategies, are on default/net and on node0. Configs say their MTU, or leave
    all attributes of links to the server.
    """
    world = bare_world(version, {f"node{n}": {"uplink": f"nc-{n}"} for n in range(nodes)})
    for network in ("data", "other"):
        world = world.put(CLUSTER_NETWORK, objects.cluster_network(network))
    for number in range(nodes):
        name = f"nc-{number}"
        attributes: Object | None = {"mtu": 1500} if says_mtu else None
        config = config_object(name, "data", attributes, {"uplink": name})
        world = created(world, VLAN_CONFIG, config)
    world = settled(world)
    for key, network in (("default/net", "data"), ("default/beside", "other")):
        world = world.put(NAD, nad_object(key, network, 1500))
    if storage:
        world = settled(patched(world, SETTING, "storage-network", {"value": STORAGE_TEXT}))
    if shared:
        world = settled(patched(world, SETTING, "rwx-network", {"value": SHARED}))
    for key, strategy in (vms or {}).items():
        world = world.put(VM, vm_object(key, strategy, ["default/net"], "node0"))
        world = world.put(VOLUME, volume_object(key))
    return settled(world)


def wide_site(nodes: int, *, beside: bool = False, vms: dict[str, str]) -> World:
    """The same, with one config `wide` for all nodes, and VMs at these nodes; ``beside``: with
    another node that has a config of its own.
    """
    labels = {f"node{number}": {"uplink": "wide"} for number in range(nodes)}
    names = ["wide"]
    if beside:
        labels["other"], names = {"uplink": "narrow"}, [*names, "narrow"]
    world = bare_world((1, 8), labels)
    world = world.put(CLUSTER_NETWORK, objects.cluster_network("data"))
    for name in names:
        config = config_object(name, "data", {"mtu": 1500}, {"uplink": name})
        world = settled(created(world, VLAN_CONFIG, config))
    world = world.put(NAD, nad_object("default/net", "data", 1500))
    for key, node in vms.items():
        world = world.put(VM, vm_object(key, "Always", ["default/net"], node))
        world = world.put(VOLUME, volume_object(key))
    return settled(world)


def reasons(refusals: Iterable[Refusal]) -> list[str]:
    """Refusals as the user of a program reads them."""
    return [reason_text(refusal, INPUTS) for refusal in refusals]
