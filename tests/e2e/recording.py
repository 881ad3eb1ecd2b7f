"""Records what Pulumi writes of the previews whose comments are in docs/reviews.

`python -m tests.e2e.recording DIRECTORY`: an embedded lab, a stack, and of each preview the
document (`NAME.json`) and the events (`NAME.jsonl`) of `pulumi preview --json`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from lab import Lab

from .programs import cluster_network, network_config, network_configs, storage_network
from .programs import vm_network as network
from .stack import Resource, Stack
from .vms import running_vm

EVENTS = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
VMS = 40
CONSENT = {"stop_vms": True, "cycle_storage_network": True}
_TIMES = re.compile(r'"(timestamp|duration|durationSeconds)":(\s*)\d+')


def program(mtu: int = 1500, vlan: int = 200, **consent: object) -> list[Resource]:
    """A cluster network on three nodes, two VM networks and the storage network."""
    return [
        cluster_network(mtu=mtu, **({"disruption": consent} if consent else {})),
        *network_configs(),
        network("vm100", vlan=100),
        network("vm200", vlan=vlan),
        storage_network(),
    ]


def refused() -> list[Resource]:
    """No consent for the MTU, and a NIC that a node has not."""
    made = program(mtu=9000)
    made[1] = network_config("node1", uplink={"nics": ["eno2", "eno9"]})
    return made


def wrong() -> list[Resource]:
    """Two properties that no cluster would take."""
    made = program(vlan=4095)
    made[1] = network_config("node1", uplink={"nics": ["eno2", "eno2"]})
    return made


def main(into: Path) -> None:
    """Record all of them."""
    into.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place, Lab.start() as lab, ExitStack() as running:
        stack = Stack(Path(place) / "project", lab)
        for name in _stages(stack, lab, running):
            record(stack, into / name)


def _stages(stack: Stack, lab: Lab, running: ExitStack) -> Iterator[str]:
    """Leads the stack from one preview to the next, and names it."""
    stack.program(*program())
    yield "create"
    stack.environ["HARVESTER_NET_OFFLINE"] = "true"
    yield "offline"
    del stack.environ["HARVESTER_NET_OFFLINE"]
    stack.up().succeeded()
    yield "nothing"
    stack.program(*program(vlan=201))
    yield "vlan"
    stack.program(*wrong())
    yield "wrong"
    for number in range(1, VMS + 1):
        running.enter_context(running_vm(lab, f"db-{number:02}", "vm100"))
    stack.program(*program(mtu=9000, **CONSENT))
    yield "mtu"
    stack.program(*refused())
    yield "refused"
    stack.program(*program()[:5])
    yield "deleted"
    (stack.directory / "resources.json").write_text("[")
    yield "broken"


def record(stack: Stack, file: Path) -> None:
    """One preview in both forms, without the times."""
    for suffix, more in (("json", {}), ("jsonl", EVENTS)):
        seen = subprocess.run(
            ["pulumi", "preview", "--json", "--non-interactive", "--color=never"],
            executable=shutil.which("pulumi", path=stack.environ["PATH"]),
            cwd=stack.directory,
            env=stack.environ | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
        )
        text = _TIMES.sub(r'"\1":\g<2>0', seen.stdout)
        file.with_suffix(f".{suffix}").write_text(text)
        print(json.dumps([file.name, suffix, seen.returncode, len(text), seen.stderr[-300:]]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
