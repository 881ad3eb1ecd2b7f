"""Answers of pods that are not what the scripts write: unreadable, and never a crash."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.verify.check import check
from harvester_net.verify.facts import CheckRequest
from harvester_net.verify.outcome import problems
from harvester_net.verify.parsing import (
    LARGEST,
    LARGEST_UNPACKED,
    PingReport,
    Unreadable,
    devices_in,
    pinged_in,
)

from ...cluster import LabApi
from ...timing import QUICK
from ...waiting import SECONDS
from . import recorded
from .nodes_world import Site, daemon_set, healthy, looked, pinged

UNREADABLE = "its answer cannot be read: "


def look(**parts: Any) -> str:
    """An answer with these devices."""
    return "\n".join(
        ["look 1", *(f"{word} {json.dumps(part)}" for word, part in parts.items())]
    )


def packed(content: bytes) -> str:
    return f"gz {base64.b64encode(content).decode()}"


def bond(**changed: Any) -> list[dict[str, Any]]:
    return [{k: v for k, v in (recorded.bond() | changed).items() if v != "without"}]


def nic(name: str) -> list[dict[str, Any]]:
    return [recorded.member(name, 3, 9000)]


def vlans(*items: Any) -> list[dict[str, Any]]:
    return [{"ifname": "data-bo", "vlans": list(items)}]


def address(local: Any, family: str = "inet") -> list[dict[str, Any]]:
    return [{"ifname": "data-br", "addr_info": [{"family": family, "local": local}]}]


NAME = "String should match pattern '^[A-Za-z0-9_][A-Za-z0-9_.@:+-]{0,14}$'"
DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("", "it answered ''"),
        ("look 10", "it answered 'look 10'"),
        ("\x1b[2J\u202e", r"it answered '\x1b[2J\u202e'"),
        ("look 1\nerror \x1b]0;x\x07\x1b[2J\u202e", r"\x1b]0;x\x07\x1b[2J\u202e"),
        ("a" * (LARGEST + 1), f"{UNREADABLE}it has 65537 characters"),
        ("gz !", "its answer is cut short, or larger than any of ours"),
        ("gz é", "its answer is cut short"),
        (packed(b"none"), "its answer is cut short"),
        (
            packed(gzip.compress(b"look 1", mtime=0)[:-9]),
            "its answer is cut short, or larger than any ",
        ),
        (
            packed(gzip.compress(b"look 1" * LARGEST_UNPACKED, mtime=0)),
            "its answer is cut short, or lar",
        ),
        (look(bond=bond(ifname="without")), f"{UNREADABLE}bond 0.ifname: Field required"),
        (
            look(bond=bond(mtu="9000")),
            f"{UNREADABLE}bond 0.mtu: Input should be a valid integer",
        ),
        (
            look(bond=bond(mtu=True)),
            f"{UNREADABLE}bond 0.mtu: Input should be a valid integer",
        ),
        (look(bond=bond(mtu=-1)), f"{UNREADABLE}bond 0.mtu: Input should be greater than or "),
        (look(bond=bond(ifindex=2**31)), f"{UNREADABLE}bond 0.ifindex: Input should be less "),
        (
            look(bond=bond(linkinfo=[1])),
            f"{UNREADABLE}bond 0.linkinfo: Input should be a valid",
        ),
        (
            look(bond=bond(linkinfo={"info_data": "x"})),
            f"{UNREADABLE}bond 0.linkinfo.info_data",
        ),
        (look(bond=[7]), f"{UNREADABLE}bond 0: Input should be a valid dictionary"),
        (look(bond={"a": 1}), f"{UNREADABLE}bond : Input should be a valid list"),
        (look(bond=bond(), members=nic("$(reboot)")), f"{UNREADABLE}members 0.ifname: {NAME}"),
        (look(bond=bond(), members=nic("a;reboot")), f"{UNREADABLE}members 0.ifname: {NAME}"),
        (look(bond=bond(), members=nic("-x")), f"{UNREADABLE}members 0.ifname: {NAME}"),
        (look(bond=bond(), members=nic("eno1\n")), f"{UNREADABLE}members 0.ifname: {NAME}"),
        (look(bond=bond(), members=nic("a" * 16)), f"{UNREADABLE}members 0.ifname: {NAME}"),
        (look(bridge=[{"ifname": "b"}]), f"{UNREADABLE}bridge 0.ifindex: Field required"),
        ("look 1\nbond {", f"{UNREADABLE}its bond is no JSON: {{"),
        (f"look 1\nbond {'1' * 5000}", f"{UNREADABLE}its bond is no JSON: 1111"),
        (f"look 1\nbond {DEEP}"[: LARGEST - 1], f"{UNREADABLE}its bond is no JSON: [[[["),
        (
            look(vlans=vlans({"vlan": 1, "vlanEnd": 10**12})),
            f"{UNREADABLE}vlans 0.vlans.0.vlanE",
        ),
        (
            look(vlans=vlans({"flags": []})),
            f"{UNREADABLE}vlans 0.vlans.0.vlan: Field required",
        ),
        (look(vlans=vlans(7)), f"{UNREADABLE}vlans 0.vlans.0: Input should be a valid dict"),
        ("look 1\nport", f"{UNREADABLE}port"),
        ("look 1\nport veth0 veth many", f"{UNREADABLE}port veth0 veth many"),
        ("look 1\nport veth0 veth 1500 $(id)", f"{UNREADABLE}port veth0 veth 1500 $(id)"),
        ("look 1\nport `id` veth 1500", f"{UNREADABLE}port `id` veth 1500"),
        ("look 1\nports 1500", f"{UNREADABLE}ports 1500"),
        ("look 1\nports \u0661 \u0661", f"{UNREADABLE}ports \u0661 \u0661"),
        ("look 1\nleftover hnv-1;id", f"{UNREADABLE}leftover hnv-1;id"),
        ("look 1\narp all;id 2", f"{UNREADABLE}arp all;id 2"),
        ("look 1\narp all two", f"{UNREADABLE}arp all two"),
        (look(address=address("-f")), f"{UNREADABLE}-f is no IPv4 address"),
        (look(address=address("host.evil")), f"{UNREADABLE}host.evil is no IPv4 address"),
        (look(address=address("10.0.0.1 -f")), f"{UNREADABLE}10.0.0.1 -f is no IPv4 address"),
        (look(address=address("*")), f"{UNREADABLE}* is no IPv4 address"),
        (look(address=address("fe80::1")), f"{UNREADABLE}fe80::1 is no IPv4 address"),
        (
            look(address=address(1)),
            f"{UNREADABLE}address 0.addr_info.0.local: Input should be",
        ),
        (look(address=address("127.0.0.1")), f"{UNREADABLE}127.0.0.1 is no address of a host"),
        (look(address=address("224.0.0.1")), f"{UNREADABLE}224.0.0.1 is no address of a host"),
        (look(address=address("0.0.0.0")), f"{UNREADABLE}0.0.0.0 is no address of a host"),
        (
            look(address=address("255.255.255.255")),
            f"{UNREADABLE}255.255.255.255 is no address",
        ),
    ],
)
def test_answer_about_the_devices_is_unreadable(message: str, why: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        devices_in(message, "node1", "data")
    assert str(unreadable.value).startswith(why)
    assert str(unreadable.value).isprintable()


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("ping 1", f"{UNREADABLE}it says 0 times which pings were full"),
        (f"{pinged()}full 1", f"{UNREADABLE}it says 2 times which pings were full"),
        (pinged("1", usual="1"), f"{UNREADABLE}it says two things of one address"),
        (pinged("a"), f"{UNREADABLE}full a"),
        (pinged(mtu=-1), f"{UNREADABLE}mtu -1"),
        (f"ping 1\nmtu {'9' * 5000}", f"{UNREADABLE}it says 0 times"),
        (pinged().replace("9000", "9" * 5000), f"{UNREADABLE}mtu 999"),
        (looked(), "it answered 'gz "),
        ("p" * (LARGEST + 1), f"{UNREADABLE}it has 65537 characters"),
    ],
)
def test_answer_about_the_pings_is_unreadable(message: str, why: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        pinged_in(message)
    assert str(unreadable.value).startswith(why)


def test_what_older_and_newer_tools_print_besides_is_left_out() -> None:
    text = look(bond=[{}, *bond(altnames=[1], linkinfo=None)], address=[{}], vlans=[])
    seen = devices_in(f"{text}\nlater words", "node1", "data")
    assert seen.bond is not None
    assert (seen.bond.mode, seen.bond.active_nic, seen.vlan_device) == ("", "", False)


def test_addresses_of_hosts_are_read() -> None:
    found = devices_in(look(address=address("10.1.0.7")), "node1", "data")
    assert (found.address, found.vlan_device) == ("10.1.0.7", True)
    other = devices_in(look(address=address("fe80::1", "inet6")), "node1", "data")
    assert (other.address, other.vlan_device) == ("", True)
    assert pinged_in(pinged("10.1.0.7")) == PingReport(
        frozenset({"10.1.0.7"}), mtu=9000, plain=False
    )


# --- in a check -----------------------------------------------------------------------------


@pytest.fixture
async def site(api: LabApi) -> AsyncIterator[Site]:
    """Two healthy nodes."""
    for known in healthy("node1", "node2").values():
        for obj in known.values():
            api.put(obj)
    api.put(daemon_set())
    access = AccessSettings(api.kubeconfig(), environment="")
    cluster = Cluster(access, timings=replace(QUICK, pod_poll=0.01))
    made = Site(api, cluster, {"node1": looked(), "node2": looked()})
    api.controllers["pods"] = made.run
    yield made
    await cluster.close()


Odd = Callable[[Site], None]


def _malformed(site: Site) -> None:
    site.looks["node2"] = look(bond=bond(mtu=None))


def _hostile(site: Site) -> None:
    site.looks["node2"] = "look 1\nerror \x1b]0;x\x07\x1b[2J\u202e\nproven: all is well"


def _odd_ping(site: Site) -> None:
    site.pings = {"node1": pinged("2"), "node2": "ping 1\nmtu x"}


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (
            _malformed,
            f"not proven: node2 was not looked at: {UNREADABLE}bond 0.mtu: Input should be a "
            "valid integer",
        ),
        (_hostile, r"not proven: node2 was not looked at: \x1b]0;x\x07\x1b[2J\u202e"),
        (
            _odd_ping,
            f"not proven: node2 did not ping: {UNREADABLE}it says 0 times which pings were "
            "full",
        ),
    ],
)
async def test_node_that_answers_oddly_is_not_proven_and_the_others_are_judged(
    site: Site, odd: Odd, said: str
) -> None:
    odd(site)
    vlan = 100 if site.pings else None
    outcome = await check(site.cluster, CheckRequest("data", vlan=vlan), Deadline(SECONDS))
    assert problems(outcome)[0] == said
    assert outcome.nodes["node1"] is not None
    assert not outcome.is_proven


@pytest.mark.parametrize("reported", ["-f", "10.0.0.1 -I lo", "$(id)", "evil.example"])
async def test_no_node_is_told_to_ping_what_another_one_made_up(
    site: Site, reported: str
) -> None:
    own = {"node1": "10.1.0.1", "node2": reported}
    for node, local in own.items():
        line = f"address {json.dumps(address(local))}"
        site.looks[node] = looked(9000, "data", line)
    outcome = await check(site.cluster, CheckRequest("data", vlan=100), Deadline(SECONDS))
    assert len(site.made) == 2  # Nobody pings.
    assert problems(outcome)[0] == (
        f"not proven: node2 was not looked at: {UNREADABLE}{reported} is no IPv4 address"
    )
