"""Two states of the networks in one picture: what stays, comes, changes and goes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Generic, TypeVar

from .model import (
    ClusterNetwork,
    Elsewhere,
    HostNetwork,
    SettingNetwork,
    Topology,
    Uplink,
    VmNetwork,
)
from .words import (
    host_network_words,
    network_words,
    setting_words,
    uncovered_words,
    uplink_words,
    vm_network_words,
)

T = TypeVar("T")
BECOMES = " → "
"""Between old and new."""


class Mark(StrEnum):
    """What becomes of a part."""

    KEPT = "kept"
    NEW = "new"
    CHANGED = "changed"
    GOING = "going"


@dataclass(frozen=True)
class Marked(Generic[T]):
    """A part of a picture."""

    part: T
    """As it is after the change; what goes, as it is before."""
    words: Sequence[str]
    """What is said of it, old and new where that differs."""
    mark: Mark = Mark.KEPT

    @property
    def is_kept(self) -> bool:
        """Whether nothing becomes of it."""
        return self.mark is Mark.KEPT


@dataclass(frozen=True)
class Band:
    """A cluster network with all that is on it."""

    network: Marked[ClusterNetwork]
    uplinks: Sequence[Marked[Uplink]]
    uncovered: Sequence[Marked[Sequence[str]]]
    """The nodes without it: one part, or none."""
    settings: Sequence[Marked[SettingNetwork]]
    host_networks: Sequence[Marked[HostNetwork]]
    vm_networks: Sequence[Marked[VmNetwork]]

    @property
    def parts(self) -> Sequence[Marked[Any]]:
        """All that is in it."""
        around: list[Marked[Any]] = [self.network, *self.uplinks, *self.uncovered]
        return [*around, *self.settings, *self.host_networks, *self.vm_networks]

    @property
    def own_vm_networks(self) -> list[Marked[VmNetwork]]:
        """Those that no Setting has made; for the others the Setting stands."""
        return [it for it in self.vm_networks if not it.part.is_of_harvester]


@dataclass(frozen=True)
class Picture:
    """All networks of a cluster."""

    nodes: Sequence[str]
    bands: Sequence[Band]
    elsewhere: Sequence[Marked[Elsewhere]]

    @property
    def changes(self) -> bool:
        """Whether anything becomes of anything."""
        parts = (part for band in self.bands for part in band.parts)
        return not all(part.is_kept for part in (*parts, *self.elsewhere))


def picture(topology: Topology, before: Topology | None = None) -> Picture:
    """The networks as they become; without a state before, all of them stay.

    What goes comes after what is there then. An MTU is told of the cluster network, whose
    parts all follow it.
    """
    old = topology if before is None else before
    networks = _marked(old.networks, topology.networks, _name, network_words, _mtu)
    olds = {network.name: network for network in old.networks}
    news = {network.name: network for network in topology.networks}
    return Picture(
        topology.nodes,
        [_band(it, olds.get(it.part.name), news.get(it.part.name)) for it in networks],
        _marked(old.elsewhere, topology.elsewhere, _key, _elsewhere_words, _elsewhere_words),
    )


def _band(
    marked: Marked[ClusterNetwork], old: ClusterNetwork | None, new: ClusterNetwork | None
) -> Band:
    before, after = old or _EMPTY, new or _EMPTY
    return Band(
        marked,
        _marked(before.uplinks, after.uplinks, _uplink, uplink_words, _bond),
        _marked(_some(before), _some(after), lambda _: "", _uncovered_words, list),
        _marked(before.settings, after.settings, _setting, setting_words, setting_words),
        _marked(
            before.host_networks, after.host_networks, _config, host_network_words, _device
        ),
        _marked(before.vm_networks, after.vm_networks, _key, vm_network_words, _traffic),
    )


def _marked(
    before: Iterable[T],
    after: Iterable[T],
    key: Callable[[T], Hashable],
    words: Callable[[T], Sequence[str]],
    counts: Callable[[T], object],
) -> list[Marked[T]]:
    """The parts of both states; ``counts``: what makes one another if it differs."""
    old, new = {key(it): it for it in before}, {key(it): it for it in after}
    found = []
    for name, it in new.items():
        was = old.get(name)
        if was is None:
            found.append(Marked(it, words(it), Mark.NEW))
        elif counts(was) != counts(it):
            found.append(Marked(it, _old_and_new(words(was), words(it)), Mark.CHANGED))
        else:
            found.append(Marked(it, words(it)))
    gone = (it for name, it in old.items() if name not in new)
    return [*found, *(Marked(it, words(it), Mark.GOING) for it in gone)]


def _old_and_new(old: Sequence[str], new: Sequence[str]) -> list[str]:
    pairs = zip_longest(old, new, fillvalue="")
    return [
        f"{was}{BECOMES}{becomes}" if was and becomes and was != becomes else becomes or was
        for was, becomes in pairs
    ]


_EMPTY = ClusterNetwork("", 0, (), (), (), (), ())


def _name(network: ClusterNetwork) -> str:
    return network.name


def _mtu(network: ClusterNetwork) -> int:
    return network.mtu


def _key(it: VmNetwork | Elsewhere) -> str:
    return it.key


def _setting(network: SettingNetwork) -> str:
    return network.setting


def _config(network: HostNetwork) -> str:
    return network.config


def _device(network: HostNetwork) -> object:
    return network.vlan, network.mode, list(network.nodes)


def _uplink(uplink: Uplink) -> Hashable:
    # Those of mgmt may have no config, and differ in their NICs then.
    return uplink.config or tuple(uplink.nics)


def _bond(uplink: Uplink) -> object:
    return list(uplink.nodes), list(uplink.nics), uplink.mode


def _traffic(network: VmNetwork) -> object:
    return list(network.vlans), network.has_vlan_1, network.is_untagged


def _some(network: ClusterNetwork) -> list[Sequence[str]]:
    return [network.uncovered] if network.uncovered else []


def _uncovered_words(nodes: Sequence[str]) -> list[str]:
    return [uncovered_words(nodes)]


def _elsewhere_words(it: Elsewhere) -> list[str]:
    return [it.key, it.what]
