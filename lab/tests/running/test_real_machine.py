"""The machine of the real nodes as a part of the lab: ports, reset, restart, its end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lab import LabError, RealLab
from lab.cli import app

LOOPBACK = "0100007F"
LISTENING = "0A"


def test_status_tells_of_real_nodes(real_lab: RealLab) -> None:
    status = real_lab.status()
    assert status.state == "ready"
    assert status.components["nodes"].version.startswith("agents 1.7.1, Linux ")
    result = CliRunner().invoke(app, ["status", "--name", real_lab.name])
    assert result.exit_code == 0
    assert "3 real nodes" in result.stdout


def test_machine_listens_on_loopback_alone(real_lab: RealLab) -> None:
    component = real_lab.status().components["nodes"]
    sockets = _sockets(component.pid)
    assert _listening(sockets) == {f"{LOOPBACK}:{component.port:04X}"}


def test_guest_obeys_only_its_lab(real_lab: RealLab) -> None:
    stranger = replace(real_lab.guest, token="guessed")
    with pytest.raises(LabError, match="The guest answers 401"):
        stranger.run_now("id")


def test_log_of_the_agents_is_the_log_of_the_nodes(real_lab: RealLab) -> None:
    result = CliRunner().invoke(app, ["logs", "nodes", "--name", real_lab.name])
    assert result.exit_code == 0
    assert "node3: time=" in result.stdout


def test_restarted_machine_has_clean_nodes(real_lab: RealLab) -> None:
    real_lab.run_on("node1", "ip link add left type dummy").checked()
    real_lab.restart("nodes")
    assert "left" not in real_lab.devices("node1")
    assert real_lab.status().state == "ready"


def test_reset_gives_clean_nodes(real_lab: RealLab) -> None:
    real_lab.run_on("node2", "ip link add left type dummy").checked()
    real_lab.reset()
    devices = real_lab.devices("node2")
    assert "left" not in devices
    assert devices["eno1"].master == "mgmt-bo"
    assert real_lab.status().state == "ready"


def test_lab_with_simulated_nodes_says_that_it_has_no_real_ones(lab: RealLab) -> None:
    with pytest.raises(LabError, match="has no real nodes"):
        lab.devices("node1")


def _sockets(pid: int) -> set[str]:
    """The inodes of the sockets that the process has open."""
    links = (each.readlink() for each in Path(f"/proc/{pid}/fd").iterdir())
    return {str(link)[8:-1] for link in links if str(link).startswith("socket:[")}


def _listening(inodes: set[str]) -> set[str]:
    """The addresses at which these sockets listen, as the kernel writes them."""
    tables = [Path(f"/proc/net/{name}").read_text() for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    return {row[1] for row in rows if row[3] == LISTENING and row[9] in inodes}
