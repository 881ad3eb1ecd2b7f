"""The demo, as a newcomer starts it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_demo_needs_nothing_of_what_only_developers_have() -> None:
    """`make demo` is what a newcomer runs first, with the extra `lab` alone."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["dev"]
    names = [re.split(r"[<>=\[; ]", each)[0].replace("-", "_") for each in groups]
    blocked = {name.split(".")[0] for name in names}
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({sorted(blocked)!r}))\n"
        "import lab.demo, lab.cli\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
