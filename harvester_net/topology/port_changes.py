"""What has to change on the switches between two states of a cluster. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .switch_ports import SwitchPorts
from .vlans import vlans_named


@dataclass(frozen=True)
class PortChange:
    """The ports of one node and cluster network, and what becomes of them."""

    node: str
    cluster_network: str
    nics: Sequence[str]
    """After it; of ports that are not needed any more, before it."""
    what: Sequence[str]
    """One sentence for each thing that changes."""


def port_changes(
    before: Iterable[SwitchPorts], after: Iterable[SwitchPorts]
) -> list[PortChange]:
    """The ports that differ, in the order of nodes and cluster networks."""
    old = {ports.key: ports for ports in before}
    new = {ports.key: ports for ports in after}
    changes = (_change(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys()))
    return [change for change in changes if change.what]


@dataclass(frozen=True)
class Alike:
    """The nodes whose ports for a cluster network change in the same way."""

    nodes: Sequence[str]
    cluster_network: str
    nics: Sequence[str]
    what: str


def alike(changes: Iterable[PortChange]) -> list[Alike]:
    """One for each thing that changes, with all nodes whose ports it is about."""
    found: dict[tuple[str, tuple[str, ...], str], list[str]] = defaultdict(list)
    for change in changes:
        for words in change.what:
            found[change.cluster_network, tuple(change.nics), words].append(change.node)
    return [
        Alike(nodes, network, nics, what) for (network, nics, what), nodes in found.items()
    ]


def _change(old: SwitchPorts | None, new: SwitchPorts | None) -> PortChange:
    shown = new or old
    assert shown is not None
    if old is None:
        what = [f"new: {_words(shown)}"]
    elif new is None:
        what = ["not needed any more"]
    else:
        what = list(_differences(old, new))
    return PortChange(shown.node, shown.cluster_network, shown.nics, what)


def _words(ports: SwitchPorts) -> str:
    native = "native VLAN" if ports.untagged else "no native VLAN"
    tagged = f"tagged {vlans_named(ports.tagged)}" if ports.tagged else "no tagged VLAN"
    return f"LAG {ports.lag}, {tagged}, {native}, MTU {ports.mtu}"


def _differences(old: SwitchPorts, new: SwitchPorts) -> Iterator[str]:
    if list(old.nics) != list(new.nics):
        yield f"NICs {', '.join(old.nics)} -> {', '.join(new.nics)}"
    if old.lag != new.lag:
        yield f"LAG {old.lag} -> {new.lag}"
    if more := set(new.tagged) - set(old.tagged):
        yield f"tag {vlans_named(more)} too"
    if fewer := set(old.tagged) - set(new.tagged):
        verb = "is" if len(fewer) == 1 else "are"
        yield f"{vlans_named(fewer)} {verb} not needed any more"
    if bool(old.untagged) != bool(new.untagged):
        yield "needs a native VLAN now" if new.untagged else "needs no native VLAN any more"
    if old.mtu != new.mtu:
        yield f"MTU {old.mtu} -> {new.mtu}, frames of {new.frame} bytes"
