"""A topology as a Mermaid diagram; of two states, with what becomes of each part. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..harvester.wording import counted
from .marked import Band, Mark, Marked, picture
from .model import HostNetwork, Topology, VmNetwork
from .vlans import vlans_named

MOST_DRAWN = 60
"""VM networks of a cluster network in a diagram, and host networks; the others are one box."""
MOST_BRIEFLY = 20
"""Parts of one kind that are drawn where only changes are."""
MOST_HOSTS_BRIEFLY = 5
"""The same of host networks."""
MOST_BANDS = 8
"""Cluster networks that are drawn where only changes are: pages draw 500 lines at most."""
_MEANS_SOMETHING = {'"': "#quot;", "#": "#35;", "&": "#amp;", "<": "#lt;", ">": "#gt;"}
_MEANS_SOMETHING |= {"`": "#96;", "\\": "#92;", "[": "#91;", "]": "#93;"}
_MISSING = "stroke-dasharray: 4 4"
_STYLES = {
    "missing": _MISSING,
    Mark.NEW: f"stroke:#1a7f37,stroke-width:2px,{_MISSING}",
    Mark.CHANGED: "stroke:#bf8700,stroke-width:3px",
    Mark.GOING: "stroke:#cf222e,stroke-width:2px,stroke-dasharray: 1 3",
}

Parts = Sequence[Marked[Any]]


def mermaid(topology: Topology, before: Topology | None = None) -> str:
    """A flowchart: uplinks, cluster networks, and what is on them."""
    found = picture(topology, before)
    lines = ["flowchart LR"]
    for number, band in enumerate(found.bands):
        hosts, vms = _most(band.host_networks), _most(band.own_vm_networks)
        lines += _chart(f"c{number}", band, band.uplinks, hosts, vms)
    return "\n".join([*lines, *_styles(planned=before is not None)])


def _most(parts: Parts) -> tuple[Parts, Parts]:
    """Those that are drawn, and the others."""
    # What changes is never folded for the sake of what does not.
    ordered = sorted(parts, key=lambda it: it.is_kept)
    shown = {id(it) for it in ordered[:MOST_DRAWN]}
    folded = [it for it in parts if id(it) not in shown]
    return [it for it in parts if id(it) in shown], folded


def changes(topology: Topology, before: Topology) -> str:
    """The same of what changes alone, with the rest in one box of each kind; empty if nothing
    changes. Its size has a bound, whatever that of the cluster is.
    """
    found = picture(topology, before)
    bands = [band for band in found.bands if not all(it.is_kept for it in band.parts)]
    if not bands:
        return ""
    lines = ["flowchart LR"]
    for number, band in enumerate(bands[:MOST_BANDS]):
        lines += _briefly(f"c{number}", band)
    if more := bands[MOST_BANDS:]:
        words = f"{counted(len(more), 'more cluster network')} with changes"
        lines.append(f"  more[{_label([words])}]")
    return "\n".join([*lines, *_styles(planned=True)])


def _briefly(own: str, band: Band) -> Iterator[str]:
    uplinks, other_uplinks = _changing(band.uplinks)
    hosts = _changing(band.host_networks, MOST_HOSTS_BRIEFLY)
    yield from _chart(own, band, uplinks, hosts, _changing(band.own_vm_networks))
    for mark, rest in _by_mark(other_uplinks):
        words = [counted(len(rest), "more uplink"), *_said(mark)]
        yield f"  {own}u{_short(mark)}[{_label(words)}]{_style(mark)} {_line(mark)} {own}"


def _changing(parts: Parts, most: int = MOST_BRIEFLY) -> tuple[Parts, Parts]:
    """Those that are drawn, and the others."""
    some = [it for it in parts if not it.is_kept][:most]
    ids = {id(it) for it in some}
    return some, [it for it in parts if id(it) not in ids]


def _chart(
    own: str,
    band: Band,
    uplinks: Parts,
    hosts: tuple[Parts, Parts],
    vms: tuple[Parts, Parts],
) -> Iterator[str]:
    """The lines of a band; of networks those that are drawn, and the others."""
    mark = band.network.mark
    yield f"  {own}([{_words(band.network)}]){_style(mark)}"
    for number, uplink in enumerate(uplinks):
        box = f"{own}u{number}[{_words(uplink)}]{_style(uplink.mark)}"
        yield f"  {box} {_line(uplink.mark)} {own}"
    for nodes in band.uncovered:
        style = ":::missing" if nodes.is_kept else _style(nodes.mark)
        yield f"  {own}x[{_words(nodes)}]{style} -.- {own}"
    for number, setting in enumerate(band.settings):
        box = f"{own}s{number}[({_words(setting)})]{_style(setting.mark)}"
        yield f"  {own} {_line(setting.mark)} {box}"
    for number, host in enumerate(hosts[0]):
        box = f"{own}h{number}[[{_words(host)}]]{_style(host.mark)}"
        yield f"  {own} {_line(host.mark)} {box}"
    for mark, rest in _by_mark(hosts[1]):
        words = _label([*_folded_hosts([it.part for it in rest]), *_said(mark)])
        yield f"  {own} {_line(mark)} {own}h{_short(mark)}[[{words}]]{_style(mark)}"
    for number, network in enumerate(vms[0]):
        box = f"{own}v{number}[{_words(network)}]{_style(network.mark)}"
        yield f"  {own} {_line(network.mark)} {box}"
    for mark, rest in _by_mark(vms[1]):
        words = _label([*_folded([it.part for it in rest]), *_said(mark)])
        yield f"  {own} {_line(mark)} {own}v{_short(mark)}[{words}]{_style(mark)}"


def _by_mark(parts: Parts) -> Iterator[tuple[Mark, Parts]]:
    for mark in Mark:
        if found := [it for it in parts if it.mark is mark]:
            yield mark, found


def _folded(networks: Sequence[VmNetwork]) -> list[str]:
    vlans = {vlan for network in networks for vlan in network.vlans}
    vms = {vm for network in networks for vm in network.vms}
    words = [counted(len(networks), "more VM network")]
    words += [vlans_named(vlans)] if vlans else []
    words += [counted(len(vms), "VM")] if vms else []
    return words


def _folded_hosts(networks: Sequence[HostNetwork]) -> list[str]:
    vlans = {network.vlan for network in networks}
    return [counted(len(networks), "more host network"), vlans_named(vlans)]


def _words(part: Marked[Any]) -> str:
    return _label([*part.words, *_said(part.mark)])


def _said(mark: Mark) -> list[str]:
    """The mark in words, for who sees no colours."""
    return [] if mark is Mark.KEPT else [f"({mark})"]


def _style(mark: Mark) -> str:
    return "" if mark is Mark.KEPT else f":::{mark}"


def _line(mark: Mark) -> str:
    return "-.-" if mark in (Mark.NEW, Mark.GOING) else "---"


def _short(mark: Mark) -> str:
    """For the name of a box: that of what stays has no letter."""
    return "" if mark is Mark.KEPT else mark[0]


def _styles(*, planned: bool) -> list[str]:
    shown = _STYLES if planned else {"missing": _MISSING}
    return [f"  classDef {name} {style}" for name, style in shown.items()]


def _label(words: Sequence[str]) -> str:
    """Words of a box, each on a line; nothing in them means something to Mermaid."""
    return f'"{"<br/>".join(map(_escaped, words))}"'


def _escaped(words: str) -> str:
    return "".join(_MEANS_SOMETHING.get(character, character) for character in words)
