"""What the kubelet of real nodes makes of pods of the host's network: pure parts."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from harvester_net.lab.simulators.kubelet import next_step
from lab.nodes import containers
from lab.nodes.containers import Ended, expanded, run_command

Object = dict[str, Any]


def pod(container: Object | None = None, **spec: Any) -> Object:
    check = {"name": "check", "image": "any", "command": ["sh", "-c", "exit 0"]}
    return {
        "metadata": {"name": "p", "namespace": "default", "uid": "u-1"},
        "spec": {
            "nodeName": "node1",
            "hostNetwork": True,
            "containers": [check | (container or {})],
            **spec,
        },
    }


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$(NAME)", "eth0"),
        ("$(cat file)", "$(cat file)"),
        ("$(OTHER)", "$(OTHER)"),
        ("$$(NAME)", "$(NAME)"),
        ("/tmp/x.$$", "/tmp/x.$"),
        ("$NAME ${NAME}", "$NAME ${NAME}"),
        ("$(unclosed", "$(unclosed"),
    ],
)
def test_words_are_expanded_as_kubernetes_does_it(text: str, result: str) -> None:
    assert expanded(text, {"NAME": "eth0"}) == result


def test_variables_come_from_values_and_from_fields() -> None:
    env = [
        {"name": "WHERE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "BOTH", "value": "on $(WHERE)"},
        {"name": "EMPTY"},
    ]
    values = containers.environment(pod({"env": env}))
    assert (values["WHERE"], values["BOTH"], values["EMPTY"]) == ("node1", "on node1", "")


def test_command_runs_with_what_its_pod_asks_for() -> None:
    rights = {
        "runAsUser": 65534,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], "add": ["NET_RAW"]},
    }
    command = run_command(pod({"securityContext": rights, "args": ["x"]}))
    assert command[:4] == ["run-pod", "u-1", "/dev/termination-log", "ro"]
    assert "--reuid=65534" in command
    assert "--no-new-privs" in command
    assert "--bounding-set=-all,+net_raw" in command
    assert command[-4:] == ["sh", "-c", "exit 0", "x"]


def test_rights_of_the_pod_hold_where_its_container_says_nothing() -> None:
    command = run_command(pod(securityContext={"runAsUser": 7}))
    assert "--reuid=7" in command


@pytest.mark.parametrize(
    ("context", "has", "lacks"),
    [
        ({}, "+net_raw", "+net_admin"),
        ({"capabilities": {"drop": ["NET_RAW"]}}, "+chown", "+net_raw"),
        ({"capabilities": {"add": ["CAP_NET_ADMIN"]}}, "+net_admin", "+sys_admin"),
        ({"privileged": True}, "--clear-groups", "--bounding-set"),
    ],
)
def test_capabilities_are_those_of_a_container(context: Object, has: str, lacks: str) -> None:
    command = " ".join(run_command(pod({"securityContext": context})))
    assert has in command
    assert lacks not in command


def test_what_the_guest_says_of_an_end_is_read() -> None:
    message, log = (base64.b64encode(text).decode() for text in ("it ähm".encode(), b""))
    end = containers.ended(f"3\n100\n160\n{message}\n{log}\n")
    assert end == Ended(3, 100, 160, "it ähm", "")


def test_end_is_told_as_a_kubelet_tells_it() -> None:
    status = containers.ended_status(pod(), Ended(3, 0, 60, "why", "log"))
    assert status["phase"] == "Failed"
    assert status["containerStatuses"][0]["state"]["terminated"] == {
        "exitCode": 3,
        "reason": "Error",
        "message": "why",
        "startedAt": "1970-01-01T00:00:00Z",
        "finishedAt": "1970-01-01T00:01:00Z",
    }
    assert containers.ended_status(pod(), Ended(0, 0, 0, "", ""))["phase"] == "Succeeded"


@pytest.mark.parametrize(
    ("policy", "code", "message"),
    [
        ("FallbackToLogsOnError", 1, "log"),
        ("FallbackToLogsOnError", 0, None),
        ("File", 1, None),
    ],
)
def test_log_stands_in_for_a_message_where_it_may(
    policy: str, code: int, message: str | None
) -> None:
    status = containers.ended_status(
        pod({"terminationMessagePolicy": policy}), Ended(code, 0, 0, "", "log")
    )
    assert status["containerStatuses"][0]["state"]["terminated"].get("message") == message


def test_pod_that_was_ended_for_its_time_failed() -> None:
    status = containers.late_status(pod(), Ended(0, 0, 0, "", ""))
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")


def test_running_pod_of_the_host_is_waited_for_again_and_others_are_not() -> None:
    running = pod() | {"status": {"phase": "Running"}}
    assert next_step(running, "", {"node1"}) == "run"
    running["spec"]["hostNetwork"] = False
    assert next_step(running, "", {"node1"}) == ""
