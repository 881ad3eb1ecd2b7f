"""`harvester-net topology` and `harvester-net switch-ports`: of a cluster and of files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harvester_net.cli.main import app
from harvester_net.harvester.site.document import Document, written
from harvester_net.harvester.site.kinds import kept

from ...cluster import LabApi
from ...sites import VERSION, Size, site
from .cluster_of_one import cluster_of_one


@pytest.fixture
def cluster(certificates: Path) -> Iterator[LabApi]:
    with cluster_of_one(certificates) as api:
        yield api


def snapshot(path: Path, size: Size) -> Path:
    """The file of a site."""
    path.write_text(written(Document(VERSION, "2026-01-01T00:00:00Z", kept(site(size)))))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_a_living_cluster_is_drawn(cluster: LabApi) -> None:
    given = ("--kubeconfig", cluster.kubeconfig())
    assert "  uplink nc-1; active-backup: eth1; node1\n" in run("topology", *given).output
    chart = run("topology", "--format=mermaid", *given).output
    assert "default/vm100<br/>VLAN 100<br/>1 VM: default/a" in chart
    table = run("switch-ports", *given).output
    assert "node1  data             nc-1    eth1  none (active-backup)  100 " in table


def test_a_snapshot_is_drawn_without_a_cluster(tmp_path: Path) -> None:
    file = snapshot(tmp_path / "site.json", Size(nodes=30, vms=200, networks=200, rack=10))
    found = json.loads(run("topology", "--format=json", "--snapshot", file).output)
    assert [len(each["vm_networks"]) for each in found["networks"]] == [0, 200, 1]
    ports = json.loads(run("switch-ports", "--format=json", "--snapshot", file).output)
    assert {each["cluster_network"] for each in ports} == {"mgmt", "data", "store"}
    assert len(ports) == 90


def test_two_snapshots_are_compared(tmp_path: Path) -> None:
    before = snapshot(tmp_path / "before.json", Size(nodes=3, vms=0, networks=2))
    after = snapshot(tmp_path / "after.json", Size(nodes=3, vms=0, networks=3))
    lines = run("switch-ports", "--snapshot", before, "--compare", after).output.splitlines()
    assert [line.split()[0] for line in lines] == ["node", "node000", "node001", "node002"]
    assert all(line.endswith("tag VLANs 1002 too") for line in lines[1:])
    same = run("switch-ports", "--snapshot", before, "--compare", before)
    assert same.output == "nothing changes on the switches\n"


@pytest.mark.parametrize(
    "arguments", [["topology", "--snapshot"], ["switch-ports", "--compare"]]
)
def test_what_is_no_snapshot_is_said(tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "site.json"
    file.write_text("{}")
    result = run(*arguments, file)
    assert result.exit_code == 1
    assert result.stderr == f"error: {file}: is no site: harvester-net snapshot writes one\n"
