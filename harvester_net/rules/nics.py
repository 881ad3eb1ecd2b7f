"""The NICs of the nodes, and what their kernels will say of a network config (H1.4, H4.1).

The server takes any NIC name. Which NICs a node has, and what holds them, is in the
LinkMonitor `nic` that its agent writes; a node of which nothing is known is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..cluster.resources import (
    VLAN_CONFIG,
    Object,
    is_terminating,
    key_of,
    labels_of,
)
from ..harvester.link_monitors import bond_with, nics_of
from ..harvester.names import BOND, CLUSTER_NETWORK_LABEL
from ..harvester.snapshot import Snapshot
from ..harvester.wording import listed
from ..specs.limits import MGMT
from . import sources
from .config_writes import network_of
from .rule import Objection, Severity, Write, rule


def free_nics(node: str, snapshot: Snapshot) -> str:
    """The NICs of a node that nothing uses, for a sentence: ``eno3, eno4 (down)``."""
    nics = nics_of(node, snapshot) or {}
    return listed(
        [
            nic.name + ("" if nic.up else " (down)")
            for nic in sorted(nics.values(), key=lambda nic: nic.name)
            if not nic.master and not _configs_with(node, nic.name, snapshot)
        ]
    )


def _configs_with(node: str, nic: str, snapshot: Snapshot) -> list[Object]:
    """The network configs that want a NIC of a node."""
    return [
        config
        for config in snapshot.configs_at(node).values()
        if nic in _nics(config) and not is_terminating(config)
    ]


def _nics(config: Object) -> Iterable[str]:
    # What the agents of 1.9 write for mgmt mirrors what is there; nobody desires it (H1.2).
    if config["spec"].get("clusterNetwork") == MGMT:
        return ()
    return config["spec"].get("uplink", {}).get("nics") or ()


def _new_pairs(write: Write, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """The nodes and NICs that the write brings together."""
    if is_terminating(write.object):
        return
    before = set(_pairs(write.old, snapshot)) if write.old is not None else set()
    yield from (pair for pair in _pairs(write.object, snapshot) if pair not in before)


def _pairs(config: Object, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for node in snapshot.matching(config["spec"].get("nodeSelector")):
        yield from ((node, nic) for nic in _nics(config))


@rule(
    VLAN_CONFIG,
    "create update",
    "uplink.nics",
    fact="H4.1",
    source=sources.BOND_OF_AGENT,
    severity=Severity.STRICTER,
)
def nodes_have_the_nics(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Every matched node has the NICs; otherwise its agent says `get link failed` for ever."""
    for node, name in _new_pairs(write, snapshot):
        nics = nics_of(node, snapshot)
        if nics is not None and name not in nics:
            yield Objection(f"{node} has no {name}; {_offered(node, snapshot)}")


@rule(
    VLAN_CONFIG,
    "create update",
    "uplink.nics",
    fact="H4.1",
    source=sources.BOND_OF_AGENT,
    severity=Severity.STRICTER,
)
def nics_are_in_no_other_config(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """No two network configs want the same NIC of a node."""
    for node, name in _new_pairs(write, snapshot):
        for other in _configs_with(node, name, snapshot):
            same = other["spec"].get("clusterNetwork") == network_of(write)
            if key_of(other) != write.key and not same:
                yield Objection(
                    f"{name} of {node} is used by network config {key_of(other)} of cluster "
                    f"network {other['spec']['clusterNetwork']}; {_offered(node, snapshot)}",
                    cured_by=((VLAN_CONFIG, key_of(other)),),
                )


@rule(
    VLAN_CONFIG,
    "create update",
    "uplink.nics",
    fact="H4.1",
    source=sources.BOND_OF_AGENT,
    severity=Severity.STRICTER,
)
def nics_are_held_by_nobody_else(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The NICs are in no bond other than the cluster network's own, such as `mgmt-bo`."""
    for node, name in _new_pairs(write, snapshot):
        nic = (nics_of(node, snapshot) or {}).get(name)
        if nic is None or not nic.master:
            continue
        bond = bond_with(nic.master, node, snapshot)
        if bond == network_of(write) + BOND or _is_left_to_a_config(bond, node, snapshot):
            continue
        held = f"by {bond}" if bond else f"by the device with index {nic.master}"
        yield Objection(
            f"{name} of {node} is held {held}{_why_held(bond)}; {_offered(node, snapshot)}"
        )


def _is_left_to_a_config(bond: str | None, node: str, snapshot: Snapshot) -> bool:
    """Whether the bond is that of a cluster network that is set up there, which its own
    config answers for.
    """
    network = (bond or "").removesuffix(BOND)
    if not bond or network == MGMT:
        return False
    return snapshot.status_on(network, node) is not None or any(
        labels_of(config).get(CLUSTER_NETWORK_LABEL) == network
        for config in snapshot.configs_at(node).values()
    )


def _why_held(bond: str | None) -> str:
    if bond is None or bond == MGMT + BOND:
        return ""
    return (
        ", which no network config has there: one that never became ready left it behind. "
        f"Delete it on the node: ip link delete {bond}"
    )


@rule(
    VLAN_CONFIG,
    "create update",
    "uplink.nics",
    fact="H4.1",
    source=sources.LINK_MONITOR_AGENT,
    severity=Severity.WARNING,
)
def nics_are_up(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A NIC without a link carries nothing."""
    down = [
        f"{name} of {node}"
        for node, name in _new_pairs(write, snapshot)
        if (nic := (nics_of(node, snapshot) or {}).get(name)) is not None and not nic.up
    ]
    if down:
        verb = "is" if len(down) == 1 else "are"
        yield Objection(f"{listed(down)} {verb} down; look at cable and switch port")


def _offered(node: str, snapshot: Snapshot) -> str:
    free = free_nics(node, snapshot)
    return f"free there: {free}" if free else "no NIC is free there"
