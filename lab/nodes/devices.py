"""A node's network devices as its kernel tells of them: what `ip` and `bridge` say as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]

LOOK = "ip -details -json link && echo && bridge -json vlan"
"""What to run in the namespace of a node for `devices_in`."""

INTERRUPTED = "Dump was interrupted"
"""How `ip` and `bridge` begin when devices came or went while the kernel told of them."""
TRIES = 5


def look(run: Callable[[str], str]) -> dict[str, Device]:
    """The devices by name, looked at again while they change under the look; ``run`` runs a
    script on the node.
    """
    for _ in range(TRIES):
        said = run(LOOK)
        if INTERRUPTED not in said:
            break
    return devices_in(said.replace(f"{INTERRUPTED} and may be inconsistent.", ""))


@dataclass(frozen=True)
class Device:
    """One link of a node. `said` is all that `ip -d -j link` says of it."""

    name: str
    index: int
    mtu: int
    """In bytes."""
    kind: str
    """bond, bridge, veth, ...; "" for a NIC."""
    master: str
    """The bond or bridge that it is a port of; "" if none."""
    vlans: frozenset[int]
    """Those it lets through as a port of a bridge that filters VLANs."""
    pvid: int
    """The VLAN of its untagged frames; 0 if it takes none."""
    said: Object = field(repr=False, compare=False)

    @property
    def has_carrier(self) -> bool:
        return "LOWER_UP" in self.said["flags"]

    @property
    def details(self) -> Object:
        """What only links of its kind have: `mode`, `active_slave`, `vlan_filtering`, ..."""
        return dict(self.said.get("linkinfo", {}).get("info_data", {}))


def devices_in(text: str) -> dict[str, Device]:
    """The devices by name, from what LOOK wrote."""
    links, end = json.JSONDecoder().raw_decode(text.strip())
    # `bridge` prints nothing at all while a node has no bridge that filters VLANs.
    filtering = json.loads(text.strip()[end:].strip() or "[]")
    ports = {port["ifname"]: port["vlans"] for port in filtering}
    return {link["ifname"]: _device(link, ports.get(link["ifname"], [])) for link in links}


def _device(link: Object, vlans: list[Object]) -> Device:
    return Device(
        name=link["ifname"],
        index=link["ifindex"],
        mtu=link["mtu"],
        kind=link.get("linkinfo", {}).get("info_kind", ""),
        master=link.get("master", ""),
        vlans=frozenset(_ids(vlans)),
        pvid=next((each["vlan"] for each in vlans if "PVID" in each.get("flags", [])), 0),
        said=link,
    )


def _ids(vlans: list[Object]) -> Iterable[int]:
    for each in vlans:
        last = each.get("vlanEnd") or each["vlan"]
        yield from range(each["vlan"], last + 1)
