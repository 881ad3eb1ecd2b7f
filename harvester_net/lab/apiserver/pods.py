"""What may be asked of a pod besides itself: its node, its eviction, its log."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from harvester_net.lab.apiserver import bodies, selectors
from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.builtin import BUDGETS, PODS
from harvester_net.lab.apiserver.deletion_options import options_of
from harvester_net.lab.apiserver.errors import (
    StatusError,
    bad_request,
    conflict,
    internal,
    not_found,
    status,
)
from harvester_net.lab.apiserver.objects import Object, copied, is_deleting, key, now
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.store import Store
from harvester_net.lab.apiserver.writing import Writer

METHODS = {"binding": ("POST",), "eviction": ("POST",), "log": ("GET",)}
"""The subresources, with the methods that they take."""

Logs = Callable[[Object, str], str]
"""The log of a pod's container; raises StatusError."""

_BINDING = Resource("", "v1", "Binding", "bindings")
_EVICTION = Resource("policy", "v1", "Eviction", "evictions")
_ENDED = ("Succeeded", "Failed")
_DONE = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}


def no_logs(pod: Object, container: str) -> str:
    """The log of a container on a simulated node."""
    return ""


class PodSubresources:
    """Answers for the subresources of pods; raises StatusError."""

    def __init__(self, store: Store, writer: Writer, logs: Logs = no_logs) -> None:
        self._store, self._writer, self.logs = store, writer, logs

    def write(self, info: RequestInfo, user: User, content: bytes, media: str) -> Object:
        """Binds or evicts a pod."""
        act = self._bind if info.subresource == "binding" else self._evict
        act(info, user, content, media)
        return _DONE | {"code": 201}

    def log(self, info: RequestInfo) -> str | None:
        """The log that is asked for; None of a pod that has no node yet."""
        pod = self._pod(info)
        names = [container["name"] for container in pod["spec"].get("containers") or []]
        asked = info.query.get("container", "")
        if asked and asked not in names:
            raise bad_request(f"container {asked} is not valid for pod {info.name}")
        if not asked and len(names) > 1:
            choice = " ".join(names)
            raise bad_request(
                f"a container name must be specified for pod {info.name}, choose one of:"
                f" [{choice}]"
            )
        if not pod["spec"].get("nodeName"):
            return None
        text = self.logs(pod, asked or names[0])
        lines = info.query.get("tailLines", "")
        return "".join(text.splitlines(True)[-int(lines) :]) if lines.isdecimal() else text

    def _pod(self, info: RequestInfo) -> Object:
        pod = self._store.get(PODS, key(info.namespace, info.name))
        if pod is None:
            raise not_found(PODS, info.name)
        return pod

    def _bind(self, info: RequestInfo, user: User, content: bytes, media: str) -> None:
        binding = bodies.read(content, media, _BINDING)
        _check_name(info, binding, "Binding")
        target = binding.get("target") or {}
        if not target.get("name"):
            raise internal("target.name: Required value")
        if target.get("kind", "Node") != "Node":
            kind = target["kind"]
            why = f'Unsupported value: "{kind}": supported values: "Node", "<empty>"'
            raise internal(f"target.kind: {why}")
        pod = copied(self._pod(info))
        if why := _unbindable(pod):
            raise _not_bound(info.name, why)
        pod["spec"]["nodeName"] = target["name"]
        pod["status"] = pod.get("status") or {}
        _set_condition(pod, {"type": "PodScheduled", "status": "True"})
        self._store.update(PODS, pod, info.is_dry_run())

    def _evict(self, info: RequestInfo, user: User, content: bytes, media: str) -> None:
        eviction = bodies.read(content, media, _EVICTION)
        _check_name(info, eviction, "Eviction")
        pod = self._pod(info)
        how, dry_run = options_of(info, _options(eviction))
        self._store.delete(PODS, key(info.namespace, info.name), how, dry_run=True)
        if (pod.get("status") or {}).get("phase") not in (*_ENDED, "Pending"):
            self._use_budget(pod, dry_run)
        if dry_run:
            return
        marked = copied(pod)
        reason = {"reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"}
        _set_condition(marked, {"type": "DisruptionTarget", "status": "True"} | reason)
        self._store.update(PODS, marked)
        self._writer.delete(PODS, info, user, _options(eviction), "application/json")

    def _use_budget(self, pod: Object, dry_run: bool) -> None:
        """Raises 429 if a disruption budget does not allow it."""
        labels = pod["metadata"].get("labels") or {}
        namespace = pod["metadata"]["namespace"]
        for budget in self._store.list(BUDGETS, namespace):
            if not _selects(budget, labels):
                continue
            _check_budget(budget)
            left = int(budget["status"]["disruptionsAllowed"]) - 1
            used = budget | {"status": budget["status"] | {"disruptionsAllowed": left}}
            self._store.update(BUDGETS, used, dry_run)


def _check_name(info: RequestInfo, obj: Object, kind: str) -> None:
    if obj["metadata"].get("name", info.name) != info.name:
        raise bad_request(f"name in URL does not match name in {kind} object")


def _unbindable(pod: Object) -> str:
    name, node = pod["metadata"]["name"], pod["spec"].get("nodeName")
    if is_deleting(pod):
        return f"pod {name} is being deleted, cannot be assigned to a host"
    return f'pod {name} is already assigned to node "{node}"' if node else ""


def _not_bound(name: str, why: str) -> StatusError:
    return conflict(Resource("", "v1", "Pod", "pods/binding"), name, why)


def _set_condition(pod: Object, condition: Object) -> None:
    kind = condition["type"]
    known = (pod.get("status") or {}).get("conditions") or []
    others = [each for each in known if each["type"] != kind]
    condition |= {"lastProbeTime": None, "lastTransitionTime": now()}
    pod["status"] = (pod.get("status") or {}) | {"conditions": [*others, condition]}


def _options(eviction: Object) -> bytes:
    found: dict[str, Any] = eviction.get("deleteOptions") or {}
    return json.dumps(found).encode()


def _selects(budget: Object, labels: dict[str, str]) -> bool:
    selector = (budget.get("spec") or {}).get("selector")
    return selector is not None and selectors.selects(selector, labels)


def _check_budget(budget: Object) -> None:
    found, name = budget.get("status") or {}, budget["metadata"]["name"]
    if found.get("observedGeneration", 0) < budget["metadata"].get("generation", 0):
        why = f"The disruption budget {name} is still being processed by the server."
        raise _disruption(why, retryAfterSeconds=10)
    if found.get("disruptionsAllowed", 0) < 1:
        desired, current = found.get("desiredHealthy", 0), found.get("currentHealthy", 0)
        why = f"The disruption budget {name} needs {desired} healthy pods and has {current}"
        raise _disruption(f"{why} currently")


def _disruption(why: str, **more: int) -> StatusError:
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    details = {"causes": [{"reason": "DisruptionBudget", "message": why}]} | more
    return StatusError(status(429, "TooManyRequests", message, details))
