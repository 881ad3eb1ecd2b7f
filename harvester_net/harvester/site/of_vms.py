"""What is kept of VMs and what is under way with them, of claims, volumes and upgrades.

Of a VM only how large it is and how it is attached: its networks, its claims, where it may
run, and whether it is meant to. Volumes that are no claims are left out as a whole: user data
and secrets are such.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...cluster.resources import (
    BACKUP,
    CLAIM,
    MIGRATION,
    RESTORE,
    UPGRADE,
    VM,
    VMI,
    VOLUME,
    Resource,
)
from ..json_texts import fields_in
from ..names import LAST_STRATEGY, UPGRADE_STATE
from ..workloads import MONITORING, is_of_launcher
from . import networks
from .labels import AFFINITY, selector
from .metadata import conditions, kind, metadata
from .shapes import (
    CAMEL,
    TIME,
    Meaning,
    Put,
    Shape,
    array,
    flag,
    number,
    one_of,
    quantity,
    struct,
    text,
)

_NAME, _CLAIM, _PART = (text(meaning) for meaning in (Meaning.VM, Meaning.CLAIM, Meaning.PART))
_PRESENT = struct({})
"""An object of which only counts that it is there."""
_BINDINGS = ("bridge", "masquerade", "sriov", "macvtap", "passt", "slirp")
_INTERFACE = struct(
    {"name": _PART, "macAddress": networks.mac, **dict.fromkeys(_BINDINGS, _PRESENT)},
    required=("name",),
)
_NUMBERS = ("cores", "sockets", "threads", "maxSockets")
_CPU = struct({**dict.fromkeys(_NUMBERS, number), "dedicatedCpuPlacement": flag})
_SIZES = struct({"cpu": quantity, "memory": quantity})
_DOMAIN = struct(
    {
        "cpu": _CPU,
        "memory": struct({"guest": quantity}),
        "resources": struct({"limits": _SIZES, "requests": _SIZES}),
        "devices": struct({"interfaces": array(_INTERFACE)}),
    }
)
_ATTACHED = struct({"networkName": networks.key_of_vm_network, "default": flag})
_SOURCES: Mapping[str, Shape] = {
    "persistentVolumeClaim": struct({"claimName": _CLAIM}, required=("claimName",)),
    "dataVolume": struct({"name": _CLAIM}, required=("name",)),
}
_VOLUME = struct({"name": _PART, **_SOURCES}, required=("name",))


def _volume(value: Any, put: Put) -> Any:
    if not isinstance(value, dict) or not any(source in value for source in _SOURCES):
        return None
    return _VOLUME(value, put)


_INSTANCE = struct(
    {
        "networks": array(
            struct({"name": _PART, "pod": _PRESENT, "multus": _ATTACHED}, required=("name",))
        ),
        "domain": _DOMAIN,
        "volumes": array(_volume),
        "nodeSelector": selector,
        "affinity": AFFINITY,
        "terminationGracePeriodSeconds": number,
        "evictionStrategy": CAMEL,
    }
)
_POD: Mapping[str, Shape] = {
    "podName": text(Meaning.POD),
    "podStatus": CAMEL,
    "workloadType": CAMEL,
}
_POD_OF_VM = struct({**_POD, "workloadName": _NAME}, required=("podName",))
_POD_OF_OTHERS = struct(
    {**_POD, "workloadName": text(Meaning.WORKLOAD)}, required=("podName",)
)
_BACKUP = text(Meaning.BACKUP)


def _pod(value: Any, put: Put) -> Any:
    """A pod that has a volume attached, but those that only go with a VM's."""
    pod = fields_in(value)
    if pod.get("workloadType") == VMI.kind:
        return _POD_OF_VM(value, put)
    names = (str(pod.get(field)) for field in ("podName", "workloadName"))
    return None if any(map(is_of_launcher, names)) else _POD_OF_OTHERS(value, put)


def _failed(value: Any, put: Put) -> Any:
    """That something has failed; why is nobody's business here."""
    return {"message": "failed"} if value else None


_STRATEGY = one_of("Always", "RerunOnFailure", "Manual", "Halted", "Once", "WaitAsReceiver")
_APPLICATIONS = {app for apps in MONITORING.values() for app in apps}

SHAPES: Mapping[Resource, Shape] = {
    VM: kind(
        metadata(_NAME, namespaced=True, annotations={LAST_STRATEGY: _STRATEGY}),
        spec=struct(
            {
                "running": flag,
                "runStrategy": _STRATEGY,
                "template": struct({"spec": _INSTANCE}),
            }
        ),
        status=struct({"printableStatus": CAMEL, "created": flag, "ready": flag}),
    ),
    VMI: kind(
        metadata(_NAME, namespaced=True),
        spec=_INSTANCE,
        status=struct(
            {
                "phase": CAMEL,
                "nodeName": text(Meaning.NODE),
                "conditions": conditions("Ready", "LiveMigratable", "Paused"),
            }
        ),
    ),
    MIGRATION: kind(
        metadata(text(Meaning.MIGRATION), namespaced=True),
        spec=struct({"vmiName": _NAME}),
        status=struct({"phase": CAMEL, "migrationState": struct({"completed": flag})}),
    ),
    CLAIM: kind(
        metadata(
            _CLAIM,
            namespaced=True,
            labels=struct({"app.kubernetes.io/name": one_of(*_APPLICATIONS)}),
        ),
        spec=struct(
            {
                "accessModes": array(CAMEL),
                "volumeMode": CAMEL,
                "volumeName": text(Meaning.VOLUME),
            }
        ),
        status=struct({"phase": CAMEL}),
    ),
    VOLUME: kind(
        metadata(text(Meaning.VOLUME), namespaced=True),
        spec=struct({"accessMode": one_of("rwo", "rwx", "rwop"), "migratable": flag}),
        status=struct(
            {
                "state": one_of(
                    "creating",
                    "attaching",
                    "attached",
                    "detaching",
                    "detached",
                    "deleting",
                ),
                "kubernetesStatus": struct(
                    {
                        "namespace": text(Meaning.NAMESPACE),
                        "pvcName": _CLAIM,
                        "lastPodRefAt": TIME,
                        "workloadsStatus": array(_pod),
                    }
                ),
            }
        ),
    ),
    BACKUP: kind(
        metadata(_BACKUP, namespaced=True),
        spec=struct({"type": one_of("backup", "snapshot"), "source": struct({"name": _NAME})}),
        status=struct({"readyToUse": flag, "progress": number, "error": _failed}),
    ),
    RESTORE: kind(
        metadata(text(Meaning.RESTORE), namespaced=True),
        spec=struct({"target": struct({"name": _NAME}), "virtualMachineBackupName": _BACKUP}),
        status=struct(
            {"complete": flag, "progress": number, "conditions": conditions("InProgress")}
        ),
    ),
    UPGRADE: kind(
        metadata(
            text(Meaning.UPGRADE),
            namespaced=True,
            labels=struct({UPGRADE_STATE: CAMEL}),
        ),
        spec=struct({"version": text(Meaning.VERSION)}),
        status=struct({"conditions": conditions("Completed")}),
    ),
}
