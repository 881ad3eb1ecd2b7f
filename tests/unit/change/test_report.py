"""The words of a plan and of an unfinished change, literally."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harvester_net.change.consent import Consent
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.goals.storage_network import StorageNetworkGoal
from harvester_net.change.goals.vm_network import VmNetworkGoal
from harvester_net.change.plan import Plan, plan
from harvester_net.change.record import Record
from harvester_net.change.report import (
    headline,
    notes,
    plan_text,
    refusal_text,
    remaining_text,
    structured,
)

from .sites import FULL, STORAGE_TEXT, UP, reasons, site

VMS: dict[str, str | bool] = {"default/a": "Always", "default/b": True}


def largest() -> Plan:
    world = site(nodes=2, vms=VMS, storage=True, shared=True)
    return plan(world.snapshot, UP, FULL)


def test_the_plan_of_the_largest_case() -> None:
    assert plan_text(largest()).splitlines() == [
        "MTU of cluster network data: 1500 -> 9000, in 12 steps:",
        "   1. stop VM default/a (Always)",
        "   2. stop VM default/b (running)",
        "   3. wait until every volume is detached",
        "   4. reset the RWX network",
        "   5. clear the storage network",
        "   6. delete network config nc-1 (node1)",
        "   7. set MTU 9000 on network config nc-0 (node0)",
        "   8. create network config nc-1 (node1) again with MTU 9000",
        "   9. set the storage network: 192.168.0.0/24, VLAN 300 on data",
        "  10. set the RWX network again",
        "  11. start VM default/a (Always)",
        "  12. start VM default/b (running)",
        "estimate: each VM is down for 4 to 23 minutes, the storage or RWX network for 4 to "
        "18 minutes: to shut down up to 2 min, volumes to be detached up to 1 min, the RWX "
        "network up to 3 min twice, the storage network up to 5 min twice, the uplinks of 2 "
        "nodes up to 2 min, to start up to 2 min. Nobody has measured it on this cluster",
        "note: the switch ports of the uplinks must carry frames of 9000 bytes; Harvester "
        "cannot tell, `harvester-net verify data` can",
        "plan id: d39acab9cd9e-2-12",
    ]


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, ["the VMs stop, and start, 1 at a time"]), (2, []), (None, [])],
)
def test_a_plan_says_how_many_vms_go_at_a_time_where_there_are_more(
    number: int | None, said: list[str]
) -> None:
    consent = replace(FULL, max_parallel=number)
    assert notes(plan(site(vms=VMS).snapshot, UP, consent).record)[1:] == said


def test_a_long_plan_leaves_out_vms_and_nothing_of_the_networks() -> None:
    vms: dict[str, str | bool] = {f"default/vm-{n:02}": "Always" for n in range(40)}
    long = plan(site(nodes=2, vms=vms, storage=True).snapshot, UP, FULL)
    lines = plan_text(long).splitlines()
    gaps = [number for number, line in enumerate(lines) if "more steps" in line]
    assert [lines[number].strip() for number in gaps] == ["... 11 more steps ..."] * 2
    networks = lines[gaps[0] + 1 : gaps[1]]
    assert networks[0] == "  41. wait until every volume is detached"
    assert networks[1] == "  42. clear the storage network"
    assert networks[-1].startswith("  46. set the storage network")
    assert lines[gaps[0] - 1] == "  29. stop VM default/vm-28 (Always)"
    assert lines[gaps[1] + 1] == "  58. start VM default/vm-11 (Always)"


def test_a_long_plan_has_an_end_however_many_networks_there_are() -> None:
    lines = plan_text(largest(), most_lines=6).splitlines()
    assert [line.split(".")[0].strip() for line in lines[1:11]] == [
        *("1", "2", "3", "4", "5", "6", "7"),
        *("", "11", "12"),
    ]
    assert lines[8] == "      ... 3 more steps ..."


def test_the_plan_as_outputs() -> None:
    outputs = structured(largest())
    assert outputs["affectedVms"] == ["default/a", "default/b"]
    steps = outputs["plan"]
    assert isinstance(steps, list)
    assert len(steps) == 12


def test_a_refusal_lists_all_reasons() -> None:
    made = plan(site(vms=VMS, storage=True).snapshot, UP, Consent())
    assert refusal_text(headline(made.record), reasons(made.refusals)) == (
        "MTU of cluster network data: 1500 -> 9000: refused, and nothing was changed:\n"
        "  - 2 VMs must be stopped: default/a, default/b; allow it with disruption.stopVms: "
        "true\n"
        "  - the storage or RWX network is on this cluster network and must be cleared and "
        "set again; allow it with disruption.cycleStorageNetwork: true"
    )


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        (UP, "MTU of cluster network data: 1500 -> 9000"),
        (ConfigGoal(key="nc-0"), "change network config nc-0"),
        (ConfigDeletionGoal(key="nc-0"), "delete network config nc-0"),
        (VmNetworkGoal(key="default/net"), "change VM network default/net"),
        (StorageNetworkGoal(text=STORAGE_TEXT), "set the storage network"),
        (StorageNetworkGoal(), "clear the storage network"),
    ],
)
def test_a_change_in_one_line(goal: AnyGoal, words: str) -> None:
    assert headline(Record(goal=goal, version=(1, 8), old_mtu=1500)) == words


def test_the_way_back_in_one_line() -> None:
    record = Record(goal=UP, version=(1, 8), old_mtu=1500).turned_back()
    assert headline(record) == "MTU of cluster network data: back to 1500"


def test_an_unfinished_change_lists_what_is_left() -> None:
    record = plan(site(vms={"default/a": "Once"}).snapshot, UP, FULL).record
    done = ["stop default/a", "delete nc-1", "set mtu nc-0"]
    begun = record.model_copy(
        update={"who": "ann", "began": "2026-01-01T00:00:00Z", "done": done}
    )
    assert remaining_text(begun) == (
        "MTU of cluster network data: 1500 -> 9000: begun 2026-01-01T00:00:00Z by ann, 3 of 5 "
        "steps done; left:\n"
        "  - create network config nc-1 (node1) again with MTU 9000\n"
        "  - start VM default/a (Once)"
    )


@pytest.mark.parametrize(
    ("version", "tool"),
    [((1, 6), "/oem/90_custom.yaml"), ((1, 7), "nmcli con modify bond-mgmt")],
)
def test_mgmt_needs_steps_on_the_hosts_that_depend_on_the_version(
    version: tuple[int, int], tool: str
) -> None:
    goal = MtuGoal(cluster_network="mgmt", mtu=9000)
    said = list(goal.notes(Record(goal=goal, version=version)))
    assert len(said) == 3
    assert tool in said[0]
    assert "9000" in said[0]


def test_other_changes_need_nothing_outside_harvester() -> None:
    goal = VmNetworkGoal(key="default/net")
    assert list(goal.notes(Record(goal=goal, version=(1, 8)))) == []
