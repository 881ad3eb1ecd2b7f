"""Faults of real nodes: each is made in the guest, and repaired there again.

The guest itself keeps which faults it has (`/run/faults`), so whoever looks after them can end
and come back, and a machine that was started anew has none.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from harvester_net.lab.faults import (
    AgentDown,
    AgentFrozen,
    Fault,
    Faults,
    ForeignPort,
    LinkDown,
    NicEnslaved,
    NicMissing,
    SwitchMtu,
    format_faults,
    parse_faults,
)
from harvester_net.lab.simulators.hardware import FOREIGN_MASTER
from lab.nodes import monitor
from lab.nodes.guest import Guest
from lab.nodes.machine import DATA_NICS, MONITOR, nic_name

_HELD = "/run/faults"
_ETHERNET_HEADER = 14
"""Bytes. A VLAN tag is out of the frame before its length is looked at."""


@dataclass(frozen=True)
class Scripts:
    """What makes a fault in the guest, and what repairs it."""

    make: str
    repair: str


def scripts_of(fault: Fault, real: list[str]) -> Scripts | None:
    """How the guest gets a fault of these nodes; None if it is not the guest's."""
    match fault:
        case SwitchMtu(mtu):
            return _small_switch(real, mtu)
        case NicMissing(node, nic) if node in real:
            return _pulled(node, nic)
        case NicEnslaved(node, nic) if node in real:
            return _enslaved(node, nic)
        case AgentDown(node) if node in real:
            return _killed(node)
        case AgentFrozen(node):
            return _frozen(node)
        case ForeignPort(node, bridge, mtu):
            return _foreign_port(node, bridge, mtu)
    return None


async def obey(guest: Guest, wanted: Faults, real: list[str]) -> None:
    """Brings the guest from the faults it has to those that are wanted.

    Raises LabError if one can't be made, such as a port in a bridge that is not there.
    """
    held = parse_faults((await guest.run(f"cat {_HELD}")).checked())
    for fault in held - wanted:
        await _change(guest, fault, real, make=False)
        held -= {fault}
        await _keep(guest, held)
    for fault in wanted - held:
        await _change(guest, fault, real, make=True)
        held |= {fault}
        await _keep(guest, held)


async def _change(guest: Guest, fault: Fault, real: list[str], make: bool) -> None:
    if isinstance(fault, LinkDown) and fault.node in real:
        await monitor.connect(MONITOR, nic_name(fault.node, fault.nic), connected=not make)
    elif scripts := scripts_of(fault, real):
        answer = await guest.run(f"set -e\n{scripts.make if make else scripts.repair}")
        if make and answer.code:
            # What was half made is in nobody's way.
            await guest.run(scripts.repair)
        answer.checked()


async def _keep(guest: Guest, held: Faults) -> None:
    (await guest.run(f"cat > {_HELD} <<END\n{format_faults(held)}END")).checked()


def _pulled(node: str, nic: str) -> Scripts:
    """Out of the node's namespace, which for the node is as if it was out of the machine."""
    aside = f"{node}-{nic}"
    return Scripts(
        f"ip -n {node} link set {nic} netns 1 name {aside}\n",
        f"ip link set {aside} netns {node} name {nic}\nip -n {node} link set {nic} up\n",
    )


def _enslaved(node: str, nic: str) -> Scripts:
    master = FOREIGN_MASTER
    return Scripts(
        f"ip -n {node} link show {master} || ip -n {node} link add {master} type bond\n"
        f"ip -n {node} link set {nic} down\n"
        f"ip -n {node} link set {nic} master {master}\n"
        f"ip -n {node} link set {nic} up\n",
        f"ip -n {node} link set {nic} nomaster\n"
        f"ip -n {node} link set {nic} up\n"
        f'[ -n "$(ip -n {node} link show master {master})" ]'
        f" || ip -n {node} link del {master}\n",
    )


def _killed(node: str) -> Scripts:
    return Scripts(
        f"touch /run/agents/{node}.down\nkill -KILL $(cat /run/agents/{node}.pid) || :\n",
        f"rm -f /run/agents/{node}.down\n",
    )


def _frozen(node: str) -> Scripts:
    signal = "kill -{} $(cat /run/agents/{}.pid)\n"
    return Scripts(signal.format("STOP", node), signal.format("CONT", node))


def _foreign_port(node: str, bridge: str, mtu: int) -> Scripts:
    """Named as the bridge plugin names the host's end of a VM's network card."""
    port = f"veth{zlib.crc32(f'{bridge} {mtu}'.encode()):08x}"
    return Scripts(
        f"ip -n {node} link add {port} mtu {mtu} type veth peer mtu {mtu}"
        f" name {port[-4:]}-{node} netns 1\n"
        f"ip link set {port[-4:]}-{node} up\n"
        f"ip -n {node} link set {port} master {bridge} up\n"
        f"bridge -n {node} vlan add dev {port} vid 100 pvid untagged\n",
        f"ip -n {node} link del {port}\n",
    )


def _small_switch(nodes: list[str], mtu: int) -> Scripts:
    """Long frames are thrown away where they come into a node."""
    police = f"police rate 10gbit burst 10m mtu {mtu + _ETHERNET_HEADER} conform-exceed drop"
    ports = [(node, nic) for node in nodes for nic in DATA_NICS]
    return Scripts(
        "".join(
            f"tc -n {node} qdisc add dev {nic} ingress\n"
            f"tc -n {node} filter add dev {nic} ingress matchall action {police}\n"
            for node, nic in ports
        ),
        "".join(f"tc -n {node} qdisc del dev {nic} ingress\n" for node, nic in ports),
    )
