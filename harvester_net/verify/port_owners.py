"""Who is behind a port that holds a bridge's MTU down: a VM or a pod, where it can be told.

The bridge learns the addresses of the workloads behind its ports, and VM instances and pods
say theirs. A workload that has been silent for some minutes is forgotten by the bridge; then
only the candidates can be named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from ..cluster.resources import Object, annotations_of, key_of
from ..harvester.workloads import uses
from .devices import Port

NETWORK_STATUS = "k8s.v1.cni.cncf.io/network-status"
GUEST_LABEL = "kubevirt.io"
"""Label of the pods that hold a VM instance."""


@dataclass(frozen=True)
class AttachedWorkload:
    """A VM or pod that has an interface on one of the cluster network's VM networks."""

    words: str
    node: str
    macs: frozenset[str]


def attached_workloads(
    nads: set[str], vmis: Iterable[Object], pods: Iterable[Object]
) -> list[AttachedWorkload]:
    """The VM instances and other pods that are attached to these VM networks."""
    found = [_vm(vmi) for vmi in vmis if uses(vmi, nads)]
    for pod in pods:
        macs = frozenset(_macs_of_pod(pod, nads))
        if macs and GUEST_LABEL not in (pod["metadata"].get("labels") or {}):
            node = str(pod["spec"].get("nodeName") or "")
            found.append(AttachedWorkload(f"pod {key_of(pod)}", node, macs))
    return found


def _vm(vmi: Object) -> AttachedWorkload:
    status = vmi.get("status") or {}
    declared = ((vmi["spec"].get("domain") or {}).get("devices") or {}).get("interfaces")
    said = [*(status.get("interfaces") or []), *(declared or [])]
    macs = {str(one.get("mac") or one.get("macAddress") or "").lower() for one in said}
    node = str(status.get("nodeName") or "")
    return AttachedWorkload(f"VM {key_of(vmi)}", node, frozenset(macs - {""}))


def _macs_of_pod(pod: Object, nads: set[str]) -> Iterable[str]:
    try:
        networks = json.loads(annotations_of(pod).get(NETWORK_STATUS) or "[]")
    except (TypeError, ValueError, RecursionError):
        return
    for network in networks if isinstance(networks, list) else []:
        if (
            isinstance(network, dict)
            and str(network.get("name")) in nads
            and network.get("mac")
        ):
            yield str(network["mac"]).lower()


def words(port: Port, node: str, known: Iterable[AttachedWorkload]) -> str:
    """A port, and who is behind it."""
    here = [one for one in known if one.node == node]
    owners = [one.words for one in here if one.macs & set(port.macs)]
    what = f"port {port.name}"
    if owners:
        return f"{what} ({', '.join(owners)})"
    if len(here) == 1:
        return f"{what} (most likely {here[0].words}, the only one there)"
    if here:
        names = ", ".join(sorted(one.words for one in here)[:5])
        return f"{what} (one of {names}; `bridge fdb show dev {port.name}` tells its address)"
    return f"{what} (of no VM and no pod that can be seen)"
