"""A topology as text, as JSON, and as a Mermaid diagram. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from ..harvester.wording import counted
from .model import ClusterNetwork, Topology, VmNetwork
from .vlans import vlans_text
from .words import setting_words, uncovered_words, uplink_words, vm_network_words

MOST_DRAWN = 60
"""VM networks of a cluster network in a diagram; the others are one box."""
_MEANS_SOMETHING = {'"': "#quot;", "#": "#35;", "&": "#amp;", "<": "#lt;", ">": "#gt;"}
_MEANS_SOMETHING |= {"`": "#96;", "\\": "#92;", "[": "#91;", "]": "#93;"}


def document(topology: Topology) -> str:
    """All of it as JSON."""
    return json.dumps(asdict(topology), indent=2)


def text(topology: Topology) -> str:
    """A line for each part, indented under what it is on."""
    lines = [counted(len(topology.nodes), "node")]
    for network in topology.networks:
        lines += ["", f"cluster network {network.name}, MTU {network.mtu}"]
        lines += [f"  {line}" for line in _on(network)]
    if topology.elsewhere:
        lines += ["", "on no cluster network"]
        lines += [f"  {each.key}: {each.what}" for each in topology.elsewhere]
    return "\n".join(lines)


def _on(network: ClusterNetwork) -> Iterator[str]:
    for uplink in network.uplinks:
        yield _line("uplink", uplink_words(uplink))
    if network.uncovered:
        yield uncovered_words(network.uncovered)
    for setting in network.settings:
        yield _line("Setting", setting_words(setting))
    for vm_network in network.vm_networks:
        kind = "made by Harvester" if vm_network.is_of_harvester else "VM network"
        yield _line(kind, vm_network_words(vm_network))


def _line(kind: str, words: Sequence[str]) -> str:
    return f"{kind} {words[0]}; {'; '.join(words[1:])}"


# --- Mermaid ---------------------------------------------------------------------------------


def mermaid(topology: Topology) -> str:
    """A flowchart: uplinks, cluster networks, and what is on them."""
    lines = ["flowchart LR"]
    for number, network in enumerate(topology.networks):
        lines += _chart(f"c{number}", network)
    lines.append("  classDef missing stroke-dasharray: 4 4")
    return "\n".join(lines)


def _chart(own: str, network: ClusterNetwork) -> Iterator[str]:
    yield f"  {own}([{_label([network.name, f'MTU {network.mtu}'])}])"
    for number, uplink in enumerate(network.uplinks):
        yield f"  {own}u{number}[{_label(uplink_words(uplink))}] --- {own}"
    if network.uncovered:
        words = _label([uncovered_words(network.uncovered)])
        yield f"  {own}x[{words}]:::missing -.- {own}"
    for number, setting in enumerate(network.settings):
        yield f"  {own} --- {own}s{number}[({_label(setting_words(setting))})]"
    # Those of the Settings stand for themselves.
    own_ones = [each for each in network.vm_networks if not each.is_of_harvester]
    for number, vm_network in enumerate(own_ones[:MOST_DRAWN]):
        yield f"  {own} --- {own}v{number}[{_label(vm_network_words(vm_network))}]"
    if more := own_ones[MOST_DRAWN:]:
        yield f"  {own} --- {own}v[{_label(_folded(more))}]"


def _folded(networks: Sequence[VmNetwork]) -> list[str]:
    vlans = {vlan for network in networks for vlan in network.vlans}
    vms = {vm for network in networks for vm in network.vms}
    words = [f"{counted(len(networks), 'more VM network')}"]
    words += [f"VLANs {vlans_text(vlans)}"] if vlans else []
    return [*words, counted(len(vms), "VM")]


def _label(words: Sequence[str]) -> str:
    """Words of a box, each on a line; nothing in them means something to Mermaid."""
    return f'"{"<br/>".join(map(_escaped, words))}"'


def _escaped(words: str) -> str:
    return "".join(_MEANS_SOMETHING.get(character, character) for character in words)
