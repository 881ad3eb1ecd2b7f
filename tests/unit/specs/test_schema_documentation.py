"""What the schema says to people: in every language, with examples, and no dead end."""

from __future__ import annotations

import re
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlparse

import pytest

from harvester_net.specs import schema as made
from harvester_net.specs.about import REPOSITORY
from harvester_net.specs.about import token as token_of
from harvester_net.specs.documentation import IMPORTS, reference
from harvester_net.specs.enums import ENUMS
from harvester_net.specs.spec import Spec
from harvester_net.specs.vm_network import VlanRange, VmNetworkOutputs

ROOT = Path(__file__).parents[3]
SCHEMA = made.schema()
LANGUAGES = ["typescript", "python", "go", "csharp", "java", "yaml"]
WITHOUT_JAVA = [language for language in LANGUAGES if language != "java"]

REFERENCE = re.compile(r"{{% ref (\S+) %}}")
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)]*)\)")
CODE = re.compile(r"`([^`]+)`")


def texts(part: Any = SCHEMA, where: str = "") -> Iterator[tuple[str, str]]:
    """Every description of the schema, with where it is."""
    if isinstance(part, dict):
        if isinstance(text := part.get("description"), str):
            yield where or "package", text
        for key, inner in part.items():
            yield from texts(inner, f"{where} {key}".strip())
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from texts(inner, f"{where}[{index}]")


def prose(text: str) -> str:
    """A description without its programs and commands."""
    return FENCED.sub("", text)


TEXTS = dict(texts())
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
each_resource = pytest.mark.parametrize("token", SCHEMA["resources"])
each_kind = pytest.mark.parametrize("token", [token_of(name) for name in IMPORTS])
each_function = pytest.mark.parametrize("token", SCHEMA["functions"])


def found_at(path: str) -> bool:
    """Whether the schema has something at a path such as ``#/types/TOKEN/properties/id``."""
    place: Any = SCHEMA
    for step in path.removeprefix("#/").split("/"):
        if not isinstance(place, dict) or step not in place:
            return False
        place = place[step]
    return True


def test_nothing_is_left_without_a_description() -> None:
    described: list[Any] = [SCHEMA["provider"], *SCHEMA["config"]["variables"].values()]
    described += SCHEMA["provider"]["inputProperties"].values()
    for resource in SCHEMA["resources"].values():
        described += [resource, *resource["inputProperties"].values()]
        described += resource["properties"].values()
    for function in SCHEMA["functions"].values():
        for part in (function["inputs"], function["outputs"]):
            described += [function, part, *part["properties"].values()]
    for nested in SCHEMA["types"].values():
        described += [nested, *nested.get("properties", {}).values(), *nested.get("enum", [])]
    assert [each for each in described if not each.get("description")] == []


@each_text
def test_every_reference_resolves(text: str) -> None:
    assert "{{% ref" not in REFERENCE.sub("", text)
    assert [path for path in REFERENCE.findall(text) if not found_at(path)] == []


def test_names_of_properties_are_references() -> None:
    trunk = SCHEMA["types"][token_of("VlanRange")]["description"]
    place = "#/types/harvester-net:index:VlanRange/properties"
    assert REFERENCE.findall(trunk) == [f"{place}/{name}" for name in ("id", "minID", "maxID")]


@pytest.mark.parametrize(
    ("model", "path", "expected"),
    [
        (VlanRange, "minID", "HERE/minID"),
        (VmNetworkOutputs, "route.cidr", "#/types/harvester-net:index:Route/properties/cidr"),
        (VmNetworkOutputs, "vlanTrunk", "HERE/vlanTrunk"),
        (VmNetworkOutputs, "vlan.id", None),
        (VmNetworkOutputs, "route.vlan", None),
        (VlanRange, "vlan", None),
    ],
)
def test_where_a_name_leads(model: type[Spec], path: str, expected: str | None) -> None:
    assert reference(model, "HERE", path.split(".")) == expected


@each_text
def test_sentences_hold_in_every_language(text: str) -> None:
    values = {value for enum in ENUMS.values() for value in enum.choices}
    for code in CODE.findall(prose(text)):
        assert not re.search(r"[a-z]_[a-z]", code), f"{code} is Python's"
        if code not in values:
            assert not re.fullmatch(r"[a-z]+[A-Z]\w*", code), f"{code} is not a reference"
    assert not re.search(r"\b(Python|None|True|False|kwargs?|dict)\b", prose(text))


@each_text
def test_links_work_on_other_sites(text: str) -> None:
    for target in LINK.findall(prose(text)):
        assert target.startswith("https://"), target
        assert not target.endswith(".md"), target
    assert not re.search(r"<(a|img)\b|!\[", prose(text))


@each_resource
def test_resources_have_an_example_in_every_language(token: str) -> None:
    assert_example(SCHEMA["resources"][token]["description"], LANGUAGES)


@each_function
def test_functions_have_an_example_in_every_language(token: str) -> None:
    # Not in Java: what the class that holds functions is called there is not sure enough.
    assert_example(SCHEMA["functions"][token]["description"], WITHOUT_JAVA)


def assert_example(text: str, languages: list[str]) -> None:
    shortcodes = re.findall(r"^{{% (/?examples?) %}}$", text, re.M)
    assert shortcodes == ["examples", "example", "/example", "/examples"]
    shown = dict(FENCED.findall(text))
    assert [language for language in shown if language != "sh"] == languages
    assert all(len(program) > 60 for language, program in shown.items() if language != "sh")


@each_kind
def test_resources_say_how_they_are_imported(token: str) -> None:
    _, heading, section = SCHEMA["resources"][token]["description"].partition("## Import\n")
    assert heading
    commands = dict(FENCED.findall(section))["sh"]
    assert re.fullmatch(rf"\$ pulumi import {token} \w[\w-]* [\w/{{}}'-]+\n", commands)


def test_only_components_cannot_be_imported() -> None:
    components = {t for t, made in SCHEMA["resources"].items() if made.get("isComponent")}
    assert SCHEMA["resources"].keys() - set(map(token_of, IMPORTS)) == components


def test_each_text_that_a_field_takes_has_a_sentence() -> None:
    for (model, field), enum in ENUMS.items():
        described = SCHEMA["types"][token_of(enum.name)]
        texts = list(choices(model.model_fields[field].annotation))
        assert [choice["value"] for choice in described["enum"]] == texts
        assert all(choice["description"].endswith(".") for choice in described["enum"])
        assert described["description"].endswith(".")


def choices(annotation: Any) -> Iterator[str]:
    """The texts of a literal, which may be optional."""
    for argument in get_args(annotation):
        yield from [argument] if isinstance(argument, str) else choices(argument)


def test_package_says_where_it_is_from() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    assert SCHEMA["repository"] == urls["Repository"] == REPOSITORY
    assert SCHEMA["homepage"] == urls["Homepage"]
    path = urlparse(REPOSITORY).path
    assert SCHEMA["pluginDownloadURL"] == f"github://api.github.com{path}"
    # The Registry's rule: the repository is called pulumi-NAME.
    assert path.rpartition("/")[2] == f"pulumi-{SCHEMA['name']}"
    assert SCHEMA["publisher"]
    assert "category/network" in SCHEMA["keywords"]
    assert SCHEMA["license"] == "Apache-2.0"


def test_logo_is_a_small_picture_of_this_repository() -> None:
    path = urlparse(SCHEMA["logoUrl"]).path
    prefix = f"{urlparse(REPOSITORY).path}/main/"
    assert path.startswith(prefix)
    logo = ROOT / path.removeprefix(prefix)
    assert ElementTree.fromstring(logo.read_text()).tag.endswith("}svg")
    assert logo.stat().st_size < 4096


def test_every_language_has_a_name_of_our_own() -> None:
    languages = SCHEMA["language"]
    assert languages["nodejs"]["packageName"] == "@harvester-net/pulumi"
    # What Pulumi writes at an import runs with the front.
    assert languages["python"]["packageName"] == "harvester_net"
    go = f"github.com{urlparse(REPOSITORY).path}/sdk/go/harvesternet"
    assert languages["go"]["importBasePath"] == go
    assert languages["go"]["generateExtraInputTypes"] is True
    assert not languages["csharp"]["rootNamespace"].startswith("Pulumi")
    assert not languages["java"]["basePackage"].startswith("com.pulumi")
