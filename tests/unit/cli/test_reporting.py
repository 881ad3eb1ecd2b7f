"""`harvester-net report`: the page of a cluster, of a file, and of a preview."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ...cluster import LabApi
from ...sites import Size
from .cluster_of_one import cluster_of_one
from .test_picturing import FORBIDDEN, recorded, run, snapshot


@pytest.fixture
def cluster(certificates: Path) -> Iterator[LabApi]:
    with cluster_of_one(certificates) as api:
        yield api


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def test_a_living_cluster_is_on_the_page_and_nothing_is_written_to_it(
    cluster: LabApi, page: Path
) -> None:
    page.write_text("what was there")
    ran = run("report", "--html", page, "--kubeconfig", cluster.kubeconfig())
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == f"{page} is written; open it in a browser\n"
    text = page.read_text()
    assert text.startswith("<!doctype html>\n")
    assert "<p>Read from https://127.0.0.1:" in text
    assert ">nc-1</" in text
    assert cluster.writes() == []
    # It names nodes, VMs and VLANs.
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_a_snapshot_needs_no_cluster_and_gives_the_same_bytes(
    tmp_path: Path, page: Path
) -> None:
    file = snapshot(tmp_path / "site.json", Size(nodes=3, vms=5, networks=4))
    assert run("report", "--html", page, "--snapshot", file).exit_code == 0
    first = page.read_bytes()
    assert run("report", "--html", page, "--snapshot", file).exit_code == 0
    assert page.read_bytes() == first
    assert b"Read from the snapshot site.json, Harvester v1.8.0." in first


def test_a_preview_is_laid_over_the_cluster(
    cluster: LabApi, tmp_path: Path, page: Path
) -> None:
    preview = recorded(tmp_path / "preview.jsonl")
    given = ("--preview", preview, "--kubeconfig", cluster.kubeconfig())
    assert run("report", "--html", page, *given).exit_code == 0
    text = page.read_text()
    assert "<title>Preview of networks/dev</title>" in text
    assert "<td>VLAN 100 → VLAN 201</td>" in text


def test_without_a_cluster_there_is_what_the_program_declares(
    tmp_path: Path, page: Path
) -> None:
    preview = recorded(tmp_path / "preview.jsonl", "create")
    ran = run("report", "--html", page, "--offline", "--preview", preview)
    assert ran.exit_code == 0
    assert "Read from the preview alone: no cluster was looked at." in page.read_text()


def test_what_may_not_be_listed_is_named_on_the_page(
    cluster: LabApi, tmp_path: Path, page: Path
) -> None:
    cluster.fail("LIST virtualmachines", 403, FORBIDDEN)
    given = ("--html", page, "--kubeconfig", cluster.kubeconfig())
    ran = run("report", *given)
    assert (ran.exit_code, ran.stderr.count("left out: ")) == (0, 1)
    text = page.read_text()
    assert "Left out: virtualmachines.kubevirt.io: " in text
    assert "The VMs were not looked at." in text
    cluster.fail("LIST vlanconfigs", 403, FORBIDDEN)
    assert run("report", *given).exit_code == 1
    cluster.fail("LIST vlanconfigs", 403, FORBIDDEN)
    preview = recorded(tmp_path / "preview.jsonl")
    assert run("report", *given, "--preview", preview).exit_code == 0
    assert "Left out: all of the cluster: " in page.read_text()


def test_a_wrong_call_is_said_before_the_cluster_is_asked(tmp_path: Path, page: Path) -> None:
    nowhere = tmp_path / "none" / "page.html"
    ran = run("report", "--html", nowhere, "--kubeconfig", tmp_path / "no-kubeconfig")
    assert ran.stderr == (
        f"error: {nowhere} cannot be written: there is no directory {nowhere.parent}\n"
    )
    assert run("report", "--html", tmp_path, "--snapshot", "x").stderr == (
        f"error: {tmp_path} is no file; give --html the name of one\n"
    )
    assert run("report", "--html", page, "--offline").exit_code == 2
    assert run("report").exit_code == 2
    page.write_text("{}")
    ran = run("report", "--html", page, "--snapshot", page)
    assert ran.stderr == f"error: {page}: is no site: harvester-net snapshot writes one\n"
    assert page.read_text() == "{}"
