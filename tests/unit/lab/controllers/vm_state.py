"""A cluster in a few dicts in which VMs live: controllers, admission, nodes and guests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import (
    NODE,
    POD,
    VM,
    VMI,
    Object,
    Resource,
    key_of,
)
from harvester_net.lab.apiserver import resources as served
from harvester_net.lab.apiserver.admission import AdmissionRequest, User
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.controllers.controller import Action, Controller, Create, Delete, Patch
from harvester_net.lab.controllers.kubevirt import KUBEVIRT_CONTROLLERS
from harvester_net.lab.faults import Faults
from harvester_net.lab.simulators.kubelet import next_step, running
from harvester_net.lab.simulators.machines import machine
from harvester_net.lab.simulators.moves import next_move, phase_in
from harvester_net.lab.simulators.placement import suitable_nodes
from harvester_net.lab.simulators.timings import now
from harvester_net.lab.simulators.virt_handler import GUEST_SHUTDOWN, next_phase, status_in
from harvester_net.lab.state import resource_id
from harvester_net.lab.webhooks.kubevirt_defaults import VirtApiMutator

from .state import GOING, Life, World, kind_of

_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_ROUNDS = 60
NO_FAULTS: Faults = frozenset()


def at(second: int) -> str:
    """A time as Kubernetes writes it."""
    return f"{_BEGUN + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class VmWorld(World):
    """One whose objects have ages and generations, and that virt-api completes."""

    def put(self, obj: Object) -> VmWorld:
        known = self.get(kind_of(obj), key_of(obj))
        meta = {"creationTimestamp": at(self.serial), "generation": 1} | obj["metadata"]
        if known and known.get("spec") != obj.get("spec"):
            meta["generation"] = known["metadata"]["generation"] + 1
        made = super().put(obj | {"metadata": meta})
        assert isinstance(made, VmWorld)
        return made

    def _deleted(self, action: Delete, before: Object) -> World:
        if action.resource == POD and "nodeName" in before["spec"]:
            # Its node removes it.
            return self.put(applied(before, {"metadata": {"deletionTimestamp": GOING}}))
        return super()._deleted(action, before)

    def _created(self, action: Create) -> World:
        return super()._created(Create(action.resource, completed(action.object)))


def completed(obj: Object) -> Object:
    """What virt-api makes of a new object."""
    kind = kind_of(obj)
    made: Object = copied(obj)
    group, _, version = kind.api.rpartition("/")
    what = served.Resource(group, version, kind.kind, kind.plural, namespaced=True)
    assert what.id == resource_id(kind)
    user = User("somebody")
    VirtApiMutator()(AdmissionRequest("CREATE", what, "default", "", user, made))
    return made


def vm_world(*objs: Object) -> VmWorld:
    """A cluster with these objects, and two nodes."""
    made = VmWorld()
    for obj in (node("node1"), node("node2"), *objs):
        made = made.put(obj)
    return made


def node(name: str, **labels: str) -> Object:
    """A simulated machine."""
    found = machine(name)[0]
    found["metadata"]["labels"] |= labels
    return found


def vm(strategy: str | bool = "Always", name: str = "vm1", **spec: Any) -> Object:
    """A VM in the namespace default; with a bool, it uses the old field `running`."""
    field = "running" if isinstance(strategy, bool) else "runStrategy"
    template = {"domain": {"devices": {}}} | spec
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {field: strategy, "template": {"metadata": {}, "spec": template}},
    }


def claim(name: str, phase: str = "Bound") -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"accessModes": ["ReadWriteMany"]},
        "status": {"phase": phase},
    }


def migration(name: str, of: str = "vm1") -> Object:
    return completed(
        {
            "apiVersion": "kubevirt.io/v1",
            "kind": "VirtualMachineInstanceMigration",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {"vmiName": of},
        }
    )


class VmLife(Life):
    """VMs over time, with the nodes that run them.

    Controllers that look later look only when they are told to.
    """

    def __init__(
        self, *objs: Object, controllers: Iterable[Controller] = KUBEVIRT_CONTROLLERS
    ) -> None:
        self._seen: dict[tuple[str, str], list[str]] = {}
        self._delayed = [each for each in controllers if each.delay]
        super().__init__(vm_world(), [each for each in controllers if not each.delay])
        self.put(*objs)

    def passed(self, resource: Resource, key: str) -> list[str]:
        """What a VM printed, or the phases of another object, each when it changed."""
        return self._seen.get((resource.kind, key), [])

    def vm(self, name: str = "vm1") -> Object:
        return self.there(VM, f"default/{name}")

    def printed(self, name: str = "vm1") -> str:
        return str(self.vm(name)["status"]["printableStatus"])

    def vmi(self, name: str = "vm1") -> Object:
        return self.there(VMI, f"default/{name}")

    def has(self, resource: Resource) -> list[str]:
        """The names of all objects of a kind."""
        return [key.rpartition("/")[2] for key in self.of(resource)]

    def run(self) -> None:
        """Until neither controllers nor nodes have anything left to do."""
        for _ in range(_ROUNDS):
            self.settle()
            if not self.step():
                return
        raise AssertionError(f"they never come to rest: {self.written[-20:]}")

    def step(self) -> bool:
        """What nodes and guests do now, each one thing; whether there was any."""
        guests = [self._guest_steps(key) for key in list(self.of(VMI))]
        pods = [self._pod_steps(key) for key in list(self.of(POD))]
        return any([*guests, *pods])

    def shut_down(self, name: str = "vm1") -> None:
        """The guest ends by itself."""
        notes = {"annotations": {GUEST_SHUTDOWN: "true"}}
        self.patch(VMI, f"default/{name}", {"metadata": notes})

    def crash(self) -> None:
        """All pods die at once."""
        for key in list(self.of(POD)):
            self._become(self.world._with(POD, key, None), POD, key)

    def ask(self, *actions: Action) -> None:
        """Somebody else's writes."""
        for action in actions:
            key = "" if isinstance(action, Create) else action.key
            after = self.world.apply(action)
            new = after.of(action.resource).keys() - self.of(action.resource).keys()
            self._become(after, action.resource, key or next(iter(new)))

    def look_late(self, resource: Resource) -> None:
        """What the controllers do that look later, at everything of a kind."""
        for controller in self._delayed:
            if resource in controller.watches:
                for key in list(self.of(resource)):
                    self.ask(*controller.reconcile(self, key))

    def _become(self, after: World, resource: Resource, key: str) -> None:
        super()._become(after, resource, key)
        status = (self.get(resource, key) or {}).get("status") or {}
        said = status.get("printableStatus") if resource == VM else status.get("phase")
        seen = self._seen.setdefault((resource.kind, key), [])
        if said and seen[-1:] != [said]:
            seen.append(said)

    def _guest_steps(self, key: str) -> bool:
        vmi = self.there(VMI, key)
        phase = next_phase(vmi, NO_FAULTS)
        change = {"status": status_in(vmi, phase)} if phase else next_move(vmi, now())
        if change:
            self.patch(VMI, key, change)
        return bool(change)

    def _pod_steps(self, key: str) -> bool:
        pod = self.there(POD, key)
        match next_step(pod, self._phase_in(pod), set(self.of(NODE))):
            case "place":
                return self._place(key, pod)
            case "run":
                self.patch(POD, key, {"status": running(pod)})
            case "end":
                self.patch(POD, key, {"status": {"phase": "Succeeded"}})
            case "remove":
                self._become(self.world._with(POD, key, None), POD, key)
            case _:
                return False
        return True

    def _phase_in(self, pod: Object) -> str:
        owner = pod["metadata"]["ownerReferences"][0]
        vmi = self.get(VMI, f"default/{owner['name']}")
        return phase_in(pod, vmi) if vmi else ""

    def _place(self, key: str, pod: Object) -> bool:
        nodes = suitable_nodes(pod, self.of(NODE).values(), self.of(POD).values())
        if nodes:
            self.patch(POD, key, {"spec": {"nodeName": nodes[0]}})
            return True
        refusal = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
        if refusal in (pod.get("status") or {}).get("conditions", []):
            return False
        self.patch(POD, key, {"status": {"phase": "Pending", "conditions": [refusal]}})
        return True


def requests(*actions: str, uid: str = "") -> Mapping[str, Any]:
    """What virt-api asks of a VM, as the fields of its status."""
    asked = [{"action": each} | ({"uid": uid} if each == "Stop" else {}) for each in actions]
    return {"status": {"stateChangeRequests": asked}}


def asked(vm_key: str, *actions: str, uid: str = "") -> Patch:
    return Patch(VM, vm_key, dict(requests(*actions, uid=uid)), status=True)
