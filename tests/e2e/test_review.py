"""`harvester-net review` on what the real command writes now, in all of its forms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .programs import cluster_network, network_config, vm_network
from .recording import EVENTS
from .stack import Stack

COMMAND = Path(sys.executable).parent / "harvester-net"


def review(text: str, *arguments: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    ran = subprocess.run(
        [str(COMMAND), "review", *arguments],
        input=text,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    return ran.returncode, ran.stdout


def test_document_events_and_event_log_make_the_same_comment(stack: Stack) -> None:
    stack.program(cluster_network(mtu=9000), network_config(), vm_network(vlan=7))
    log = stack.directory / "events.json"
    stack.environ["PULUMI_DEBUG_COMMANDS"] = "true"  # Without it there is no event log.
    document = stack.preview("--json", "--event-log", str(log)).succeeded().output
    stack.environ |= EVENTS
    events = stack.preview("--json").succeeded().output
    assert events.startswith('{"sequence":0,')
    code, comment = review(events, "--fail-on", "changes")
    assert code == 11
    assert "✅ **No VM is stopped** · 3 created" in comment
    assert (
        "| + create | VmNetwork | `vm100` | clusterNetwork: cn-data; mtu: 9000; vlan: 7 |"
        in (comment)
    )
    assert review(document) == review(log.read_text()) == (0, comment)
