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
from typing import Any

from harvester_net.review.properties import UNKNOWN
from lab import Lab

from .programs import (
    NADS,
    cluster_network,
    network_config,
    network_configs,
    storage_network,
    vm_network,
)
from .stack import Resource, Stack
from .vms import running_vm

EVENTS = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
VMS = 40
CONSENT = {"stop_vms": True, "cycle_storage_network": True}
_TIMES = re.compile(r'"(timestamp|duration|durationSeconds)":(\s*)\d+')
_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PORT = re.compile(r"(https://127\.0\.0\.1):\d+")
_LEFT_OUT = {
    *("stackTrace", "sourcePosition", "created", "modified"),
    *("provider", "parent", "dependencies", "propertyDependencies", "custom"),
    *("refreshBeforeUpdate", "color", "keys", "logical", "planning"),
}
"""Fields of a resource or event that tell of this machine and this moment, or are long and
read by nobody.
"""


def program(mtu: int = 1500, vlan: int = 200, **consent: object) -> list[Resource]:
    """A cluster network on three nodes, two VM networks and the storage network."""
    return [
        cluster_network(mtu=mtu, **({"disruption": consent} if consent else {})),
        *network_configs(),
        vm_network("vm100", vlan=100),
        vm_network("vm200", vlan=vlan),
        storage_network(),
    ]


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
    _set_vlan(lab, 250)
    yield "drift"
    _set_vlan(lab, 200)
    stack.program(*wrong())
    yield "wrong"
    for number in range(1, VMS + 1):
        running.enter_context(running_vm(lab, f"db-{number:02}", "vm100"))
    stack.program(*program(mtu=9000, **CONSENT))
    yield "mtu"
    stack.program(*program(mtu=9000))
    yield "refused"
    stack.program(*program()[:5])
    yield "deleted"


def _set_vlan(lab: Lab, vlan: int) -> None:
    """What somebody does past Pulumi."""
    nad = f"{NADS}/vm200"
    config = json.loads(lab.client.get(nad)["spec"]["config"]) | {"vlan": vlan}
    lab.client.merge_patch(nad, {"spec": {"config": json.dumps(config)}})


def record(stack: Stack, file: Path) -> None:
    """One preview in both forms."""
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
        values = seen.stdout.splitlines() if suffix == "jsonl" else [seen.stdout]
        kept = [it for it in map(json.loads, filter(None, values)) if not _is_debug(it)]
        indent = 1 if suffix == "json" else None
        lines = [json.dumps(_trimmed(it), indent=indent) for it in kept]
        text = _PORT.sub(r"\1", _TIMES.sub(r'"\1":\g<2>0', "\n".join(lines)))
        file.with_suffix(f".{suffix}").write_text(f"{_UID.sub(_made_up, text)}\n")
        print(file.name, suffix, seen.returncode, len(text), seen.stderr[-300:])


def _is_debug(event: dict[str, Any]) -> bool:
    return bool(event.get("diagnosticEvent", {}).get("severity") == "debug")


def _trimmed(value: Any) -> Any:
    if isinstance(value, list):
        return [_trimmed(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {k: _trimmed(inner) for k, inner in value.items() if k not in _LEFT_OUT}


def _made_up(uid: re.Match[str]) -> str:
    """The same text for every uid, but for Pulumi's own that mean something."""
    return uid[0] if uid[0] == UNKNOWN else "00000000-0000-4000-8000-000000000000"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
