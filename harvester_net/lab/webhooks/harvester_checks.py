"""What Harvester's webhook refuses in VMs (H3.7), in its own words.

Not checked, for nothing of the lab needs it: quotas, backups, images, CD-ROMs, and volumes
that change their size or storage class.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harvester_net.cluster.resources import (
    CLAIM,
    VM,
    Object,
    annotations_of,
    key_of,
    labels_of,
)
from harvester_net.harvester.snapshot import Grouping
from harvester_net.lab.apiserver.admission import AdmissionRequest
from harvester_net.lab.apiserver.errors import Cause, StatusError
from harvester_net.lab.controllers.controller import State
from harvester_net.lab.controllers.harvester_vms import CLAIM_TEMPLATES, MAINTENANCE
from harvester_net.lab.controllers.launchers import claims_of
from harvester_net.lab.controllers.strategies import HALTED
from harvester_net.lab.controllers.virtual_machines import VMS_WITH
from harvester_net.lab.webhooks.answers import (
    Answers,
    all_answer,
    denied,
    failed,
    invalid,
    unreachable,
)
from harvester_net.lab.webhooks.kubevirt_defaults import VMS
from harvester_net.lab.webhooks.vm_parts import (
    HARVESTER_WEBHOOK,
    cluster_network_of,
    domain_of,
    interfaces_of,
    limits_of,
    template_of,
)

_VALIDATOR = "validator.harvesterhci.io"
_MAINTENANCE_STRATEGIES = (
    "Migrate",
    "ShutdownAndRestartAfterEnable",
    "ShutdownAndRestartAfterDisable",
    "Shutdown",
)


def _macs_of(vm: Object) -> Iterator[str]:
    for interface in interfaces_of(vm):
        if mac := interface.get("macAddress"):
            yield str(mac)


VMS_WITH_MAC = Grouping(VM, _macs_of)
"""VMs by the MAC addresses of their interfaces."""


@dataclass(frozen=True)
class HarvesterVmValidator:
    """Judges writes of VMs."""

    state: State
    answers: Answers = all_answer

    def __call__(self, request: AdmissionRequest) -> None:
        """Raises StatusError if Harvester's webhook refuses the VM, or is away."""
        vm = request.object
        if request.resource.id != VMS or vm is None or request.subresource:
            return
        if not self.answers(HARVESTER_WEBHOOK):
            service = "harvester-webhook.harvester-system"
            raise unreachable(_VALIDATOR, service, "/v1/webhook/validation")
        if refusal := wrong_with(self.state, request.old, vm):
            raise denied(_VALIDATOR, refusal)


def wrong_with(state: State, old: Object | None, vm: Object) -> StatusError | None:
    """The first thing that is wrong with a VM."""
    causes = (
        _wrong_claim_templates(vm),
        _occupied(state, vm),
        _wrong_grace(vm),
        _without_memory(vm),
        _wrong_maintenance(old, vm),
    )
    if vm["spec"].get("running") is not None and vm["spec"].get("runStrategy") not in (
        None,
        HALTED,
    ):
        return failed("running and runstrategy are mutually exclusive")
    first = next(filter(None, causes), None)
    if first is not None:
        return invalid([first])
    same = old is not None and interfaces_of(old) == interfaces_of(vm)
    try:
        return None if same else _duplicate_mac(state, vm)
    except ValueError as error:
        return failed(str(error))


def _cause(field: str, message: str) -> Cause:
    return Cause(field, "FieldValueInvalid", message)


def _wrong_claim_templates(vm: Object) -> Cause | None:
    text = annotations_of(vm).get(CLAIM_TEMPLATES)
    why = ""
    try:
        entries: Any = json.loads(text) if text else []
    except ValueError as error:
        entries, why = [], str(error)
    if not isinstance(entries, list):
        why = (
            "json: cannot unmarshal object into Go value of type"
            " []util.VolumeClaimTemplateEntry"
        )
    elif any(not (each.get("metadata") or {}).get("name") for each in entries):
        why = "PVC name is required"
    message = f"the volumeClaimTemplates annotaion is invalid: {why}"
    return _cause("metadata.annotations", message) if why else None


def _occupied(state: State, vm: Object) -> Cause | None:
    """A volume that cannot be shared has one VM."""
    namespace = vm["metadata"]["namespace"]
    for name in claims_of(template_of(vm)):
        key = f"{namespace}/{name}"
        claim = state.get(CLAIM, key)
        if claim is None or "ReadWriteMany" in (claim["spec"].get("accessModes") or []):
            continue
        if set(state.snapshot.keyed(VMS_WITH, key)) - {key_of(vm)}:
            message = (
                f"PVC {key} is already used by other VM, please use a shareable RWX volume."
            )
            return _cause("spec.templates.spec.volumes", message)
    return None


def _wrong_grace(vm: Object) -> Cause | None:
    grace = template_of(vm).get("terminationGracePeriodSeconds")
    if grace is None or grace >= 0:
        return None
    field = "spec.Template.Spec.TerminationGracePeriodSeconds"
    return _cause(field, "Termination grace period can't be negative")


def _without_memory(vm: Object) -> Cause | None:
    if (domain_of(vm).get("memory") or {}).get("guest") or limits_of(vm).get("memory"):
        return None
    message = "either memory.guest or resources.limits.memory must be set"
    return _cause("spec.template.spec.domain", message)


def _wrong_maintenance(old: Object | None, vm: Object) -> Cause | None:
    strategy = labels_of(vm).get(MAINTENANCE)
    if strategy is None or strategy in _MAINTENANCE_STRATEGIES:
        return None
    if old is not None and labels_of(old).get(MAINTENANCE) == strategy:
        return None
    message = f"invalid maintenance mode strategy: {strategy}"
    return _cause(f"metadata.labels[{MAINTENANCE}]", message)


def _duplicate_mac(state: State, vm: Object) -> StatusError | None:
    """Two VMs of one cluster network with one MAC address (H3.7)."""
    own = _macs_by_network(state, vm)
    for mac in _macs_of(vm):
        for key, other in state.snapshot.keyed(VMS_WITH_MAC, mac).items():
            if key == key_of(vm):
                continue
            for network, macs in _macs_by_network(state, other).items():
                if macs & own.get(network, set()):
                    name = vm["metadata"]["name"]
                    return failed(
                        f"duplicate mac address present for vm {name} for cluster network"
                        f" {network}"
                    )
    return None


def _macs_by_network(state: State, vm: Object) -> dict[str, set[str]]:
    """A bare name is looked for in `default`, wherever the VM is, as Harvester does it."""
    names = {
        network["name"]: (network.get("multus") or {}).get("networkName")
        for network in template_of(vm).get("networks") or []
    }
    on = {
        nic: cluster_network_of(state, name, "default") if name else ""
        for nic, name in names.items()
    }
    found: dict[str, set[str]] = {}
    for interface in interfaces_of(vm):
        if mac := interface.get("macAddress"):
            found.setdefault(on.get(interface["name"], ""), set()).add(mac)
    return found
