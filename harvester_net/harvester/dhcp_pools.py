"""What the IPPools of the managed DHCP add-on say, and which VMs have addresses of them
(B4.2).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..cluster.resources import DHCP_POOL, VM_NETWORK_CONFIG, Object, condition, key_of
from .json_texts import fields_in, items_in
from .snapshot import Objects, Snapshot

READY = ("Registered", "CacheReady", "AgentReady")
STOPPED = "Stopped"


def network_of(pool: Object) -> str:
    """Its VM network as `namespace/name`; empty if that cannot be read."""
    name = fields_in(pool.get("spec")).get("networkName")
    return name if isinstance(name, str) else ""


def is_paused(pool: Object) -> bool:
    """Whether its DHCP server is to be stopped."""
    return fields_in(pool.get("spec")).get("paused") is True


def counted(pool: Object) -> dict[str, int]:
    """How many addresses are `used` and `available`, as far as the add-on has said so."""
    said = fields_in(fields_in(pool.get("status")).get("ipv4"))
    return {
        name: said[name]
        for name in ("used", "available")
        if isinstance(said.get(name), int) and not isinstance(said[name], bool)
    }


def not_ready(pool: Object) -> list[str]:
    """Why a pool is not as it should be, in the add-on's own words; empty if it is."""
    if is_paused(pool):
        stopped = condition(pool, STOPPED).get("status") == "True"
        return [] if stopped else ["it is paused, and its DHCP server has not stopped yet"]
    found = list(filter(None, (_trouble(pool, kind) for kind in READY)))
    if condition(pool, STOPPED).get("status") == "True":
        found.insert(0, "its DHCP server is still stopped")
    return found


def _trouble(pool: Object, kind: str) -> str:
    said = condition(pool, kind)
    if said.get("status") == "True":
        return ""
    return f"{kind}: {said.get('message') or said.get('reason') or 'no word yet'}"


def pooled_networks(snapshot: Snapshot) -> set[str]:
    """The VM networks that have a pool."""
    return set(filter(None, map(network_of, snapshot.of(DHCP_POOL).values())))


def users_of(network: str, configs: Objects) -> list[Object]:
    """The VirtualMachineNetworkConfigs with a NIC on a VM network, by their names: each is
    that of a VM with an address of its pool.
    """
    used = (config for config in configs.values() if network in _networks_of(config))
    return sorted(used, key=key_of)


def vms_with_addresses(network: str, snapshot: Snapshot) -> list[str]:
    """The VMs with an address of the pool of a VM network, sorted."""
    return sorted(map(vm_of, users_of(network, snapshot.of(VM_NETWORK_CONFIG))))


def vm_of(config: Object) -> str:
    """The VM of a VirtualMachineNetworkConfig as `namespace/name`."""
    namespace, _, name = key_of(config).rpartition("/")
    told = fields_in(config.get("spec")).get("vmName")
    return f"{namespace}/{told if isinstance(told, str) and told else name}"


def _networks_of(config: Object) -> Iterator[str]:
    for nic in map(fields_in, items_in(fields_in(config.get("spec")).get("networkConfigs"))):
        if isinstance(name := nic.get("networkName"), str):
            yield name
