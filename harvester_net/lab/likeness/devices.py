"""The devices of a site's nodes, as their simulated agents find them when they start.

What LinkMonitors say is taken over: names, indexes, addresses, masters. What they do not say
is set as the network configs want it, by the agents' own hands: so an agent finds nothing to
do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    condition,
    is_terminating,
)
from harvester_net.harvester.host_networks import device_of, network_of, static_addresses
from harvester_net.harvester.link_monitors import links_by_node
from harvester_net.harvester.mtus import config_mtu, uplink_mtu
from harvester_net.harvester.names import BOND, BRIDGE, NICS
from harvester_net.harvester.nodes import is_ready
from harvester_net.harvester.site.networks import MIRROR
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.lab.simulators.links import (
    BOND as BOND_TYPE,
)
from harvester_net.lab.simulators.links import (
    BRIDGE as BRIDGE_TYPE,
)
from harvester_net.lab.simulators.links import (
    DEVICE,
    VLAN,
    Bonding,
    Link,
    Links,
    booted,
    new_link,
)
from harvester_net.lab.simulators.uplinks import set_up, wanted_uplink
from harvester_net.specs.limits import MGMT

_UNHEARD = "mgmt-nic"
"""The first NIC of a node of which no LinkMonitor tells."""
_NAME = re.compile("[!-+.0-~-]{1,15}")
"""A device: no space, comma or slash."""
_TYPES = {BOND: BOND_TYPE, BRIDGE: BRIDGE_TYPE}
_OF_HOST = re.compile(rf".+{BRIDGE}\.[0-9]+")
"""A host's own device in a VLAN."""


def is_simulated(node: Object) -> bool:
    """Whether a machine of the lab runs for a node: one that was not ready at home is left as
    it was.
    """
    return is_ready(node) and not is_terminating(node)


class Devices:
    """The devices of all nodes of a site."""

    def __init__(self, site: Snapshot) -> None:
        self._site = site
        self._seen = _links_of_nodes(site)
        self._uplinks: defaultdict[str, dict[str, Object]] = defaultdict(dict)
        for network, node, config in _uplinks(site):
            self._uplinks[node][network] = config
        self._mgmt_mtu = _mtu_of_mgmt(site)

    def of(self, node: str) -> Links:
        """The links of a node."""
        uplinks = self._uplinks[node]
        links = self._as_seen(node) or booted(node, self._nics_wanted(node))
        for config in uplinks.values():
            stages = set_up(links, node, wanted_uplink(config["spec"])).stages
            links = stages[-1] if stages else links
        return links

    def _as_seen(self, node: str) -> Links | None:
        bondings = {f"{MGMT}{BOND}": self._bonding_of_mgmt(node)}
        for network, config in self._uplinks[node].items():
            bonding = wanted_uplink(config["spec"]).bonding
            bondings[f"{network}{BOND}"] = replace(bonding, mtu=config_mtu(config))
        seen = self._seen[node]
        mtus = _mtus(seen, bondings)
        found = sorted(
            (_link(node, entry, mtus, bondings) for entry in seen.values()),
            key=lambda link: link.index,
        )
        if not any(link.type == DEVICE for link in found):
            return None
        links = Links(tuple(found), found[-1].index + 1)
        # Bonds and bridges find out what carries them.
        return self._with_addresses(node, links.changed(found[0].name))

    def _with_addresses(self, node: str, links: Links) -> Links:
        """With what the hosts' own devices in VLANs have by their configs."""
        for config in self._site.of(HOST_NETWORK_CONFIG).values():
            device = links.find(device_of(config))
            bridge = links.find(f"{network_of(config)}{BRIDGE}")
            if device is not None and bridge is not None:
                address = static_addresses(config).get(node, "")
                links = links.changed(device.name, address=address, mtu=bridge.mtu)
        return links

    def _bonding_of_mgmt(self, node: str) -> Bonding:
        mirror = self._site.of(VLAN_CONFIG).get(f"{MIRROR}{node}")
        if mirror is None:
            return Bonding(mtu=self._mgmt_mtu)
        return replace(wanted_uplink(mirror["spec"]).bonding, mtu=config_mtu(mirror))

    def _nics_wanted(self, node: str) -> tuple[str, ...]:
        uplinks = (config["spec"]["uplink"] for config in self._uplinks[node].values())
        wanted = (nic for uplink in uplinks for nic in uplink.get("nics") or ())
        return (_UNHEARD, *(nic for nic in dict.fromkeys(wanted) if _NAME.fullmatch(nic)))


def _links_of_nodes(site: Snapshot) -> defaultdict[str, dict[str, Object]]:
    """What LinkMonitors list of each node, by the name of the link."""
    found: defaultdict[str, dict[str, Object]] = defaultdict(dict)
    monitors = site.of(LINK_MONITOR)
    for name in sorted(monitors, key=lambda name: (name != NICS, name)):
        for node, entries in links_by_node(monitors[name]).items():
            for entry in entries:
                if _NAME.fullmatch(entry["name"]):
                    found[node].setdefault(entry["name"], entry)
    return found


def _uplinks(site: Snapshot) -> Iterator[tuple[str, str, Object]]:
    """Cluster network, node and config of each uplink that its agent calls ready."""
    configs = site.of(VLAN_CONFIG)
    for _, status in sorted(site.of(VLAN_STATUS).items()):
        said = status["status"]
        config = configs.get(said["vlanConfig"])
        ready = condition(status, "ready").get("status") == "True"
        if config is not None and ready and said["clusterNetwork"] != MGMT:
            yield said["clusterNetwork"], said["node"], config


def _mtu_of_mgmt(site: Snapshot) -> int:
    network = site.of(CLUSTER_NETWORK).get(MGMT)
    return uplink_mtu(network) if network is not None else 0


def _mtus(seen: Mapping[str, Object], bondings: Mapping[str, Bonding]) -> dict[int, int]:
    """The MTU in bytes of bonds, and of the bridges that hold them, by index."""
    mtus: dict[int, int] = {}
    for name, bonding in bondings.items():
        if (bond := seen.get(name)) is not None:
            mtus |= dict.fromkeys((bond["index"], bond.get("masterIndex", 0)), bonding.mtu)
    mtus.pop(0, None)  # No master.
    return mtus


def _link(
    node: str, entry: Object, mtus: Mapping[int, int], bondings: Mapping[str, Bonding]
) -> Link:
    name, index, master = entry["name"], entry["index"], entry.get("masterIndex", 0)
    kind = next((_TYPES[end] for end in _TYPES if name.endswith(end)), DEVICE)
    kind = VLAN if _OF_HOST.fullmatch(name) else kind
    fresh = new_link(node, name, str(entry.get("type") or kind))
    mtu = mtus.get(index) or mtus.get(master) or fresh.mtu
    bonding = bondings.get(name, Bonding(mtu=mtu)) if fresh.type == BOND_TYPE else None
    return replace(
        fresh,
        index=index,
        mac=entry.get("mac") or fresh.mac,
        up=entry.get("state") != "down",
        master=master,
        mtu=mtu,
        bonding=bonding,
    )


def nodes_simulated(site: Snapshot) -> list[str]:
    """The nodes for which machines of the lab run."""
    return sorted(name for name, node in site.of(NODE).items() if is_simulated(node))
