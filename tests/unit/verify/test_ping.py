"""ping.sh, run by real shells on several nodes at the same time."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester_net.verify.parsing import Unreadable, pinged_in
from harvester_net.verify.pinging import PingPlan, PingResult, pings_of

from .wire import Wire

SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]
NODES = ("node1", "node2", "node3")
ADDRESSES = {node: f"169.254.42.{n}" for n, node in enumerate(NODES, start=1)}
PLAN = PingPlan("data", 100, 9000, ADDRESSES, net=42)
OWN = PLAN.values("node1")["OWN"]


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    made = Wire(tmp_path / "wire")
    yield made
    made.end()


@pytest.mark.parametrize("shell", SHELLS)
def test_all_nodes_reach_all_others_with_full_frames(wire: Wire, shell: str) -> None:
    answers = wire.ping(PLAN, shell=shell)
    results = pings_of(PLAN, answers).results
    assert set(results.values()) == {PingResult.FULL}
    assert len(results) == 6


def test_nothing_is_left_on_any_node(wire: Wire) -> None:
    wire.ping(PLAN)
    for node in NODES:
        assert not wire.there(f"{node}.device")
        log = wire.log(node)
        assert log[-2:] == [
            f"ip link delete dev {OWN}",
            "bridge vlan delete vid 100 dev data-br self",
        ]


def test_a_vlan_that_was_on_the_bridge_before_stays_there(wire: Wire) -> None:
    for node in NODES:
        wire.put(f"{node}.vlans", "port vlan-id\ndata-br 1 PVID Egress Untagged\n\t 100")
    wire.ping(PLAN)
    calls = [call for node in NODES for call in wire.log(node)]
    assert not [call for call in calls if "vlan add" in call or "vlan delete" in call]


def test_a_pair_that_carries_only_usual_frames_is_told_from_one_that_carries_none(
    wire: Wire,
) -> None:
    wire.most("node1", ADDRESSES["node3"], 1500)
    wire.most("node2", ADDRESSES["node3"], 600)
    wire.most("node3", ADDRESSES["node1"], 0)
    results = pings_of(PLAN, wire.ping(PLAN, wait=3)).results
    assert results == {
        ("node1", "node2"): PingResult.FULL,
        ("node1", "node3"): PingResult.USUAL,
        ("node2", "node1"): PingResult.FULL,
        ("node2", "node3"): PingResult.SMALL,
        ("node3", "node1"): PingResult.NONE,
        ("node3", "node2"): PingResult.FULL,
    }


def test_a_node_whose_pod_never_comes_costs_the_patience_and_is_unknown(wire: Wire) -> None:
    answers = wire.ping(PLAN, without=("node3",), wait=2)
    results = pings_of(PLAN, answers).results
    assert results["node1", "node2"] is results["node2", "node1"] is PingResult.FULL
    assert results["node1", "node3"] is results["node3", "node1"] is PingResult.UNKNOWN


def test_a_ping_that_cannot_forbid_fragments_proves_by_the_devices_mtu(wire: Wire) -> None:
    wire.put("version", "BusyBox v1.36")
    wire.mtus["node2"] = 1500
    answers = wire.ping(PLAN)
    assert answers["node1"].plain
    results = pings_of(PLAN, answers).results
    assert results["node1", "node2"] is PingResult.FULL
    assert results["node2", "node1"] is PingResult.SMALL


def test_the_hosts_own_devices_are_used_and_not_touched(wire: Wire) -> None:
    own = {node: f"10.1.0.{n}" for n, node in enumerate(NODES, start=1)}
    plan = PingPlan("data", 100, 9000, own, over=True)
    for node, address in own.items():
        wire.put(f"{node}.{address}.up", "")
        wire.put(f"{node}.log", "")
    assert set(pings_of(plan, wire.ping(plan)).results.values()) == {PingResult.FULL}
    assert [line for node in NODES for line in wire.log(node) if line] == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("refuses", "", "the VLAN device could not be made: RTNETLINK answers: File exists"),
        (
            "routes",
            "169.254.42.0/24 dev nodelocal",
            "169.254.42.0/23 is in use on this node: 169.254.42.0/24 dev nodelocal",
        ),
    ],
)
def test_a_node_that_cannot_take_part_says_why(
    wire: Wire, name: str, text: str, says: str
) -> None:
    wire.put(f"node1.{name}", text)
    values = PLAN.values("node1") | {"PATIENCE": "1"}
    assert wire.start("node1", values, "sh").wait(timeout=20) == 0
    with pytest.raises(Unreadable) as unreadable:
        pinged_in(wire.answer("node1"))
    assert str(unreadable.value) == says


@pytest.mark.parametrize("shell", SHELLS)
def test_a_pod_that_is_ended_takes_its_device_away(wire: Wire, shell: str) -> None:
    process = wire.start("node1", PLAN.values("node1"), shell)
    end = time.monotonic() + 10
    while not wire.there("node1.169.254.42.1.up"):
        assert time.monotonic() < end
        time.sleep(0.02)
    process.terminate()
    assert process.wait(timeout=10) == 143
    assert not wire.there("node1.device")
    assert wire.log("node1")[-1] == "bridge vlan delete vid 100 dev data-br self"


@pytest.mark.parametrize(
    ("alias", "removes"), [("harvester-net", False), ("harvester-net-vlan", True)]
)
def test_what_a_killed_pod_left_is_removed_first(
    wire: Wire, alias: str, removes: bool
) -> None:
    wire.put("node1.leftover", f"8: {OWN}@data-br: <UP> mtu 1500 \\ alias {alias}")
    values = PLAN.values("node1") | {"PATIENCE": "1", "PEERS": ""}
    assert wire.start("node1", values, "sh").wait(timeout=20) == 0
    log = wire.log("node1")
    before = log[: next(n for n, call in enumerate(log) if "link add" in call)]
    assert f"ip link delete dev {OWN}" in before
    assert ("bridge vlan delete vid 100 dev data-br self" in before) is removes
