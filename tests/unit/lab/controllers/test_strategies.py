"""What each run strategy asks for."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.lab.controllers.strategies import NOTHING, Decision, decide, strategy_of

from .vm_state import requests, vm

START, STOP = Decision(start=True), Decision(stop=True)
STOP_AND_START = Decision(stop=True, request_start=True)
STRATEGIES = ("Always", "RerunOnFailure", "Manual", "Halted", "Once")


def told(strategy: str, **status: Any) -> Object:
    return vm(strategy) | {"status": {"runStrategy": strategy} | status}


def instance(phase: str, *, going: bool = False) -> Object:
    meta = {"uid": "u1"} | ({"deletionTimestamp": "now"} if going else {})
    return {"metadata": meta, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("fields", "strategy"),
    [
        ({"running": True}, "Always"),
        ({"running": False}, "Halted"),
        ({"runStrategy": "Once"}, "Once"),
        ({}, "Halted"),
    ],
)
def test_old_field_is_a_strategy_too(fields: Object, strategy: str) -> None:
    assert strategy_of({"spec": fields}) == strategy


@pytest.mark.parametrize(
    ("strategy", "asked", "unasked"),
    [
        ("Always", START, START),
        ("RerunOnFailure", START, NOTHING),
        ("Manual", START, NOTHING),
        ("Halted", Decision(becomes_always=True), NOTHING),
        ("Once", START, START),
    ],
)
def test_vm_without_an_instance(strategy: str, asked: Decision, unasked: Decision) -> None:
    assert decide(told(strategy), None) == unasked
    assert decide(told(strategy, **requests("Start")["status"]), None) == asked


def test_vm_that_becomes_one_that_reruns_is_started() -> None:
    assert decide(vm("RerunOnFailure"), None) == START
    other = told("RerunOnFailure") | {"status": {"runStrategy": "Halted"}}
    assert decide(other, None) == START


@pytest.mark.parametrize("strategy", ["Always", "RerunOnFailure"])
def test_vm_that_failed_to_start_waits(strategy: str) -> None:
    failed = told(strategy, startFailure={"consecutiveFailCount": 1})
    failed["status"] |= requests("Start")["status"]
    assert decide(failed, None) == NOTHING
    assert decide(failed, None, patient=False) == START


@pytest.mark.parametrize(
    ("strategy", "phase", "decision"),
    [
        ("Always", "Running", NOTHING),
        ("Always", "Succeeded", STOP),
        ("Always", "Failed", STOP),
        ("RerunOnFailure", "Running", NOTHING),
        ("RerunOnFailure", "Succeeded", STOP),
        ("RerunOnFailure", "Failed", STOP_AND_START),
        ("Manual", "Running", NOTHING),
        ("Manual", "Succeeded", NOTHING),
        ("Manual", "Failed", NOTHING),
        ("Halted", "Running", STOP),
        ("Halted", "Failed", STOP),
        ("Once", "Running", NOTHING),
        ("Once", "Failed", NOTHING),
    ],
)
def test_vm_with_an_instance(strategy: str, phase: str, decision: Decision) -> None:
    assert decide(told(strategy), instance(phase)) == decision


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_instance_that_goes_is_waited_for(strategy: str) -> None:
    assert decide(told(strategy), instance("Running", going=True)) == NOTHING


@pytest.mark.parametrize(
    ("strategy", "obeys"),
    [("Always", True), ("RerunOnFailure", True), ("Manual", True), ("Once", False)],
)
def test_request_to_stop_is_for_one_instance(strategy: str, obeys: bool) -> None:
    its_own = told(strategy, **requests("Stop", uid="u1")["status"])
    of_another = told(strategy, **requests("Stop", uid="u0")["status"])
    assert decide(its_own, instance("Running")) == (STOP if obeys else NOTHING)
    assert decide(of_another, instance("Running")) == NOTHING
