"""examples/ci: its scripts are run, with a `pulumi` that says what a real one once did."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from harvester_net.cli.main import app
from harvester_net.review.comment import comment

from .review.recordings import RECORDED, preview

CI = Path(__file__).parents[2] / "examples" / "ci"
FILES = sorted(file for file in CI.rglob("*") if file.is_file())
PULUMI = """\
#!/bin/sh
echo "$PULUMI_ENABLE_STREAMING_JSON_PREVIEW ${GITHUB_TOKEN:-without a token} $*" > "$SAID"
cat "$RECORDED"
exit "$CODE"
"""


@pytest.mark.parametrize(
    ("name", "code", "gate", "ended"),
    [
        ("vlan", 0, (), 0),
        ("vlan", 0, ("--fail-on", "changes"), 11),
        ("mtu", 0, ("--fail-on", "interrupts"), 10),
        ("refused", 255, (), 255),
        ("refused", 255, ("--fail-on", "refused"), 3),
    ],
)
def test_preview_writes_the_comment_and_ends_as_it_should(
    tmp_path: Path, name: str, code: int, gate: tuple[str, ...], ended: int
) -> None:
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(PULUMI)
    pulumi.chmod(0o700)
    places = [str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]]
    environ = {
        "PATH": os.pathsep.join(places),
        "SAID": str(tmp_path / "said"),
        "RECORDED": str(RECORDED / f"{name}.jsonl"),
        "CODE": str(code),
        "PREVIEW": "--expect-no-changes --refresh",
        "TMPDIR": str(tmp_path),
        "GITHUB_TOKEN": "x",
    }
    ran = subprocess.run(
        [str(CI / "preview.sh"), "prod", *gate],
        env=os.environ | environ,
        capture_output=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (ended, b"")
    assert ran.stdout == comment(preview(name)).encode()
    assert (tmp_path / "said").read_text() == (
        "true without a token preview --json --non-interactive --stack prod "
        "--expect-no-changes --refresh\n"
    )
    assert sorted(file.name for file in tmp_path.iterdir()) == ["pulumi", "said"]


def test_a_kubeconfig_is_there_for_the_command_alone(tmp_path: Path) -> None:
    script = (
        'stat -c %a "$KUBECONFIG"; cat "$KUBECONFIG"; echo "${KUBECONFIG_TEXT:-gone}"; exit 5'
    )
    ran = subprocess.run(
        [str(CI / "with-kubeconfig.sh"), "sh", "-c", script],
        env=os.environ | {"KUBECONFIG_TEXT": "kind: Config\nx: $y", "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout) == (5, "600\nkind: Config\nx: $y\ngone\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_commands_and_options_are_real(file: Path) -> None:
    text = file.read_text()
    if file.suffix == ".yml":
        assert yaml.safe_load(text)
    known = get_command(app).commands  # type: ignore[attr-defined]
    for name in re.findall(r"harvester-net (review|rbac)\b", text):
        assert name in known
    options = {
        opt for name in ("review", "rbac") for it in known[name].params for opt in it.opts
    }
    used = re.findall(r"(?:preview\.sh|harvester-net) .*", text)
    found = {option for line in used for option in re.findall(r"(?<!\S)--[a-z-]+", line)}
    assert found - options == set()
