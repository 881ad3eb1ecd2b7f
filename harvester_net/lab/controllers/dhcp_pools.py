"""What the controller of the managed DHCP add-on says of its pools (B4.2).

It makes no agent: nobody in the lab asks for an address.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from harvester_net.cluster.resources import (
    DHCP_POOL,
    NAD,
    Object,
    condition,
    is_terminating,
    labels_of,
)
from harvester_net.harvester.dhcp_pools import READY, STOPPED, is_paused, network_of
from harvester_net.harvester.names import CLUSTER_NETWORK_LABEL
from harvester_net.lab.controllers.controller import Action, Controller, Patch, State, own_key
from harvester_net.lab.controllers.writing import conditions_with

USER = "harvester-network-controller"


def _serve(state: State, key: str) -> Iterator[Action]:
    pool = state.get(DHCP_POOL, key)
    if pool is None or is_terminating(pool):
        return
    said = _conditions(state, key, pool)
    status = {"ipv4": {"used": 0, "available": _addresses(pool)}}
    told = (pool.get("status") or {}).get("ipv4")
    if said is not None or told != status["ipv4"]:
        conditions = {} if said is None else {"conditions": said}
        yield Patch(DHCP_POOL, key, {"status": status | conditions}, status=True)


def _conditions(state: State, key: str, pool: Object) -> list[Object] | None:
    """All conditions as they should be; None if they are."""
    trouble = f"ippool {key} was administratively disabled" if is_paused(pool) else ""
    trouble = trouble or _trouble_with(state, network_of(pool))
    wanted = dict.fromkeys(READY, ("False", trouble) if trouble else ("True", ""))
    wanted[STOPPED] = ("True" if is_paused(pool) else "False", "")
    seen = pool
    for kind, (status, message) in wanted.items():
        there = condition(seen, kind)
        if (there.get("status"), there.get("message", "")) != (status, message):
            said = conditions_with(seen, kind, status, None, message)
            seen = seen | {"status": (seen.get("status") or {}) | {"conditions": said}}
    return None if seen is pool else seen["status"]["conditions"]


def _trouble_with(state: State, network: str) -> str:
    nad = state.get(NAD, network)
    if nad is None or CLUSTER_NETWORK_LABEL not in labels_of(nad):
        return f"could not find clusternetwork for nad {network}"
    return ""


def _addresses(pool: Object) -> int:
    """How many there are for VMs; 0 if that cannot be read."""
    config = pool["spec"]["ipv4Config"]
    given = config.get("pool") or {}
    try:
        first, last = (int(IPv4Address(given[name])) for name in ("start", "end"))
        taken = {*(given.get("exclude") or ()), config.get("serverIP"), config.get("router")}
        kept = {int(IPv4Address(text)) for text in taken if text}
    except (KeyError, ValueError):
        return 0
    return max(0, last - first + 1 - sum(first <= each <= last for each in kept))


def _pools_on(nad: Object, state: State) -> Iterator[str]:
    name = f"{nad['metadata']['namespace']}/{nad['metadata']['name']}"
    for key, pool in state.of(DHCP_POOL).items():
        if network_of(pool) == name:
            yield key


CONTROLLERS = (Controller("dhcp-pools", USER, _serve, {DHCP_POOL: own_key, NAD: _pools_on}),)
