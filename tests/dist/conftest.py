"""A release on a server, and an empty home with a cluster."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lab import Lab
from tests.e2e.least import kubeconfig_of_least
from tests.e2e.programs import leftovers

from .home import Home

RELEASE = Path(__file__).parents[2] / "dist"


class Handler(SimpleHTTPRequestHandler):
    """Says nothing about each request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def release() -> Path:
    """The files of the release."""
    assert (RELEASE / "SHA256SUMS").exists(), "run: make dist"
    return RELEASE


@pytest.fixture(scope="session")
def server(release: Path) -> Iterator[str]:
    """Where the release is to be had: the address of a server."""
    handler = partial(Handler, directory=str(release))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path: Path, lab: Lab) -> Iterator[Home]:
    """An empty home with the rights of `harvester-net rbac` on a cluster that stays empty."""
    yield Home(tmp_path / "home", kubeconfig_of_least(lab, tmp_path))
    assert leftovers(lab) == []
