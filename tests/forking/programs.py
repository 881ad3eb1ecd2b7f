"""The fork server of a test session, and a directory with the programs that lead to it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.pulumi_tools import put_beside

from . import client
from .server import PROGRAMS

ROOT = Path(__file__).parents[2]


@contextmanager
def forked_programs(directory: Path, pulumi: Path) -> Iterator[Path]:
    """A directory with Pulumi, the language host and the plugin; the latter two are forked as
    long as this lasts.
    """
    # The address of a socket is short: the directory of a test is too long for one.
    listens = directory / "s"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forking.server", str(listens)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        put_beside(pulumi, directory)
        for name in PROGRAMS:
            words = [sys.executable, "-I", "-S", client.__file__, str(listens), name]
            script = directory / name
            script.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
            script.chmod(0o700)
        yield directory
    finally:
        server.communicate()
