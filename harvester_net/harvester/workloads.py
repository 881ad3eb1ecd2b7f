"""Which VMs hang on which networks, and whether they are really stopped (H3.4, H3.5, H5.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..cluster.resources import VMI, Object, annotations_of, labels_of
from ..printable import printable
from .json_texts import fields_in, items_in, json_list
from .names import (
    LONGHORN_NAMESPACE,
    NETWORK_STATUS,
    SYSTEM_NAMESPACE,
)

_POD_FIELDS = ("podName", "workloadType", "workloadName")
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


def node_of_vmi(vmi: Object) -> str:
    """The node on which a VM instance is; empty until it has one."""
    return str((vmi.get("status") or {}).get("nodeName") or "")


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
    return sorted(
        f"{volume_words(volume)} is {_status(volume).get('state') or 'not known'}"
        for volume in attached(volumes, claims)
    )


def attached(volumes: Iterable[Object], claims: Mapping[str, Object]) -> Iterator[Object]:
    """These volumes themselves."""
    exempt = {
        claim["spec"].get("volumeName")
        for claim in claims.values()
        if labels_of(claim).get("app.kubernetes.io/name")
        in MONITORING.get(claim["metadata"].get("namespace", ""), ())
    }
    for volume in volumes:
        if (
            _status(volume).get("state") != "detached"
            and volume["metadata"]["name"] not in exempt
            and volume["metadata"].get("namespace") == LONGHORN_NAMESPACE
        ):
            yield volume


def volume_words(volume: Object) -> str:
    """A volume with its claim, for the user."""
    owner = fields_in(_status(volume).get("kubernetesStatus"))
    name, claim = volume["metadata"]["name"], owner.get("pvcName")
    return f"{name} (claim {owner.get('namespace')}/{claim})" if claim else str(name)


@dataclass(frozen=True)
class VolumeUser:
    """A pod that has a volume attached, as Longhorn knows it (H11)."""

    namespace: str
    pod: str
    kind: str = ""
    """Kind of what the pod belongs to, such as ``StatefulSet``."""
    name: str = ""

    @property
    def vm(self) -> str:
        """Key of the VM whose pod it is; empty if it is another's."""
        if self.kind == VMI.kind and self.name:
            return f"{self.namespace}/{self.name}"
        return ""

    @property
    def is_beside_a_vm(self) -> bool:
        """Whether the pod holds a volume that was plugged into a running VM: it goes with
        the VM.
        """
        return is_of_launcher(self.pod) or is_of_launcher(self.name)

    def __str__(self) -> str:
        owner = f" ({self.kind} {self.name})" if self.kind and self.name else ""
        return f"pod {self.namespace}/{self.pod}{owner}"


def is_of_launcher(name: str) -> bool:
    """Whether it is the name of a pod in which a VM runs."""
    return name.startswith("virt-launcher-")


def attached_to(pod: Object) -> Iterator[str]:
    """The VM networks that a pod is attached to, as Multus has noted on it."""
    for network in map(fields_in, json_list(annotations_of(pod).get(NETWORK_STATUS))):
        if isinstance(name := network.get("name"), str):
            yield name


def users_of(volume: Object) -> list[VolumeUser]:
    """The pods that have a volume attached now; none if that is not known."""
    status = fields_in(_status(volume).get("kubernetesStatus"))
    if status.get("lastPodRefAt"):
        return []  # Longhorn keeps the last ones in mind.
    namespace = printable(str(status.get("namespace") or ""))
    pods = map(fields_in, items_in(status.get("workloadsStatus")))
    return [
        VolumeUser(
            namespace,
            *(printable(str(pod.get(field) or "")) for field in _POD_FIELDS),
        )
        for pod in pods
        if pod.get("podName") and pod.get("podStatus") not in FINAL_PHASES
    ]


def _status(volume: Object) -> Object:
    return fields_in(volume.get("status"))


def is_migrating(vmi: Object) -> bool:
    """Whether an instance is on its way to another node."""
    moves = (vmi.get("status") or {}).get("migrationState") or {}
    return bool(moves) and not (moves.get("completed") or moves.get("endTimestamp"))
