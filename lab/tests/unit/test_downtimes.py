"""How long VMs were down, by looking at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harvester_net.lab.client import Client
from lab.downtimes import Downtimes, watched
from tests import objects


class Seen(Client):
    """A client for whom these VMs run, by name."""

    def __init__(self, **phases: str) -> None:
        super().__init__("https://127.0.0.1:1", Path(), "")
        self.phases = phases

    def list(self, path: str, **params: str) -> dict[str, Any]:
        assert path == "/apis/kubevirt.io/v1/virtualmachineinstances"
        return {"items": [objects.vmi(name, phase=p) for name, p in self.phases.items()]}


def test_downtime_is_what_passed_between_looks_at_a_vm_that_was_down() -> None:
    client, moments = Seen(a="Running", b="Running", c="Failed"), iter([0.0, 1.0, 2.5, 3.0])
    downtimes = Downtimes(client, lambda: next(moments))
    for phases in (
        {"a": "Running", "b": "Succeeded"},
        {"b": "Scheduling"},
        {"a": "Running", "b": "Running", "d": "Running"},
    ):
        client.phases = phases
        downtimes.look()
    assert downtimes.seconds == {"default/a": 1.5, "default/b": 2.5}


def test_vms_are_looked_at_until_the_end() -> None:
    client = Seen(a="Running")
    with watched(client) as downtimes:
        client.phases = {}
        while not downtimes.seconds["default/a"]:
            pass
    assert downtimes.seconds["default/a"] > 0
