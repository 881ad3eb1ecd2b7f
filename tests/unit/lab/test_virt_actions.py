"""What virt-api makes of what it is asked: writes, or the refusal in its words."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import MIGRATION, POD, VM, VMI, Object
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.controllers.controller import Action, Create, Delete, Patch
from harvester_net.lab.virt_actions import OF_INSTANCES, OF_VMS, Asked, checked

from .controllers.vm_state import VmLife, requests, vm, vm_world

KEY = "default/vm1"
NOT_RUNNING = (409, "VM is not running")
UNDERWAY = (
    500,
    "Internal error occurred: unable to complete request: stop/start already underway",
)
STOP = {"action": "Stop", "uid": "u1"}
START = {"action": "Start"}
PAUSED = {"type": "Paused", "status": "True"}


def instance(phase: str, *conditions: Object, grace: int | None = 120) -> Object:
    spec: Object = {"domain": {}} | (
        {} if grace is None else {"terminationGracePeriodSeconds": grace}
    )
    status = {"phase": phase, "conditions": list(conditions)}
    meta = {"name": "vm1", "namespace": "default", "uid": "u1"}
    head = {"apiVersion": VMI.api, "kind": VMI.kind, "metadata": meta}
    return head | {"spec": spec, "status": status if phase else {}}


def told(strategy: str | bool, **status: Any) -> Object:
    return vm(strategy) | {"status": status}


def asked(what: str, body: Object, *there: Object) -> list[Action]:
    action = (OF_VMS | OF_INSTANCES)[what]
    return action.writes(Asked(vm_world(*there), KEY, body))


def refused(what: str, body: Object, *there: Object) -> tuple[int, str]:
    """Code and words, without the object in question."""
    with pytest.raises(StatusError) as error:
        asked(what, body, *there)
    told, code = error.value.status, error.value.code
    if code == 409:
        assert told["details"]["name"] == "vm1"
        assert told["details"]["group"] == "kubevirt.io"
        return code, told["message"].partition('"vm1": ')[2]
    return code, str(told["message"])


def field(**fields: Any) -> Patch:
    return Patch(VM, KEY, {"spec": fields})


def status(*requests: Object, **more: Any) -> Patch:
    change = {"stateChangeRequests": [*requests]} | more
    return Patch(VM, KEY, {"status": change}, status=True)


def grace(seconds: int) -> Patch:
    return Patch(VMI, KEY, {"spec": {"terminationGracePeriodSeconds": seconds}})


LIVE, ENDED, FAILED = instance("Running"), instance("Succeeded"), instance("Failed")
PAUSING = {"paused": True}
STARTED_PAUSED = START | {"data": {"paused": "true"}}


@pytest.mark.parametrize(
    ("strategy", "vmi", "body", "writes"),
    [
        ("Halted", None, {}, [field(runStrategy="Always")]),
        (False, None, {}, [field(running=True)]),
        ("Halted", None, PAUSING, [status(STARTED_PAUSED)]),
        ("Manual", None, {}, [status(START)]),
        ("Manual", None, PAUSING, [status(STARTED_PAUSED)]),
        ("Manual", ENDED, {}, [status(STOP, START)]),
        ("Manual", FAILED, {}, [status(STOP, START)]),
        ("RerunOnFailure", None, {}, [status(START)]),
        ("RerunOnFailure", ENDED, {}, [status(STOP, START)]),
        ("Manual", instance(""), {}, [status(START)]),
    ],
)
def test_vm_is_started(
    strategy: str | bool, vmi: Object | None, body: Object, writes: list[Action]
) -> None:
    assert asked("start", body, told(strategy), *([vmi] if vmi else [])) == writes


@pytest.mark.parametrize(
    ("strategy", "vmi", "why"),
    [
        ("Always", None, "Always does not support manual start requests"),
        ("Once", None, "Once does not support manual start requests"),
        ("Always", LIVE, "VM is already running"),
        ("Manual", instance("Pending"), "VM is already running"),
        (
            "RerunOnFailure",
            FAILED,
            "RerunOnFailure does not support starting VM from failed state",
        ),
    ],
)
def test_start_is_refused(strategy: str, vmi: Object | None, why: str) -> None:
    there = [vmi] if vmi else []
    assert refused("start", {}, told(strategy), *there) == (409, why)


@pytest.mark.parametrize(
    ("strategy", "vmi", "body", "writes"),
    [
        ("Always", LIVE, {}, [field(runStrategy="Halted")]),
        ("Always", None, {}, [field(runStrategy="Halted")]),
        ("Once", ENDED, {}, [field(runStrategy="Halted")]),
        (True, LIVE, {}, [field(running=False)]),
        ("Always", LIVE, {"gracePeriod": 5}, [grace(5), field(runStrategy="Halted")]),
        ("Always", ENDED, {"gracePeriod": 5}, [field(runStrategy="Halted")]),
        ("Manual", LIVE, {}, [status(STOP)]),
        ("RerunOnFailure", LIVE, {"gracePeriod": 0}, [grace(0), status(STOP)]),
        ("Halted", LIVE, {"gracePeriod": 1}, [grace(1), status(STOP)]),
        (
            "Halted",
            instance("Running", grace=None),
            {"gracePeriod": 1},
            [grace(1), status(STOP)],
        ),
    ],
)
def test_vm_is_stopped(
    strategy: str | bool, vmi: Object | None, body: Object, writes: list[Action]
) -> None:
    assert asked("stop", body, told(strategy), *([vmi] if vmi else [])) == writes


SHORTER = "Halted only supports manual stop requests with a shorter graceperiod"


@pytest.mark.parametrize(
    ("strategy", "vmi", "body", "why"),
    [
        ("Manual", None, {}, NOT_RUNNING[1]),
        ("Manual", ENDED, {}, NOT_RUNNING[1]),
        ("RerunOnFailure", FAILED, {}, NOT_RUNNING[1]),
        ("Halted", None, {}, NOT_RUNNING[1]),
        ("Halted", LIVE, {}, SHORTER),
        ("Halted", LIVE, {"gracePeriod": 120}, SHORTER),
    ],
)
def test_stop_is_refused(strategy: str, vmi: Object | None, body: Object, why: str) -> None:
    there = [vmi] if vmi else []
    assert refused("stop", body, told(strategy), *there) == (409, why)


@pytest.mark.parametrize("strategy", ["Always", "RerunOnFailure", "Manual", True])
def test_vm_is_restarted(strategy: str | bool) -> None:
    assert asked("restart", {}, told(strategy), LIVE) == [status(STOP, START)]


def test_restart_by_force_takes_the_pod_away() -> None:
    life = VmLife(vm())
    life.run()
    (pod,) = life.of(POD).values()
    writes = OF_VMS["restart"].writes(Asked(life, KEY, {"gracePeriodSeconds": 0}))
    key = f"default/{pod['metadata']['name']}"
    assert writes[-1] == Delete(POD, key, pod["metadata"]["uid"])
    life.ask(*writes)
    life.run()
    assert life.printed() == "Running"
    assert pod["metadata"]["name"] not in life.has(POD)


@pytest.mark.parametrize(
    ("strategy", "there", "body", "refusal"),
    [
        (
            "Halted",
            [],
            {},
            (409, "RunStategy Halted does not support manual restart requests"),
        ),
        (
            "Once",
            [LIVE],
            {},
            (409, "RunStategy Once does not support manual restart requests"),
        ),
        ("Manual", [], {}, (409, "VM is not running: Halted")),
        (
            "Always",
            [LIVE],
            {"gracePeriodSeconds": 5},
            (400, "For force restart, only gracePeriod=0 is supported for now"),
        ),
        (
            "Always",
            [LIVE],
            {"gracePeriodSeconds": -5},
            (400, "gracePeriod has to be greater or equal to 0"),
        ),
    ],
)
def test_restart_is_refused(
    strategy: str, there: list[Object], body: Object, refusal: tuple[int, str]
) -> None:
    assert refused("restart", body, told(strategy), *there) == refusal


@pytest.mark.parametrize("what", ["start", "restart"])
def test_what_is_asked_already_comes_first(what: str) -> None:
    busy = told("Manual", **requests("Start")["status"])
    assert refused(what, {}, busy, ENDED) == UNDERWAY


def test_stop_takes_the_place_of_what_is_asked() -> None:
    busy = told("Manual", **requests("Start")["status"])
    assert asked("stop", {}, busy, LIVE) == [status(STOP)]


def test_request_makes_failures_forgotten() -> None:
    failed = told("Manual", startFailure={"consecutiveFailCount": 3})
    assert asked("start", {}, failed) == [status(START, startFailure=None)]


def test_migration_is_made() -> None:
    selector = {"zone": "a"}
    (made,) = asked("migrate", {"addedNodeSelector": selector}, told("Always"), LIVE)
    assert isinstance(made, Create)
    assert made.resource == MIGRATION
    assert made.object["spec"] == {"vmiName": "vm1", "addedNodeSelector": selector}
    assert made.object["metadata"]["generateName"] == "kubevirt-migrate-vm-"


@pytest.mark.parametrize("phase", ["Pending", "Scheduled", "Succeeded"])
def test_only_a_guest_that_runs_migrates(phase: str) -> None:
    assert refused("migrate", {}, told("Always"), instance(phase)) == NOT_RUNNING


@pytest.mark.parametrize(
    ("what", "there", "kind"),
    [
        ("start", [], "virtualmachine"),
        ("stop", [], "virtualmachine"),
        ("restart", [], "virtualmachine"),
        ("migrate", [], "virtualmachine"),
        ("migrate", [vm()], "virtualmachineinstance"),
        ("pause", [vm()], "virtualmachineinstance"),
        ("softreboot", [], "virtualmachineinstance"),
    ],
)
def test_what_is_not_there_is_not_found(what: str, there: list[Object], kind: str) -> None:
    assert refused(what, {}, *there) == (404, f'{kind}.kubevirt.io "vm1" not found')


def test_guest_is_paused_and_goes_on() -> None:
    life = VmLife(vm())
    life.run()
    for what, printed in (("pause", "Paused"), ("unpause", "Running")):
        life.ask(*OF_INSTANCES[what].writes(Asked(life, KEY, {})))
        life.run()
        assert life.printed() == printed


@pytest.mark.parametrize(
    ("what", "vmi", "why"),
    [
        ("pause", instance("Scheduled"), "VM is not running"),
        ("pause", instance("Running", PAUSED), "VMI is already paused"),
        ("unpause", instance("Scheduled"), "VMI is not running"),
        ("unpause", LIVE, "VMI is not paused"),
        ("softreboot", instance("Pending"), "VM is not running"),
        ("softreboot", instance("Running", PAUSED), "VMI is paused"),
    ],
)
def test_guest_refuses(what: str, vmi: Object, why: str) -> None:
    assert refused(what, {}, vmi) == (409, why)


def test_guest_boots_without_a_trace() -> None:
    assert asked("softreboot", {}, LIVE) == asked("reset", {}, LIVE) == []
    code, why = refused("reset", {}, instance("Pending"))
    assert code == 400
    assert why.startswith("Failed to reset non-running VMI with phase Pending:")


@pytest.mark.parametrize(
    ("what", "body", "said"),
    [
        (
            "start",
            [1],
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into"
            " Go value of type v1.StartOptions",
        ),
        (
            "pause",
            "x",
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into"
            " Go value of type v1.PauseOptions",
        ),
        (
            "stop",
            {"gracePeriod": "x"},
            "json: cannot unmarshal string into Go struct field StopOptions.gracePeriod of"
            " type int64",
        ),
        (
            "start",
            {"paused": 1},
            "json: cannot unmarshal number into Go struct field StartOptions.paused of type"
            " bool",
        ),
        (
            "stop",
            {"gracePeriod": True},
            "json: cannot unmarshal bool into Go struct field StopOptions.gracePeriod of type"
            " int64",
        ),
        (
            "migrate",
            {"addedNodeSelector": [1]},
            "json: cannot unmarshal array into Go struct field"
            " MigrateOptions.addedNodeSelector of type map[string]string",
        ),
    ],
)
def test_body_of_another_form_is_refused(what: str, body: Any, said: str) -> None:
    with pytest.raises(StatusError) as error:
        checked((OF_VMS | OF_INSTANCES)[what], body)
    prefix = "Can not unmarshal Request body to struct, error: "
    assert (error.value.code, str(error.value)) == (400, prefix + said)


@pytest.mark.parametrize(
    ("what", "body", "read"),
    [
        ("start", None, {}),
        ("start", {"paused": True, "unknown": 1}, {"paused": True, "unknown": 1}),
        ("stop", {"gracePeriod": None}, {"gracePeriod": None}),
        ("softreboot", [1], {}),
    ],
)
def test_body_may_be_nothing(what: str, body: Any, read: Object) -> None:
    assert checked((OF_VMS | OF_INSTANCES)[what], body) == read
