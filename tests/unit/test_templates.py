"""The templates of `pulumi new`: alike in every language, and of the version released."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harvester_net.specs.about import about
from harvester_net.version import VERSION

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
LANGUAGES = {"python": "python", "yaml": "yaml", "typescript": "nodejs", "go": "go"}
PROGRAMS = {
    "python": "__main__.py",
    "yaml": "Pulumi.yaml",
    "typescript": "index.ts",
    "go": "main.go",
}
NAMES = about()["language"]


def project(language: str) -> dict[str, Any]:
    text = (TEMPLATES / f"harvester-{language}" / "Pulumi.yaml").read_text()
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def text(language: str, file: str) -> str:
    return (TEMPLATES / f"harvester-{language}" / file).read_text()


def test_there_is_one_for_each_language() -> None:
    assert {path.name for path in TEMPLATES.glob("*/")} == {
        f"harvester-{language}" for language in LANGUAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_template_asks_what_its_program_reads(language: str) -> None:
    described = project(language)
    runtime = described["runtime"]
    assert (runtime if isinstance(runtime, str) else runtime["name"]) == LANGUAGES[language]
    asked = described["template"]["config"]
    assert asked == project("python")["template"]["config"]
    program = text(language, PROGRAMS[language]).partition("resources:")
    read = program[2] or program[0]
    # What is not asked has a default: no template stops VMs unasked.
    assert all(re.search(rf"\b{name}\b", read) for name in [*asked, "stopVms"])


def test_packages_are_of_this_version() -> None:
    minor = VERSION.rpartition(".")[0]
    following = f"{minor.partition('.')[0]}.{int(minor.partition('.')[2]) + 1}"
    assert text("python", "requirements.txt") == f"harvester-net>={VERSION},<{following}\n"
    needed = json.loads(text("typescript", "package.json"))["dependencies"]
    assert needed[NAMES["nodejs"]["packageName"]] == f"~{VERSION}"
    module = NAMES["go"]["importBasePath"].rpartition("/")[0]
    assert f"\t{module} v{VERSION}\n" in text("go", "go.mod")


def test_sdks_are_those_that_the_classes_need() -> None:
    ours = json.loads((ROOT / "sdk/nodejs/package.json").read_text())["dependencies"]
    needed = json.loads(text("typescript", "package.json"))["dependencies"]
    assert needed["@pulumi/pulumi"] == ours["@pulumi/pulumi"]
    (line,) = re.findall(
        r"pulumi/sdk/v3 v.*", (ROOT / "sdk/go/go.mod").read_text().replace("require ", "")
    )
    assert line in text("go", "go.mod")
