"""A large site: what it costs to write it, to read it, and to bring its likeness up."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from harvester_net.harvester.site.anonymous import anonymized
from harvester_net.harvester.site.document import Document, written
from harvester_net.harvester.site.kinds import kept
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.likeness import load_site
from harvester_net.lab.manifests import base_objects, namespaces
from harvester_net.lab.manifests.definitions import definitions
from tests.sites import LARGE, VERSION, site

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One step, and what it cost."""

    what: str
    seconds: float
    cpu_seconds: float
    megabytes: float
    """The most that the process held until then."""


class _Rows:
    def __init__(self) -> None:
        self.rows: list[Row] = []

    def took(self, what: str, work: Callable[..., T], *given: Any) -> T:
        began, cpu = time.perf_counter(), time.process_time()
        result = work(*given)
        used = time.perf_counter() - began, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.rows.append(Row(what, *used, peak))
        return result


def measure() -> list[Row]:
    """200 nodes, 5,000 VMs and 5,000 VM networks, from the server's lists to a full store."""
    rows = _Rows()
    found = rows.took("keep what a site is", kept, site(LARGE))
    document = Document(VERSION, "2026-01-01T00:00:00Z", found)
    rows.took("put other names in", anonymized, found)
    text = rows.took("write it", written, document)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "site.json"
        path.write_text(text)
        read = rows.took(f"read it, {len(text) / 1e6:.0f} MB", load_site, path)
    objects = rows.took("its objects", read.objects)
    plane = ControlPlane()
    plane.prepare()
    plane.load([*namespaces(), *definitions(VERSION), *base_objects(VERSION)])
    rows.took(f"put {len(objects)} objects into the store", plane.restore, objects)
    return rows.rows
