"""The pods: least rights, an end by themselves, and scripts that Kubernetes leaves alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from harvester_net.verify.pinging import PingPlan
from harvester_net.verify.pods import (
    LABEL,
    PodOptions,
    PodTask,
    image_in,
    look_task,
    manifest,
    ping_task,
    pods_in,
)

PLAN = PingPlan("data", 100, 9000, {"node1": "169.254.2.1", "node2": "169.254.2.2"}, net=2)
LOOK, PING = look_task("data", 100, 60), ping_task(PLAN.values("node1"), 300)
BOTH = pytest.mark.parametrize("task", [LOOK, PING], ids=["look", "ping"])


def made(task: PodTask, **options: Any) -> dict[str, Any]:
    return manifest(task, "node1", "data", PodOptions("image", **options))


def rights(task: PodTask) -> dict[str, Any]:
    (container,) = made(task)["spec"]["containers"]
    return dict(container["securityContext"])


@BOTH
def test_a_pod_goes_to_its_node_and_ends_by_itself(task: PodTask) -> None:
    pod = made(task)
    spec = pod["spec"]
    assert (spec["nodeName"], spec["hostNetwork"]) == ("node1", True)
    assert spec["restartPolicy"] == "Never"
    assert 0 < spec["activeDeadlineSeconds"] <= 300
    assert spec["terminationGracePeriodSeconds"] == 10
    assert pod["metadata"]["labels"] == {LABEL: "data"}


@BOTH
def test_a_pod_has_no_token_and_nothing_of_the_host_but_its_network(task: PodTask) -> None:
    spec = made(task)["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert not {"volumes", "hostPID", "hostIPC", "serviceAccountName"} & spec.keys()
    assert rights(task)["readOnlyRootFilesystem"] is True
    assert rights(task)["allowPrivilegeEscalation"] is False
    assert rights(task)["capabilities"]["drop"] == ["ALL"]


def test_to_look_needs_no_right_at_all() -> None:
    assert "add" not in rights(LOOK)["capabilities"]
    assert rights(LOOK)["runAsNonRoot"] is True
    assert rights(LOOK)["runAsUser"] > 0


def test_to_ping_needs_two_capabilities_as_root() -> None:
    assert rights(PING)["capabilities"]["add"] == ["NET_ADMIN", "NET_RAW"]
    assert rights(PING)["runAsUser"] == 0


@pytest.mark.parametrize(
    ("keys", "tolerations"),
    [
        ((), [{"operator": "Exists"}]),
        (
            ("a", "b/c"),
            [{"key": "a", "operator": "Exists"}, {"key": "b/c", "operator": "Exists"}],
        ),
    ],
)
def test_all_taints_are_tolerated_unless_some_are_named(
    keys: tuple[str, ...], tolerations: list[dict[str, str]]
) -> None:
    assert made(LOOK, tolerations=keys)["spec"]["tolerations"] == tolerations


def test_pods_have_names_of_their_own_in_the_namespace_that_is_wished() -> None:
    one, other = made(LOOK, namespace="tools"), made(LOOK, namespace="tools")
    assert one["metadata"]["name"] != other["metadata"]["name"]
    assert one["metadata"]["namespace"] == "tools"
    assert pods_in("tools").path() == "/api/v1/namespaces/tools/pods"
    assert pods_in("tools").path_of("x") == "/api/v1/namespaces/tools/pods/x"


@BOTH
def test_kubernetes_leaves_the_script_as_it_is(task: PodTask) -> None:
    """It replaces `$(NAME)` by a variable of that name, and `$$` by `$`."""
    (container,) = made(task)["spec"]["containers"]
    script = container["command"][2]
    names = {variable["name"] for variable in container["env"]}
    assert "$$" not in script
    assert not names & set(re.findall(r"\$\(([^)]*)\)", script))


@BOTH
def test_the_script_needs_no_place_to_write_to(task: PodTask) -> None:
    """Older shells keep here-documents in files, and the root file system is read-only."""
    (container,) = made(task)["spec"]["containers"]
    assert "<<" not in container["command"][2]


@BOTH
def test_the_script_gets_every_value_that_it_reads(task: PodTask) -> None:
    (container,) = made(task)["spec"]["containers"]
    given = {variable["name"] for variable in container["env"]}
    read = set(re.findall(r"\$\{?([A-Z]+)\b", container["command"][2]))
    assert read - given <= {"TOOLS", "ANSWER", "SYS", "CONF"}
    assert all(isinstance(variable["value"], str) for variable in container["env"])


@pytest.mark.parametrize(
    ("daemon_set", "image"),
    [
        (None, ""),
        ({"spec": {"template": {"spec": {"containers": [{"image": "x:1"}]}}}}, "x:1"),
        ({"spec": {"template": {"spec": {}}}}, ""),
    ],
)
def test_the_image_is_that_of_the_first_container(daemon_set: Any, image: str) -> None:
    assert image_in(daemon_set) == image
