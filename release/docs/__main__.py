"""Build the site of the documentation: `python -m release.docs`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from ..environment import BUILD, PROJECT, run
from .links import moved
from .reference import pages

PAGES = BUILD / "docs" / "pages"
SITE = BUILD / "docs" / "site"
REFERENCE = "reference"
SETTINGS = PROJECT / "zensical.toml"
REGISTRY = ("docs/_index.md", "docs/installation-configuration.md")
"""Written for Pulumi's Registry, in its own dialect; the site has their words in its pages."""
BESIDE = {
    "README.md": "index.md",
    "policy/README.md": "policies.md",
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "examples/ci/README.md": "examples/ci.md",
    "examples/site/README.md": "examples/site.md",
    "examples/testing/README.md": "examples/testing.md",
    "examples/two-racks/README.md": "examples/two-racks.md",
    "examples/vms/README.md": "examples/vms.md",
}
"""Pages of the site that are elsewhere in the repository."""


def main() -> int:
    schema = json.loads((PROJECT / "harvester_net" / "schema.json").read_text())
    shutil.rmtree(PAGES, ignore_errors=True)
    for path, text in written(schema["repository"]).items():
        _write(PAGES / path, text)
    for name, text in pages(schema).items():
        _write(PAGES / REFERENCE / name, text)
    shutil.copy(PROJECT / "docs" / "logo.svg", PAGES)
    zensical = Path(sys.executable).parent / "zensical"
    try:
        run(zensical, "build", "--strict", "--clean", "--config-file", SETTINGS)
    except subprocess.CalledProcessError:
        return 1
    print(f"{SITE}/index.html")
    return 0


def written(repository: str) -> dict[str, str]:
    """The pages that somebody wrote, by their place on the site."""
    docs = sorted((PROJECT / "docs").rglob("*.md"))
    places = {
        file.relative_to(PROJECT).as_posix(): file.relative_to(PROJECT / "docs").as_posix()
        for file in docs
    }
    places = {file: place for file, place in places.items() if file not in REGISTRY} | BESIDE
    return {
        place: moved((PROJECT / file).read_text(), file, places, repository)
        for file, place in places.items()
    }


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


if __name__ == "__main__":
    sys.exit(main())
