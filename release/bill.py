"""The bill of materials: all distributions that the plugin is made of, in CycloneDX's form."""

from __future__ import annotations

import sys
from pathlib import Path

from harvester_net.version import VERSION

from .environment import made_wheel, run, runtime


def make(directory: Path) -> list[Path]:
    """Of the environment that the executable is made of."""
    python = runtime(made_wheel(directory))
    file = directory / f"harvester-net-{VERSION}.cdx.json"
    program = (sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible")
    run(*program, "--output-file", file, python)
    return [file]
