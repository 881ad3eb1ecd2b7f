"""Which VMs hang on which networks, and whether they are really stopped (H3.4, H3.5, H5.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..cluster.resources import Object, labels_of
from .names import (
    LONGHORN_NAMESPACE,
    SYSTEM_NAMESPACE,
)

FINAL_PHASES = ("Succeeded", "Failed")


def networks_of(spec: Object, namespace: str) -> Iterator[str]:
    """The VM networks of a VM's or VMI's spec as `namespace/name`; both spellings are in
    use.
    """
    for network in spec.get("networks") or []:
        if name := (network.get("multus") or {}).get("networkName"):
            yield name if "/" in name else f"{namespace}/{name}"


def uses(obj: Object, nads: set[str]) -> bool:
    """Whether a VM or VMI names one of these VM networks."""
    spec = obj["spec"].get("template", {}).get("spec", {}) if is_vm(obj) else obj["spec"]
    return any(name in nads for name in networks_of(spec, obj["metadata"]["namespace"]))


def is_vm(obj: Object) -> bool:
    """Whether the object is a VM rather than a running instance of one."""
    return "template" in obj["spec"]


def is_stopped(vm: Object, vmi: Object | None) -> bool:
    """Whether Harvester counts a VM as stopped when the storage network changes (H3.5 e)."""
    running, strategy = vm["spec"].get("running"), vm["spec"].get("runStrategy")
    if (vm.get("status") or {}).get("printableStatus") != "Stopped":
        return False
    if running is not None and strategy is not None:
        return False  # KubeVirt allows only one of them, and Harvester cannot tell then.
    halted = not running if running is not None else strategy in (None, "Halted")
    phase = ((vmi or {}).get("status") or {}).get("phase")
    return halted or vmi is None or phase in FINAL_PHASES


def not_stopped(vms: Mapping[str, Object], vmis: Mapping[str, Object]) -> list[str]:
    """The VMs of the whole cluster that keep the storage network from being changed."""
    return sorted(key for key, vm in vms.items() if not is_stopped(vm, vmis.get(key)))


MONITORING = {
    "cattle-monitoring-system": {"prometheus", "alertmanager", "grafana"},
    SYSTEM_NAMESPACE: {"harvester-vm-import-controller"},
}
"""Claims that Harvester itself stops during the change, by namespace and app label (H3.5
f).
"""


def not_detached(volumes: Iterable[Object], claims: Mapping[str, Object]) -> list[str]:
    """The volumes, with their claims, that keep the storage network from being changed."""
    exempt = {
        claim["spec"].get("volumeName")
        for claim in claims.values()
        if labels_of(claim).get("app.kubernetes.io/name")
        in MONITORING.get(claim["metadata"].get("namespace", ""), ())
    }
    return sorted(
        _volume_words(volume, volume.get("status") or {})
        for volume in volumes
        if (volume.get("status") or {}).get("state") != "detached"
        and volume["metadata"]["name"] not in exempt
        and volume["metadata"].get("namespace") == LONGHORN_NAMESPACE
    )


def _volume_words(volume: Object, status: Object) -> str:
    owner = status.get("kubernetesStatus") or {}
    claim = f" (claim {owner['namespace']}/{owner['pvcName']})" if owner.get("pvcName") else ""
    return f"{volume['metadata']['name']}{claim} is {status.get('state') or 'not known'}"
