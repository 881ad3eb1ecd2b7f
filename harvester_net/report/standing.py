"""An unfinished change: who began it, how far it is, and what stands where meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..change import report
from ..change.record import Record
from ..change.situation import RWX_SETTING, STORAGE_SETTING, Situation
from ..change.steps.order import steps_of
from ..cluster.resources import NAD, VLAN_CONFIG, VM, VMI, Object
from ..rules.attachments import nads_of
from ..rules.reading import config_mtu, nad_mtu


@dataclass(frozen=True)
class Standing:
    """What is known of the changes on a cluster at one moment."""

    record: Record | None
    """The unfinished change, from its journal."""
    lease: Object | None
    """The lease, if somebody holds it."""
    situation: Situation


def text(standing: Standing) -> str:
    """The unfinished change for people; or that there is none."""
    record = standing.record
    if record is None:
        return f"no change is unfinished; {_holder_words(standing)}"
    steps = steps_of(record)
    done = sum(step.id in record.done for step in steps)
    return "\n".join(
        [
            f"{report.headline(record)}",
            f"  not finished: {done} of {len(steps)} steps are done",
            f"  begun {record.began} by {record.who}",
            f"  {_holder_words(standing)}",
            "steps:",
            *(
                f"  {'done' if step.id in record.done else 'left'} {number:>4}. {step.title}"
                for number, step in enumerate(steps, start=1)
            ),
            "now:",
            *(f"  {fact}" for fact in _facts(record, standing.situation)),
        ]
    )


def document(standing: Standing) -> dict[str, Any]:
    """The unfinished change for programs: values that JSON has."""
    record = standing.record
    return {
        "unfinished": None if record is None else _unfinished(record, standing.situation),
        "holder": _holder(standing.lease),
    }


def _unfinished(record: Record, situation: Situation) -> dict[str, Any]:
    steps = steps_of(record)
    return {
        "change": report.headline(record),
        "began": record.began,
        "by": record.who,
        "direction": "back" if record.backwards else "forwards",
        "steps": [{"title": step.title, "done": step.id in record.done} for step in steps],
        "now": {
            "stoppedVms": stopped_vms(record, situation),
            "networkConfigs": mtu_of_configs(record, situation),
            "vmNetworks": mtu_of_vm_networks(record, situation),
            "clearedSettings": cleared(record, situation),
        },
    }


def _holder(lease: Object | None) -> dict[str, str] | None:
    if lease is None:
        return None
    spec = lease["spec"]
    return {
        "who": spec["holderIdentity"],
        "since": spec.get("acquireTime", ""),
        "renewed": spec.get("renewTime", ""),
    }


def _holder_words(standing: Standing) -> str:
    holder = _holder(standing.lease)
    if holder is None:
        return "nobody holds the lease"
    return f"the lease is held since {holder['since']} by {holder['who']}"


def stopped_vms(record: Record, situation: Situation) -> list[str]:
    """The VMs of the change that are down at the moment."""
    vms, vmis = situation.of(VM), situation.of(VMI)
    return [
        key
        for key, original in sorted(record.vms.items())
        if not original.finished and key in vms and key not in vmis
    ]


def mtu_of_configs(record: Record, situation: Situation) -> dict[str, int | None]:
    """The MTU in bytes of each config of the change; None: it is deleted at the moment."""
    live = situation.of(VLAN_CONFIG)
    return {
        key: config_mtu(live[key]) if key in live else None for key in sorted(record.configs)
    }


def mtu_of_vm_networks(record: Record, situation: Situation) -> dict[str, int]:
    """The MTU in bytes of each VM network of the cluster network."""
    nads = situation.of(NAD)
    own = nads_of(record.goal.cluster_network, nads.values())
    return {key: nad_mtu(nads[key]) for key in sorted(own)}


def cleared(record: Record, situation: Situation) -> list[str]:
    """The Settings that are not as they were before the change."""
    before = {STORAGE_SETTING: record.storage, RWX_SETTING: record.rwx}
    return [
        name
        for name, value in before.items()
        if value is not None and situation.setting(name) != value
    ]


def _facts(record: Record, situation: Situation) -> Iterator[str]:
    if down := stopped_vms(record, situation):
        yield f"VMs that are stopped: {', '.join(down)}"
    for key, mtu in mtu_of_configs(record, situation).items():
        nodes = ", ".join(record.configs[key].nodes) or "no node"
        if mtu is None:
            yield f"network config {key} ({nodes}) is deleted; the journal holds it"
        else:
            yield f"network config {key} ({nodes}) has MTU {mtu}"
    for key, mtu in mtu_of_vm_networks(record, situation).items():
        yield f"VM network {key} has MTU {mtu}"
    for name in cleared(record, situation):
        yield f"setting {name} is cleared; the journal holds its value"
