"""What virt-api writes into VMs, instances and migrations before they are stored."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from harvester_net.cluster.resources import Object, is_terminating
from harvester_net.lab.apiserver.admission import AdmissionRequest
from harvester_net.lab.apiserver.errors import Cause
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.controllers.instances import FOREGROUND, NEW
from harvester_net.lab.controllers.migrations import FINALIZER, SELECTOR
from harvester_net.lab.simulators.machines import architecture
from harvester_net.lab.simulators.timings import now
from harvester_net.lab.users import USERS
from harvester_net.lab.webhooks import quantities
from harvester_net.lab.webhooks.answers import (
    Answers,
    all_answer,
    denied,
    invalid,
    unreachable,
)

VIRT_API = "virt-api"
"""The program, as the lab names its component."""
VMS = "virtualmachines.kubevirt.io"
VMIS = "virtualmachineinstances.kubevirt.io"
MIGRATIONS = "virtualmachineinstancemigrations.kubevirt.io"
KUBEVIRT_USERS = frozenset(
    USERS[name] for name in ("kubevirt-apiserver", "kubevirt-controller", "kubevirt-handler")
)
"""Who may write the status of an instance."""

_ENTRIES = {
    VMS: "virtualmachines-mutator",
    VMIS: "virtualmachineinstances-mutator",
    MIGRATIONS: "migrations-mutator",
}
_MACHINES = {"amd64": "q35", "arm64": "virt"}
_HOTPLUG_RATIO = 4
"""Of a VM's processors and memory, how much more may be plugged in while it runs."""
_USER = 107
"""As whom a launcher runs."""


@dataclass(frozen=True)
class VirtApiMutator:
    """Completes KubeVirt's objects in place."""

    answers: Answers = all_answer

    def __call__(self, request: AdmissionRequest) -> None:
        """Raises StatusError for a VM without a template, and while virt-api is away."""
        kind, obj = request.resource.id, request.object
        if kind not in _ENTRIES or obj is None or request.subresource:
            return
        if kind == MIGRATIONS and request.old is not None:
            return
        if not self.answers(VIRT_API):
            path = f"/{_ENTRIES[kind].removesuffix('-mutator')}-mutate"
            raise unreachable(f"{_ENTRIES[kind]}.kubevirt.io", "virt-api.kubevirt", path)
        if kind == VMS:
            complete_vm(obj, new=request.old is None)
        elif kind == MIGRATIONS:
            _complete_migration(obj)
        elif request.old is None:
            complete_instance(obj)
        elif request.user.name not in KUBEVIRT_USERS:
            _keep_status(request.old, obj)


def complete_vm(vm: Object, *, new: bool) -> None:
    """Fills in what a VM leaves out; raises StatusError where it must not."""
    if is_terminating(vm):
        return
    spec = vm.setdefault("spec", {})
    if not spec.get("template"):
        raise _missing("spec.template")
    template = spec["template"]
    meta = template["metadata"] = template.get("metadata") or {}
    meta.setdefault("creationTimestamp", None)
    domain = (template.get("spec") or {}).get("domain") or {}
    if domain.get("devices") is None:
        raise _missing("spec.template.spec.domain.devices")
    _set_machine(template["spec"])
    if new:
        firmware = domain.setdefault("firmware", {})
        firmware.setdefault("uuid", str(uuid.uuid4()))
        firmware.setdefault("serial", str(uuid.uuid4()))


def _missing(field: str) -> Exception:
    cause = Cause("", "", f"{field} in body is required")
    return denied("virtualmachines-mutator.kubevirt.io", invalid([cause]))


def _set_machine(spec: Object) -> None:
    kind = spec.setdefault("architecture", architecture())
    spec["domain"].setdefault("machine", {}).setdefault("type", _MACHINES.get(kind, "q35"))


def complete_instance(vmi: Object) -> None:
    """What a new instance has besides what its VM or its maker gave it."""
    spec, meta = vmi["spec"], vmi["metadata"]
    domain = spec.setdefault("domain", {})
    _set_machine(spec)
    cpu = {"cores": 1, "sockets": 1, "threads": 1} | (domain.get("cpu") or {})
    cpu.setdefault("maxSockets", _HOTPLUG_RATIO * cpu["sockets"])
    domain["cpu"] = {"model": "host-model"} | cpu
    domain.setdefault("features", {}).setdefault("acpi", {"enabled": True})
    domain.setdefault("firmware", {}).setdefault("uuid", str(uuid.uuid4()))
    _set_network(spec)
    requests = (domain.get("resources") or {}).get("requests") or {}
    if requests.get("memory"):
        domain.setdefault("memory", {}).setdefault("guest", requests["memory"])
    _set_most_memory(domain)
    spec.setdefault("evictionStrategy", "None")
    finalizers = meta.get("finalizers") or []
    meta["finalizers"] = [*finalizers, FOREGROUND]
    vmi["status"] = (vmi.get("status") or {}) | _status_of_new(domain)


def _set_most_memory(domain: Object) -> None:
    """So much may be plugged in while it runs."""
    memory = domain.get("memory") or {}
    if guest := memory.get("guest"):
        most = quantities.parsed(guest) * _HOTPLUG_RATIO
        memory.setdefault("maxGuest", quantities.written(most, quantities.is_binary(guest)))


def _set_network(spec: Object) -> None:
    devices = spec["domain"].setdefault("devices", {})
    if not spec.get("networks") and devices.get("autoattachPodInterface") is not False:
        spec["networks"] = [{"name": "default", "pod": {}}]
        devices["interfaces"] = [{"name": "default", "bridge": {}}]


def _status_of_new(domain: Object) -> Object:
    cpu = {name: domain["cpu"][name] for name in ("cores", "sockets", "threads")}
    entry = {"phase": NEW, "phaseTransitionTimestamp": now()}
    status: Object = {
        "phase": NEW,
        "phaseTransitionTimestamps": [entry],
        "currentCPUTopology": cpu,
        "guestOSInfo": {},
        "runtimeUser": _USER,
    }
    if guest := (domain.get("memory") or {}).get("guest"):
        names = ("guestAtBoot", "guestCurrent", "guestRequested")
        status["memory"] = dict.fromkeys(names, guest)
    return status


def _complete_migration(migration: Object) -> None:
    meta = migration["metadata"]
    name = (migration.get("spec") or {}).get("vmiName", "")
    meta["labels"] = (meta.get("labels") or {}) | {SELECTOR: name}
    meta["finalizers"] = [*(meta.get("finalizers") or []), FINALIZER]


def _keep_status(old: Object, vmi: Object) -> None:
    """Only KubeVirt's parts say how an instance is; of others it is not heard."""
    vmi.pop("status", None)
    if "status" in old:
        vmi["status"] = copied(old["status"])
