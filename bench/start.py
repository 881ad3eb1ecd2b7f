"""How long the plugin takes from its start to the port line and to an answered handshake."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from lab.pulumi_tools import PLUGIN as NAME

PLUGIN = Path(sys.executable).parent / NAME
STANDALONE = Path(__file__).parents[1] / "build" / "bundle" / NAME / NAME
"""Of `make dist`, if that was called."""
RUNS = 15


def once(command: list[str]) -> tuple[float, float]:
    """Seconds to the port line and to the answer of the handshake."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        port = child.stdout.readline().decode().strip()
        listening = time.perf_counter() - began
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            stub.Handshake(provider_pb2.ProviderHandshakeRequest(), timeout=30)
            answered = time.perf_counter() - began
        child.terminate()
    return listening, answered


def interpreter() -> float:
    """Seconds that Python alone takes to start and end: the floor."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - began


def measure() -> dict[str, float]:
    """Medians in seconds, each over the same number of runs taken in turn."""
    plugins = {"": PLUGIN}
    if STANDALONE.exists():
        plugins["standalone: "] = STANDALONE
    taken: dict[str, list[float]] = {}
    # The first round fills the caches.
    for round_ in range(RUNS + 1):
        for name, plugin in plugins.items():
            listening, answered = once([str(plugin), "127.0.0.1:1"])
            if round_:
                taken.setdefault(f"{name}port line", []).append(listening)
                taken.setdefault(f"{name}handshake answered", []).append(answered)
        if round_:
            taken.setdefault("bare interpreter", []).append(interpreter())
    return {name: statistics.median(seconds) for name, seconds in taken.items()}
