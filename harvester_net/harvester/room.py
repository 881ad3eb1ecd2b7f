"""Room on nodes, as the scheduler counts it: what nodes can give, and what pods ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from ..cluster.resources import VMI, Object
from .json_texts import fields_in, items_in
from .workloads import FINAL_PHASES

_QUANTITY = re.compile(r"(\d{1,30}(?:\.\d{1,9})?)(m|[kMGTPE]i?|Ki)?")
_UNITS = {
    **{unit: Fraction(1000**n) for n, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": Fraction(1024**n) for n, unit in enumerate("KMGTPE", 1)},
    "m": Fraction(1, 1000),
    "": Fraction(1),
}


@dataclass(frozen=True)
class Room:
    """CPUs, and memory in bytes."""

    cpu: Fraction = Fraction(0)
    memory: Fraction = Fraction(0)

    def __add__(self, other: Room) -> Room:
        return Room(self.cpu + other.cpu, self.memory + other.memory)

    def __sub__(self, other: Room) -> Room:
        return Room(self.cpu - other.cpu, self.memory - other.memory)

    def holds(self, other: Room) -> bool:
        """Whether it is enough for the other one."""
        return self.cpu >= other.cpu and self.memory >= other.memory

    def __str__(self) -> str:
        gib = float(max(self.memory, Fraction(0)) / 1024**3)
        cpus = float(max(self.cpu, Fraction(0)))
        return f"{cpus:.3g} CPU{'' if cpus == 1 else 's'} and {gib:.1f} GiB"


def quantity(text: object) -> Fraction:
    """A quantity of Kubernetes (``500m``, ``4Gi``); 0 if it is none."""
    found = _QUANTITY.fullmatch(str(text).strip()) if text is not None else None
    return Fraction(found[1]) * _UNITS[found[2] or ""] if found else Fraction(0)


def free_on(node: Object, pods: Iterable[Object]) -> Room | None:
    """What a node has left beside these pods of all nodes; None if it does not say what it
    has.
    """
    allocatable = fields_in(fields_in(node.get("status")).get("allocatable"))
    if "memory" not in allocatable:
        return None
    left, name = _room(allocatable), node["metadata"]["name"]
    for pod in pods:
        if _node_of(pod) == name and not _has_ended(pod):
            left -= asked_by(pod)
    return left


def asked_by(pod: Object) -> Room:
    """What a pod asks for: its containers, and what comes with the pod itself."""
    spec = fields_in(pod.get("spec"))
    asked = _room(fields_in(spec.get("overhead")))
    for container in map(fields_in, items_in(spec.get("containers"))):
        asked += _room(fields_in(fields_in(container.get("resources")).get("requests")))
    return asked


def launchers_in(pods: Iterable[Object]) -> dict[tuple[str, str], Object]:
    """The pods in which instances run, by the instance's key and the node."""
    found = {}
    for pod in pods:
        namespace, node = pod["metadata"].get("namespace"), _node_of(pod)
        for owner in map(fields_in, items_in(pod["metadata"].get("ownerReferences"))):
            if owner.get("kind") == VMI.kind and node and not _has_ended(pod):
                found[f"{namespace}/{owner.get('name')}", node] = pod
    return found


def _node_of(pod: Object) -> str:
    return str(fields_in(pod.get("spec")).get("nodeName") or "")


def _has_ended(pod: Object) -> bool:
    return fields_in(pod.get("status")).get("phase") in FINAL_PHASES


def _room(amounts: Object) -> Room:
    return Room(quantity(amounts.get("cpu")), quantity(amounts.get("memory")))
