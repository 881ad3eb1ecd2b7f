"""How long the simulated machines take, in seconds; tests make them quicker or slower."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Timings:
    agent_apply: float = 0.3
    vm_start: float = 0.3
    vm_stop: float = 0.3
    vm_migrate: float = 0.3
    volume_attach: float = 0.1
    volume_detach: float = 0.3
    pool_fill: float = 0.2
    garbage_collect: float = 1.0
    retry: float = 0.3


def now() -> str:
    """The time as Kubernetes writes it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
