"""NICs for a VM that somebody else makes: rendered, and held against the networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_interface, ip_network

from ..cluster.resources import NAD, VM, Object, annotations_of, labels_of, split_key
from ..harvester.cni import is_overlay, mtu_keys
from ..harvester.json_texts import json_object
from ..harvester.mtus import mtu_of, nad_mtu
from ..harvester.names import CLUSTER_NETWORK_LABEL, ROUTE
from ..harvester.snapshot import Grouping, Snapshot
from ..harvester.vm_interfaces import interfaces_of
from ..harvester.vm_networks import is_of_a_setting
from ..harvester.wording import listed
from ..printable import printable
from ..rules.vm_nodes import carried, nodes_for
from ..specs import functions as specs
from ..specs.spec import Problem
from ..specs.vm_network import DEFAULT_NAMESPACE
from ..vm_nics import (
    WRITTEN_BY_HARVESTER,
    Nic,
    interface,
    network,
    network_data,
    problems,
    stable_mac,
)
from .call import Call
from .differences import Properties
from .failures import Refused
from .rule_checks import hear_program_out, planned_snapshot


def render(asked: specs.RenderVmNics) -> Properties:
    """The NICs as parts of a VirtualMachine and network data; raises Refused with all that is
    wrong with them.
    """
    nics, version = _nics(asked), 2 if asked.version is None else asked.version
    if wrong := list(problems(nics, version)):
        raise Refused("\n".join(wrong))
    return {
        "interfaces": [interface(nic.name, nic.mac, nic.boot_order) for nic in nics],
        "networks": [network(nic.name, nic.network) for nic in nics],
        "networkData": network_data(nics, version),
        "writtenByHarvester": list(WRITTEN_BY_HARVESTER),
    }


async def render_and_check(asked: specs.RenderVmNics, call: Call) -> Properties:
    """The same, with warnings of what the VM will not like; raises Refused if it cannot be
    on its networks.
    """
    rendered, nics, planned = render(asked), _nics(asked), call.desired_state.mtu_of
    if (snapshot := await planned_snapshot(call, (VM,))) is None:
        return rendered
    if call.preview and list(against(nics, snapshot, planned)):
        # The program may be about to make what is missing.
        await hear_program_out(call)
        snapshot = await planned_snapshot(call, (VM,)) or snapshot
    if wrong := list(against(nics, snapshot, planned)):
        raise Refused("\n".join(map(str, wrong)))
    vm = f"{asked.namespace or DEFAULT_NAMESPACE}/{asked.vm}"
    for sentence in concerns(vm, nics, snapshot):
        call.warn(f"VM {vm}: {sentence}")
    return rendered


def _nics(asked: specs.RenderVmNics) -> list[Nic]:
    """The NICs with their MAC addresses; raises Refused where one cannot be made."""
    found = []
    for place, nic in enumerate(asked.nics):
        mac = nic.mac
        if mac is None and asked.stack is None:
            raise Refused(f"nics[{place}].mac: is absent; give it, or the name of the stack")
        made = Nic(
            name=nic.name,
            network=nic.vm_network,
            mac=mac or stable_mac(asked.stack or "", asked.vm, nic.name),
            addresses=tuple(nic.addresses or ()),
            gateway=nic.gateway,
            dns=tuple(nic.dns or ()),
            boot_order=nic.boot_order,
            mtu=nic.mtu,
        )
        found.append(made)
    return found


def against(
    nics: Sequence[Nic], snapshot: Snapshot, planned: Mapping[str, int]
) -> Iterator[Problem]:
    """What keeps a VM from being on its networks.

    ``planned``: the MTU in bytes of each cluster network that gets one in this run.
    """
    nads = snapshot.of(NAD)
    for place, nic in enumerate(nics):
        nad = nads.get(nic.network)
        if nad is None:
            yield Problem(f"nics[{place}].vmNetwork", _missing(nic.network, snapshot))
        elif is_of_a_setting(nad):
            sentence = f"{nic.network} is a network of Harvester itself, not for VMs"
            yield Problem(f"nics[{place}].vmNetwork", sentence)
        elif (mtu := _mtu(nad, snapshot, planned)) is not None and (nic.mtu or 0) > mtu:
            sentence = f"{nic.mtu} is more than the {mtu} bytes of {nic.network}"
            yield Problem(f"nics[{place}].mtu", sentence)


def _mtu(nad: Object, snapshot: Snapshot, planned: Mapping[str, int]) -> int | None:
    """The MTU in bytes that a VM network will have; None if that is not told by its cluster
    network.
    """
    if is_overlay(nad):
        return None
    network = labels_of(nad).get(CLUSTER_NETWORK_LABEL, "")
    if network in planned:
        return planned[network]
    # The server writes it into a new one, and a planned one has none yet.
    return nad_mtu(nad) if mtu_keys(nad) else mtu_of(network, snapshot)


def _missing(key: str, snapshot: Snapshot) -> str:
    namespace, _ = split_key(key)
    others = [each for each in sorted(snapshot.of(NAD)) if split_key(each)[0] == namespace]
    has = listed(others) or "none"
    return (
        f"there is no VM network {key}; namespace {namespace} has {has}. Give the id of one "
        "that this program makes, so that it is made first"
    )


def concerns(vm: str, nics: Sequence[Nic], snapshot: Snapshot) -> Iterator[str]:
    """What a VM will not like on networks that are there."""
    networks = {_cluster_network(nic.network, snapshot) for nic in nics} - {""}
    if networks and not nodes_for(networks, snapshot):
        yield f"no node carries {carried(networks)}; it cannot be started"
    for nic in nics:
        yield from (f"NIC {nic.name}: {each}" for each in _off_the_route(nic, snapshot))
        yield from (f"NIC {nic.name}: {each}" for each in _taken_mac(vm, nic, snapshot))


def _cluster_network(vm_network: str, snapshot: Snapshot) -> str:
    nad = snapshot.of(NAD).get(vm_network)
    return labels_of(nad).get(CLUSTER_NETWORK_LABEL, "") if nad is not None else ""


def _off_the_route(nic: Nic, snapshot: Snapshot) -> Iterator[str]:
    """What of a NIC the route of its VM network does not know."""
    nad = snapshot.of(NAD).get(nic.network)
    route = json_object(annotations_of(nad).get(ROUTE, "")) if nad is not None else {}
    try:
        known = ip_network(str(route.get("cidr") or ""), strict=False)
    except ValueError:
        return
    for text in nic.addresses:
        address = ip_interface(text)
        if address.version == known.version and address.ip not in known:
            yield f"{text} is not in {known}, the route of {nic.network}"
    gateway = printable(str(route.get("gateway") or ""))
    if nic.gateway and gateway and nic.gateway != gateway:
        yield f"its gateway {nic.gateway} is not {gateway}, that of {nic.network}"


_WITH_MAC = Grouping(
    VM, lambda vm: {nic.mac.lower() for nic in interfaces_of(vm, None) if nic.mac}
)
"""VMs by the MAC addresses that their specs give their NICs."""


def _taken_mac(vm: str, nic: Nic, snapshot: Snapshot) -> Iterator[str]:
    """Other VMs that have its MAC on its cluster network, which Harvester refuses (H3.7)."""
    network = _cluster_network(nic.network, snapshot)
    for key, other in sorted(snapshot.keyed(_WITH_MAC, nic.mac).items()):
        places = (
            _cluster_network(each.network, snapshot)
            for each in interfaces_of(other, None)
            if each.mac.lower() == nic.mac
        )
        if key != vm and network and network in places:
            yield (
                f"VM {key} has the MAC address {nic.mac} on cluster network {network}, too; "
                "Harvester refuses that"
            )
