"""What `ip` and `bridge` of iproute2 6 print, and tools that print it for the scripts."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parents[3] / "harvester_net" / "verify"


def link(name: str, index: int, mtu: int, **more: Any) -> dict[str, Any]:
    """A device as `ip -j link` prints it."""
    return {
        "ifindex": index,
        "ifname": name,
        "flags": ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
        "mtu": mtu,
        "qdisc": "noqueue",
        "operstate": "UP",
        "linkmode": "DEFAULT",
        "group": "default",
        "txqlen": 1000,
        "link_type": "ether",
        "address": "52:54:00:00:01:02",
        "broadcast": "ff:ff:ff:ff:ff:ff",
    } | more


def bond(name: str = "data-bo", index: int = 20, mtu: int = 9000) -> dict[str, Any]:
    """A bond as `ip -j -d link` prints it, with all that the kernel says of bonds."""
    data = {
        "mode": "active-backup",
        "active_slave": "ens1",
        "miimon": 100,
        "updelay": 0,
        "downdelay": 0,
        "peer_notify_delay": 0,
        "use_carrier": 1,
        "arp_interval": 0,
        "arp_missed_max": 2,
        "arp_validate": None,
        "arp_all_targets": "any",
        "primary_reselect": "always",
        "fail_over_mac": "none",
        "xmit_hash_policy": "layer2",
        "resend_igmp": 1,
        "num_peer_notif": 1,
        "all_slaves_active": 0,
        "min_links": 0,
        "lp_interval": 1,
        "packets_per_slave": 1,
        "ad_lacp_active": "on",
        "ad_lacp_rate": "slow",
        "ad_select": "stable",
        "tlb_dynamic_lb": 1,
    }
    info = {"info_kind": "bond", "info_data": data, "info_slave_kind": "bridge"}
    return link(name, index, mtu, master=name.removesuffix("-bo") + "-br", linkinfo=info)


def member(name: str, index: int, mtu: int, state: str = "UP") -> dict[str, Any]:
    """A NIC of a bond as `ip -j -d link` prints it."""
    data = {
        "state": "ACTIVE" if state == "UP" else "BACKUP",
        "mii_status": state,
        "link_failure_count": 0,
        "perm_hwaddr": "52:54:00:00:01:02",
        "queue_id": 0,
        "prio": 0,
    }
    info = {"info_slave_kind": "bond", "info_slave_data": data}
    return link(name, index, mtu, master="data-bo", linkinfo=info)


def vlans(name: str, *items: int | tuple[int, int]) -> list[dict[str, Any]]:
    """The VLANs of a device as `bridge -c -j vlan` prints them."""
    listed: list[dict[str, Any]] = [{"vlan": 1, "flags": ["PVID", "Egress Untagged"]}]
    for item in items:
        low, high = item if isinstance(item, tuple) else (item, item)
        listed.append({"vlan": low} if low == high else {"vlan": low, "vlanEnd": high})
    return [{"ifname": name, "vlans": listed}]


def port_line(index: int, name: str, mtu: int, kind: str = "veth") -> str:
    """A port of the bridge as `ip -o -d link` prints it."""
    return (
        f"{index}: {name}@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu {mtu} qdisc noqueue "
        "master data-br state UP mode DEFAULT group default qlen 1000\\    link/ether "
        "aa:bb:cc:00:00:01 brd ff:ff:ff:ff:ff:ff link-netns cni-1 promiscuity 1 "
        f"allmulti 1 minmtu 68 maxmtu 65535 \\    {kind} \\    bridge_slave state forwarding "
        "priority 32 cost 2 hairpin off guard off root_block off fastleave off learning on"
    )


class Tools:
    """A folder with `ip` and `bridge` that print what they are told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in ("ip", "bridge"):
            self.write(
                name,
                f'file="{folder}/said/$(echo {name} "$@" | tr " /" "__")"\n'
                '[ -e "$file" ] && cat "$file" || { echo "no such device" >&2; exit 1; }\n',
            )
        (folder / "said").mkdir()
        self.says("ip -j link show dev lo", [link("lo", 1, 65536)])
        self.says("ip -o link show type vlan", "")

    def write(self, name: str, script: str) -> None:
        """Put a program into the folder."""
        path = self.folder / name
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)

    def says(self, command: str, output: Any) -> None:
        """What a command prints: text, or a value as JSON."""
        text = output if isinstance(output, str) else json.dumps(output)
        text = f"{text}\n" if text else text
        (self.folder / "said" / command.replace(" ", "_").replace("/", "_")).write_text(text)

    def run(self, script: str, shell: str = "sh", **values: str) -> str:
        """The answer of a script that runs with these tools."""
        answer = self.folder / "answer"
        environment = os.environ | values | {"TOOLS": str(self.folder), "ANSWER": str(answer)}
        subprocess.run(
            [shell, "-c", (SCRIPTS / script).read_text()],
            env=environment,
            check=True,
            timeout=60,
        )
        return answer.read_text()


def healthy(tools: Tools, mtu: int = 9000) -> Tools:
    """The tools of a node whose cluster network data is as it should be."""
    tools.says("ip -j -d link show dev data-bo", [bond(mtu=mtu)])
    members = [member("ens1", 3, mtu), member("ens2", 4, mtu)]
    tools.says("ip -j -d link show master data-bo", members)
    tools.says("ip -j link show dev data-br", [link("data-br", 21, mtu)])
    tools.says("bridge -c -j vlan show dev data-bo", vlans("data-bo", 100, (200, 210)))
    tools.says("bridge -c -j vlan show dev data-br", vlans("data-br"))
    uplink = port_line(20, "data-bo", mtu, "bond").replace("@if3", "")
    tools.says("ip -o -d link show master data-br", uplink)
    return tools
