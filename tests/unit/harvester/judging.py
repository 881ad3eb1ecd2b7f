"""What the rules and the planner make of a cluster, so that two clusters can be compared."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harvester_net.change.consent import Consent
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.storage_network import StorageNetworkGoal
from harvester_net.change.plan import plan
from harvester_net.change.steps.order import steps_of
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    Object,
    Resource,
    key_of,
)
from harvester_net.harvester.names import MIGRATION_SETTING, RWX_SETTING, STORAGE_SETTING
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.rules.catalogue import judge
from harvester_net.rules.rule import Write

Kinds = Mapping[Resource, Iterable[Object]]
_SETTINGS = (STORAGE_SETTING, RWX_SETTING, MIGRATION_SETTING)
_CONSENT = Consent(stop_vms=True, cycle_storage_network=True)


def snapshot(objects: Kinds) -> Snapshot:
    """A snapshot of a site's objects."""
    return Snapshot({r: {key_of(obj): obj for obj in found} for r, found in objects.items()})


def verdicts(site: Snapshot) -> list[tuple[str, list[str]]]:
    """What the rules say of deletions and changes of all objects, in the order of these."""
    return [
        (what, sorted(finding.rule.name for finding in judge(write, site)))
        for what, write in _writes(site)
    ]


def _writes(site: Snapshot) -> Iterator[tuple[str, Write]]:
    for resource in (CLUSTER_NETWORK, VLAN_CONFIG, NAD, SETTING):
        for key, obj in sorted(site.of(resource).items()):
            if resource == SETTING and key not in _SETTINGS:
                continue
            yield f"delete {resource.plural}", Write(resource, obj, None)
            yield f"make {resource.plural} again", Write(resource, None, obj)
            for change in _changes(resource, obj):
                yield f"change {resource.plural}", Write(resource, obj, change)


def _changes(resource: Resource, obj: Object) -> Iterator[Object]:
    changed = copy.deepcopy(obj)
    if resource == VLAN_CONFIG:
        changed["spec"]["uplink"]["linkAttributes"] = {"mtu": 9000}
        yield changed
        yield obj | {"spec": obj["spec"] | {"nodeSelector": {"nowhere": "nothing"}}}
    elif resource == NAD:
        yield obj | {"spec": {"config": _with(obj["spec"].get("config", ""), '"mtu":9000,')}}
    elif resource == CLUSTER_NETWORK:
        note = {"network.harvesterhci.io/uplink-mtu": "9000"}
        changed["metadata"]["annotations"] = obj["metadata"].get("annotations", {}) | note
        yield changed
    elif resource == SETTING:
        yield obj | {"value": "" if obj.get("value") else obj.get("default", "")}
        yield obj | {"value": _with(obj.get("value") or "", '"vlan":7,')}


def _with(text: str, member: str) -> str:
    return text.replace("{", "{" + member, 1) if text.startswith("{") else text


def goals(site: Snapshot) -> list[AnyGoal]:
    """A new MTU for each cluster network, and no storage network any more."""
    names = sorted(site.of(CLUSTER_NETWORK))
    return [
        *(MtuGoal(cluster_network=name, mtu=mtu) for name in names for mtu in (1500, 9000)),
        StorageNetworkGoal(text=""),
    ]


def plans(site: Snapshot) -> list[Any]:
    """The plans of these goals in all that no name is in."""
    return [_shape(site, goal) for goal in goals(site)]


def _shape(site: Snapshot, goal: AnyGoal) -> Any:
    made = plan(site, goal, _CONSENT)
    record, steps = made.record, steps_of(made.record)
    number = {step.id: place for place, step in enumerate(steps)}
    return {
        "reached": goal.is_reached(site),
        "refusals": len(made.refusals),
        "steps": [
            (type(step).__name__, [number[before] for before in step.after]) for step in steps
        ],
        "mtu": (record.old_mtu, record.version),
        "configs": [
            (len(config.nodes), sorted(config.bonds.values()))
            for _, config in sorted(record.configs.items())
        ],
        "kept": sorted(record.configs).index(record.kept) if record.kept else None,
        "vms": [vm.model_dump() for _, vm in sorted(record.vms.items())],
        "cycled": (record.storage is None, record.rwx is None),
    }
