"""`harvester-net adopt`: what it writes and where, and what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harvester_net.adopt.site import KINDS
from harvester_net.cli.main import app

from ...cluster import LabApi
from .cluster_of_one import cluster_of_one

FILES = ["Pulumi.yaml", "__main__.py", "import.json", "requirements.txt"]
STATE = {
    "version": 4,
    "resources": [
        {
            "mode": "managed",
            "type": "harvester_vlanconfig",
            "name": "one",
            "instances": [{"attributes": {"name": "nc-1"}}],
        }
    ],
}


@pytest.fixture
def cluster(certificates: Path) -> Iterator[LabApi]:
    with cluster_of_one(certificates) as api:
        yield api


def adopt(cluster: LabApi, output: Path, *arguments: str) -> Result:
    given = ["adopt", *arguments, f"--output={output}", f"--kubeconfig={cluster.kubeconfig()}"]
    return CliRunner().invoke(app, given)


def files(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_project_is_written(cluster: LabApi, tmp_path: Path) -> None:
    project = tmp_path / "new" / "project"
    result = adopt(cluster, project)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        f"{project}: 1 cluster network, 1 network config, 1 VM network",
        "next: pulumi import --file import.json --protect=false --generate-code=false, then "
        "pulumi preview, which has nothing to change",
    ]
    assert files(project) == FILES
    text = (project / "__main__.py").read_text()
    compile(text, "__main__.py", "exec")
    assert 'hn.VmNetwork("vm100", cluster_network=data, vlan=100, opts=after_data)' in text
    listed = json.loads((project / "import.json").read_text())["resources"]
    assert [each["id"] for each in listed] == ["data", "nc-1", "default/vm100"]


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("yaml", ["Pulumi.yaml", "import.json"]),
        ("typescript", ["Pulumi.yaml", "import.json", "index.ts", "package.json"]),
        ("go", ["Pulumi.yaml", "go.mod", "import.json", "main.go"]),
    ],
)
def test_other_languages(
    cluster: LabApi, tmp_path: Path, language: str, written: list[str]
) -> None:
    project = tmp_path / "project"
    assert adopt(cluster, project, f"--language={language}").exit_code == 0
    assert files(project) == written


def test_nothing_is_overwritten_unless_told(cluster: LabApi, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "__main__.py").write_text("mine")
    refused = adopt(cluster, project)
    assert refused.exit_code == 1
    assert "error: __main__.py in" in refused.stderr
    assert files(project) == ["__main__.py"]
    assert (project / "__main__.py").read_text() == "mine"
    assert adopt(cluster, project, "--force").exit_code == 0
    assert files(project) == FILES
    assert (project / "__main__.py").read_text() != "mine"


def test_a_place_that_is_none_is_said(cluster: LabApi, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place, said in (("file", "is no directory"), ("file/inside", "cannot be written")):
        result = adopt(cluster, tmp_path / place)
        assert result.exit_code == 1
        assert said in result.stderr


def test_only_and_namespaces(cluster: LabApi, tmp_path: Path) -> None:
    project = tmp_path / "project"
    assert "1 VM network" in adopt(cluster, project, "--only", "VmNetwork").output
    text = (project / "__main__.py").read_text()
    assert 'hn.VmNetwork("vm100", cluster_network="data", vlan=100)' in text
    nothing = adopt(cluster, tmp_path / "none", "--only=VmNetwork", "--namespace=shop")
    assert nothing.output == "nothing to adopt: no file was written\n"
    assert not (tmp_path / "none").exists()


def test_what_one_may_not_list_is_left_out(cluster: LabApi, tmp_path: Path) -> None:
    cluster.accept("eves", user="eve")
    project = tmp_path / "project"
    given = ["adopt", f"--output={project}", "--kubeconfig"]
    result = CliRunner().invoke(app, [*given, cluster.kubeconfig({"token": "eves"})])
    assert result.exit_code == 0
    *left_out, last = result.output.splitlines()
    assert [line.split()[2] for line in left_out] == [*KINDS]
    assert last == "nothing to adopt: no file was written"
    assert not project.exists()


def test_from_terraform(cluster: LabApi, tmp_path: Path) -> None:
    state = tmp_path / "terraform.tfstate"
    state.write_text(json.dumps(STATE))
    result = adopt(cluster, tmp_path / "project", f"--terraform-state={state}")
    assert result.output.splitlines()[-1] == "  terraform state rm harvester_vlanconfig.one"


@pytest.mark.parametrize("content", [b"{}", b"\xff\xfe", None])
def test_a_state_that_is_none_is_said_and_nothing_written(
    cluster: LabApi, tmp_path: Path, content: bytes | None
) -> None:
    state, project = tmp_path / "state", tmp_path / "project"
    if content is not None:
        state.write_bytes(content)
    result = adopt(cluster, project, f"--terraform-state={state}")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {state} ")
    assert not project.exists()
