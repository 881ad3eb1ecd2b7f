"""What a user reads at the end of a rehearsal."""

from __future__ import annotations

import json

from harvester_net.cli.render.rehearsal import MOST, SIMULATED, document, text
from harvester_net.lab.rehearsal import Outage, Summary, UplinkOutages, VmOutages

BACK = VmOutages("default/web", (Outage(1, 4.25), Outage(5, 6)), 4.25, "Running", False)
NEVER = VmOutages("default/db", (Outage(2, None),), 82.0, "", False)
STUCK = VmOutages("shop/[x]", (Outage(80, None),), 4.0, "Scheduling", False)
DELETED = VmOutages("default/old", (Outage(83, None),), 1.0, "", True)
THERE = UplinkOutages("data", "n1", (Outage(10, 10.8),), 0.8)
GONE = UplinkOutages("data", "n2", (Outage(10, None),), 74.0)
SUMMARY = Summary(84.0, 40, (NEVER, BACK, STUCK, DELETED), (THERE, GONE))


def test_a_rehearsal_in_which_nothing_happened() -> None:
    assert text(Summary(3.0, 2, (), ())) == f"in 3.0 s: none of 2 VMs was down\n{SIMULATED}"


def test_everything_that_happened_is_told() -> None:
    assert text(SUMMARY).splitlines() == [
        "in 84.0 s: 4 of 40 VMs that ran were down",
        "VM           down for  times  at the end",
        "default/db   82.0 s    1      stopped",
        "default/web  4.2 s     2      Running",
        "shop/[x]     4.0 s     1      Scheduling",
        "default/old  1.0 s     1      deleted",
        "cluster network  node  no uplink for  times  at the end",
        "data             n1    0.8 s          1      there",
        "data             n2    74.0 s         1      none",
        "never came back: default/db, shop/[x]",
        "deleted: default/old",
        "still without an uplink: data on n2",
        SIMULATED,
    ]


def test_that_times_are_simulated_is_always_said() -> None:
    assert "simulated" in SIMULATED
    assert text(SUMMARY, width=40).splitlines()[-1] == SIMULATED
    assert document(SUMMARY)["simulatedTimes"] is True


def test_of_very_many_the_longest_are_shown_and_the_others_summed_up() -> None:
    vms = tuple(
        VmOutages(f"default/vm{n:03}", (Outage(0, n),), float(n), "Running", False)
        for n in range(MOST + 30, 0, -1)
    )
    uplinks = tuple(
        UplinkOutages("data", f"n{n:02}", (Outage(0, 2),), 2.0) for n in range(MOST + 1)
    )
    lines = text(Summary(99.0, 60, vms, uplinks)).splitlines()
    assert lines[0] == f"in 99.0 s: {len(vms)} of 60 VMs that ran were down"
    assert sum(line.startswith("default/vm") for line in lines) == MOST
    assert sum(line.startswith("data ") for line in lines) == MOST
    assert "and 30 VMs more, down for 1.0 s to 30.0 s" in lines
    assert "and 1 uplink more, gone for 2.0 s to 2.0 s" in lines


def test_one_vm_is_one_vm() -> None:
    assert text(Summary(9.0, 1, (BACK,), ())).startswith(
        "in 9.0 s: 1 of 1 VM that ran was down\n"
    )


def test_colours_mark_who_is_not_back() -> None:
    coloured = text(SUMMARY, colours=True)
    assert "\x1b[31mstopped" in coloured
    assert "\x1b[31mnone" in coloured
    assert "\x1b[31mRunning" not in coloured
    assert "\x1b[31mdeleted" not in coloured


def test_programs_get_all_of_it() -> None:
    said = json.loads(json.dumps(document(SUMMARY)))
    assert said["seconds"] == 84.0
    assert said["vmsThatRan"] == 40
    assert said["neverBack"] == ["default/db", "shop/[x]"]
    assert said["vms"][1] == {
        "vm": "default/web",
        "seconds": 4.25,
        "outages": [{"began": 1, "ended": 4.25}, {"began": 5, "ended": 6}],
        "phase": "Running",
        "deleted": False,
    }
    assert said["uplinks"][1] == {
        "clusterNetwork": "data",
        "node": "n2",
        "seconds": 74.0,
        "outages": [{"began": 10, "ended": None}],
    }
