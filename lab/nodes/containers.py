"""What a pod's container runs on a real node, and what its kubelet says of it: pure.

A pod of the host's network with one container is all that runs there. Its image counts for
nothing: the guest's own programs are what it finds.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from harvester_net.lab.api import Object

_PATH = "/bin:/busybox"
_MESSAGE_PATH = "/dev/termination-log"
# What container runtimes leave a root user whose pod asks for nothing else.
_USUAL_CAPABILITIES = (
    "audit_write",
    "chown",
    "dac_override",
    "fowner",
    "fsetid",
    "kill",
    "mknod",
    "net_bind_service",
    "net_raw",
    "setfcap",
    "setgid",
    "setpcap",
    "setuid",
    "sys_chroot",
)


@dataclass(frozen=True)
class Ended:
    """How a container ended, as `run-pod` of the guest tells it; times in seconds."""

    code: int
    started: int
    ended: int
    message: str
    log: str


def ended(said: str) -> Ended:
    code, started, finished, message, log = said.split("\n")[:5]
    return Ended(int(code), int(started), int(finished), _decoded(message), _decoded(log))


def run_command(pod: Object) -> list[str]:
    """The guest's command that runs the pod's container and waits for it."""
    (container,) = pod["spec"]["containers"]
    rights = container.get("securityContext") or {}
    access = "ro" if rights.get("readOnlyRootFilesystem") else "rw"
    message = container.get("terminationMessagePath") or _MESSAGE_PATH
    values = environment(pod)
    settings = [f"{name}={value}" for name, value in values.items()]
    return [
        *("run-pod", pod["metadata"]["uid"], message, access),
        *_with_rights((pod["spec"].get("securityContext") or {}) | rights),
        *("env", "-i", *settings),
        *(expanded(word, values) for word in words(container)),
    ]


def words(container: Object) -> list[str]:
    """Command and arguments as written; without a command the image's would run."""
    command = container.get("command") or []
    return [*command, *(container.get("args") or [])] if command else []


def environment(pod: Object) -> dict[str, str]:
    """The container's variables, those that it takes from fields of the pod too."""
    (container,) = pod["spec"]["containers"]
    values = {"PATH": _PATH, "HOME": "/", "HOSTNAME": pod["spec"]["nodeName"]}
    for each in container.get("env") or []:
        if source := each.get("valueFrom"):
            values[each["name"]] = _field(pod, source["fieldRef"]["fieldPath"])
        else:
            values[each["name"]] = expanded(each.get("value") or "", values)
    return values


def expanded(text: str, values: Mapping[str, str]) -> str:
    """As Kubernetes does it: $(NAME) is a variable, if there is one of that name; $$ is $."""

    def one(found: re.Match[str]) -> str:
        name = found[1]
        return "$" if name is None else values.get(name, found[0])

    return re.sub(r"\$(?:\$|\(([^)]*)\))", one, text)


def running_status(pod: Object, address: str, started: str) -> Object:
    state = {"running": {"startedAt": started}}
    return _about(pod, state, ready=True) | {
        "phase": "Running",
        "startTime": started,
        "hostIP": address,
        "podIP": address,
        "podIPs": [{"ip": address}],
    }


def waiting_status(pod: Object, reason: str, message: str) -> Object:
    state = {"waiting": {"reason": reason, "message": message}}
    return _about(pod, state, ready=False) | {"phase": "Pending"}


def ended_status(pod: Object, end: Ended) -> Object:
    (container,) = pod["spec"]["containers"]
    fallback = container.get("terminationMessagePolicy") == "FallbackToLogsOnError"
    message = end.log if fallback and end.code and not end.message else end.message
    terminated = {
        "exitCode": end.code,
        "reason": "Error" if end.code else "Completed",
        "startedAt": _written(end.started),
        "finishedAt": _written(end.ended),
        **({"message": message} if message else {}),
    }
    phase = "Failed" if end.code else "Succeeded"
    return _about(pod, {"terminated": terminated}, ready=False) | {"phase": phase}


def late_status(pod: Object, end: Ended) -> Object:
    """Of a pod that was ended because it ran longer than it may."""
    return ended_status(pod, end) | {
        "phase": "Failed",
        "reason": "DeadlineExceeded",
        "message": "Pod was active on the node longer than the specified deadline",
    }


def _about(pod: Object, state: Object, ready: bool) -> Object:
    (container,) = pod["spec"]["containers"]
    status = {
        "name": container["name"],
        "image": container.get("image", ""),
        "imageID": "",
        "restartCount": 0,
        "ready": ready,
        "started": ready,
        "state": state,
    }
    truth = "True" if ready else "False"
    conditions = {
        "PodScheduled": "True",
        "Initialized": "True",
        "ContainersReady": truth,
        "Ready": truth,
    }
    return {
        "conditions": [{"type": kind, "status": said} for kind, said in conditions.items()],
        "containerStatuses": [status],
    }


def _with_rights(context: Object) -> list[str]:
    """What runs the rest of a command line with the user and the rights of the container."""
    user, group = int(context.get("runAsUser", 0)), int(context.get("runAsGroup", 0))
    command = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    if context.get("allowPrivilegeEscalation") is False:
        command.append("--no-new-privs")
    if context.get("privileged"):
        return command
    kept = "".join(f",+{name}" for name in _capabilities(context.get("capabilities") or {}))
    return [*command, f"--bounding-set=-all{kept}", f"--inh-caps=-all{kept}"]


def _capabilities(asked: Object) -> list[str]:
    dropped = {name.lower().removeprefix("cap_") for name in asked.get("drop") or []}
    usual = [] if "all" in dropped else _USUAL_CAPABILITIES
    added = [name.lower().removeprefix("cap_") for name in asked.get("add") or []]
    return sorted({*usual, *added} - dropped)


def _field(pod: Object, path: str) -> str:
    fields = {
        "metadata.name": pod["metadata"]["name"],
        "metadata.namespace": pod["metadata"]["namespace"],
        "metadata.uid": pod["metadata"]["uid"],
        "spec.nodeName": pod["spec"]["nodeName"],
        "status.hostIP": (pod.get("status") or {}).get("hostIP", ""),
        "status.podIP": (pod.get("status") or {}).get("podIP", ""),
    }
    return str(fields[path])


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode(errors="replace")


def _written(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
