"""An unfinished change: who began it, how far it is, and what stands where meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...change import report
from ...change.continuation import continued
from ...change.lease import holder_of, readable, since
from ...change.record import Record
from ...change.steps.order import steps_of
from ...cluster.resources import NAD, VLAN_CONFIG, VM, VMI, Object
from ...harvester.mtus import config_mtu, nad_mtu
from ...harvester.snapshot import Snapshot
from ...harvester.vm_networks import is_of_a_setting, nads_of
from ...printable import printable


@dataclass(frozen=True)
class Standing:
    """What is known of the changes on a cluster at one moment."""

    record: Record | None
    """The unfinished change, from its journal."""
    lease: Object | None
    """The lease, if somebody holds it."""
    snapshot: Snapshot
    where: str = ""
    """The cluster."""


def text(standing: Standing) -> str:
    """The unfinished change for people; or that there is none."""
    record = standing.record
    if record is None:
        return f"no change is unfinished on {standing.where}; {_holder_words(standing)}"
    steps = steps_now(record, standing.snapshot)
    done = sum(step.state == "done" for step in steps)
    return "\n".join(
        [
            f"{report.headline(record)}",
            f"  not finished: {done} of {len(steps)} steps are done",
            f"  {report.begun(record)}",
            f"  cluster {standing.where}",
            f"  {_holder_words(standing)}",
            "steps:",
            *(f"  {step.state} {number:>4}. {step}" for number, step in enumerate(steps, 1)),
            "now:",
            *(f"  {printable(f, None)}" for f in _facts(record, standing.snapshot)),
        ]
    )


def document(standing: Standing) -> dict[str, Any]:
    """The unfinished change for programs: values that JSON has."""
    record = standing.record
    return {
        "unfinished": None if record is None else _unfinished(record, standing.snapshot),
        "holder": _holder(standing.lease),
        "cluster": standing.where,
    }


@dataclass(frozen=True)
class StepNow:
    """A step as it stands: done, next (nothing is in its way), or left."""

    title: str
    state: str
    waits_for: str = ""

    def __str__(self) -> str:
        words = self.title + (f": waits for {self.waits_for}" if self.waits_for else "")
        return printable(words, None)


def steps_now(record: Record, snapshot: Snapshot) -> list[StepNow]:
    """The steps, judged as the next run will: by the journal and by what is live."""
    record = continued(record, snapshot).record
    done = set(record.done)
    seen = []
    for step in steps_of(record):
        reachable = done.issuperset(step.after)
        if step.id in done or (reachable and step.done(snapshot)):
            done.add(step.id)
            seen.append(StepNow(step.title, "done"))
        elif reachable:
            seen.append(StepNow(step.title, "next", step.waits_for(snapshot)))
        else:
            seen.append(StepNow(step.title, "left"))
    return seen


def _unfinished(record: Record, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "change": report.headline(record),
        "began": record.began,
        "by": record.who,
        "direction": "back" if record.backwards else "forwards",
        "steps": [
            {"title": step.title, "state": step.state, "waitsFor": step.waits_for}
            for step in steps_now(record, snapshot)
        ],
        "now": {
            "stoppedVms": stopped_vms(record, snapshot),
            "networkConfigs": mtu_of_configs(record, snapshot),
            "vmNetworks": mtu_of_vm_networks(record, snapshot),
            "clearedSettings": cleared(record, snapshot),
        },
    }


def _holder(lease: Object | None) -> dict[str, str] | None:
    if lease is None:
        return None
    spec = lease["spec"]
    return {
        "who": readable(holder_of(lease)),
        "since": spec.get("acquireTime", ""),
        "renewed": spec.get("renewTime", ""),
    }


def _holder_words(standing: Standing) -> str:
    lease = standing.lease
    if lease is None:
        return "nobody holds the lease"
    return f"the lease is held since {since(lease)} by {readable(holder_of(lease))}"


def stopped_vms(record: Record, snapshot: Snapshot) -> list[str]:
    """The VMs of the change that are down at the moment."""
    vms, vmis = snapshot.of(VM), snapshot.of(VMI)
    return [
        key
        for key, original in sorted(record.vms.items())
        if not original.finished and key in vms and key not in vmis
    ]


def mtu_of_configs(record: Record, snapshot: Snapshot) -> dict[str, int | None]:
    """The MTU in bytes of each config of the change; None: it is deleted at the moment."""
    live = snapshot.of(VLAN_CONFIG)
    return {
        key: config_mtu(live[key]) if key in live else None for key in sorted(record.configs)
    }


def mtu_of_vm_networks(record: Record, snapshot: Snapshot) -> dict[str, int]:
    """The MTU in bytes of each VM network of the cluster network that users made."""
    nads = snapshot.of(NAD)
    own = nads_of(record.goal.mtu_network, nads.values())
    return {key: nad_mtu(nads[key]) for key in sorted(own) if not is_of_a_setting(nads[key])}


def cleared(record: Record, snapshot: Snapshot) -> list[str]:
    """The Settings that are not as they were before the change."""
    before = record.cleared.items()
    return [name for name, value in before if snapshot.setting(name) != value]


def _facts(record: Record, snapshot: Snapshot) -> Iterator[str]:
    if down := stopped_vms(record, snapshot):
        yield f"VMs that are stopped: {', '.join(down)}"
    for key, mtu in mtu_of_configs(record, snapshot).items():
        nodes = ", ".join(record.configs[key].nodes) or "no node"
        if mtu is None:
            yield f"network config {key} ({nodes}) is deleted; the journal holds it"
        else:
            yield f"network config {key} ({nodes}) has MTU {mtu}"
    for key, mtu in mtu_of_vm_networks(record, snapshot).items():
        yield f"VM network {key} has MTU {mtu}"
    for name in cleared(record, snapshot):
        yield f"setting {name} is cleared; the journal holds its value"
