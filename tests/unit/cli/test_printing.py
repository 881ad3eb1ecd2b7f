"""Every way in which words of others come to the terminal: none of them is obeyed there."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harvester_net.cli.main import app
from harvester_net.cli.printing import say
from harvester_net.cli.progress import Progress, shown
from harvester_net.cli.render import nodes as report
from harvester_net.verify.devices import Bond, Bridge, Devices, Member
from harvester_net.verify.outcome import Finding, Outcome
from harvester_net.verify.pinging import PingResult, Pings

from ... import objects
from ...cluster import LabApi
from .cluster_of_one import CONFIG, JOURNAL, cluster_of_one, does_not_stop, hold_lease
from .hostile import ESCAPES, FORGED, HOSTILE, SHOWN, SHOWN_FORGED, assert_neutral
from .test_progress import CONFIG as CONFIG_OF_RECORD
from .test_progress import record


@pytest.fixture
def cluster(certificates: Path) -> Iterator[LabApi]:
    with cluster_of_one(certificates) as api:
        yield api


def mtu(cluster: LabApi, *arguments: str) -> Result:
    given = [*arguments, "--kubeconfig", cluster.kubeconfig()]
    return CliRunner().invoke(app, ["mtu", *given])


def test_lines_are_ours_and_nothing_else_is() -> None:
    out = io.StringIO()
    say(f"one\n\ttwo {HOSTILE}", out)
    assert out.getvalue() == f"one\n\ttwo {SHOWN}\n"


def test_holder_of_the_lease(cluster: LabApi) -> None:
    hold_lease(cluster, f"{FORGED} (process 7 on elsewhere, 0123456789ab-1-0a1b2c3d)")
    result = mtu(cluster, "status")
    assert_neutral(result.stdout)
    assert result.stdout == (
        f"no change is unfinished on {cluster.url} (context lab); the lease is held since "
        f"2026-01-01T10:00:00.000000Z by {SHOWN_FORGED} (process 7 on elsewhere)\n"
    )


def test_what_is_json_stays_json(cluster: LabApi) -> None:
    hold_lease(cluster, f"\x9b2J\x7f{FORGED}")
    result = mtu(cluster, "status", "--output", "json")
    assert result.stdout.replace("\n", "").isprintable()
    assert json.loads(result.stdout)["holder"]["who"] == rf"\x9b2J\x7f{SHOWN_FORGED}"


@pytest.mark.parametrize("output", ["text", "markdown"])
def test_message_of_an_agent(cluster: LabApi, output: str) -> None:
    cluster.put(objects.vlan_status(CONFIG, "node1", FORGED))
    result = mtu(cluster, "plan", "data", "9000", "--output", output)
    if output == "text":
        assert_neutral(result.stdout)
        assert f"nc-1 is not set up on node1: {SHOWN_FORGED}; repair it" in result.stdout
    else:
        assert r"node1: \\x1b\]0;x\\x07\\x1b\[2J\\u202e\[bold\]\[link=" in result.stdout


@pytest.mark.parametrize("output", ["text", "markdown"])
def test_annotation_with_the_nodes_of_a_config(cluster: LabApi, output: str) -> None:
    note = {"network.harvesterhci.io/matched-nodes": json.dumps([FORGED, "| a |"])}
    cluster.change("vlanconfigs", CONFIG, {"metadata": {"annotations": note}})
    result = mtu(cluster, "plan", "data", "9000", "--output", output)
    if output == "text":
        assert_neutral(result.stdout)
    assert ESCAPES[0] not in result.stdout
    assert "\u202e" not in result.stdout
    assert ("| a |" in result.stdout) is (output == "text")


def test_denial_of_a_webhook(cluster: LabApi) -> None:
    cluster.deny("PATCH vlanconfigs", FORGED)
    result = mtu(cluster, "change", "data", "9000", "--stop-vms", "--yes")
    assert_neutral(result.stdout)
    assert_neutral(result.stderr)
    assert f"Harvester refused it: {SHOWN_FORGED}" in result.stdout


def test_answer_of_a_server_that_is_none(cluster: LabApi) -> None:
    cluster.fail("GET configmaps", 403, FORGED)
    result = mtu(cluster, "status")
    assert_neutral(result.stderr)


def test_journal(cluster: LabApi) -> None:
    does_not_stop(cluster)
    stopped = ("--stop-vms", "--stop-timeout", "1", "--yes")
    assert mtu(cluster, "change", "data", "9000", *stopped).exit_code == 4
    text = cluster.get("configmaps", JOURNAL)["data"]["record"]
    forged = json.loads(text) | {"who": FORGED}
    cluster.change("configmaps", JOURNAL, {"data": {"record": json.dumps(forged)}})
    result = mtu(cluster, "status")
    assert_neutral(result.stdout)
    assert f" by {SHOWN_FORGED}\n" in result.stdout
    forged["configs"][CONFIG]["nodes"] = [FORGED]
    cluster.change("configmaps", JOURNAL, {"data": {"record": json.dumps(forged)}})
    refused = mtu(cluster, "status")
    assert_neutral(refused.stderr)
    assert "Somebody else has written it" in refused.stderr


def test_credential_plugin(tmp_path: Path, cluster: LabApi) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text(f"#!/bin/sh\nprintf '%s' '{FORGED}' >&2\nexit 1\n")
    plugin.chmod(0o755)
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin)}}
    given = ["mtu", "status", "--kubeconfig", cluster.kubeconfig(user)]
    said = CliRunner().invoke(app, given).stderr
    assert "gave no credentials: exec: process returned 1" in said
    assert [line for line in said.splitlines() if not line.isprintable()] == []
    assert len(said.splitlines()) == 1


class Terminal(io.StringIO):
    """A terminal, as far as it can be told."""

    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "300")
    config = CONFIG_OF_RECORD.model_copy(update={"nodes": [FORGED]})
    forged = record(configs={"nc-1": config})
    out = Terminal()
    progress = Progress()
    with shown(progress, out):
        progress.observer.begins(forged)
        progress.observer.event("set mtu nc-1", "failed", FORGED)
    said = out.getvalue()
    assert SHOWN_FORGED in said
    assert ESCAPES not in said
    assert "\u202e" not in said


@pytest.mark.parametrize("colours", [True, False])
def test_devices_of_the_nodes(colours: bool) -> None:
    bond = Bond("data-bo", 1, 9000, FORGED, "ens1", "data-br", (Member(FORGED, 9000, "up"),))
    seen = Devices(HOSTILE, bond, Bridge("data-br", 2, 9000))
    outcome = Outcome(
        "data",
        9000,
        100,
        {HOSTILE: seen, f"{HOSTILE}2": None},
        Pings(100, {(HOSTILE, f"{HOSTILE}2"): PingResult.FULL}),
        findings=(Finding("node1", "data-br", FORGED),),
        unproven=(FORGED,),
    )
    said = report.text(outcome, 600, colours=colours)
    assert ESCAPES not in said
    assert "\u202e" not in said
    # A tag is a word as any other.
    assert said.count("[bold][link=http://evil]") == 10
    if not colours:
        assert_neutral(said)
