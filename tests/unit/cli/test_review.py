"""`harvester-net review`: where it reads and writes, its exit codes, and what it posts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harvester_net.cli.main import app
from harvester_net.lab.apiserver.errors import status as status_object
from harvester_net.review.blocks import size
from harvester_net.review.comment import comment
from harvester_net.review.hosts.place import Host
from harvester_net.review.picture import ALONE

from ..review.hosting import ME, PREFIX, TOKEN, HostServer, Reply, serving
from ..review.recordings import RECORDED, preview, text
from .cluster_of_one import cluster_of_one

Review = Callable[..., Result]
ENVIRON = {
    Host.GITHUB: {
        "GITHUB_REPOSITORY": "acme/net",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_TOKEN": TOKEN,
    },
    Host.GITLAB: {
        "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "7",
        "GITLAB_TOKEN": TOKEN,
    },
    Host.GITEA: {
        "CI_REPO": "acme/net",
        "CI_COMMIT_PULL_REQUEST": "7",
        "GITEA_TOKEN": TOKEN,
    },
    Host.BITBUCKET: {
        "BITBUCKET_REPO_FULL_NAME": "acme/net",
        "BITBUCKET_PR_ID": "7",
        "BITBUCKET_TOKEN": TOKEN,
    },
}
URL = {
    Host.GITHUB: "GITHUB_API_URL",
    Host.GITLAB: "CI_API_V4_URL",
    Host.GITEA: "CI_FORGE_URL",
    Host.BITBUCKET: "BITBUCKET_API_URL",
}


@pytest.fixture
def review(monkeypatch: pytest.MonkeyPatch) -> Review:
    """Runs it outside of every CI."""
    for name in os.environ:
        if name.startswith(("CI", "GITHUB", "GITLAB", "GITEA", "BITBUCKET")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def run(*arguments: object, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, ["review", *map(str, arguments)], input=stdin)

    return run


def recorded(name: str, form: str = "jsonl") -> Path:
    return RECORDED / f"{name}.{form}"


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_standard_input(review: Review, arguments: tuple[str, ...]) -> None:
    ran = review(*arguments, stdin=text("vlan"))
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout_bytes == comment(preview("vlan")).encode()


def test_files_of_several_stacks_into_a_file(review: Review, tmp_path: Path) -> None:
    other = tmp_path / "prod.jsonl"
    other.write_text(text("nothing").replace(":dev::", ":prod::"))
    into = tmp_path / "comment.md"
    ran = review(other, recorded("vlan", "json"), "--output", into)
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "", "")
    written = into.read_text()
    assert written.index("networks/dev -->") < written.index("networks/prod -->")
    assert written.startswith(comment(preview("vlan")))


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("nothing", (0, 0, 0, 0)),
        ("vlan", (0, 11, 0, 0)),
        ("deleted", (0, 11, 0, 0)),
        ("mtu", (0, 10, 10, 0)),
        ("refused", (0, 3, 3, 3)),
        ("wrong", (0, 3, 3, 3)),
    ],
)
def test_exit_codes_of_gates(review: Review, name: str, codes: tuple[int, ...]) -> None:
    gates: list[list[str]] = [[]]
    gates += [["--fail-on", level] for level in ("changes", "interrupts", "refused")]
    assert tuple(review(recorded(name), *gate).exit_code for gate in gates) == codes


def test_the_worst_of_several_stacks_counts(review: Review, tmp_path: Path) -> None:
    other = tmp_path / "prod.jsonl"
    other.write_text(text("mtu").replace(":dev::", ":prod::"))
    ran = review(recorded("vlan"), other, "--fail-on", "changes")
    assert ran.exit_code == 10


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        ((), "", "error: standard input: no preview of Pulumi"),
        ((recorded("vlan"), recorded("vlan", "json")), "", "error: two previews of networks/"),
        (("/is/not/there",), "", "error: [Errno 2] No such file or directory"),
        ((recorded("vlan"), "--output", "/is/not/there"), "", "error: [Errno 2] No such file"),
        ((), '{"changeSummary": {}}', "error: the preview failed before it said of which"),
    ],
)
def test_what_cannot_be_read_or_written_is_one_line(
    review: Review, arguments: tuple[object, ...], stdin: str, words: str
) -> None:
    ran = review(*arguments, stdin=stdin)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith(words)
    assert ran.stderr.count("\n") == 1


def test_bytes_that_are_no_text(review: Review, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    file.write_bytes(text("vlan").encode("utf-16"))
    assert review(file).stderr == f"error: {file}: not UTF-8\n"


def test_a_preview_without_a_name_can_be_given_one(review: Review) -> None:
    failed = json.dumps(
        {"changeSummary": {}, "diagnostics": [{"severity": "error", "message": "error: no"}]}
    )
    ran = review("--stack", "networks/dev", stdin=failed)
    assert ran.exit_code == 0
    assert ran.stdout.startswith("<!-- harvester-net review networks/dev -->\n")


@pytest.mark.parametrize(
    "arguments", [("--owner-label", "x"), ("--stack", "dev"), ("--limit", 10), ("--post", "x")]
)
def test_wrong_calls(review: Review, arguments: tuple[object, ...]) -> None:
    assert review(*arguments, stdin=text("vlan")).exit_code == 2


def test_limit(review: Review) -> None:
    ran = review(recorded("mtu"), "--limit", "2000")
    assert size(ran.stdout) <= 2_000
    assert "a comment has at most 2000 characters" in ran.stdout


# --- the cluster -----------------------------------------------------------------------------


def test_a_look_tells_nodes_and_owners(review: Review, certificates: Path) -> None:
    made = text("mtu").replace("default/db-01", "default/a")
    with cluster_of_one(certificates) as cluster:
        ran = review("--look", "--kubeconfig", cluster.kubeconfig(), stdin=made)
        assert ran.exit_code == 0
        assert cluster.writes() == []
    assert "- `default/a` on `node1`\n" in ran.stdout
    assert "- `default/db-02`\n" in ran.stdout


def test_a_cluster_that_cannot_be_reached_is_said_in_the_comment(
    review: Review, tmp_path: Path
) -> None:
    ran = review(recorded("mtu"), "--look", "--kubeconfig", tmp_path / "none")
    assert ran.exit_code == 0
    assert "Node and owner are not known: " in ran.stdout


@pytest.mark.parametrize("name", ["nothing", "wrong"])
def test_nobody_is_asked_where_there_is_nothing_to_tell(
    name: str, review: Review, tmp_path: Path
) -> None:
    ran = review(recorded(name), "--look", "--kubeconfig", tmp_path / "none")
    assert ran.stdout_bytes == comment(preview(name)).encode()


def test_a_look_tells_of_all_networks_of_the_cluster(
    review: Review, certificates: Path
) -> None:
    made = text("vlan").replace("cn-data", "data").replace("vm200", "vm100")
    with cluster_of_one(certificates) as cluster:
        ran = review("--look", "--kubeconfig", cluster.kubeconfig(), stdin=made)
        assert cluster.writes() == []
    assert "| `node1` | `data` | `eth1` | tag VLAN 201 too |\n" in ran.stdout
    assert "default/vm100<br/>VLAN 100 → VLAN 201<br/>1 VM: default/a<br/>(changed)" in (
        ran.stdout
    )
    assert ALONE not in ran.stdout


def test_networks_that_may_not_be_listed_are_one_line(
    review: Review, certificates: Path
) -> None:
    with cluster_of_one(certificates) as cluster:
        cluster.fail("LIST vlanconfigs", 403, status_object(403, "Forbidden", "ada may not"))
        ran = review(recorded("vlan"), "--look", "--kubeconfig", cluster.kubeconfig())
    assert ran.exit_code == 0
    assert ran.stdout.count("Its networks cannot be looked at: ") == 1
    assert ran.stdout.count(ALONE) == 2


# --- posting ---------------------------------------------------------------------------------


def job_on(server: HostServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a job whose pull request is on the server."""
    host = server.host
    prefix = "" if host is Host.GITEA else PREFIX[host]
    for name, value in (ENVIRON[host] | {URL[host]: f"{server.url}{prefix}"}).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("host", list(Host))
def test_post_from_the_environment_of_the_job(
    host: Host, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(host) as server:
        job_on(server, monkeypatch)
        ran = [review(recorded(it), "--post", host) for it in ("vlan", "vlan", "nothing")]
    assert [it.exit_code for it in ran] == [0, 0, 0]
    where = f"{host}: pull request 7 of {'42' if host is Host.GITLAB else 'acme/net'}: the "
    assert [it.stderr for it in ran] == [
        f"{where}comment on networks/dev is {done}\n"
        for done in ("created", "left as it was", "updated")
    ]
    (written,) = server.comments
    assert (written.body, written.author) == (ran[2].stdout, ME)
    assert ("<!--" in written.body) == (host is not Host.BITBUCKET)


@pytest.mark.parametrize("host", list(Host))
def test_without_a_pull_request_it_says_so_and_ends_well(host: Host, review: Review) -> None:
    ran = review(recorded("vlan"), "--post", host)
    assert ran.exit_code == 0
    assert ran.stderr == f"{host}: this job has no pull request, so nothing is posted\n"
    assert "| ~ update |" in ran.stdout


def test_a_gate_closes_after_the_comment_is_posted(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Host.GITHUB) as server:
        job_on(server, monkeypatch)
        server.otherwise = lambda request: None
        ran = review(
            recorded("mtu"), "--post", "github", "--fail-on", "interrupts", "--limit", 1_000
        )
    assert ran.exit_code == 10
    assert len(server.comments) == 1


def test_a_post_that_fails_is_an_error_and_the_comment_is_written(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Host.GITHUB) as server:
        job_on(server, monkeypatch)
        server.otherwise = lambda request: Reply(401, {"message": f"Bad {TOKEN}"})
        ran = review(recorded("vlan"), "--post", "github")
    assert ran.exit_code == 1
    assert ran.stderr == "error: GITHUB_TOKEN is not accepted (401: Bad [token])\n"
    assert "| ~ update |" in ran.stdout
