"""The pods that check the nodes, and the image that they run: pure.

They have no token, no volumes of the host, no capabilities to look with and two to ping with,
and end by themselves whatever happens to us.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from ..cluster.resources import Object, Resource
from ..harvester.names import SYSTEM_NAMESPACE

LABEL = "harvester-net/verify"
"""Label of all these pods; its value is the cluster network."""
LONGHORN = "longhorn-system/longhorn-manager"
"""It runs on every node of every Harvester cluster, so its image is on the nodes already, and
it holds iproute2 and iputils. The image of the network controller itself holds neither.
"""
SECONDS_TO_END = 10
NOBODY = 65534


@dataclass(frozen=True)
class PodOptions:
    """What the user may say about the pods."""

    image: str
    namespace: str = SYSTEM_NAMESPACE
    tolerations: tuple[str, ...] = ()
    """Keys of the taints that the pods tolerate; none given: all taints."""


@dataclass(frozen=True)
class PodTask:
    """What a pod does."""

    script: str
    """Name of the script beside this module."""
    seconds: int
    """Seconds until the pod is killed."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Environment of the script."""
    capabilities: Sequence[str] = ()
    """Linux capabilities to add; a pod that needs any runs as root."""


def look_task(cluster_network: str, vlan: int | None, seconds: int) -> PodTask:
    """The task that reads the devices; it needs no privileges."""
    values = {"CN": cluster_network, "VLAN": "" if vlan is None else str(vlan)}
    return PodTask("look.sh", seconds, values)


def ping_task(values: Mapping[str, str], seconds: int) -> PodTask:
    """The task that pings: it makes a VLAN device, and opens raw sockets."""
    return PodTask("ping.sh", seconds, values, ("NET_ADMIN", "NET_RAW"))


def pods_in(namespace: str) -> Resource:
    """The pods of one namespace: to see those of all others is a right that nobody needs."""
    return Resource("v1", "Pod", f"namespaces/{namespace}/pods")


def manifest(task: PodTask, node: str, cluster_network: str, options: PodOptions) -> Object:
    """A pod on one node."""
    script = (files(__package__) / task.script).read_text()
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"harvester-net-verify-{secrets.token_hex(4)}",
            "namespace": options.namespace,
            "labels": {LABEL: cluster_network},
        },
        "spec": {
            "nodeName": node,
            "hostNetwork": True,
            "restartPolicy": "Never",
            "activeDeadlineSeconds": task.seconds,
            "terminationGracePeriodSeconds": SECONDS_TO_END,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "tolerations": _tolerations(options),
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "verify",
                    "image": options.image,
                    "imagePullPolicy": "IfNotPresent",
                    "command": ["sh", "-c", script],
                    "terminationMessagePolicy": "FallbackToLogsOnError",
                    "env": [
                        {"name": name, "value": value}
                        for name, value in sorted(task.values.items())
                    ],
                    "resources": {
                        "requests": {"cpu": "10m", "memory": "16Mi"},
                        "limits": {"memory": "128Mi"},
                    },
                    "securityContext": _rights(task),
                }
            ],
        },
    }


def _tolerations(options: PodOptions) -> list[Object]:
    if not options.tolerations:
        return [{"operator": "Exists"}]
    return [{"key": key, "operator": "Exists"} for key in options.tolerations]


def _rights(task: PodTask) -> Object:
    capabilities: Object = {"drop": ["ALL"]}
    rights: Object = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": capabilities,
    }
    if task.capabilities:
        capabilities["add"] = list(task.capabilities)
        return rights | {"runAsUser": 0}
    return rights | {"runAsNonRoot": True, "runAsUser": NOBODY, "runAsGroup": NOBODY}


def image_in(daemon_set: Object | None) -> str:
    """The image of a DaemonSet's first container; empty if there is none."""
    if daemon_set is None:
        return ""
    containers = daemon_set["spec"]["template"]["spec"].get("containers") or [{}]
    return str(containers[0].get("image") or "")


@dataclass(frozen=True)
class PodResult:
    """What became of a pod."""

    message: str = ""
    """Its termination message; empty if it has none."""
    trouble: str = ""
    """Why it has no message."""


NO_IMAGE = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName")
CANNOT_START = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")


def result_of(pod: Object) -> PodResult | None:
    """What became of a pod, from its status; None while it may still say something."""
    status = pod.get("status") or {}
    container: Object = next(iter(status.get("containerStatuses") or []), {})
    state = container.get("state") or {}
    terminated, waiting = state.get("terminated"), state.get("waiting") or {}
    if terminated is not None:
        return _terminated(terminated, status)
    reason = str(waiting.get("reason") or "")
    if reason in (*NO_IMAGE, *CANNOT_START):
        hint = "; name an image that the node can pull" if reason in NO_IMAGE else ""
        said = f"{reason}: {waiting.get('message', '')}{hint}"
        return PodResult(trouble=f"its pod does not start: {said}")
    if status.get("phase") in ("Failed", "Succeeded"):
        said = status.get("message") or status.get("reason") or status["phase"]
        return PodResult(trouble=f"its pod ended without an answer: {said}")
    return None


def _terminated(terminated: Object, status: Object) -> PodResult:
    message, code = str(terminated.get("message") or "").strip(), terminated.get("exitCode")
    if message and not code:
        return PodResult(message)
    # Of a container that failed the message is the end of its log.
    end = " ".join(message.split())[-300:]
    said = end or status.get("message") or terminated.get("reason") or ""
    return PodResult(trouble=f"its pod ended without an answer (exit code {code}): {said}")
