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
from harvester_net.lab.apiserver.errors import status as status_object
from harvester_net.review.properties import UNKNOWN

from ... import objects
from ...cluster import LabApi
from ...sites import VERSION, Size, site
from ..review.recordings import text
from .cluster_of_one import cluster_of_one

FORBIDDEN = status_object(403, "Forbidden", "ada may not")


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
    assert all(line.endswith("tag VLAN 1002 too") for line in lines[1:])
    same = run("switch-ports", "--snapshot", before, "--compare", before)
    assert same.output == "nothing changes on the switches\n"


# --- of a preview ----------------------------------------------------------------------------


def recorded(path: Path, name: str = "vlan") -> Path:
    """A preview that was recorded, as if it were of the cluster of one."""
    path.write_text(text(name).replace("cn-data", "data").replace("vm200", "vm100"))
    return path


def test_a_preview_is_laid_over_the_cluster(cluster: LabApi, tmp_path: Path) -> None:
    preview = recorded(tmp_path / "preview.jsonl")
    given = ("topology", "--preview", preview, "--kubeconfig", cluster.kubeconfig())
    changed = "  ~ VM network default/vm100; VLAN 100 → VLAN 201; 1 VM: default/a\n"
    assert changed in run(*given).stdout
    assert "(changed)" in run(*given, "--format=mermaid").stdout
    assert 'class="changed"' in run(*given, "--format=svg").stdout
    [change] = json.loads(run(*given, "--format=json").stdout)["changes"]
    assert (change["mark"], change["words"][0]) == ("changed", "default/vm100")
    assert cluster.writes() == []


def test_a_preview_is_laid_over_a_snapshot(tmp_path: Path) -> None:
    file = snapshot(tmp_path / "site.json", Size(nodes=3, vms=0, networks=2))
    preview = recorded(tmp_path / "preview.jsonl", "create")
    ran = run("topology", "--preview", preview, "--snapshot", file)
    assert ran.exit_code == 0
    assert "3 nodes\n" in ran.stdout
    assert "  + VM network default/vm100; VLAN 100\n" in ran.stdout


def test_without_a_cluster_there_is_what_the_program_declares(tmp_path: Path) -> None:
    preview = recorded(tmp_path / "preview.jsonl", "create")
    ran = run("topology", "--offline", "--preview", preview)
    assert ran.exit_code == 0
    assert ran.stdout.startswith("no node is known\n\n+ cluster network data, MTU 1500\n")
    assert ran.stdout == run("topology", "--offline", "--preview", preview).stdout


def test_who_may_not_list_networks_gets_what_the_program_declares(
    cluster: LabApi, tmp_path: Path
) -> None:
    cluster.fail("LIST vlanconfigs", 403, FORBIDDEN)
    given = ("topology", "--kubeconfig", cluster.kubeconfig(), "--preview")
    ran = run(*given, recorded(tmp_path / "preview.jsonl"))
    assert ran.exit_code == 0
    assert ran.stderr.startswith("drawn of the preview alone: ")
    assert ran.stdout.startswith("no node is known\n")


def test_who_may_not_list_vms_gets_the_picture_without_them(
    cluster: LabApi, tmp_path: Path
) -> None:
    cluster.fail("LIST virtualmachines", 403, FORBIDDEN)
    given = ("topology", "--kubeconfig", cluster.kubeconfig(), "--preview")
    without_vms = run(*given, recorded(tmp_path / "preview.jsonl"))
    assert without_vms.stderr.startswith("left out: virtualmachines.kubevirt.io: ")
    assert "~ VM network default/vm100; VLAN 100 → VLAN 201\n" in without_vms.stdout


def test_who_may_not_list_host_networks_is_told_that_they_are_left_out(
    cluster: LabApi, tmp_path: Path
) -> None:
    given = ("--kubeconfig", cluster.kubeconfig())
    preview = ("--preview", recorded(tmp_path / "preview.jsonl"))
    for command in (["topology"], ["topology", *preview], ["switch-ports"]):
        cluster.fail("LIST hostnetworkconfigs", 403, FORBIDDEN)
        ran = run(*command, *given)
        assert ran.exit_code == 0
        told = "left out: hostnetworkconfigs.network.harvesterhci.io: "
        assert ran.stderr.startswith(told), command


def test_switches_carry_the_host_networks_of_a_living_cluster(cluster: LabApi) -> None:
    given = ("switch-ports", "--format=json", "--kubeconfig", cluster.kubeconfig())
    [before] = json.loads(run(*given).stdout)
    cluster.put(objects.host_network("backup", "data", 400))
    [after] = json.loads(run(*given).stdout)
    assert (before["tagged"], after["tagged"]) == ([100], [100, 400])


@pytest.mark.parametrize(
    ("name", "words"),
    [("refused", "warning: the preview is refused"), ("wrong", "warning: the preview is ref")],
)
def test_a_preview_that_failed_is_said(name: str, words: str, tmp_path: Path) -> None:
    preview = recorded(tmp_path / "preview.jsonl", name)
    ran = run("topology", "--offline", "--preview", preview)
    assert ran.exit_code == 0
    assert ran.stderr.startswith(words)


def test_what_is_known_at_up_only_is_named(tmp_path: Path) -> None:
    preview = recorded(tmp_path / "preview.jsonl", "create")
    preview.write_text(preview.read_text().replace('"eno2"', f'"{UNKNOWN}"'))
    ran = run("topology", "--offline", "--preview", preview)
    assert ran.exit_code == 0
    assert ran.stderr == (
        "warning: not drawn, for too little is known before up: nc-1, nc-2, nc-3\n"
    )


def test_a_picture_is_of_one_preview(tmp_path: Path) -> None:
    file = tmp_path / "preview.jsonl"
    file.write_text(text("vlan") + text("vlan").replace("::networks::", "::more::"))
    ran = run("topology", "--offline", "--preview", file)
    assert ran.exit_code == 1
    assert "previews of networks/dev, more/dev; a picture is of one" in ran.stderr
    file.write_text("{}")
    assert run("topology", "--offline", "--preview", file).exit_code == 1
    assert run("topology", "--offline", "--preview", tmp_path / "none").exit_code == 1


@pytest.mark.parametrize(
    "arguments", [["--offline"], ["--offline", "--preview=x", "--snapshot=y"]]
)
def test_offline_goes_with_a_preview_alone(arguments: list[str]) -> None:
    assert run("topology", *arguments).exit_code == 2


@pytest.mark.parametrize(
    "arguments", [["topology", "--snapshot"], ["switch-ports", "--compare"]]
)
def test_what_is_no_snapshot_is_said(tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "site.json"
    file.write_text("{}")
    result = run(*arguments, file)
    assert result.exit_code == 1
    assert result.stderr == f"error: {file}: is no site: harvester-net snapshot writes one\n"
