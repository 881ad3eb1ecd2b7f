"""The wheel and the source distribution."""

from __future__ import annotations

import sys
from pathlib import Path

from .environment import run


def make(directory: Path) -> list[Path]:
    """Both, by the builder that pyproject.toml names, of the version in the lock."""
    run(sys.executable, "-m", "hatchling", "build", "--directory", directory)
    return sorted(directory.iterdir())
