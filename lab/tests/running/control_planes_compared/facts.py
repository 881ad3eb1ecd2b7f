"""What an object says of itself, as flat fields that two runs can have in common.

`{"spec.uplink.nics": ["eno2"], "annotations[.../uplink-mtu]": "1500", ...}`. Versions, times
and what servers draw by chance are left out or replaced by words (`tokens`); JSON in texts is
read; lists whose order means nothing are sorted.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harvester_net.lab.api import Object

from .tokens import Tokens

Fields = dict[str, Any]
"""What an object says, by the path of the field."""
Facts = dict[str, Fields]
"""What all objects say, by kind and key: "VlanConfig nc1"."""
Objects = Mapping[tuple[str, str], Object]
"""Live objects by the word of their kind, and key."""
Wanted = dict[str, Fields | None]
"""Some facts; None is for an object that is not there, or a field."""

GONE: None = None

_OWN_TO_EACH_RUN = frozenset(
    {
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
        "selfLink",
        "name",
        "namespace",
        "generateName",
    }
)
"""Metadata that is left out."""
_TIMES = frozenset(
    {
        "lastUpdateTime",
        "lastTransitionTime",
        "lastProbeTime",
        "lastHeartbeatTime",
        "phaseTransitionTimestamp",
        "creationTimestamp",
        "startedAt",
    }
)
_NAMED_BY = ("type", "name", "phase", "key")
"""By which entries of a list know each other, so that their order does not count."""
_JSON_TEXTS = ("spec.config", "value", "default")
_JSON_NOTES = ("/matched-nodes", "/route", "/last-applied")
_WAITING = "waiting for all volumes detached: "
"""Harvester names the volumes in any order."""
_UNORDERED = ("finalizers", "matched-nodes]")


def facts_of(objects: Objects, tokens: Tokens) -> Facts:
    """All facts about all objects, sorted."""
    told = {
        tokens.told(f"{word} {key}"): fields_of(word, obj, tokens)
        for (word, key), obj in objects.items()
    }
    return {name: told[name] for name in sorted(told)}


def fields_of(word: str, obj: Object, tokens: Tokens) -> Fields:
    """What one object says."""
    tell = _TELLERS.get(word, _everything)
    told = {path: value for field in tell(obj) for path, value in _read(*field)}
    translated = json.loads(tokens.told(json.dumps(told)))
    # Sorted only now, for random names sort otherwise.
    return {path: _sorted(path, translated[path]) for path in sorted(translated)}


def holds(facts: Facts, wanted: Wanted) -> bool:
    """Whether all that is wanted is so; more may be."""
    return all(
        name not in facts
        if fields is GONE
        else name in facts
        and all(facts[name].get(path) == value for path, value in fields.items())
        for name, fields in wanted.items()
    )


def _everything(obj: Object) -> Iterator[tuple[str, Any]]:
    yield from _metadata(obj)
    for part in obj.keys() - {"apiVersion", "kind", "metadata"}:
        yield from _flat(part, obj[part])


def _metadata(obj: Object) -> Iterator[tuple[str, Any]]:
    meta = obj["metadata"]
    for part in meta.keys() - _OWN_TO_EACH_RUN:
        value = meta[part]
        if part == "deletionTimestamp":
            yield "deleting", True
        elif part in ("labels", "annotations"):
            yield from ((f"{part}[{key}]", value[key]) for key in value or {})
        elif part == "ownerReferences":
            yield "owners", sorted(f"{owner['kind']} {owner['name']}" for owner in value)
        elif value:
            yield part, value


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Leaves of a tree of objects; empty ones and times are left out."""
    if isinstance(value, dict) and value:
        for name in value.keys() - _TIMES:
            yield from _flat(f"{path}.{name}", value[name])
    elif isinstance(value, list) and path.endswith("conditions"):
        for each in value:
            yield f"{path}[{each['type']}]", _condition(each)
    elif isinstance(value, list) and (name := _name_of_entries(value)):
        for each in value:
            rest = {key: each[key] for key in each if key != name}
            yield f"{path}[{each[name]}]", True
            yield from _flat(f"{path}[{each[name]}]", rest)
    elif value not in (None, {}, []):
        yield path, value


def _condition(said: Object) -> str:
    """One text for all that a condition says, for it is written at once."""
    reason, message = said.get("reason", ""), said.get("message", "")
    if message.startswith(_WAITING):
        names = message.removeprefix(_WAITING).split(",")
        message = _WAITING + ",".join(sorted(names))
    return " ".join(word for word in (said["status"], reason, message) if word)


def _name_of_entries(entries: list[Any]) -> str:
    if not all(isinstance(each, dict) for each in entries):
        return ""
    for name in _NAMED_BY:
        names = [each.get(name) for each in entries]
        if all(isinstance(each, str) for each in names) and len(set(names)) == len(names):
            return name
    return ""


def _read(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """JSON in a text as what it means; a text that is no JSON as it is."""
    is_json = path in _JSON_TEXTS or path.endswith(tuple(f"{n}]" for n in _JSON_NOTES))
    if is_json and isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict) and value:
        yield from _flat(path, value)
    else:
        yield path, value


def _sorted(path: str, value: Any) -> Any:
    if isinstance(value, list) and path.endswith(_UNORDERED):
        return sorted(value, key=str)
    return value


def _node(obj: Object) -> Iterator[tuple[str, Any]]:
    """Heartbeats and sizes are the simulators'."""
    yield from _metadata(obj)
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    yield "unschedulable", bool(spec.get("unschedulable"))
    yield from _flat("conditions", status.get("conditions") or [])


def _vmi(obj: Object) -> Iterator[tuple[str, Any]]:
    """Of its status what others than KubeVirt itself read."""
    yield from _metadata(obj)
    yield from _flat("spec", obj["spec"])
    status = obj.get("status") or {}
    for name in ("phase", "nodeName", "conditions"):
        yield from _flat(f"status.{name}", status.get(name))
    move = status.get("migrationState") or {}
    for name in ("sourceNode", "targetNode", "completed", "failed"):
        yield from _flat(f"status.migrationState.{name}", move.get(name))


def _pod(obj: Object) -> Iterator[tuple[str, Any]]:
    """Of a pod nobody here reads more than whose it is and how it fares."""
    meta = obj["metadata"]
    yield (
        "owners",
        [f"{each['kind']} {each['name']}" for each in meta.get("ownerReferences", [])],
    )
    if meta.get("deletionTimestamp"):
        yield "deleting", True
    yield "nodeName", obj["spec"].get("nodeName", "")
    yield "phase", (obj.get("status") or {}).get("phase", "")


def _link_monitor(obj: Object) -> Iterator[tuple[str, Any]]:
    """Links by name, with their master's; indexes and addresses are each machine's own."""
    yield from _metadata(obj)
    yield from _flat("spec", obj["spec"])
    for node, links in ((obj.get("status") or {}).get("linkStatus") or {}).items():
        for link in links or []:
            state = f"{link['type']} {link.get('state', '')}"
            yield f"links[{node} {link['name']}]", state + _master(link)


def _master(link: Object) -> str:
    return " in a master" if link.get("masterIndex") else ""


def _claim(obj: Object) -> Iterator[tuple[str, Any]]:
    yield from _metadata(obj)
    yield "volumeName", obj["spec"].get("volumeName", "")
    yield "phase", (obj.get("status") or {}).get("phase", "")


def _volume(obj: Object) -> Iterator[tuple[str, Any]]:
    """Whose it is is told by simulated Longhorn, sooner or later."""
    yield "state", (obj.get("status") or {}).get("state", "")
    if obj["metadata"].get("deletionTimestamp"):
        yield "deleting", True


def _scaled(obj: Object) -> Iterator[tuple[str, Any]]:
    """What is stopped while the storage network changes."""
    yield from _metadata(obj)
    yield "replicas", obj["spec"].get("replicas")


def _ip_pool(obj: Object) -> Iterator[tuple[str, Any]]:
    yield "range", obj["spec"]["range"]
    yield "allocated", len(obj["spec"].get("allocations") or {})


def _longhorn_node(obj: Object) -> Iterator[tuple[str, Any]]:
    yield "disks", sorted(obj["spec"].get("disks") or {})


def _job(obj: Object) -> Iterator[tuple[str, Any]]:
    """The Job that looks for a route: on which network, and on which nodes."""
    template = obj["spec"]["template"]
    for name in ("labels", "annotations"):
        yield from _flat(name, obj["metadata"].get(name) or {})
    yield from _flat("template.annotations", template["metadata"].get("annotations") or {})
    yield from _flat("template.affinity", template["spec"].get("affinity") or {})


_TELLERS: dict[str, Callable[[Object], Iterator[tuple[str, Any]]]] = {
    "Node": _node,
    "VMI": _vmi,
    "Pod": _pod,
    "LinkMonitor": _link_monitor,
    "Job": _job,
    "Claim": _claim,
    "Volume": _volume,
    "Prometheus": _scaled,
    "Alertmanager": _scaled,
    "Deployment": _scaled,
    "IPPool": _ip_pool,
    "LonghornNode": _longhorn_node,
}
