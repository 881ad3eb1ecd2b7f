"""`harvester-net lab`: a lab's life by the command line, its texts and exit codes."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
from typer.testing import CliRunner, Result

from harvester_net.cli import lab as lab_commands
from harvester_net.cli.main import app
from harvester_net.cluster.resources import VM
from harvester_net.lab import Lab, commands, defaults, launch, pulumi_settings, shell, vms
from harvester_net.lab.errors import LabError
from harvester_net.lab.status import REAL, ComponentStatus, Status, supervising

FAULT = "nic-missing node=node2 nic=eno2"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["lab", *arguments], prog_name="harvester-net")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the labs of these tests are, and no others."""
    directory = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(directory))
        patch.setenv("XDG_CACHE_HOME", str(directory / "cache"))
        patch.setenv("PULUMI_HOME", str(directory / "pulumi"))
        yield directory


@pytest.fixture(scope="module")
def lab(state: Path) -> Iterator[Lab]:
    """The lab "main", brought up by the command."""
    result = invoke("up")
    assert (result.exit_code, result.stderr) == (0, "")
    running = Lab.attach(defaults.NAME)
    yield running
    running.down()


def test_up_again_says_what_there_is_and_how_to_use_it(lab: Lab) -> None:
    result = invoke("up")
    assert result.exit_code == 0
    assert result.stdout == (
        'The lab "main" is up already: 3 nodes, Harvester v1.8.2.\n'
        f"  its API      {lab.url}\n"
        f"  kubeconfig   {lab.kubeconfig}\n"
        "  to use it    harvester-net lab shell\n"
        "  to end it    harvester-net lab down\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nodes", "4"], "nodes is 3, not 4"),
        (["--version", "1.7.1"], "version is v1.8.2, not v1.7.1"),
        (["--like", __file__], f"like is not given, not {__file__}"),
    ],
)
def test_up_does_not_pass_another_lab_off_as_the_one_asked_for(
    lab: Lab, arguments: list[str], said: str
) -> None:
    result = invoke("up", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f'The lab "main" is up already, and is another one: {said}. Take it down first'
        " (`harvester-net lab down --name main`), or choose another name.\n"
    )


def test_lab_with_a_name_says_its_name_in_the_commands(state: Path) -> None:
    result = invoke("up", "--name", "other", "--nodes", "1", "--version", "v1.7.1")
    try:
        assert result.stdout.startswith('The lab "other" is up, in 0.')
        assert " s: 1 node, Harvester v1.7.1.\n" in result.stdout
        assert "harvester-net lab shell --name other\n" in result.stdout
    finally:
        ended = invoke("down", "--name", "other")
    assert (ended.exit_code, ended.stdout) == (0, 'The lab "other" is down.\n')
    assert "other" not in launch.names()


def test_status_tells_what_runs(lab: Lab) -> None:
    shown = invoke("status").stdout
    assert shown.startswith('The lab "main" is ')
    assert ": 3 nodes, Harvester v1.8.2.\n" in shown
    assert f"Its API is at {lab.url}\n" in shown
    assert ["kube-apiserver", "running"] in [line.split() for line in shown.splitlines()]


@pytest.mark.parametrize(("state_", "code"), [("ready", 0), ("degraded", 1)])
def test_status_of_programs_has_their_versions_and_ports(
    state: Path, state_: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = launch.new_directory(f"real-{state_}")
    webhook = ComponentStatus("1.8.0", 7, 20001, "running")
    with supervising(directory):
        Status(
            f"real-{state_}",
            state_,  # type: ignore[arg-type]
            control_plane=REAL,
            message="etcd was killed",
            nodes=2,
            components={"harvester-webhook": webhook},
        ).write(directory)
        assert commands.status(f"real-{state_}") == code
    shown = capsys.readouterr().out
    why = " (etcd was killed)" if code else ""
    assert shown.startswith(
        f'The lab "real-{state_}" is {state_}{why}: 2 simulated nodes, Harvester\'s own'
    )
    assert ["harvester-webhook", "running", "1.8.0", "7", "20001"] in [
        line.split() for line in shown.splitlines()
    ]


def test_kubeconfig_is_a_path_alone(lab: Lab) -> None:
    path = Path(invoke("kubeconfig").stdout.removesuffix("\n"))
    server = json.loads(path.read_text())["clusters"][0]["cluster"]["server"]
    assert server == lab.url


def test_logs_are_the_supervisors_unless_another_is_named(lab: Lab) -> None:
    assert "INFO lab:" in invoke("logs").stdout
    wrong = invoke("logs", "etcd")
    assert wrong.exit_code == 1
    assert wrong.stderr == (
        'The lab "main" has no log of "etcd". It has logs of: supervisor.\n'
    )


def test_faults_hold_from_when_they_are_given_until_they_are_cleared(lab: Lab) -> None:
    assert invoke("faults").stdout == "No faults.\n"
    assert invoke("faults", FAULT).stdout == f"{FAULT}\n"
    assert invoke("faults").stdout == f"{FAULT}\n"
    assert invoke("faults", "--clear").stdout == "No faults.\n"


def test_fault_that_the_nodes_cannot_have_is_refused(lab: Lab) -> None:
    result = invoke("faults", "switch-mtu mtu=1500")
    assert (result.exit_code, result.stderr) == (
        1,
        '"switch-mtu mtu=1500" needs a real node\n',
    )
    invoke("faults", "--clear")


def test_rehearsal_says_who_was_down_until_it_is_forgotten(lab: Lab) -> None:
    invoke("reset")
    lab.client.create(VM.path("default"), vms.vm("web-1"))
    while "default/web-1" not in vms.running(lab.client):
        sleep(0.05)
    lab.client.delete(VM.path("default", "web-1"))
    while vms.running(lab.client):
        sleep(0.05)
    shown = invoke("rehearsal").stdout
    assert ": 1 of 1 VM that ran was down\n" in shown
    assert "\ndefault/web-1 " in shown
    told = json.loads(invoke("rehearsal", "--json").stdout)
    assert (told["vmsThatRan"], told["vms"][0]["vm"]) == (1, "default/web-1")
    assert invoke("rehearsal", "--restart").stdout == ""
    assert ": none of 0 VMs was down\n" in invoke("rehearsal").stdout


def test_reset_takes_away_what_was_made(lab: Lab) -> None:
    path = "/api/v1/namespaces/default/configmaps"
    named = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}}
    lab.client.create(path, named)
    result = invoke("reset")
    assert (result.exit_code, result.stdout) == (
        0,
        'The lab "main" is as it was when it came up.\n',
    )
    assert "mine" not in [each["metadata"]["name"] for each in lab.client.list(path)["items"]]


def test_shell_means_the_lab_and_keeps_stacks_with_it(lab: Lab) -> None:
    lines = invoke("shell-env").stdout
    script = lines + 'echo "$KUBECONFIG|$PULUMI_BACKEND_URL|$PULUMI_HOME"'
    seen = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True)
    kept = lab.directory / "pulumi"
    assert seen.stdout == f"{lab.kubeconfig}|file://{kept}/state|{kept}/home\n"
    assert (kept / "state").is_dir()


def test_shell_shares_the_users_plugins(lab: Lab, state: Path) -> None:
    values = shell.variables(lab)
    plugins = Path(values["PULUMI_HOME"]) / "plugins"
    assert plugins.resolve() == state / "pulumi" / "plugins"


def test_shell_without_pulumi_says_so(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/bin/true")
    monkeypatch.setattr(pulumi_settings, "search_path", lambda: str(tmp_path))
    result = invoke("shell")
    assert result.exit_code == 0
    assert result.stderr == (
        "pulumi is not on PATH, so this shell is without it. To install it: "
        "https://www.pulumi.com/docs/iac/download-install\n"
    )
    program = tmp_path / "pulumi"
    program.touch(mode=0o755)
    assert invoke("shell").stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["status", "--name", "x"], 1, 'The lab "x" is not up. '),
        (["down", "--name", "x"], 0, 'There is no lab "x"; nothing to do.\n'),
        (
            ["reset", "--name", "x"],
            1,
            'There is no lab "x" that is up. Bring it up with `harvester-net lab up --name'
            " x`.\n",
        ),
        (["up", "--name", "No!"], 1, '"No!" can\'t be the name of a lab: use up to 40 small'),
    ],
)
def test_what_is_said_of_a_lab_that_is_not_there(
    state: Path, arguments: list[str], code: int, said: str
) -> None:
    result = invoke(*arguments)
    assert result.exit_code == code
    assert result.output.startswith(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["up", "--nodes", "0"], "Invalid value for '--nodes': "),
        (["up", "--version", "newest"], "'newest' is no version of Harvester, such as v1.8.2"),
        (["up", "--like", "/no/such"], "Invalid value for '--like': "),
        (["up", "--like", __file__, "--nodes", "3"], "leave --nodes and --version out"),
        (["faults", "nic-missing"], "'nic-missing' should read nic-missing node=... nic=..."),
        (["faults", "fire"], "unknown fault 'fire'; known: nic-missing, "),
        (["faults", FAULT, "--clear"], "give either faults or --clear"),
        (["build"], "No such command 'build'."),
    ],
)
def test_wrong_calls(arguments: list[str], said: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_down_of_all_labs_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert invoke("down", "--all").stdout == "No lab is up; nothing to do.\n"
    monkeypatch.setattr(launch, "names", lambda: ["a", "b"])
    monkeypatch.setattr(launch, "take_down", lambda name: True)
    assert invoke("down", "--all").stdout == 'The lab "a" is down.\nThe lab "b" is down.\n'


def test_without_the_extra_one_line_says_what_to_install(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harvester_net.lab.handle.find_spec", lambda name: None)
    result = invoke("up", "--name", "bare")
    assert (result.exit_code, result.output) == (
        1,
        "A lab needs the package cryptography: pip install 'harvester-net[lab]'\n",
    )


def test_interrupted_start_is_told(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    def interrupted(*_: object, **__: object) -> Lab:
        raise KeyboardInterrupt

    monkeypatch.setattr(Lab, "start", interrupted)
    result = invoke("up", "--name", "slow")
    assert (result.exit_code, result.stderr) == (
        130,
        "Interrupted; a lab that was coming up has been taken down.\n",
    )


def test_likeness_has_the_nodes_and_version_of_its_site(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "site.json"
    with Lab.start(nodes=2, version="v1.7.1") as site:
        options = ["--output", str(file), "--kubeconfig", str(site.kubeconfig)]
        assert CliRunner().invoke(app, ["snapshot", *options]).exit_code == 0
    result = invoke("up", "--name", "likeness", "--like", str(file))
    try:
        assert f" s: 2 nodes, Harvester v1.7.1, like {file}.\n" in result.stdout
        status = invoke("status", "--name", "likeness")
        assert f": 2 nodes, Harvester v1.7.1, like {file}.\n" in status.stdout
    finally:
        invoke("down", "--name", "likeness")


def test_failed_start_says_why_and_where_the_logs_are(state: Path, tmp_path: Path) -> None:
    senseless = tmp_path / "site.json"
    senseless.write_text("nonsense")
    result = invoke("up", "--name", "bad", "--like", str(senseless))
    logs = state / "cache" / "harvester-net" / "lab-failures" / "bad"
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"The lab did not come up. {senseless}: is no JSON")
    assert result.stderr.endswith(f"\nAll logs of this start: {logs}\n")
    assert "bad" not in launch.names()


def test_help_and_other_commands_load_nothing_of_a_lab() -> None:
    script = (
        "import sys; from typer.testing import CliRunner; import harvester_net.cli.main as m;"
        "assert CliRunner().invoke(m.app, ['lab', 'up', '--help']).exit_code == 0;"
        "print(*sorted(n for n in sys.modules if n.startswith('harvester_net.lab.')"
        " or n in ('aiohttp', 'cryptography', 'kubernetes')))"
    )
    seen = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert seen.stdout.split() == [
        "harvester_net.lab.defaults",
        "harvester_net.lab.versions",
    ], seen.stderr


def test_commands_need_only_what_is_always_installed(state: Path) -> None:
    """`cryptography` comes with the extra, and is asked for by a lab's own process."""
    script = (
        "import sys; sys.modules['cryptography'] = None;"
        "from harvester_net.cli.main import app;"
        "app(['lab', 'down', '--name', 'x'])"
    )
    assert importlib.util.find_spec("cryptography")
    seen = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (seen.returncode, seen.stdout) == (0, 'There is no lab "x"; nothing to do.\n')


def test_errors_of_a_lab_are_errors_of_the_command() -> None:
    def fails() -> int:
        raise LabError("The lab is on fire.")

    assert commands.exit_code(fails) == 1
    assert lab_commands.CODES.startswith("Exit codes: 0 done")
