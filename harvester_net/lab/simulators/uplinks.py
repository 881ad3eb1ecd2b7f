"""How an agent sets up and tears down a cluster network's bond and bridge (H4.1, H4.5).

Each function returns the stages that the links go through, for LinkMonitor shows each: the
bond gone, the bond with a new index, at last the bond as the bridge's port (O5.3).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from itertools import pairwise

from harvester_net.lab.api import Object
from harvester_net.lab.simulators.links import (
    BOND,
    BRIDGE,
    DEFAULT_MTU,
    Bonding,
    Link,
    Links,
    index_of,
    new_link,
)

_DEFAULT_MIIMON = 100


@dataclass(frozen=True)
class Uplink:
    """What a VlanConfig wants of a node."""

    cluster_network: str
    nics: tuple[str, ...]
    bonding: Bonding = field(default_factory=Bonding)

    @property
    def bond(self) -> str:
        return f"{self.cluster_network}-bo"

    @property
    def bridge(self) -> str:
        return f"{self.cluster_network}-br"


@dataclass(frozen=True)
class Outcome:
    """The links after each stage that changed them, and the error that ended the work."""

    stages: tuple[Links, ...]
    error: str = ""


def wanted_uplink(spec: Object) -> Uplink:
    """The uplink that a VlanConfig's spec asks for, with the agent's defaults (H1.2)."""
    uplink = spec["uplink"]
    attributes = uplink.get("linkAttributes") or {}
    options = uplink.get("bondOptions") or {}
    miimon = options.get("miimon", -1)
    bonding = Bonding(
        mode=options.get("mode") or "active-backup",
        mtu=attributes.get("mtu", 0),
        miimon=_DEFAULT_MIIMON if miimon == -1 else miimon,
        tx_queue_length=attributes.get("txQLen", -1),
        mac=_colon_form(attributes.get("hardwareAddr") or ""),
    )
    return Uplink(spec["clusterNetwork"], tuple(uplink.get("nics") or ()), bonding)


def set_up(links: Links, node: str, desired: Uplink) -> Outcome:
    stages = [links]
    bond = links.find(desired.bond)
    if bond and not _fits(bond.bonding or Bonding(), desired.bonding):
        links = links.removed(desired.bond)
        stages.append(links)
    if not links.find(desired.bond):
        links = _with_bond(links, node, desired)
    links, error = _with_nics(links, desired)
    stages.append(links)
    if not error:
        stages.append(_with_bridge(links, node, desired))
    return Outcome(_changes(stages), error)


def tear_down(links: Links, cluster_network: str) -> Outcome:
    """Nothing is torn down without a bridge: so a config that never succeeded leaks its bond.

    The agent takes a missing link for work already done (O5.5, the leak).
    """
    desired = Uplink(cluster_network, ())
    if not links.find(desired.bridge) or not links.find(desired.bond):
        return Outcome(())
    without_bond = links.removed(desired.bond)
    return Outcome(_changes([links, without_bond, without_bond.removed(desired.bridge)]))


def _fits(have: Bonding, want: Bonding) -> bool:
    """Whether the bond may stay; what the config leaves out is not compared (H4.1)."""
    return want == replace(
        have,
        mtu=have.mtu if want.mtu else 0,
        mac=have.mac if want.mac else "",
        tx_queue_length=have.tx_queue_length if want.tx_queue_length != -1 else -1,
    )


def _with_bond(links: Links, node: str, desired: Uplink) -> Links:
    mtu = desired.bonding.mtu or DEFAULT_MTU
    first = next((nic for name in desired.nics if (nic := links.find(name))), None)
    bond = new_link(
        node, desired.bond, BOND, mtu=mtu, bonding=replace(desired.bonding, mtu=mtu)
    )
    return links.added(replace(bond, mac=desired.bonding.mac or (first or bond).mac))


def _with_nics(links: Links, desired: Uplink) -> tuple[Links, str]:
    """The first NIC that can't be taken ends the work: later ones are not even tried."""
    bond = links.find(desired.bond)
    assert bond is not None
    for name in desired.nics:
        nic = links.find(name)
        if nic is None:
            return links, f"get link {name} failed, error: Link not found"
        if nic.master not in (0, bond.index):
            return links, f"{name} has been enslaved by the link with index {nic.master}"
        links = links.changed(name, master=bond.index, mtu=bond.mtu)
    return _without_other_nics(links, bond, desired), ""


def _without_other_nics(links: Links, bond: Link, desired: Uplink) -> Links:
    for port in links.ports(bond.index):
        if port.name not in desired.nics:
            links = links.changed(port.name, master=0, mtu=DEFAULT_MTU)
    return links


def _with_bridge(links: Links, node: str, desired: Uplink) -> Links:
    if not links.find(desired.bridge):
        links = links.added(new_link(node, desired.bridge, BRIDGE, up=False))
    links = links.changed(desired.bond, master=index_of(links, desired.bridge))
    bond = links.find(desired.bond)
    # The bridge takes the least MTU of its ports; virtual machines' ports are not simulated.
    return links.changed(desired.bridge, mtu=bond.mtu if bond else DEFAULT_MTU)


def _changes(stages: list[Links]) -> tuple[Links, ...]:
    return tuple(after for before, after in pairwise(stages) if before != after)


def _colon_form(encoded: str) -> str:
    """VlanConfig holds a MAC address as base64 of its bytes (H1.2)."""
    return base64.b64decode(encoded).hex(":")
