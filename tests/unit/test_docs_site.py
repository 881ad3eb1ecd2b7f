"""The site of the documentation: a page for all that there is, and links that lead there."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from release.docs import reference
from release.docs.__main__ import PAGES, SITE, written
from release.docs.links import moved
from release.environment import PROJECT

SCHEMA = json.loads((PROJECT / "harvester_net" / "schema.json").read_text())
REPOSITORY = "https://x/repo"
PLACES = {
    "docs/mtu.md": "mtu.md",
    "docs/facts/README.md": "facts/README.md",
    "README.md": "index.md",
}


def in_navigation(entry: Any) -> set[str]:
    if isinstance(entry, str):
        return {entry}
    parts = entry.values() if isinstance(entry, dict) else entry
    return {page for part in parts for page in in_navigation(part)}


def settings() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((PROJECT / "zensical.toml").read_text())["project"]
    return project


def test_site_shows_every_page_of_the_reference() -> None:
    made = {f"reference/{name}" for name in reference.pages(SCHEMA)}
    shown = {
        page for page in in_navigation(settings()["nav"]) if page.startswith("reference/")
    }
    assert shown == made


def test_site_shows_every_page_but_details_of_others() -> None:
    shown = in_navigation(settings()["nav"])
    left_out = {page for page in written(REPOSITORY) if page not in shown}
    assert {page.partition("/")[0] for page in left_out} == {"facts", "reviews"}
    assert {page for page in shown if not page.startswith("reference/")} <= set(
        written(REPOSITORY)
    )


def test_site_is_built_where_its_settings_say() -> None:
    assert PROJECT / settings()["docs_dir"] == PAGES
    assert PROJECT / settings()["site_dir"] == SITE


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("[a](mtu.md)", "docs/rules.md", "[a](mtu.md)"),
        ("[a](docs/mtu.md#after-it)", "README.md", "[a](mtu.md#after-it)"),
        ("[a](../README.md)", "docs/rules.md", "[a](index.md)"),
        ("[a](../mtu.md)", "docs/facts/README.md", "[a](../mtu.md)"),
        ("[a](../examples/x.py)", "docs/rules.md", "[a](https://x/repo/blob/main/examples/x.py)"),
        ("[a](#here)", "docs/rules.md", "[a](#here)"),
        ("[a](https://x/y.md)", "docs/rules.md", "[a](https://x/y.md)"),
        ("```\n[a](x.md)\n```\n[b](x.md)", "docs/rules.md",
         f"```\n[a](x.md)\n```\n[b]({REPOSITORY}/blob/main/docs/x.md)"),
    ],
)  # fmt: skip
def test_links_lead_to_pages_or_into_the_repository(
    text: str, source: str, expected: str
) -> None:
    places = PLACES | {"docs/rules.md": "rules.md"}
    assert moved(text, source, places, REPOSITORY) == expected


SIZE = "{{% ref #/resources/harvester-net:index:BigThing/inputProperties/size %}}"


def test_page_of_a_resource() -> None:
    schema = {
        "resources": {
            "harvester-net:index:BigThing": {
                "description": (
                    "A thing.\n\n{{% examples %}}\n## Example Usage\n\n{{% example %}}\n"
                    "### One\n\n```typescript\nlet a;\n```\n```python\na = 1\n\nb\n```\n"
                    "{{% /example %}}\n{{% /examples %}}\n\n## Import\n\nBy its name.\n"
                ),
                "inputProperties": {
                    "vlan": {"type": "integer", "description": f"See `{SIZE}`."},
                    "size": {
                        "$ref": "#/types/harvester-net:index:Size",
                        "willReplaceOnChanges": True,
                    },
                    "all": {
                        "type": "object",
                        "additionalProperties": {"type": "array", "items": {"type": "string"}},
                    },
                },
                "requiredInputs": ["size"],
                "properties": {"vlan": {"type": "integer"}, "uid": {"type": "string"}},
            }
        },
        "functions": {},
        "types": {},
        "provider": {"description": "", "inputProperties": {}},
    }
    page = reference.pages(schema)["big-thing.md"]
    assert page == BIG_THING


BIG_THING = """\
# BigThing

A thing.

## One

=== "Python"

    ```python
    a = 1

    b
    ```

=== "TypeScript"

    ```typescript
    let a;
    ```


## Inputs

`size`
:   [Size](types.md#size), a change replaces


`vlan`
:   integer, optional

    See `size`.

`all`
:   map of list of string by name, optional



## Outputs

`uid`
:   string



## Import

By its name.

`harvester-net:index:BigThing`
"""


@pytest.mark.parametrize("name", reference.pages(SCHEMA))
def test_nothing_of_the_registrys_dialect_is_left(name: str) -> None:
    assert "{{" not in reference.pages(SCHEMA)[name]
