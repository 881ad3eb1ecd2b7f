"""`harvester-net uplink`, command by command: texts, exit codes, and what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harvester_net.cli.main import app

from ... import objects
from ...cluster import LabApi
from .cluster_of_one import CONFIG, cluster_of_one
from .test_commands import end

Uplink = Callable[..., Result]


@pytest.fixture
def cluster(certificates: Path) -> Iterator[LabApi]:
    with cluster_of_one(certificates) as api:
        yield api


@pytest.fixture
def uplink(cluster: LabApi, monkeypatch: pytest.MonkeyPatch) -> Uplink:
    """Runs `harvester-net uplink` with these arguments on the cluster."""
    monkeypatch.setattr("getpass.getuser", lambda: "ada")

    def run(*arguments: str) -> Result:
        given = [*arguments, "--kubeconfig", cluster.kubeconfig()]
        return CliRunner().invoke(app, ["uplink", *given])

    return run


def migratable(cluster: LabApi) -> None:
    """VM default/a can be migrated, and there is a node to go to."""
    able = {"type": "LiveMigratable", "status": "True"}
    for name in ("node1", "node2"):
        cluster.put(objects.node(name))
    cluster.put(objects.config("nc-2", nodes=["node2"]))
    cluster.put(objects.vlan_status("nc-2", "node2"))
    cluster.change("virtualmachineinstances", "default/a", {"status": {"conditions": [able]}})


def test_plan_says_who_must_go(uplink: Uplink, cluster: LabApi) -> None:
    code, told, _ = end(uplink("plan", CONFIG, "--nic", "eth2"))
    assert code == 3
    assert (
        "  - 1 VM must be migrated or stopped: default/a; allow it with --migrate-vms, or "
        "--stop-vms\n"
    ) in told
    assert cluster.writes() == []


def test_plan_shows_the_steps_on_the_node(uplink: Uplink, cluster: LabApi) -> None:
    migratable(cluster)
    code, told, _ = end(uplink("plan", CONFIG, "--bond-mode", "802.3ad", "--migrate-vms"))
    assert told.startswith(
        "change network config nc-1, in 4 steps:\n"
        "   1. cordon node1\n"
        "   2. migrate 1 VM away from node1: default/a\n"
        "   3. change network config nc-1 (node1): uplink\n"
        "   4. uncordon node1\n"
    )
    assert code == 0
    assert cluster.writes() == []


def test_change_tries_nothing_where_no_node_can_take_the_vm(
    uplink: Uplink, cluster: LabApi
) -> None:
    migratable(cluster)
    cluster.change("nodes", "node2", {"spec": {"unschedulable": True}})
    code, _, told = end(uplink("change", CONFIG, "--nic", "eth2", "--migrate-vms", "--yes"))
    assert (
        "1 VM cannot be migrated and must be stopped: default/a (no other node can take it: "
        "node2 is cordoned); allow it with --stop-vms"
    ) in told
    assert code == 3


def test_change_that_stands_is_shown_and_rolled_back(uplink: Uplink, cluster: LabApi) -> None:
    """Nobody migrates the VM here."""
    migratable(cluster)
    change = ("change", CONFIG, "--nic", "eth2", "--migrate-vms", "--yes")
    code, _, told = end(uplink(*change, "--migration-timeout", "1"))
    assert code == 4
    assert "not done after 1 s, still default/a to be migrated away from node1" in told
    assert "node1 takes VMs again" in told
    assert "unschedulable" not in (cluster.get("nodes", "node1").get("spec") or {})
    _, shown, _ = end(uplink("status"))
    assert "begun" in shown
    assert "by ada with harvester-net uplink change" in shown
    assert "  next    1. cordon node1: waits for node1 to be cordoned\n" in shown
    assert uplink("roll-back", "--yes").exit_code == 0
    assert cluster.get("vlanconfigs", CONFIG)["spec"]["uplink"]["nics"] == ["eth1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("plan", "nc-9", "--nic", "eth2"),
            "there is no network config nc-9; there are: nc-1",
        ),
        (
            ("plan", CONFIG, "--nic", "eth1"),
            "nothing to do: network config nc-1 is as it should be",
        ),
        (("status",), "no change is unfinished on"),
        (("resume", "--yes"), "nothing to do: no change is unfinished"),
        (("roll-back", "--yes"), "nothing to do: no change is unfinished"),
    ],
)
def test_where_nothing_is_to_be_done_it_is_said(
    uplink: Uplink, arguments: tuple[str, ...], words: str
) -> None:
    _, told, errors = end(uplink(*arguments))
    assert words in told + errors


def test_a_call_that_asks_for_nothing_is_a_wrong_call(uplink: Uplink) -> None:
    assert uplink("plan", CONFIG).exit_code == 2
