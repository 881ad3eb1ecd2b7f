"""A large site: what it costs to write it, to read it, to bring its likeness up, and to look
at that with the command; beside a quarter of it, which shows what grows faster than the site.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from harvester_net.harvester.site.anonymous import anonymized
from harvester_net.harvester.site.document import Document, written
from harvester_net.harvester.site.kinds import kept
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.likeness import load_site
from harvester_net.lab.manifests import base_objects, namespaces
from harvester_net.lab.manifests.definitions import definitions
from lab import Lab
from tests.sites import LARGE, VERSION, Size, site

T = TypeVar("T")

COMMAND = Path(sys.executable).parent / "harvester-net"
COMMANDS = (
    ("snapshot", "--output", "again.json"),
    ("topology",),
    ("mtu", "plan", LARGE.data, "9000", "--stop-vms"),
)
QUARTER = replace(
    LARGE, nodes=LARGE.nodes // 4, vms=LARGE.vms // 4, networks=LARGE.networks // 4
)
UP = "lab up --like, until it is ready"


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


@dataclass(frozen=True)
class Growth:
    """A command on a quarter of the site and on the whole of it, in seconds of CPU."""

    what: str
    quarter: float
    whole: float

    @property
    def ratio(self) -> float:
        """4 is as the site grows."""
        return self.whole / self.quarter


def measure_growth() -> list[Growth]:
    """What users do with a likeness, of a quarter of the site and of all of it."""
    quarter, whole = _commands(QUARTER), _commands(LARGE)
    return [Growth(what, quarter[what], whole[what]) for what in quarter]


def _commands(size: Size) -> dict[str, float]:
    document = Document(VERSION, "2026-01-01T00:00:00Z", kept(site(size)))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "site.json"
        path.write_text(written(document))
        with Lab.start(like=path) as lab:
            used = {UP: _cpu_seconds_of(lab.status().supervisor)}
            for command in COMMANDS:
                used[" ".join(command[:2])] = _run(lab, command, directory)
    return used


def _cpu_seconds_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _run(lab: Lab, command: tuple[str, ...], directory: str) -> float:
    """Seconds of CPU that the command took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [COMMAND, *command],
        cwd=directory,
        env=os.environ | {"KUBECONFIG": str(lab.kubeconfig)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
