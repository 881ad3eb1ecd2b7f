"""A topology as text and as JSON; of two states, with what becomes of each part. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..harvester.wording import counted
from .marked import Band, Mark, Marked, Picture, picture
from .model import Topology

SIGNS: Mapping[Mark, str] = {
    Mark.KEPT: "",
    Mark.NEW: "+ ",
    Mark.CHANGED: "~ ",
    Mark.GOING: "- ",
}
Named = tuple[str, Marked[Any]]
"""A part, and what it is."""


def document(topology: Topology, before: Topology | None = None) -> str:
    """All of it as JSON; of two states both, and what becomes of their parts."""
    if before is None:
        return json.dumps(asdict(topology), indent=2)
    found = picture(topology, before)
    whole = {
        "before": asdict(before),
        "after": asdict(topology),
        "changes": list(_changes(found)),
    }
    return json.dumps(whole, indent=2)


def _changes(found: Picture) -> Iterator[dict[str, object]]:
    for band in found.bands:
        name = band.network.part.name
        for what, part in [("cluster network", band.network), *_on(band)]:
            if not part.is_kept:
                yield _change(name, what, part)
    for part in found.elsewhere:
        if not part.is_kept:
            yield _change("", "on no cluster network", part)


def _change(network: str, what: str, part: Marked[Any]) -> dict[str, object]:
    return {
        "cluster_network": network,
        "what": what,
        "mark": part.mark,
        "words": list(part.words),
    }


def text(topology: Topology, before: Topology | None = None) -> str:
    """A line for each part, indented under what it is on."""
    found = picture(topology, before)
    nodes = len(found.nodes)
    lines = [counted(nodes, "node") if nodes else "no node is known"]
    for band in found.bands:
        network = f"cluster network {', '.join(band.network.words)}"
        lines += ["", f"{SIGNS[band.network.mark]}{network}"]
        lines += [_line(what, part) for what, part in _on(band)]
    if found.elsewhere:
        lines += ["", "on no cluster network"]
        lines += [f"  {SIGNS[it.mark]}{': '.join(it.words)}" for it in found.elsewhere]
    return "\n".join(lines)


def _on(band: Band) -> Iterator[Named]:
    yield from (("uplink", it) for it in band.uplinks)
    yield from (("uncovered nodes", it) for it in band.uncovered)
    yield from (("Setting", it) for it in band.settings)
    yield from (("host network", it) for it in band.host_networks)
    for it in band.vm_networks:
        yield "made by Harvester" if it.part.is_of_harvester else "VM network", it


def _line(what: str, part: Marked[Any]) -> str:
    words: Sequence[str] = part.words
    if len(words) > 1:
        words = [f"{what} {words[0]}", *words[1:]]
    return f"  {SIGNS[part.mark]}{'; '.join(words)}"
