"""What happens to a node's NICs from outside: pulled, taken by another master, cable off."""

from __future__ import annotations

from harvester_net.lab.faults import Faults, LinkDown, NicEnslaved, NicMissing
from harvester_net.lab.simulators.links import DEVICE, TEAM, Links, index_of, new_link

FOREIGN_MASTER = "team0"


def with_hardware(links: Links, node: str, nics: tuple[str, ...], faults: Faults) -> Links:
    """The links once the node has exactly these NICs, as the faults leave them."""
    missing = {f.nic for f in faults if isinstance(f, NicMissing) and f.node == node}
    enslaved = {f.nic for f in faults if isinstance(f, NicEnslaved) and f.node == node}
    down = {f.nic for f in faults if isinstance(f, LinkDown) and f.node == node}
    links = _plugged(links, node, tuple(nic for nic in nics if nic not in missing))
    links = _taken(links, node, enslaved)
    for nic in _devices(links):
        links = links.changed(nic, up=nic not in down)
    return links


def _devices(links: Links) -> list[str]:
    return [link.name for link in links.all if link.type == DEVICE]


def _plugged(links: Links, node: str, nics: tuple[str, ...]) -> Links:
    for name in _devices(links):
        if name not in nics:
            links = links.removed(name)
    for name in nics:
        if not links.find(name):
            links = links.added(new_link(node, name, DEVICE))
    return links


def _taken(links: Links, node: str, nics: set[str]) -> Links:
    """Exactly these NICs belong to the foreign master, which exists while it has some."""
    present = nics & set(_devices(links))
    if present and not links.find(FOREIGN_MASTER):
        links = links.added(new_link(node, FOREIGN_MASTER, TEAM))
    for name in sorted(present):
        links = links.changed(name, master=index_of(links, FOREIGN_MASTER))
    if not present:
        return links.removed(FOREIGN_MASTER)
    for port in links.ports(index_of(links, FOREIGN_MASTER)):
        if port.name not in present:
            links = links.changed(port.name, master=0)
    return links
