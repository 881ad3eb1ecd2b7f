"""What the API says of a scenario's networks and nodes, in words for both kinds of nodes.

Names are those of the scenario (`cn`, `config`, node `a`); uids, times, versions, addresses
and raw indexes are left out. Of an index it is told which one of its link's name it is: a bond
made anew is number 2 (H5.5).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harvester_net.lab.api import Object
from harvester_net.lab.simulators.mirror import is_deleting
from harvester_net.lab.simulators.vlan_status import GROUP, status_name

Fields = dict[str, Any]
Facts = dict[str, Fields]
"""What there is, by kind and name, and what it says of itself: "link a cn-bo" has a state."""
Wanted = Mapping[str, Mapping[str, Any] | None]
"""Some facts; None is for what is not there. `*` in a name stands for each node."""
Objects = Mapping[str, Mapping[str, Object]]
"""Live objects by kind and key."""

GONE: None = None


@dataclass
class Numbers:
    """Which one of its name each link was when it was last counted, and its index."""

    known: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def of(self, node: str, link: Object) -> int:
        number, index = self.known.get((node, link["name"]), (0, 0))
        return number if link["index"] == index else number + 1

    def count(self, objects: Objects) -> None:
        """Take the links that are there now as the ones to compare the next with."""
        for monitor in objects["LinkMonitor"].values():
            for node, links in _link_status(monitor).items():
                for link in links:
                    number = self.of(node, link)
                    self.known[node, link["name"]] = (number, link["index"])


@dataclass(frozen=True)
class Names:
    """The scenario's words for the names in this lab."""

    words: dict[str, str]
    """By name in the lab; no name is part of another's word."""
    nodes: tuple[str, ...]
    """By their names in the lab."""

    def translated(self, value: Any) -> Any:
        longest_first = sorted(self.words, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, longest_first)))
        text = pattern.sub(lambda found: self.words[found.group()], json.dumps(value))
        return json.loads(text)


def facts_of(objects: Objects, names: Names, numbers: Numbers) -> Facts:
    """All facts about what belongs to the scenario."""
    facts = dict(_all(objects, names, numbers))
    return {names.translated(key): names.translated(facts[key]) for key in sorted(facts)}


def holds(facts: Facts, wanted: Wanted) -> bool:
    """Whether all that is wanted is so; more may be."""
    return all(
        key not in facts
        if fields is GONE
        else key in facts and {name: facts[key].get(name) for name in fields} == fields
        for key, fields in wanted.items()
    )


def of_each(wanted: Wanted, nodes: tuple[str, ...]) -> Wanted:
    """The same with each of the nodes in the place of `*`."""
    return {key.replace("*", node): fields for key, fields in wanted.items() for node in nodes}


def _all(objects: Objects, names: Names, numbers: Numbers) -> Iterator[tuple[str, Fields]]:
    for kind, tell in _TELLERS.items():
        for name, obj in objects[kind].items():
            if _belongs(obj, names):
                yield f"{kind} {_shown(name, obj)}", _common(obj) | tell(obj)
    for monitor in objects["LinkMonitor"].values():
        if _belongs(monitor, names) or monitor["metadata"]["name"] == "nic":
            yield from _links(monitor, objects, names, numbers)


def _belongs(obj: Object, names: Names) -> bool:
    """Whether it bears one of the names, or is about what does."""
    return any(
        name in json.dumps([obj["metadata"]["name"], _about(obj)]) for name in names.words
    )


def _about(obj: Object) -> Any:
    return (obj.get("status") or {}).get("clusterNetwork")


def _shown(key: str, obj: Object) -> str:
    """A VlanStatus is named by what it is about: its name holds a checksum."""
    if obj["kind"] != "VlanStatus":
        return key.rpartition("/")[2]
    return f"{obj['status']['clusterNetwork']} {obj['status']['node']}"


def _common(obj: Object) -> Fields:
    metadata = obj["metadata"]
    told = {"labels": _labels(obj), "finalizers": sorted(metadata.get("finalizers") or [])}
    return told | ({"being deleted": True} if is_deleting(obj) else {})


def _labels(obj: Object) -> dict[str, str]:
    """Those that Harvester's network controller and agents write."""
    labels = obj["metadata"].get("labels") or {}
    prefix = f"{GROUP}/"
    return {
        key.removeprefix(prefix): labels[key]
        for key in sorted(labels)
        if key.startswith(prefix)
    }


def _vlan_config(obj: Object) -> Fields:
    notes = dict(obj["metadata"].get("annotations") or {})
    matched = notes.pop(f"{GROUP}/matched-nodes", "[]")
    return {"annotations": notes, "matched nodes": sorted(json.loads(matched))}


def _vlan_status(obj: Object) -> Fields:
    status = dict(obj["status"])
    owners = obj["metadata"].get("ownerReferences") or []
    named = status_name(status["clusterNetwork"], status["node"])
    return {
        "name is made as told": obj["metadata"]["name"] == named,
        "owners": [
            {key: owner[key] for key in sorted(owner) if key != "uid"} for owner in owners
        ],
        "ready": _ready(status.pop("conditions", [])),
        "status": status,
    }


def _cluster_network(obj: Object) -> Fields:
    notes = dict(obj["metadata"].get("annotations") or {})
    return {
        "uplink-mtu": notes.pop(f"{GROUP}/uplink-mtu", ""),
        "annotations": notes,
        "ready": _ready((obj.get("status") or {}).get("conditions") or []),
    }


def _node(obj: Object) -> Fields:
    """Which cluster networks it is in, and its other labels."""
    labels = _labels(obj)
    networks = [key for key in labels if labels[key] == "true"]
    others = {key: labels[key] for key in labels if key not in networks}
    return {"labels": others} | {f"is in {name}": True for name in networks}


def _link_monitor(obj: Object) -> Fields:
    return {"spec": obj["spec"]}


def _vm_network(obj: Object) -> Fields:
    labels = _labels(obj)
    ready = labels.pop("ready", "")
    return {
        "labels": labels,
        "ready": ready,
        "mtu": json.loads(obj["spec"]["config"]).get("mtu"),
    }


_TELLERS = {
    "VlanConfig": _vlan_config,
    "VlanStatus": _vlan_status,
    "ClusterNetwork": _cluster_network,
    "Node": _node,
    "LinkMonitor": _link_monitor,
    "VM network": _vm_network,
}


def _ready(conditions: list[Object]) -> str:
    """Status and message; the number of a link in a message is another on each machine."""
    said = [
        f"{each['type']} {each['status']} {each.get('message', '')}".strip()
        for each in conditions
    ]
    text = ", ".join(said).removeprefix("ready ")
    return re.sub(r"index \d+", "index N", text)


def _link_status(monitor: Object) -> dict[str, list[Object]]:
    return (monitor.get("status") or {}).get("linkStatus") or {}


def _links(
    monitor: Object, objects: Objects, names: Names, numbers: Numbers
) -> Iterator[tuple[str, Fields]]:
    for node, links in _link_status(monitor).items():
        if node not in names.nodes:
            continue
        masters = _names_by_index(node, objects)
        for link in links:
            master = link.get("masterIndex", 0)
            yield (
                f"link {node} {link['name']}",
                {
                    "in": monitor["metadata"]["name"],
                    "type": link["type"],
                    "state": link.get("state", ""),
                    "promiscuous": link.get("promiscuous", False),
                    "master": masters.get(master, "not listed") if master else "",
                    "number": numbers.of(node, link),
                },
            )


def _names_by_index(node: str, objects: Objects) -> dict[int, str]:
    return {
        link["index"]: link["name"]
        for monitor in objects["LinkMonitor"].values()
        for link in _link_status(monitor).get(node) or []
    }
