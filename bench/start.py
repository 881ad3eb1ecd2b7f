"""How long the plugin takes from its start to the port line and to an answered handshake."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

PLUGIN = Path(sys.executable).parent / "pulumi-resource-harvester-net"
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
    once([str(PLUGIN), "127.0.0.1:1"])
    rows = [(*once([str(PLUGIN), "127.0.0.1:1"]), interpreter()) for _ in range(RUNS)]
    names = ("port line", "handshake answered", "bare interpreter")
    columns = zip(*rows, strict=True)
    return {
        name: statistics.median(column) for name, column in zip(names, columns, strict=True)
    }
