"""The classes in `sdk/`, as far as they can be judged without the program that makes them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester_net.specs.about import about
from lab import sdk

SCHEMA = about()
NAMES = SCHEMA["language"]


def files(language: str) -> Iterator[Path]:
    return (path for path in (sdk.SDK / language).rglob("*") if path.is_file())


def test_they_are_made_from_the_schema_as_it_is() -> None:
    assert sdk.MADE_FROM.read_text() == sdk.schema_digest(), "run: make sdk"


@pytest.mark.parametrize("language", sdk.LANGUAGES)
def test_no_reference_to_a_name_is_left(language: str) -> None:
    texts = {path: path.read_text() for path in files(language)}
    assert len(texts) > 10
    assert [path for path, text in texts.items() if "{{%" in text] == []


def test_they_have_the_names_and_the_version_of_the_schema() -> None:
    npm = json.loads((sdk.SDK / "nodejs" / "package.json").read_text())
    assert npm["name"] == NAMES["nodejs"]["packageName"]
    python = tomllib.loads((sdk.SDK / "python" / "pyproject.toml").read_text())["project"]
    assert python["name"] == NAMES["python"]["packageName"]
    assert npm["version"] == python["version"] == SCHEMA["version"]
    go = (sdk.SDK / "go" / "go.mod").read_text().splitlines()[0]
    assert f"{go.removeprefix('module ')}/harvesternet" == NAMES["go"]["importBasePath"]
