"""`harvester-net snapshot`: what it asks, what it writes and where, and what it says."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from harvester_net.cli import snapshotting
from harvester_net.cli.main import app
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.errors import Unreachable
from harvester_net.cluster.resources import SUBNET, Object
from harvester_net.harvester.site.document import Document, kind_name, written
from harvester_net.harvester.site.kinds import SITE_KINDS, kept
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.manifests import namespaces
from harvester_net.lab.manifests.definitions import definitions

from ...sites import PRIVATE, VERSION, Size, site

SIZE = Size(nodes=2, vms=3, networks=2)
RBAC = "rbac.authorization.k8s.io"
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "keys", "namespace": SIZE.namespace},
    "stringData": {"key": PRIVATE},
}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """A site on an API server that answers from another thread."""
    up, loop, done = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    running = ControlPlane()

    async def serve() -> None:
        async with running:
            fill(running)
            up.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert up.wait(30)
    try:
        yield running
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


def fill(plane: ControlPlane) -> None:
    shop = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SIZE.namespace}}
    plane.load([*namespaces(), shop, *definitions(VERSION), SECRET])
    plane.restore(obj for found in site(SIZE).values() for obj in found)
    role = {"name": "viewer"}
    rule = {"verbs": ["list"], "apiGroups": ["*"], "resources": ["*"]}
    groups = [group for group in plane.catalog.groups() if group != "kubevirt.io"]
    rules = [rule | {"apiGroups": [group]} for group in ("", *groups)]
    api = f"{RBAC}/v1"
    reference = {"apiGroup": RBAC, "kind": "ClusterRole"} | role
    user = {"apiGroup": RBAC, "kind": "User", "name": "viewer"}
    plane.load(
        [
            {"apiVersion": api, "kind": "ClusterRole", "metadata": role, "rules": rules},
            {
                "apiVersion": api,
                "kind": "ClusterRoleBinding",
                "metadata": role,
                "roleRef": reference,
                "subjects": [user],
            },
        ]
    )
    plane.authenticator.tokens["viewers"] = User("viewer")


class Snapshot:
    """Runs `harvester-net snapshot` against the site."""

    def __init__(self, plane: ControlPlane, directory: Path) -> None:
        self.plane, self.directory = plane, directory
        self.kubeconfig = str(plane.kubeconfig)

    def __call__(self, *arguments: str) -> Result:
        given = [*arguments, "--kubeconfig", self.kubeconfig]
        return CliRunner().invoke(app, ["snapshot", *given])

    def by_viewer(self) -> None:
        """Who may list everything but VMs, and nothing else."""
        text = self.plane.kubeconfig.read_text()
        config = json.loads(text)
        config["users"] = [{"name": "admin", "user": {"token": "viewers"}}]
        path = self.directory / "viewer.kubeconfig"
        path.write_text(json.dumps(config))
        self.kubeconfig = str(path)


@pytest.fixture
def snapshot(plane: ControlPlane, tmp_path: Path) -> Snapshot:
    return Snapshot(plane, tmp_path)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


NONE = (
    "hostnetworkconfigs.network.harvesterhci.io",
    "upgrades.harvesterhci.io",
    "virtualmachinebackups.harvesterhci.io",
    "virtualmachinerestores.harvesterhci.io",
)
"""Kinds of which the site has no object."""


def without_time(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith('"time"')]


def test_standard_output_is_the_document_and_nothing_else(snapshot: Snapshot) -> None:
    result = snapshot()
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["harvester"] == VERSION
    assert document["anonymized"] is False
    assert {name: len(found) for name, found in document["objects"].items()} == {
        kind_name(kind): len(found) for kind, found in kept(site(SIZE)).items()
    } | dict.fromkeys(NONE, 0)


def test_what_the_cluster_has_is_what_is_written(snapshot: Snapshot) -> None:
    document = json.loads(snapshot().stdout)
    for kind, found in kept(site(SIZE)).items():
        assert document["objects"][kind_name(kind)] == found, kind_name(kind)


def test_no_secret_and_no_user_data_is_written(snapshot: Snapshot) -> None:
    assert PRIVATE not in snapshot().stdout


def test_a_kind_that_is_not_served_is_said_once_and_left_out(snapshot: Snapshot) -> None:
    result = snapshot()
    assert result.stderr == "left out: subnets.kubeovn.io: the server does not know it\n"
    document = json.loads(result.stdout)
    assert document["leftOut"] == {"subnets.kubeovn.io": "the server does not know it"}
    assert kind_name(SUBNET) not in document["objects"]


def test_what_the_user_may_not_list_is_said_and_left_out(snapshot: Snapshot) -> None:
    snapshot.by_viewer()
    result = snapshot()
    assert result.exit_code == 0
    assert "left out: virtualmachines.kubevirt.io: the user may not list it" in result.stderr
    document = json.loads(result.stdout)
    assert len(document["leftOut"]) == 4
    assert "virtualmachines.kubevirt.io" not in document["objects"]
    assert document["objects"]["nodes"]


def test_listing_is_all_that_is_asked_for(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    close = Cluster.close

    async def noted(self: Cluster) -> None:
        asked.extend(self.connection.requests)
        await close(self)

    monkeypatch.setattr(Cluster, "close", noted)
    snapshot()
    assert sorted(set(asked)) == sorted({f"GET {kind.plural}" for kind in SITE_KINDS})


def test_a_file_is_for_its_owner_alone_and_says_what_is_in_it(snapshot: Snapshot) -> None:
    path = snapshot.directory / "site.json"
    path.write_text("before")
    path.chmod(0o644)
    result = snapshot("--output", str(path))
    assert result.exit_code == 0
    assert result.stdout == (
        f"{path}: Harvester {VERSION}, 2 nodes, 3 cluster networks, 3 VM networks, 3 VMs\n"
    )
    assert mode(path) == 0o600
    assert without_time(path.read_text()) == without_time(snapshot().stdout)
    assert os.listdir(snapshot.directory) == ["site.json"]


def test_anonymized_no_name_is_left(snapshot: Snapshot) -> None:
    result = snapshot("--anonymize")
    document = json.loads(result.stdout)
    assert document["anonymized"] is True
    text = json.dumps(document["objects"])
    for name in (SIZE.data, SIZE.vm(0), SIZE.vm_network(0), *SIZE.node_names):
        assert f'"{name}"' not in text
    assert without_time(result.stdout) == without_time(snapshot("--anonymize").stdout)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("no/such/site.json", "cannot be written: there is no directory"),
        (".", "is no file; give --output the name of one"),
        ("device", "is no file; give --output the name of one"),
    ],
)
def test_where_no_file_can_be_is_said_before_the_cluster_is_asked(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, place: str, why: str
) -> None:
    async def never(*_: Any) -> Any:
        raise AssertionError("the cluster was asked")

    monkeypatch.setattr(Cluster, "list", never)
    (snapshot.directory / "device").symlink_to("/dev/null")
    result = snapshot("--output", str(snapshot.directory / place))
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert why in result.stderr
    assert result.stderr.count("\n") == 1


def test_nothing_is_written_half(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path = snapshot.directory / "site.json"
    path.write_text("before")
    monkeypatch.setattr("harvester_net.cli.writing.os.replace", full)
    result = snapshot("--output", str(path))
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        f"error: {path} cannot be written: No space left on device"
    )
    assert path.read_text() == "before"
    assert os.listdir(snapshot.directory) == ["site.json"]


def test_a_cluster_that_is_too_large_is_refused(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshotting, "LARGEST", 1000)
    result = snapshot()
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "error: the cluster is too large: its document has" in result.stderr


@pytest.mark.parametrize("listed", [[{"metadata": {}}], [{}], ["text"], [None]])
def test_an_answer_that_cannot_be_read_is_one_line(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, listed: list[Object]
) -> None:
    async def odd(*_: Any, **__: Any) -> tuple[list[Object], str]:
        return listed, "7"

    monkeypatch.setattr("harvester_net.cluster.connection.Connection.list", odd)
    result = snapshot()
    assert result.exit_code == 1
    assert result.stderr == "error: the API server's list of nodes cannot be read\n"


def test_a_cluster_that_does_not_answer_is_one_line(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_: Any, **__: Any) -> Any:
        raise Unreachable("https://10.0.0.1 does not answer")

    monkeypatch.setattr("harvester_net.cluster.connection.Connection.list", silent)
    result = snapshot()
    assert result.exit_code == 1
    assert result.stderr == "error: https://10.0.0.1 does not answer\n"


def test_a_site_without_a_version_says_so() -> None:
    document = Document("", "2026-01-01T00:00:00Z", {})
    assert snapshotting.summary(document) == "Harvester of an unknown version"
    assert '"objects": {\n\n}}' in written(document)
