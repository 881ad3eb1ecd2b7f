"""What the pods of `harvester-net verify` answer on simulated nodes: pure.

No script runs. The answer is what `verify/look.sh` and `ping.sh` would say there, made of the
simulated devices: a bond that is missing, has an old MTU or no link is found like a real one.
A ping is no frame either: it goes as far as uplink, VLAN and MTU at both ends let it.
Ports of VMs are not simulated, so there are none.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files

from harvester_net.harvester.names import BOND, BRIDGE
from harvester_net.lab.api import Object
from harvester_net.lab.simulators.links import DEFAULT_MTU, VLAN, Link, Links
from harvester_net.lab.simulators.mirror import is_deleting
from harvester_net.lab.simulators.timings import now

UNTAGGED = 1
LOOK, PING = "look.sh", "ping.sh"
_MOST_CHARACTERS = 4096
"""Of an answer: a kubelet keeps no more."""


@cache
def _script(name: str) -> str:
    return (files("harvester_net.verify") / name).read_text()


def script_of(pod: Object) -> str:
    """LOOK or PING; "" for a pod that runs anything else, which nobody simulates."""
    command = pod["spec"]["containers"][0].get("command") or []
    return next((name for name in (LOOK, PING) if _script(name) in command), "")


def environment(pod: Object) -> dict[str, str]:
    """What the script is told."""
    given = pod["spec"]["containers"][0].get("env") or []
    return {each["name"]: each.get("value", "") for each in given}


def pinging(pod: Object) -> tuple[str, ...]:
    """What those that ping each other have in common, for an index; nothing of other pods."""
    if not pod["spec"].get("hostNetwork") or script_of(pod) != PING or is_deleting(pod):
        return ()
    told = environment(pod)
    return (f"{told['CN']} {told['VLAN']}",)


def address(pod: Object) -> str:
    """The address that a pod takes to be pinged."""
    told = environment(pod)
    return f"169.254.{told['NET']}.{told['SELF']}"


def look(links: Links, cluster_network: str, vlans: Collection[int], vlan: str = "") -> str:
    """The devices of a cluster network, with these tagged VLANs on the uplink; and the host's
    address in a VLAN, if one is asked for.
    """
    bond = links.find(f"{cluster_network}{BOND}")
    bridge_name = f"{cluster_network}{BRIDGE}"
    bridge = links.find(bridge_name)
    lines = ["look 1"]
    if bond is not None:
        members = [_member(links, nic) for nic in links.ports(bond.index)]
        lines.append(f"bond {_json([_bond(links, bond)])}")
        lines.append(f"members {_json(members)}")
    if bridge is not None:
        lines.append(f"bridge {_json([_device(links, bridge)])}")
    if bond is not None and bridge is not None and bond.master == bridge.index:
        carried = [_range(*ends) for ends in _ranges(sorted({UNTAGGED, *vlans}))]
        lines.append(f"vlans {_json([{'ifname': bond.name, 'vlans': carried}])}")
    own = [x for x in links.all if x.type == VLAN and x.name.startswith(f"{bridge_name}.")]
    lines += [f"address {_json([_addresses(x)])}" for x in own if _vlan_in(x.name) == vlan]
    lines += [f"host {x.name} {x.mtu}" for x in own]
    return "\n".join(lines)


def ping(
    links: Links,
    environment: Mapping[str, str],
    peers: Mapping[str, Links],
    vlans: Collection[int],
) -> str:
    """What became of the pings to the peers, by their addresses, with these tagged VLANs on
    the uplinks; a peer whose pod is not there is not reached.
    """
    name, mtu = environment["CN"], int(environment["MTU"])
    bridge, carried = links.find(f"{name}{BRIDGE}"), int(environment["VLAN"]) in vlans
    said: dict[str, list[str]] = {word: [] for word in ("full", "usual", "small", "none")}
    for address in environment["PEERS"].split():
        ends = (links, peers.get(address, Links()))
        reached = carried and all(_is_connected(end, name) for end in ends)
        least = min(_narrowest(end, name) for end in ends)
        said[_result(reached, least, mtu)].append(address.rpartition(".")[2])
    own = bridge.mtu if bridge else DEFAULT_MTU
    lines = [f"{word} {' '.join(found)}".rstrip() for word, found in said.items()]
    return "\n".join(["ping 1", f"mtu {own}", *lines])


def ended(pod: Object, message: str) -> Object:
    """The status of a pod whose container has ended well with this answer."""
    (container,) = pod["spec"]["containers"]
    at = now()
    done = {
        "exitCode": 0,
        "reason": "Completed",
        "startedAt": at,
        "finishedAt": at,
        "message": message[:_MOST_CHARACTERS],
    }
    status = {
        "name": container["name"],
        "image": container.get("image", ""),
        "imageID": "",
        "restartCount": 0,
        "ready": False,
        "started": False,
        "state": {"terminated": done},
    }
    return {"phase": "Succeeded", "startTime": at, "containerStatuses": [status]}


# --- devices, as iproute2 prints them --------------------------------------------------------


def _device(links: Links, link: Link) -> Object:
    master = next((each.name for each in links.all if each.index == link.master), "")
    return {
        "ifindex": link.index,
        "ifname": link.name,
        "flags": ["BROADCAST", "MULTICAST", "UP"],
        "mtu": link.mtu,
        "operstate": "UP" if link.up else "DOWN",
        **({"master": master} if master else {}),
    }


def _bond(links: Links, bond: Link) -> Object:
    active = next((each.name for each in links.all if each.index == bond.active), "")
    data = {"mode": bond.bonding.mode if bond.bonding else ""}
    data |= {"active_slave": active} if bond.active and active else {}
    return _device(links, bond) | {"linkinfo": {"info_kind": "bond", "info_data": data}}


def _member(links: Links, nic: Link) -> Object:
    data = {"mii_status": "UP" if nic.up else "DOWN"}
    return _device(links, nic) | {"linkinfo": {"info_slave_data": data}}


def _vlan_in(name: str) -> str:
    return name.rpartition(".")[2]


def _addresses(link: Link) -> Object:
    address, _, prefix = link.address.partition("/")
    one = {"family": "inet", "local": address, "prefixlen": int(prefix or 0)}
    return {"ifname": link.name, "addr_info": [one] if address else []}


def _range(first: int, last: int) -> Object:
    return {"vlan": first} | ({"vlanEnd": last} if last > first else {})


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for end, number in enumerate(numbers, start=1):
        if end == len(numbers) or numbers[end] != number + 1:
            yield numbers[start], number
            start = end


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


# --- pings -----------------------------------------------------------------------------------


def _is_connected(links: Links, name: str) -> bool:
    """Whether the bridge has an uplink with a NIC that has a link."""
    bond, bridge = links.find(f"{name}{BOND}"), links.find(f"{name}{BRIDGE}")
    if bond is None or bridge is None or bond.master != bridge.index:
        return False
    return any(nic.up for nic in links.ports(bond.index))


def _narrowest(links: Links, name: str) -> int:
    """The MTU in bytes that bond, bridge and NICs all have."""
    bond, bridge = links.find(f"{name}{BOND}"), links.find(f"{name}{BRIDGE}")
    if bond is None or bridge is None:
        return 0
    return min(bond.mtu, bridge.mtu, *(nic.mtu for nic in links.ports(bond.index)))


def _result(reached: bool, least: int, mtu: int) -> str:
    if not reached:
        return "none"
    if least >= mtu:
        return "full"
    return "usual" if least >= DEFAULT_MTU else "small"
