"""What Harvester's webhook writes into VMs before they are stored (H3.7, H5.6)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from harvester_net.cluster.resources import (
    SETTING,
    Object,
    annotations_of,
    is_terminating,
)
from harvester_net.harvester.names import LAST_STRATEGY
from harvester_net.harvester.versions import Version
from harvester_net.lab.apiserver.admission import AdmissionRequest
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.controllers.controller import State
from harvester_net.lab.controllers.harvester_vms import MAC_ADDRESSES
from harvester_net.lab.controllers.strategies import HALTED, RERUN, strategy_of
from harvester_net.lab.webhooks import quantities
from harvester_net.lab.webhooks.answers import (
    Answers,
    all_answer,
    denied,
    failed,
    internal,
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

RESERVED_MEMORY = "harvesterhci.io/reservedMemory"
HOTPLUG = "harvesterhci.io/enableCPUAndMemoryHotplug"

_MUTATOR = "mutator.harvesterhci.io"
_NETWORK = "network.harvesterhci.io"
_CPU_MANAGER = "cpumanager"
_MACS_ARE_WRITTEN: Version = (1, 7)
"""Since then interfaces get a MAC address of their own at once."""
_MEBIBYTE = 2**20
_LEAST_MEMORY = 10 * _MEBIBYTE
_DEFAULTS = {
    "overcommit-config": '{"cpu":1000,"memory":150}',
    "default-vm-termination-grace-period-seconds": "120",
}
"""Settings, by their names, of which a cluster may know nothing here."""


@dataclass(frozen=True)
class HarvesterVmMutator:
    """Completes VMs in place."""

    state: State
    answers: Answers = all_answer

    def __call__(self, request: AdmissionRequest) -> None:
        """Raises StatusError for a VM on a network that is not there."""
        obj = request.object
        if request.resource.id != VMS or obj is None or request.subresource:
            return
        # It may be away: its failure policy is Ignore.
        if not self.answers(HARVESTER_WEBHOOK) or is_terminating(obj):
            return
        if not (obj.get("spec") or {}).get("template"):
            return
        try:
            self._complete(request.old, obj)
        except ValueError as error:
            raise denied(_MUTATOR, failed(str(error))) from error

    def _complete(self, old: Object | None, vm: Object) -> None:
        template = vm["spec"]["template"]["spec"]
        if "domain" not in template:
            raise _no_place("cpu")
        if old is None or _limits_differ(old, vm):
            _set_resources(self.state, vm)
        _set_cpu(template["domain"])
        if old is not None:
            _remember_strategy(old, vm)
        template["affinity"] = _affinity(self.state, vm)
        if template.get("terminationGracePeriodSeconds") is None:
            text = _setting(self.state, "default-vm-termination-grace-period-seconds")
            template["terminationGracePeriodSeconds"] = int(text)
        if self.state.version >= _MACS_ARE_WRITTEN:
            _set_macs(vm)


def _setting(state: State, name: str) -> str:
    found = state.get(SETTING, name) or {}
    return str(found.get("value") or found.get("default") or _DEFAULTS[name])


def _no_place(field: str) -> StatusError:
    """Its patch replaces what isn't there, which the API server refuses."""
    path = f"/spec/template/spec/domain/{field}"
    return internal(
        f"replace operation does not apply: doc is missing path: {path}: missing value"
    )


def _limits_differ(old: Object, vm: Object) -> bool:
    limits, before = limits_of(vm), limits_of(old)
    changed = any(limits.get(x) and limits.get(x) != before.get(x) for x in ("cpu", "memory"))
    notes, noted = annotations_of(vm), annotations_of(old)
    reserved = notes.get(RESERVED_MEMORY) != noted.get(RESERVED_MEMORY)
    return changed or reserved or _is_dedicated(old) != _is_dedicated(vm)


def _is_dedicated(vm: Object) -> bool:
    return bool((domain_of(vm).get("cpu") or {}).get("dedicatedCpuPlacement"))


def _set_resources(state: State, vm: Object) -> None:
    """What a VM asks for is less than its limits, by the cluster's overcommit."""
    domain = vm["spec"]["template"]["spec"]["domain"]
    limits, share = limits_of(vm), json.loads(_setting(state, "overcommit-config"))
    asked: dict[str, str] = {}
    if limits.get("cpu"):
        cpu = quantities.parsed(limits["cpu"])
        if not _is_dedicated(vm):
            cpu = Fraction(int(cpu * 1000) * 100 // int(share["cpu"]), 1000)
        asked["cpu"] = quantities.written(cpu, binary=False)
    if limits.get("memory"):
        asked["memory"] = _set_memory(vm, domain, limits["memory"], int(share["memory"]))
    if asked:
        resources = domain.setdefault("resources", {})
        resources["requests"] = (resources.get("requests") or {}) | asked


def _set_memory(vm: Object, domain: Object, limit: str, share: int) -> str:
    """Sets the guest's memory; gives what is asked for on the node."""
    whole, binary = quantities.parsed(limit), quantities.is_binary(limit)
    asked = Fraction(int(whole) * 100 // share // _MEBIBYTE * _MEBIBYTE)
    hotplug = annotations_of(vm).get(HOTPLUG, "").lower() == "true"
    known = (domain.get("memory") or {}).get("guest")
    guest = quantities.parsed(known) if hotplug and known else whole
    if reserved := annotations_of(vm).get(RESERVED_MEMORY):
        kept = quantities.parsed(reserved)
        if kept >= whole:
            sizes = f"{int(kept)} {int(whole)}"
            raise ValueError(
                f"reservedMemory can't be equal or greater than limits.memory  {sizes}"
            )
        guest -= kept
    if guest < _LEAST_MEMORY:
        raise ValueError(
            "guest memory is under the minimum requirement (10 Mi),"
            f" original: {int(whole)}, final: {int(guest)}"
        )
    if not hotplug:
        if domain.get("cpu") is None:
            raise _no_place("cpu/maxSockets")
        domain["cpu"]["maxSockets"] = 1
    if not hotplug or not known:
        written = quantities.written(guest, binary)
        domain["memory"] = (domain.get("memory") or {}) | {"guest": written}
    return limit if _is_dedicated(vm) else quantities.written(asked, binary)


def _set_cpu(domain: Object) -> None:
    cpu = domain.get("cpu") or {}
    ones = {name: 1 for name in ("cores", "sockets", "threads") if not cpu.get(name)}
    domain["cpu"] = cpu | ones


def _remember_strategy(old: Object, vm: Object) -> None:
    """Puts the strategy that a VM had before it was halted in place of the one sent."""
    spec = vm["spec"]
    if spec.get("running") is not None:
        return
    if strategy_of(old) == HALTED and strategy_of(vm) != HALTED:
        spec["runStrategy"] = annotations_of(vm).get(LAST_STRATEGY) or RERUN


def _affinity(state: State, vm: Object) -> Object:
    """The VM runs where its cluster networks are: in every term, and in one if none is."""
    template = vm["spec"]["template"]["spec"]
    affinity: Object = copied(template.get("affinity") or {})
    nodes = affinity.pop("nodeAffinity", None) or {}
    required = nodes.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    terms = [*_foreign(required.get("nodeSelectorTerms") or [])]
    for expression in _needed(state, vm):
        terms = terms or [{"matchExpressions": []}]
        for term in terms:
            if expression not in term["matchExpressions"]:
                term["matchExpressions"] = [*term["matchExpressions"], expression]
    if terms:
        required = {"nodeSelectorTerms": terms}
        nodes["requiredDuringSchedulingIgnoredDuringExecution"] = required
    else:
        nodes.pop("requiredDuringSchedulingIgnoredDuringExecution", None)
    preferred = nodes.get("preferredDuringSchedulingIgnoredDuringExecution")
    return affinity | ({"nodeAffinity": nodes} if terms or preferred else {})


def _foreign(terms: list[Object]) -> Iterator[Object]:
    """The terms without what Harvester has put there; a term that is empty then goes."""
    for term in terms:
        kept = [
            each
            for each in term.get("matchExpressions") or []
            if not each["key"].startswith(_NETWORK) and each["key"] != _CPU_MANAGER
        ]
        if kept:
            yield term | {"matchExpressions": kept}


def _needed(state: State, vm: Object) -> Iterator[Object]:
    namespace = vm["metadata"]["namespace"]
    for network in template_of(vm).get("networks") or []:
        name = (network.get("multus") or {}).get("networkName")
        if name and (found := cluster_network_of(state, name, namespace)):
            yield {"key": f"{_NETWORK}/{found}", "operator": "In", "values": ["true"]}
    if _is_dedicated(vm):
        yield {"key": _CPU_MANAGER, "operator": "In", "values": ["true"]}


def _set_macs(vm: Object) -> None:
    try:
        observed = json.loads(annotations_of(vm).get(MAC_ADDRESSES) or "{}")
    except ValueError:
        observed = {}
    for interface in interfaces_of(vm):
        if not interface.get("macAddress") and interface.get("name") not in observed:
            interface["macAddress"] = _random_mac()


def _random_mac() -> str:
    """One that is locally administered, and nobody's group."""
    octets = [random.randrange(256) for _ in range(6)]
    octets[0] = (octets[0] | 0x02) & 0xFE
    return ":".join(f"{octet:02x}" for octet in octets)
