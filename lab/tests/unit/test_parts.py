"""The pure parts of the lab: order, types, objects, certificates, users, ports, status."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from harvester_net.lab import certificates, launch
from harvester_net.lab.errors import LabError
from harvester_net.lab.manifests import base_objects, namespaces
from harvester_net.lab.processes import tail
from harvester_net.lab.status import ComponentStatus, Status, read, supervising, supervisor_of
from harvester_net.lab.users import USERS, Users
from lab import pulumi_tools
from lab.binaries import BINARIES
from lab.components import COMPONENTS, LISTENING, OBJECTS, Component, component
from lab.definitions import from_longhorn, open_type, without_descriptions
from lab.language_host import engine_address
from lab.objects import collection, way_to
from lab.setup import Setup, free_ports, own_address
from lab.step_graph import Step, run_in_order


async def test_steps_run_when_what_they_need_is_done() -> None:
    done: list[str] = []

    async def nothing() -> None:
        await asyncio.sleep(0)

    steps = {
        "last": Step(nothing, ("left", "right")),
        "left": Step(nothing, ("first",)),
        "right": Step(nothing, ("first",)),
        "first": Step(nothing),
    }
    await run_in_order(steps, done.append)
    assert done == ["first", "left", "right", "last"]


async def test_first_failure_is_raised_alone_and_cancels_the_rest() -> None:
    async def fail() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(_refuse())

    async def _refuse() -> None:
        raise LabError("no")

    async def never() -> None:
        await asyncio.Event().wait()

    with pytest.raises(LabError, match="no"):
        await run_in_order({"a": Step(fail), "b": Step(never)}, lambda name: None)


def test_every_component_has_a_program_and_known_needs(setup: Setup) -> None:
    known = {each.name for each in COMPONENTS} | {OBJECTS}
    programs = {each.name for each in BINARIES}
    for each in COMPONENTS:
        assert each.name in programs
        assert set(each.needs) <= known
        assert each.command(setup)[0] == str(setup.programs[each.name])


@pytest.mark.parametrize("each", COMPONENTS, ids=lambda each: each.name)
def test_nothing_is_told_to_listen_on_all_addresses(each: Component, setup: Setup) -> None:
    assert not [flag for flag in each.command(setup) if flag.endswith("=0.0.0.0")]


def test_webhook_is_reached_at_this_machines_address(setup: Setup) -> None:
    _, endpoints = way_to(component("harvester-webhook"), setup, open_for_calls=True)
    assert endpoints["endpoints"] == [
        {"addresses": ["192.0.2.7"], "conditions": {"ready": True}}
    ]
    assert endpoints["ports"][0]["port"] == setup.ports["harvester-webhook"]
    assert endpoints["metadata"]["labels"] == {
        "kubernetes.io/service-name": "harvester-webhook"
    }


def test_component_that_nobody_calls_needs_no_way(setup: Setup) -> None:
    assert way_to(component("etcd"), setup, open_for_calls=True) == []


@pytest.mark.parametrize(
    ("obj", "path"),
    [
        (("v1", "Namespace", None), "/api/v1/namespaces"),
        (("v1", "Service", "kubevirt"), "/api/v1/namespaces/kubevirt/services"),
        (
            ("monitoring.coreos.com/v1", "Prometheus", "m"),
            "/apis/monitoring.coreos.com/v1/namespaces/m/prometheuses",
        ),
        (
            ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", None),
            "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses",
        ),
    ],
)
def test_objects_are_posted_to_their_collection(
    obj: tuple[str, str, str | None], path: str
) -> None:
    version, kind, namespace = obj
    metadata = {"name": "x"} | ({"namespace": namespace} if namespace else {})
    assert collection({"apiVersion": version, "kind": kind, "metadata": metadata}) == path


def test_namespaces_of_all_base_objects_are_made() -> None:
    made = {each["metadata"]["name"] for each in namespaces()}
    used = {each["metadata"].get("namespace") for each in base_objects()} - {None}
    assert used <= made


LONGHORN = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  labels: {{- include "longhorn.labels" . | nindent 4 }}
  name: volumes.longhorn.io
spec:
  conversion: {strategy: Webhook}
  names: {plural: volumes}
  versions: [{name: v1beta1}, {name: v1beta2}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.longhorn.io}
spec:
  names: {plural: backups}
  versions: [{name: v1beta2}]
"""


def test_only_the_used_types_and_version_of_longhorn_are_kept() -> None:
    (volumes,) = from_longhorn(LONGHORN)
    assert volumes["metadata"] == {"name": "volumes.longhorn.io"}
    assert volumes["spec"] == {
        "names": {"plural": "volumes"},
        "versions": [{"name": "v1beta2"}],
    }


def test_descriptions_go_but_properties_of_that_name_stay() -> None:
    schema: dict[str, Any] = {
        "description": "prose",
        "properties": {"description": {"type": "string", "description": "prose"}},
    }
    assert without_descriptions(schema) == {"properties": {"description": {"type": "string"}}}


@pytest.mark.parametrize(
    ("kind", "name"),
    [("Flow", "flows.example.io"), ("Prometheus", "prometheuses.example.io")],
)
def test_open_type_is_named_by_its_plural(kind: str, name: str) -> None:
    assert open_type("example.io", "v1", kind, True)["metadata"]["name"] == name


def test_certificates_are_signed_by_the_labs_authority(tmp_path: Path) -> None:
    directory = tmp_path / "certificates"
    certificates.write_all(directory)
    loaded = {path.stem: _certificate(path) for path in directory.glob("*.crt")}
    for name in ("kube-apiserver", "front-proxy", "virt-api", "kubevirt"):
        loaded[name].verify_directly_issued_by(loaded["ca"])
    for key in directory.glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_api_server_is_trusted_by_every_name_it_is_called(tmp_path: Path) -> None:
    certificates.write_all(tmp_path / "c")
    extensions = _certificate(tmp_path / "c" / "kube-apiserver.crt").extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    shown = {str(each.value) for each in names}
    assert shown == set(certificates.API_SERVER_NAMES)


def test_each_lab_has_tokens_of_its_own(tmp_path: Path) -> None:
    one, other = Users(tmp_path / "one"), Users(tmp_path / "other")
    for users in (one, other):
        users.write("https://127.0.0.1:1", tmp_path / "ca.crt")
    assert one.token("admin") != other.token("admin")
    rows = list(csv.reader(one.tokens_csv.read_text().splitlines()))
    assert [(row[0], row[1]) for row in rows] == [(one.token(u), USERS[u]) for u in USERS]


def test_kubeconfig_names_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    users = Users(tmp_path / "users")
    users.write("https://127.0.0.1:1", tmp_path / "ca.crt")
    content = json.loads(users.kubeconfig("admin").read_text())
    assert content["users"][0]["user"] == {"tokenFile": str(users.token_file("admin"))}
    for file in users.directory.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_ports_are_free_and_different() -> None:
    ports = free_ports(LISTENING)
    assert set(ports) == set(LISTENING)
    assert len(set(ports.values())) == len(LISTENING)


def test_own_address_may_be_used_for_webhooks() -> None:
    assert not own_address().startswith(("127.", "169.254."))


def test_status_comes_back_as_it_was_written(tmp_path: Path) -> None:
    status = Status(
        "main", nodes=3, components={"etcd": ComponentStatus("3", 1, 2, "running")}
    )
    status.write(tmp_path)
    assert read(tmp_path) == status
    assert read(tmp_path / "missing") is None


def test_lab_lives_as_long_as_its_supervisor(tmp_path: Path) -> None:
    assert supervisor_of(tmp_path) is None
    with supervising(tmp_path):
        assert supervisor_of(tmp_path) == os.getpid()
    assert supervisor_of(tmp_path) is None


def test_tail_shows_the_last_lines_shortened(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("first\nsecond\n" + "x" * 1000 + "\n")
    assert tail(log, 2) == "second\n" + "x" * 300
    assert tail(tmp_path / "missing") == "(no log)"


@pytest.mark.parametrize("name", ["", "Upper", "a/b", "-a", "a-", "x" * 41])
def test_senseless_name_is_refused(name: str, labs_here: Path) -> None:
    with pytest.raises(LabError, match="can't be the name of a lab"):
        launch.new_directory(name)


def test_remains_of_a_killed_lab_are_swept_away(labs_here: Path) -> None:
    (launch.new_directory("dead") / "lock").write_text("1")
    alive = launch.new_directory("alive")
    made_just_now = launch.new_directory("young")
    with supervising(alive):
        launch.sweep()
        assert launch.names() == ["alive"]
    assert {path.name for path in alive.parent.iterdir()} == {"alive", made_just_now.name}


def test_who_has_no_pulumi_hears_of_both_ways_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_go(names: list[str], console: object) -> dict[str, Path]:
        raise LabError("that needs Go")

    monkeypatch.setattr(pulumi_tools, "ensure", without_go)
    with pytest.raises(LabError) as refused:
        pulumi_tools.pulumi_command()
    assert str(refused.value) == (
        "The command pulumi is not on PATH. How to install it: "
        "https://www.pulumi.com/docs/iac/download-install\nOr have it built: that needs Go"
    )


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        (["127.0.0.1:1"], "127.0.0.1:1"),
        (["-root=/x", "-v=3", "127.0.0.1:1"], "127.0.0.1:1"),
        ([], ""),
    ],
)
def test_language_host_finds_the_engine(arguments: list[str], address: str) -> None:
    assert engine_address(arguments) == address


@pytest.fixture
def labs_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    ports = {name: 20000 + number for number, name in enumerate(LISTENING)}
    programs = {each.name: Path("/programs") / each.name for each in BINARIES}
    return Setup(tmp_path, ports, "192.0.2.7", programs)


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())
