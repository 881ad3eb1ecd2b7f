"""Archives that have the same bytes whenever they are made of the same files."""

from __future__ import annotations

import gzip
import os
import tarfile
from pathlib import Path

from .environment import MOMENT


def pack(target: Path, files: dict[str, Path]) -> Path:
    """Pack files under their names into a `.tar.gz`; returns its path.

    A symbolic link becomes the file that it leads to: older versions of Pulumi refuse an
    archive with one. Of the rights only whether it can be run is kept.
    """
    with (
        target.open("wb") as out,
        gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=int(MOMENT)) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size = files[name].stat().st_size
            entry.mode = 0o755 if os.access(files[name], os.X_OK) else 0o644
            entry.mtime = int(MOMENT)
            with files[name].open("rb") as source:
                archive.addfile(entry, source)
    return target


def tree(directory: Path) -> dict[str, Path]:
    """All files below a directory, by their names in it, also those behind links."""
    return {
        str(Path(place, name).relative_to(directory)): Path(place, name)
        for place, _, names in os.walk(directory, followlinks=True)
        for name in names
    }
