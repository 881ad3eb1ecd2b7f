"""What runs for the VMs of a site: launchers, and what virt-handler would have said.

What is left is what controllers say of their own objects. They would write thousands anew when
they start, each through all webhooks, so their patches are laid over the objects before.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import (
    POD,
    VM,
    VMI,
    Object,
    Resource,
    is_terminating,
    key_of,
)
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.versions import Version
from harvester_net.harvester.workloads import FINAL_PHASES
from harvester_net.lab.controllers.controller import Controller, Patch
from harvester_net.lab.controllers.instances import RUNNING, SCHEDULED, SCHEDULING, phase_of
from harvester_net.lab.controllers.kubevirt import (
    HARVESTER_VM_CONTROLLERS,
    KUBEVIRT_CONTROLLERS,
)
from harvester_net.lab.controllers.launchers import COMPUTE, NODE_NAME, claims_of, launcher
from harvester_net.lab.simulators.timings import now

_CONTROLLERS = (*KUBEVIRT_CONTROLLERS, *HARVESTER_VM_CONTROLLERS)
_ROUNDS = 5
"""How often controllers look at what others have said; they agree after two or three."""
_STARTED = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
_HAVE_PODS = (SCHEDULING, SCHEDULED, RUNNING)
_DOMAIN: Object = {"devices": {}}

Kinds = dict[Resource, dict[str, Object]]
Place = tuple[Resource, str]


def with_domain(resource: Resource, obj: Object) -> Object:
    """A VM or an instance, whose type asks for a domain."""
    spec = obj["spec"]
    if resource == VM:
        template = spec.get("template", {})
        instance = template.get("spec", {})
        inner = instance | {"domain": _DOMAIN | instance.get("domain", {})}
        return obj | {"spec": spec | {"template": template | {"spec": inner}}}
    return obj | {"spec": spec | {"domain": _DOMAIN | spec.get("domain", {})}}


def put_guests(kinds: Kinds) -> None:
    """Puts launchers to the instances, and has VMs and instances say what they would say."""
    instances = kinds.get(VMI, {})
    pods = filter(None, map(_pod_of, instances.values()))
    kinds[POD] = {key_of(pod): pod for pod in pods}
    for key, vmi in instances.items():
        instances[key] = _handled(vmi)
    _settle(kinds, _CONTROLLERS)


def _pod_of(vmi: Object) -> Object | None:
    """The launcher of an instance; None for one that has none yet, or no more."""
    if phase_of(vmi) not in _HAVE_PODS:
        return None
    pod, node = launcher(vmi), vmi["status"].get("nodeName")
    pod["metadata"]["uid"] = str(uuid.uuid4())
    if node:
        pod["spec"]["nodeName"] = node
    return pod | {"status": _running() if node else {"phase": "Pending"}}


def _running() -> Object:
    container = {
        "name": COMPUTE,
        "ready": True,
        "started": True,
        "restartCount": 0,
        "image": "none",
        "imageID": "",
        "state": {"running": {"startedAt": now()}},
    }
    return {
        "phase": "Running",
        "conditions": [{"type": kind, "status": "True"} for kind in _STARTED],
        "containerStatuses": [container],
    }


def _handled(vmi: Object) -> Object:
    """The instance as virt-handler leaves it: with its node, and the phases that it had."""
    meta, status = dict(vmi["metadata"]), dict(vmi.get("status") or {})
    phase = phase_of(vmi)
    if phase == RUNNING or phase in FINAL_PHASES:
        # Without them virt-controller takes a guest that ran for one that never came up.
        status["phaseTransitionTimestamps"] = [
            {"phase": each, "phaseTransitionTimestamp": now()}
            for each in dict.fromkeys((RUNNING, phase))
        ]
    if node := status.get("nodeName"):
        meta["labels"] = {NODE_NAME: node}
    return vmi | {"metadata": meta, "status": status}


def _settle(kinds: Kinds, controllers: Iterable[Controller]) -> None:
    """Lays over the objects what their controllers would patch in them.

    What they would make or delete is left to them, what they would do after that, and objects
    that are being deleted: they may be gone with the next patch.
    """
    state = _State(kinds)
    quick = [controller for controller in controllers if not controller.delay]
    changed = {kind: list(kinds[kind]) for kind in kinds}
    for _ in range(_ROUNDS):
        seen = [(each, key) for each in quick for key in _keys(each, state, changed)]
        places = [place for each, key in seen for place in _patched(each, state, key)]
        changed = {kind: [key for of, key in places if of == kind] for kind in (VM, VMI, POD)}


def _keys(
    controller: Controller, state: _State, changed: Mapping[Resource, list[str]]
) -> dict[str, None]:
    """What a controller looks at because of changed objects, each once."""
    return {
        key: None
        for kind, keys_of in controller.watches.items()
        for name in changed.get(kind, ())
        for key in keys_of(state.of(kind)[name], state)
    }


def _patched(controller: Controller, state: _State, key: str) -> Iterator[Place]:
    for action in controller.reconcile(state, key):
        obj = state.get(action.resource, action.key) if isinstance(action, Patch) else None
        if not isinstance(action, Patch) or obj is None or is_terminating(obj):
            return
        after = applied(obj, action.fields)
        after["metadata"].pop("resourceVersion", None)
        if after != obj:
            state.snapshot.put(action.resource, action.key, after)
            yield action.resource, action.key


def claims_used(pod: Object) -> Iterator[str]:
    """The claims that a pod uses, as ``namespace/name``."""
    return (f"{pod['metadata']['namespace']}/{name}" for name in claims_of(pod["spec"]))


@dataclass(frozen=True)
class _State:
    """The site as its controllers look at it."""

    kinds: Kinds

    @cached_property
    def snapshot(self) -> Snapshot:
        return Snapshot(self.kinds)

    @property
    def version(self) -> Version:
        return self.snapshot.version

    def get(self, resource: Resource, key: str) -> Object | None:
        return self.kinds.get(resource, {}).get(key)

    def of(self, resource: Resource) -> Mapping[str, Object]:
        return self.kinds.get(resource, {})
