"""What Pulumi's host for Python takes for a plugin that a program needs (P15).

It looks at all distributions of a program's environment, and so at those of the plugin's own:
`pulumi package add` of a checkout makes one, with this package in it. If the package is a
dependency there, then of itself, and Pulumi tries to download what is already there.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution
from importlib.util import find_spec
from pathlib import Path

import harvester_net

DESCRIPTION = Path(harvester_net.__file__).parent / "pulumi-plugin.json"


def plugins_needed(distributions: Iterable[Distribution]) -> Iterator[str]:
    """The rule of the host: the distributions whose plugin a program needs."""
    for distribution in distributions:
        name = str(distribution.metadata["Name"])
        described = description(distribution, name.replace("-", "_"))
        if described is None:
            if name.startswith("pulumi-"):
                yield name
        elif json.loads(described.read_text())["resource"]:
            yield name


def description(distribution: Distribution, module: str) -> Path | None:
    """The file in the module of a distribution, also of one that is installed editable."""
    places = [Path(str(distribution.locate_file(module)))]
    if distribution.read_text("direct_url.json") and (spec := find_spec(module)):
        places += [Path(each) for each in spec.submodule_search_locations or ()]
    found = (place / DESCRIPTION.name for place in places)
    return next((file for file in found if file.exists()), None)


def installed(site: Path, resource: bool | None = None) -> list[Distribution]:
    """The package as a wheel lays it out, with another word about itself if one is given."""
    (site / "harvester_net").mkdir(parents=True)
    shutil.copy(DESCRIPTION, site / "harvester_net")
    if resource is not None:
        changed = json.loads(DESCRIPTION.read_text()) | {"resource": resource}
        (site / "harvester_net" / DESCRIPTION.name).write_text(json.dumps(changed))
    info = site / "harvester_net-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: harvester-net\n")
    return list(importlib.metadata.distributions(path=[str(site)]))


def test_the_plugin_is_not_its_own_dependency(tmp_path: Path) -> None:
    assert list(plugins_needed(installed(tmp_path / "ours"))) == []
    # As it was: the rule is one that notices.
    assert list(plugins_needed(installed(tmp_path / "then", True))) == ["harvester-net"]


def test_nor_is_it_one_as_it_is_installed_here() -> None:
    here = list(importlib.metadata.distributions())
    assert "harvester-net" in {each.metadata["Name"] for each in here}
    assert "harvester-net" not in plugins_needed(here)
