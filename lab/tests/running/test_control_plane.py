"""The lab itself: it comes up with its real parts, and nothing of it stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harvester_net.lab import launch, places
from harvester_net.lab.api import ApiError
from lab import Lab, LabError, RealLab
from lab.components import COMPONENTS
from lab.readiness import CLUSTER_NETWORKS, DENIED, STORAGE_NETWORK, SUBRESOURCES
from tests import objects

ADMISSION = "/apis/admissionregistration.k8s.io/v1"


def test_network_webhook_denies_for_real(shared: Lab) -> None:
    too_long = objects.cluster_network("thirteenchars")
    with pytest.raises(ApiError) as denial:
        shared.client.create(CLUSTER_NETWORKS, too_long, dryRun="All")
    assert denial.value.status == 500
    assert DENIED in denial.value.message


def test_harvester_webhook_denies_for_real(shared: Lab) -> None:
    with pytest.raises(ApiError) as denial:
        shared.client.merge_patch(STORAGE_NETWORK, {"value": "notjson"}, dryRun="All")
    assert denial.value.status == 422
    assert "failed to unmarshal the setting value notjson" in denial.value.message


def test_webhooks_are_registered_to_refuse_and_to_complete(shared: Lab) -> None:
    """A state was saved between the two; no config came to its nodes in a lab that had it."""
    for kind, name in (
        ("mutating", "harvester-mutator"),
        ("validating", "harvester-validator"),
    ):
        registered = shared.client.list(f"{ADMISSION}/{kind}webhookconfigurations")["items"]
        names = {each["metadata"]["name"] for each in registered}
        assert {"harvester-network-webhook", name} <= names


def test_kubevirt_answers_for_subresources(shared: Lab) -> None:
    names = [each["name"] for each in shared.client.get(SUBRESOURCES)["resources"]]
    assert "virtualmachines/start" in names


def test_management_network_and_nodes_exist(shared: Lab) -> None:
    assert shared.client.get(f"{CLUSTER_NETWORKS}/mgmt")["metadata"]["name"] == "mgmt"
    nodes = shared.client.list("/api/v1/nodes")["items"]
    assert [node["metadata"]["name"] for node in nodes] == ["node1", "node2", "node3"]


def test_guessed_token_is_refused(shared: Lab) -> None:
    stranger = shared.client_of("admin")
    stranger._headers = {"Authorization": "Bearer guessed"}
    with pytest.raises(ApiError) as refusal:
        stranger.get("/api/v1/nodes")
    assert refusal.value.status == 401


def test_status_names_every_component(shared: Lab) -> None:
    status = shared.status()
    assert status.state == "ready"
    assert set(status.components) == {each.name for each in COMPONENTS}
    assert all(each.version for each in status.components.values())
    assert status.simulated


def test_killed_component_stays_away_until_restarted(shared: Lab) -> None:
    shared.kill("harvester-network-webhook")
    assert shared.status().state == "degraded"
    assert shared.status().components["harvester-network-webhook"].state == "killed"
    with pytest.raises(ApiError, match="failed calling webhook"):
        _create_cluster_network(shared, "outage")
    shared.restart("harvester-network-webhook")
    assert shared.status().state == "ready"
    _create_cluster_network(shared, "afterwards")


def test_component_that_dies_is_noticed(shared: Lab) -> None:
    os.kill(shared.status().components["virt-controller"].pid, signal.SIGKILL)
    _until(lambda: shared.status().state == "degraded")
    assert "virt-controller ended by itself with code -9" in shared.status().message
    shared.restart("virt-controller")
    assert shared.status().state == "ready"


def test_unknown_component_is_named(shared: Lab) -> None:
    with pytest.raises(LabError, match="no component 'kubelet'"):
        shared.restart("kubelet")


def test_second_lab_lives_beside_the_first(shared: Lab) -> None:
    with RealLab.start_real(nodes=1) as second:
        _create_cluster_network(second, "only-here")
        with pytest.raises(ApiError) as missing:
            shared.client.get(f"{CLUSTER_NETWORKS}/only-here")
        assert missing.value.status == 404
        assert second.token("admin") != shared.token("admin")


def test_name_that_is_taken_is_refused(shared: Lab) -> None:
    with pytest.raises(LabError, match="already"):
        RealLab.start_real(shared.name)


def test_attached_lab_is_the_same(shared: Lab) -> None:
    again = Lab.attach(shared.name)
    assert again.url == shared.url
    assert again.client.get("/readyz")["message"] == "ok"
    again.client.close()


def test_reset_forgets_what_was_made_and_keeps_the_address(shared: Lab) -> None:
    _create_cluster_network(shared, "forgotten")
    shared.reset()
    names = [
        each["metadata"]["name"] for each in shared.client.list(CLUSTER_NETWORKS)["items"]
    ]
    assert names == ["mgmt"]
    assert shared.status().state == "ready"


def test_later_start_uses_the_saved_state(shared: Lab) -> None:
    with RealLab.start_real() as later:
        status = later.status()
    assert status.from_saved_state


def test_down_leaves_nothing() -> None:
    lab = RealLab.start_real()
    pids = _processes(lab)
    ports = [each.port for each in lab.status().components.values() if each.port]
    lab.down()
    lab.down()
    _assert_nothing_left(lab, pids)
    assert not [port for port in ports if str(port) in _listening()]


def test_nothing_is_left_when_the_owner_dies() -> None:
    owner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    lab = RealLab.start_real(owner=owner.pid)
    pids = _processes(lab)
    owner.kill()
    owner.wait()
    _until(lambda: not lab.directory.exists())
    lab.down()
    _assert_nothing_left(lab, pids)


def test_no_process_is_left_when_the_supervisor_is_killed() -> None:
    lab = RealLab.start_real()
    pids = _processes(lab)
    os.kill(lab.status().supervisor, signal.SIGKILL)
    _until(lambda: not any(_runs(pid) for pid in pids))
    _until(lambda: lab.name not in launch.names())
    lab.down()
    _assert_nothing_left(lab, pids)


def test_failed_start_says_why_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # An API server that fits by its version, and ends at once with an error.
    false = tmp_path / "kube-apiserver"
    false.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo v1.35.4 && exit\necho broken; exit 3\n'
    )
    false.chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    name = f"fails-{os.getpid()}"
    with pytest.raises(LabError) as failure:
        RealLab.start_real(name)
    assert "kube-apiserver ended with code 3" in str(failure.value)
    assert "broken" in str(failure.value)
    assert not (places.labs() / name).exists()
    kept = places.failures() / name
    assert "broken" in (kept / "kube-apiserver.log").read_text()
    shutil.rmtree(kept)


@pytest.fixture(scope="module")
def shared() -> Iterator[Lab]:
    with RealLab.start_real() as running:
        yield running


def _create_cluster_network(lab: Lab, name: str) -> None:
    lab.client.create(CLUSTER_NETWORKS, objects.cluster_network(name))


def _processes(lab: Lab) -> list[int]:
    status = lab.status()
    return [status.supervisor, *(each.pid for each in status.components.values())]


def _assert_nothing_left(lab: Lab, pids: list[int]) -> None:
    assert not lab.directory.exists()
    assert not [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _listening() -> set[str]:
    lines = [*Path("/proc/net/tcp").read_text().splitlines()[1:]]
    lines += Path("/proc/net/tcp6").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    listening = "0A"
    return {str(int(each[1].rsplit(":")[-1], 16)) for each in fields if each[3] == listening}


def _until(true: Callable[[], bool], within: float = 20) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, f"not so after {within} s"
        time.sleep(0.05)
