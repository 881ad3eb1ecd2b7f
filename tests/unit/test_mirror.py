"""The unit tests of a module are found by its name: the folders mirror the package.

`cluster/test_cluster.py` tests `harvester_net/cluster/cluster.py`; what follows the name of
the module says which part of it: `rules/test_network_configs_in_use.py`. A file may also be
called after its package, if it tests all of it, or after a helper that stands beside it.
The folder `policy` mirrors the policy pack.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import harvester_net

PACKAGE = Path(harvester_net.__file__).parent
HERE = Path(__file__).parent
PACK = HERE.parents[1] / "policy" / "network_policies"
FILES = sorted(HERE.glob("*/test_*.py"))


def test_every_folder_is_that_of_a_package() -> None:
    folders = {file.parent.name for file in FILES}
    packages = {init.parent.name for init in PACKAGE.glob("*/__init__.py")}
    assert folders - packages == {"policy"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(HERE)))
def test_file_is_called_after_what_it_tests(file: Path) -> None:
    package = PACK if file.parent.name == "policy" else PACKAGE / file.parent.name
    beside = {path.stem for path in file.parent.glob("*.py") if path.stem != file.stem}
    names = {path.stem for path in package.iterdir()} | {package.name} | beside
    about = file.stem.removeprefix("test_")
    assert any(about == name or about.startswith(f"{name}_") for name in names), (
        f"no module in {package.name} that {file.name} begins with"
    )
