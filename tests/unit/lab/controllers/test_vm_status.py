"""What a VM prints, and what it remembers of failed starts."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.lab.controllers.strategies import NOTHING, Decision
from harvester_net.lab.controllers.vm_status import Seen, status_of

from .vm_state import claim, requests, vm, vm_world

STOP, START = Decision(stop=True), Decision(start=True)
WAITS = {"type": "Synchronized", "status": "False", "reason": "FailedPvcNotFound"}
NO_NODE = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
PAUSED = {"type": "Paused", "status": "True"}
MOVES = {"startTimestamp": "now"}
MOVED = MOVES | {"endTimestamp": "now"}
RAN = [{"phase": "Running"}]
FAILED = {"consecutiveFailCount": 2, "lastFailedVMIUID": "u0"}


def instance(phase: str = "", *conditions: Object, **more: Any) -> Object:
    meta = {"uid": "u1"} | ({"deletionTimestamp": "now"} if more.pop("going", "") else {})
    status = {"phase": phase, "conditions": list(conditions)} | more
    return {"metadata": meta, "status": status}


def told(
    vmi: Object | None,
    decision: Decision = NOTHING,
    strategy: str = "Always",
    status: Object | None = None,
) -> Object:
    known = vm(strategy) | {"status": status or {}}
    return status_of(Seen(vm_world(), known, vmi, decision))


@pytest.mark.parametrize(
    ("vmi", "decision", "printed"),
    [
        (None, NOTHING, "Stopped"),
        (None, START, "Starting"),
        (instance("Pending"), NOTHING, "Starting"),
        (instance("Scheduling"), NOTHING, "Starting"),
        (instance("Scheduled"), NOTHING, "Starting"),
        (instance("Running"), NOTHING, "Running"),
        (instance("Unknown"), NOTHING, "Unknown"),
        (instance("Succeeded", phaseTransitionTimestamps=RAN), NOTHING, "Stopped"),
        (instance("Failed"), NOTHING, "CrashLoopBackOff"),
        (instance("Pending", WAITS), NOTHING, "ErrorPvcNotFound"),
        (instance("Scheduling", NO_NODE), NOTHING, "ErrorUnschedulable"),
        (instance("Failed", NO_NODE), NOTHING, "ErrorUnschedulable"),
        (instance("Running", NO_NODE), NOTHING, "Running"),
        (instance("Running", PAUSED), NOTHING, "Paused"),
        (instance("Running", migrationState=MOVES), NOTHING, "Migrating"),
        (
            instance("Running", migrationState=MOVED),
            NOTHING,
            "Running",
        ),
        (instance("Running"), STOP, "Stopping"),
        (instance("Scheduling", NO_NODE, going=True), NOTHING, "Stopping"),
        (instance("Running", migrationState=MOVES, going=True), NOTHING, "Stopping"),
        (
            instance("Succeeded", phaseTransitionTimestamps=RAN, going=True),
            NOTHING,
            "Stopped",
        ),
    ],
)
def test_vm_prints_what_its_instance_does(
    vmi: Object | None, decision: Decision, printed: str
) -> None:
    assert told(vmi, decision)["printableStatus"] == printed


def test_vm_that_is_deleted_prints_nothing_else() -> None:
    going = vm() | {"status": {}}
    going["metadata"]["deletionTimestamp"] = "now"
    found = status_of(Seen(vm_world(), going, instance("Running"), NOTHING))
    assert found["printableStatus"] == "Terminating"


@pytest.mark.parametrize(
    ("strategy", "asked", "printed"),
    [
        ("Always", False, "WaitingForVolumeBinding"),
        ("Manual", True, "WaitingForVolumeBinding"),
        ("Manual", False, "Stopped"),
        ("Halted", False, "Stopped"),
    ],
)
def test_vm_that_is_to_start_waits_for_its_volumes(
    strategy: str, asked: bool, printed: str
) -> None:
    volumes = [{"name": "disk", "persistentVolumeClaim": {"claimName": "disk-1"}}]
    known = vm(strategy, volumes=volumes)
    known["status"] = requests("Start")["status"] if asked else {}
    seen = Seen(vm_world(claim("disk-1", "Pending")), known, None, NOTHING)
    assert status_of(seen)["printableStatus"] == printed


@pytest.mark.parametrize(
    ("strategy", "vmi", "known", "failures"),
    [
        ("Always", instance("Failed"), None, 1),
        ("Always", instance("Failed"), FAILED, 3),
        ("Always", instance("Failed"), FAILED | {"lastFailedVMIUID": "u1"}, 2),
        ("Always", None, FAILED, 2),
        ("Always", instance("Scheduling"), FAILED, 2),
        ("Halted", None, FAILED, None),
        ("Manual", instance("Failed"), None, None),
        ("RerunOnFailure", instance("Failed"), None, 1),
    ],
)
def test_failures_to_start_are_counted_once_each(
    strategy: str, vmi: Object | None, known: Object | None, failures: int | None
) -> None:
    before = {"startFailure": known} if known else {}
    found = told(vmi, strategy=strategy, status=before).get("startFailure")
    assert (found and found["consecutiveFailCount"]) == failures


def test_guest_that_ran_did_not_fail_to_start() -> None:
    ran = instance("Failed", phaseTransitionTimestamps=RAN)
    assert "startFailure" not in told(ran, status={"startFailure": FAILED})


@pytest.mark.parametrize(
    ("vmi", "asked", "left"),
    [
        (None, requests("Start"), ["Start"]),
        (instance("Pending"), requests("Start"), []),
        (instance("Failed"), requests("Start"), ["Start"]),
        (instance("Pending", going=True), requests("Start"), ["Start"]),
        (instance("Running"), requests("Stop", uid="u1"), ["Stop"]),
        (instance("Running"), requests("Stop", uid="u0"), []),
        (None, requests("Stop", uid="u1"), []),
        (None, requests("Stop", "Start", uid="u1"), ["Start"]),
        (instance("Running"), requests("Stop", "Start", uid="u1"), ["Stop", "Start"]),
    ],
)
def test_requests_stay_until_they_are_done(
    vmi: Object | None, asked: Object, left: list[str]
) -> None:
    found = told(vmi, strategy="Manual", status=asked["status"]).get("stateChangeRequests", [])
    assert [each["action"] for each in found] == left


def test_failed_guest_is_to_be_started_again() -> None:
    again = Decision(stop=True, request_start=True)
    found = told(instance("Failed"), again, "RerunOnFailure")
    assert found["stateChangeRequests"] == [{"action": "Start"}]


def test_conditions_are_those_of_the_instance() -> None:
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "then"}
    known = {"conditions": [{"type": "Gone", "status": "True"}, PAUSED]}
    found = told(instance("Running", ready, NO_NODE), status=known)
    assert found["conditions"] == [ready, NO_NODE]
    assert found["ready"] is True


def test_conditions_of_the_last_instance_stay_while_there_is_none() -> None:
    found = told(None, status={"conditions": [PAUSED]})["conditions"]
    assert [(each["type"], each.get("reason")) for each in found] == [
        ("Paused", None),
        ("Ready", "VMINotExists"),
    ]
