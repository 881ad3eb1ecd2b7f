"""What virt-api refuses, as far as a user is likely to meet it, in its own words.

Not checked, among much else: volumes but for their sources, features that need a gate, probes,
hot-plug requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harvester_net.cluster.resources import VMI, Object, condition, is_terminating
from harvester_net.harvester.workloads import FINAL_PHASES
from harvester_net.lab.apiserver.admission import AdmissionRequest
from harvester_net.lab.apiserver.errors import Cause, StatusError
from harvester_net.lab.controllers.controller import State
from harvester_net.lab.controllers.instances import phase_of
from harvester_net.lab.controllers.migrations import ENDED, MIGRATIONS_OF, phase
from harvester_net.lab.controllers.strategies import STRATEGIES
from harvester_net.lab.webhooks.answers import (
    Answers,
    all_answer,
    denied,
    failed,
    invalid,
    unreachable,
)
from harvester_net.lab.webhooks.kubevirt_defaults import (
    KUBEVIRT_USERS,
    MIGRATIONS,
    VIRT_API,
    VMIS,
    VMS,
)

_REQUIRED, _INVALID = "FieldValueRequired", "FieldValueInvalid"
_DUPLICATE, _UNSUPPORTED = "FieldValueDuplicate", "FieldValueNotSupported"
_MODELS = ("e1000", "e1000e", "igb", "ne2k_pci", "pcnet", "rtl8139", "virtio")
_NAME = re.compile(r"[A-Za-z0-9-_]+")
_MAC = re.compile(r"([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")
_LONG_MAC = re.compile(r"([0-9A-Fa-f]{2}[:-]){7,}[0-9A-Fa-f]{2}")
_RESERVED = "kubevirt.io/"


@dataclass(frozen=True)
class VirtApiValidator:
    """Judges writes of KubeVirt's objects."""

    state: State
    answers: Answers = all_answer

    def __call__(self, request: AdmissionRequest) -> None:
        """Raises StatusError if virt-api refuses the write, or is away."""
        entry = _entry(request)
        obj = request.object
        if not entry or obj is None or request.subresource or is_terminating(obj):
            return
        if not self.answers(VIRT_API):
            name = entry.partition(".")[0]
            raise unreachable(entry, "virt-api.kubevirt", f"/{name}")
        if refusal := self._refusal(request, obj):
            raise denied(entry, refusal)

    def _refusal(self, request: AdmissionRequest, obj: Object) -> StatusError | None:
        kind, old = request.resource.id, request.old
        if kind == VMS:
            causes = [*wrong_with_vm(obj)]
        elif kind == VMIS and old is None:
            causes = [*wrong_with_instance(obj["spec"], "spec", alone=True)]
        elif kind == VMIS and old is not None:
            causes = [*_restricted(request.user.name, old, obj)]
        elif old is not None:
            same = old.get("spec") == obj.get("spec")
            text = "update of Migration object's spec is restricted"
            causes = [] if same else [Cause("", _UNSUPPORTED, text)]
        else:
            return wrong_with_migration(self.state, obj)
        return invalid(causes) if causes else None


def _entry(request: AdmissionRequest) -> str:
    name = {
        VMS: "virtualmachine-validator",
        VMIS: "virtualmachineinstances-{}-validator",
        MIGRATIONS: "migration-{}-validator",
    }.get(request.resource.id, "")
    operation = {"CREATE": "create", "UPDATE": "update"}.get(request.operation, "")
    return f"{name.format(operation)}.kubevirt.io" if name and operation else ""


def wrong_with_vm(vm: Object) -> Iterator[Cause]:
    """All that is wrong with a VM."""
    spec = vm["spec"]
    yield from wrong_with_instance(spec["template"]["spec"], "spec.template.spec")
    running, strategy = spec.get("running"), spec.get("runStrategy")
    if running is not None and strategy is not None:
        text = (
            "Running and RunStrategy are mutually exclusive. Note that Running is deprecated,"
            " please use RunStrategy instead"
        )
        yield Cause("spec.running", _INVALID, text)
    if running is None and strategy is None:
        yield Cause("spec.running", _INVALID, "RunStrategy must be specified")
    if strategy is not None and strategy not in STRATEGIES:
        why = f"Invalid RunStrategy ({strategy})"
        if strategy == "WaitAsReceiver":
            gate = "DecentralizedLiveMigration feature gate"
            why += f", {gate} is not enabled in kubevirt resource"
        yield Cause("spec.runStrategy", _INVALID, why)


def wrong_with_instance(spec: Object, path: str, *, alone: bool = False) -> Iterator[Cause]:
    """All that is wrong with the spec of an instance, which has no VM if it is alone."""
    domain = spec.get("domain") or {}
    yield from _wrong_sources(spec.get("networks") or [], path)
    yield from _wrong_names(spec, path)
    for number, interface in enumerate((domain.get("devices") or {}).get("interfaces") or []):
        where = f"{path}.domain.devices.interfaces[{number}]"
        yield from _wrong_interface(interface, where)
    yield from _wrong_disks(spec, path)
    cpu = domain.get("cpu") or {}
    if cpu.get("sockets", 0) > cpu.get("maxSockets", cpu.get("sockets", 0)):
        text = "Number of sockets in CPU topology is greater than the maximum sockets allowed"
        yield Cause(f"{path}.domain.cpu.sockets", _INVALID, text)
    if alone and not _asks_for_memory(domain):
        text = (
            "no memory requested, at least one of 'spec.domain.memory.guest',"
            " 'spec.domain.memory.hugepages.size' or 'spec.domain.resources.requests.memory'"
            " must be set"
        )
        yield Cause("", _REQUIRED, text)


def _asks_for_memory(domain: Object) -> bool:
    memory, resources = domain.get("memory") or {}, domain.get("resources") or {}
    pages = (memory.get("hugepages") or {}).get("pageSize")
    asked = [(resources.get(kind) or {}).get("memory") for kind in ("requests", "limits")]
    return any([memory.get("guest"), pages, *asked])


def _wrong_sources(networks: list[Object], path: str) -> Iterator[Cause]:
    if sum("pod" in network for network in networks) > 1:
        text = f"more than one interface is connected to a pod network in {path}.interfaces"
        yield Cause(f"{path}.interfaces", _DUPLICATE, text)
    for number, network in enumerate(networks):
        where = f"{path}.networks[{number}]"
        if "pod" not in network and "multus" not in network:
            yield Cause(where, _REQUIRED, "should have a network type")
        if "pod" in network and "multus" in network:
            yield Cause(where, _REQUIRED, "should have only one network type")
    for number, network in enumerate(networks):
        if "multus" in network and not (network["multus"] or {}).get("networkName"):
            text = "CNI delegating plugin must have a networkName"
            yield Cause(f"{path}.networks[{number}]", _REQUIRED, text)
            return


def _wrong_names(spec: Object, path: str) -> Iterator[Cause]:
    """Networks and interfaces belong together by their names, one of each."""
    networks = [str(each.get("name", "")) for each in spec.get("networks") or []]
    devices = (spec.get("domain") or {}).get("devices") or {}
    interfaces = devices.get("interfaces") or []
    names = [str(each.get("name", "")) for each in interfaces]
    pods = {each.get("name") for each in spec.get("networks") or [] if "pod" in each}
    at = f"{path}.domain.devices.interfaces"
    for number, interface in enumerate(interfaces):
        if "masquerade" in interface and names[number] not in pods:
            text = "Masquerade interface only implemented with pod network"
            yield Cause(f"{at}[{number}].name", _INVALID, text)
    for number, name in enumerate(networks):
        if name in networks[:number]:
            text = (
                f'Network with name "{name}" already exists, every network must have a unique'
                " name"
            )
            yield Cause(f"{path}.networks[{number}].name", _DUPLICATE, text)
    for number, name in enumerate(networks):
        if name not in names:
            where = f"{path}.networks[{number}].name"
            yield Cause(where, _REQUIRED, f"{where} '{name}' not found.")
    for number, name in enumerate(names):
        if name in names[:number]:
            text = "Only one interface can be connected to one specific network"
            yield Cause(f"{at}[{number}].name", _DUPLICATE, text)
    for number, name in enumerate(names):
        if name not in networks:
            where = f"{at}[{number}].name"
            yield Cause(where, _INVALID, f"{where} '{name}' not found.")


def _wrong_interface(interface: Object, where: str) -> Iterator[Cause]:
    if not _NAME.fullmatch(str(interface.get("name", ""))):
        text = (
            "Network interface name can only contain alphabetical characters, numbers, dashes"
            " (-) or underscores (_)"
        )
        yield Cause(f"{where}.name", _INVALID, text)
    model, mac = interface.get("model"), interface.get("macAddress")
    if model and model not in _MODELS:
        text = f"interface {where}.name uses model {model} that is not supported."
        yield Cause(f"{where}.model", _UNSUPPORTED, text)
    if mac and not _MAC.fullmatch(mac):
        how = "too long" if _LONG_MAC.fullmatch(mac) else "malformed"
        text = f"interface {where}.name has {how} MAC address ({mac})."
        yield Cause(f"{where}.macAddress", _INVALID, text)


def _wrong_disks(spec: Object, path: str) -> Iterator[Cause]:
    volumes = spec.get("volumes") or []
    known = {volume.get("name") for volume in volumes}
    disks = ((spec.get("domain") or {}).get("devices") or {}).get("disks") or []
    names = [disk.get("name") for disk in disks]
    at = f"{path}.domain.devices.disks"
    for number, name in enumerate(names):
        if name in names[:number]:
            first = names.index(name)
            text = f"{at}[{number}] and {at}[{first}] must not have the same Name."
            yield Cause(f"{at}[{number}].name", _INVALID, text)
        if name not in known:
            text = f"{at}[{number}].Name '{name}' not found."
            yield Cause(f"{at}[{number}].name", _INVALID, text)
    for number, volume in enumerate(volumes):
        if len(volume.keys() - {"name"}) != 1:
            where = f"{path}.volumes[{number}]"
            text = f"{where} must have exactly one source type set"
            yield Cause(where, _INVALID, text)


def _restricted(user: str, old: Object, vmi: Object) -> Iterator[Cause]:
    """An instance is its VM's business, and KubeVirt's."""
    if user in KUBEVIRT_USERS:
        return
    if old["spec"] != vmi["spec"]:
        yield Cause("", _UNSUPPORTED, "update of VMI object is restricted")
    elif _reserved(old) != _reserved(vmi):
        text = (
            "modification of the following reserved kubevirt.io/ labels on a VMI object is"
            " prohibited"
        )
        yield Cause("", _UNSUPPORTED, text)


def _reserved(vmi: Object) -> dict[str, str]:
    labels = vmi["metadata"].get("labels") or {}
    return {key: value for key, value in labels.items() if key.startswith(_RESERVED)}


def wrong_with_migration(state: State, migration: Object) -> StatusError | None:
    """Why an instance cannot be migrated now."""
    name = (migration.get("spec") or {}).get("vmiName")
    if not name:
        return invalid([Cause("spec.vmiName", _REQUIRED, "vmiName is missing")])
    key = f"{migration['metadata']['namespace']}/{name}"
    vmi = state.get(VMI, key)
    if vmi is None:
        return failed(f'the VMI "{key}" does not exist', 400)
    if phase_of(vmi) in FINAL_PHASES:
        return failed("Cannot migrate VMI in finalized state.", 400)
    able = condition(vmi, "LiveMigratable")
    if able.get("status") == "False":
        why = f"Reason: {able.get('reason', '')}, Message: {able.get('message', '')}"
        return failed(f"Cannot migrate VMI, {why}", 400)
    for other in state.snapshot.keyed(MIGRATIONS_OF, key).values():
        if phase(other) not in ENDED:
            uid = other["metadata"]["uid"]
            return failed(
                f"in-flight migration detected. Active migration job ({uid}) is currently"
                f" already in progress for VMI {name}.",
                400,
            )
    return None
