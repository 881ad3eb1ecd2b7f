"""The checksums of a release, as `sha256sum --check` reads them."""

from __future__ import annotations

import hashlib
from pathlib import Path

NAME = "SHA256SUMS"


def write_checksums(directory: Path) -> Path:
    """Of all files of a directory, into a file beside them."""
    file = directory / NAME
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(directory.iterdir())
        if path != file
    ]
    file.write_text("".join(lines))
    return file
