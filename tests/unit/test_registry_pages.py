"""The two pages for Pulumi's Registry, by the rules of its check."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from release.environment import PROJECT

DOCS = PROJECT / "docs"
PAGES = ("_index.md", "installation-configuration.md")
EXTENSIONS = {
    "typescript": "ts",
    "python": "py",
    "go": "go",
    "csharp": "cs",
    "java": "java",
    "yaml": "yaml",
}
CHOOSER = f'{{{{< chooser language "{",".join(EXTENSIONS)}" >}}}}'
EXAMPLE = re.compile(
    r"{{% choosable language (\w+) %}}\n\n```\w+\n(.*?)\n```\n\n{{% /choosable %}}", re.S
)


@pytest.mark.parametrize("page", PAGES)
def test_front_matter(page: str) -> None:
    _, front, _ = (DOCS / page).read_text().split("---\n", 2)
    found = yaml.safe_load(front)
    assert set(found) == {"title", "meta_desc", "layout"}
    assert found["layout"] == "package"


@pytest.mark.parametrize("page", PAGES)
def test_every_language_has_an_example(page: str) -> None:
    text = (DOCS / page).read_text()
    assert CHOOSER in text
    assert [language for language, _ in EXAMPLE.findall(text)] == list(EXTENSIONS)


@pytest.mark.parametrize("page", PAGES)
def test_links_are_absolute(page: str) -> None:
    targets = re.findall(r"\]\(([^)]*)\)", (DOCS / page).read_text())
    assert targets
    assert [target for target in targets if not target.startswith("https://")] == []


def test_examples_of_the_first_page_are_those_of_the_schema() -> None:
    for language, code in EXAMPLE.findall((DOCS / "_index.md").read_text()):
        file = DOCS / "examples" / f"traffic_path.{EXTENSIONS[language]}"
        assert code == file.read_text().rstrip(), language


def test_settings_are_those_of_the_schema() -> None:
    schema = json.loads((PROJECT / "harvester_net" / "schema.json").read_text())
    text = (DOCS / "installation-configuration.md").read_text()
    rows = dict(re.findall(r"^\| `harvester-net:(\w+)` \| (.*) \|$", text, re.M))
    expected = {
        name: " ".join(variable["description"].split()).replace("|", "\\|")
        for name, variable in schema["config"]["variables"].items()
    }
    assert rows == expected
