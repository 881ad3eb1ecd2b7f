"""Nodes on one wire, as far as ping.sh can tell: addresses that it takes, and who answers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harvester_net.verify.parsing import PingReport, pinged_in
from harvester_net.verify.pinging import PingPlan

from .recorded import SCRIPTS

IP = """\
log="$WIRE/$NODE.log"
echo "ip $*" >>"$log"
case "$*" in
"link add link $CN-br name $OWN "*)
  [ ! -e "$WIRE/$NODE.refuses" ] || { echo "RTNETLINK answers: File exists" >&2; exit 2; }
  echo made >"$WIRE/$NODE.device" ;;
"link delete dev $OWN") rm -f "$WIRE/$NODE.device" "$WIRE/$NODE.leftover" "$WIRE/$NODE".*.up ;;
"addr add "*) name=${3%/*}; : >"$WIRE/$NODE.$name.up" ;;
"-o link show dev $OWN") [ -e "$WIRE/$NODE.leftover" ] && cat "$WIRE/$NODE.leftover" ;;
"-4 route show root "*) cat "$WIRE/$NODE.routes" 2>/dev/null ;;
esac
"""
BRIDGE = """\
echo "bridge $*" >>"$WIRE/$NODE.log"
case "$*" in "vlan show dev "*) cat "$WIRE/$NODE.vlans" 2>/dev/null ;; esac
:
"""
PING = """\
[ "$1" != -V ] || { cat "$WIRE/version"; exit 0; }
for last; do :; done
size=0
case " $* " in *" -M do "*) whole=yes ;; *) whole= ;; esac
while [ $# -gt 1 ]; do [ "$1" != -s ] || size=$2; shift; done
ls "$WIRE" | grep -q "[.]$last[.]up$" || exit 1
most=9000
[ ! -e "$WIRE/$NODE-$last.most" ] || read -r most <"$WIRE/$NODE-$last.most"
[ $((size + 28)) -le "$most" ]
"""


@dataclass
class Wire:
    """Some nodes on a wire that carries everything, but for what a test takes away."""

    folder: Path
    mtus: dict[str, int] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tools = self.folder / "tools"
        self.tools.mkdir(parents=True)
        programs = {"ip": IP, "bridge": BRIDGE, "ping": PING, "sleep": "/bin/sleep 0.4\n"}
        for name, script in programs.items():
            (self.tools / name).write_text("#!/bin/sh\n" + script)
            (self.tools / name).chmod(0o755)
        (self.folder / "version").write_text("ping from iputils 20221126\n")

    def put(self, name: str, text: str) -> None:
        """A file that the tools look at."""
        (self.folder / name).write_text(text + "\n")

    def most(self, node: str, address: str, size: int) -> None:
        """The largest frame, in bytes, that comes back to a node from an address."""
        self.put(f"{node}-{address}.most", str(size))

    def there(self, name: str) -> bool:
        """Whether a file is there."""
        return (self.folder / name).exists()

    def log(self, node: str) -> list[str]:
        """The calls of `ip` and `bridge` on a node."""
        return (self.folder / f"{node}.log").read_text().splitlines()

    def start(self, node: str, values: Mapping[str, str], shell: str) -> subprocess.Popen[str]:
        """Start the script on a node."""
        device = values["OVER"] or values["OWN"]
        net = self.folder / f"{node}-sys" / "class" / "net" / device
        net.mkdir(parents=True, exist_ok=True)
        (net / "mtu").write_text(f"{self.mtus.get(node, 9000)}\n")
        environment = os.environ | values
        environment |= {
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "TOOLS": str(self.tools),
            "WIRE": str(self.folder),
            "NODE": node,
            "SYS": str(self.folder / f"{node}-sys"),
            "ANSWER": str(self.folder / f"{node}.answer"),
        }
        process = subprocess.Popen(
            [shell, "-c", (SCRIPTS / "ping.sh").read_text()], env=environment, text=True
        )
        self.running.append(process)
        return process

    def end(self) -> None:
        """Kill what a test has left running."""
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()

    def answer(self, node: str) -> str:
        """What a node's pod has said."""
        return (self.folder / f"{node}.answer").read_text()

    def ping(
        self,
        plan: PingPlan,
        *,
        without: tuple[str, ...] = (),
        shell: str = "sh",
        wait: int = 8,
    ) -> dict[str, PingReport]:
        """Run the script on all nodes of a plan at the same time, but for some."""
        nodes = [node for node in plan.addresses if node not in without]
        running = [
            self.start(node, plan.values(node) | {"PATIENCE": str(wait)}, shell)
            for node in nodes
        ]
        for process in running:
            assert process.wait(timeout=60) == 0
        return {node: pinged_in(self.answer(node)) for node in nodes}
