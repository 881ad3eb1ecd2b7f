"""`harvester-net mtu`, command by command: texts, exit codes, and what is written."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from harvester_net.change.consent import Consent
from harvester_net.change.rights import changing
from harvester_net.cli import commands, session
from harvester_net.cli.main import app
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.resources import Object
from harvester_net.cluster.rights import Right
from harvester_net.cluster.timings import Timings
from harvester_net.lab.apiserver.errors import status as status_object

from ...cluster import LabApi, kubeconfig
from ...rbac import NAME, TOKEN, bound, roles_of
from .cluster_of_one import (
    CONFIG,
    JOURNAL,
    LEASE,
    STRATEGY,
    VM,
    a_living_holder,
    cluster_of_one,
    does_not_stop,
    hold_lease,
    journal_of,
    mtu_of,
    obey,
)

PORTS = (
    "the switch ports of the uplinks must carry frames of 9000 bytes; Harvester cannot tell, "
    "`harvester-net verify data` can"
)
MARK = "&#96;"
PLAN_ID = "a85407fe82d2-1-3"
ESTIMATE = (
    "each VM is down for 1 to 5 minutes: to shut down up to 2 min, the uplinks of 1 node up "
    "to 30 s, to start up to 2 min. Nobody has measured it on this cluster"
)
STEPS = f"""\
   1. stop VM default/a (Always)
   2. set MTU 9000 on network config nc-1 (node1)
   3. start VM default/a (Always)
estimate: {ESTIMATE}
note: {PORTS}
plan id: {PLAN_ID}
"""
WATCHDOG = Path(__file__).parents[3] / "examples" / "watchdog" / "cronjob.yaml"
WHERE = "https://127.0.0.1 (context lab)"
MISSING_CONSENT = "  - 1 VM must be stopped: default/a; allow it with --stop-vms\n"
NO_STOP = ("patch", "VirtualMachine")
GO_ON = (
    "To go on: harvester-net mtu resume. To go back to the start: harvester-net mtu "
    "roll-back. What stands where: harvester-net mtu status\n"
)

Mtu = Callable[..., Result]


@pytest.fixture
def cluster(certificates: Path) -> Iterator[LabApi]:
    with cluster_of_one(certificates) as api:
        yield api


@pytest.fixture
def mtu(cluster: LabApi, monkeypatch: pytest.MonkeyPatch) -> Mtu:
    """Runs `harvester-net mtu` with these arguments on the cluster."""
    monkeypatch.setattr("getpass.getuser", lambda: "ada")

    def run(*arguments: str) -> Result:
        writes = arguments[0] not in ("plan", "status") and "--help" not in arguments
        yes = ["--yes"] if writes else []
        given = [*arguments, *yes, "--kubeconfig", cluster.kubeconfig()]
        return CliRunner().invoke(app, ["mtu", *given])

    return run


def end(result: Result) -> tuple[int, str, str]:
    """Exit code, output and errors; the output with every duration as 0.0, and the cluster
    without its port and id.
    """
    said = re.sub(r"\d+\.\d s", "0.0 s", result.stdout)
    said = re.sub(r"(https://127\.0\.0\.1):\d+", r"\1", said)
    return result.exit_code, re.sub(r"\b[0-9a-f-]{36}\b", "ID", said), result.stderr


def begun(cluster: LabApi, mtu: Mtu) -> None:
    """A change that was left after the VM had been asked to stop."""
    does_not_stop(cluster)
    assert mtu("change", "data", "9000", "--stop-vms", "--stop-timeout", "1").exit_code == 4


# --- plan ------------------------------------------------------------------------------------


def test_plan_shows_the_steps(mtu: Mtu, cluster: LabApi) -> None:
    shown = f"MTU of cluster network data: 1500 -> 9000, in 3 steps:\n{STEPS}"
    assert end(mtu("plan", "data", "9000", "--stop-vms")) == (
        0,
        f"{shown}cluster: {WHERE}, id ID\n",
        "",
    )
    assert cluster.writes() == []


def test_plan_without_consent_is_refused(mtu: Mtu, cluster: LabApi) -> None:
    shown = f"MTU of cluster network data: 1500 -> 9000, in 3 steps:\n{STEPS}"
    refused = f"\nrefused as it is:\n{MISSING_CONSENT}"
    where = f"cluster: {WHERE}, id ID\n"
    assert end(mtu("plan", "data", "9000")) == (3, shown + refused + where, "")
    assert cluster.writes() == []


def someone(cluster: LabApi, given: Iterable[Right]) -> str:
    """The kubeconfig of a user with these rights."""
    cluster.accept(TOKEN, user=NAME)
    for obj in bound(roles_of(given)):
        cluster.put(obj)
    return cluster.kubeconfig({"token": TOKEN})


NOT_ALLOWED = (
    "  - the user of the kubeconfig may not patch virtualmachines.kubevirt.io in namespace "
    "default; `harvester-net rbac --for changes` prints the role\n"
)


def test_missing_right_is_a_refusal_of_the_plan_and_of_the_change(cluster: LabApi) -> None:
    given = [right for right in changing() if (right.verb, right.resource.kind) != NO_STOP]
    user = ["--kubeconfig", someone(cluster, given)]
    shown = f"MTU of cluster network data: 1500 -> 9000, in 3 steps:\n{STEPS}"
    asked = ["data", "9000", "--stop-vms", *user]
    plan = CliRunner().invoke(app, ["mtu", "plan", *asked])
    assert end(plan) == (
        3,
        f"{shown}\nrefused as it is:\n{NOT_ALLOWED}cluster: {WHERE}, id ID\n",
        "",
    )
    change = CliRunner().invoke(app, ["mtu", "change", *asked])
    head = "MTU of cluster network data: 1500 -> 9000: refused, and nothing was changed:\n"
    assert end(change) == (3, "", f"{head}{NOT_ALLOWED}")
    assert {seen.plural for seen in cluster.writes()} == {"leases"}
    assert (journal_of(cluster), mtu_of(cluster)) == (None, 1500)


def test_reader_is_shown_the_plan(cluster: LabApi) -> None:
    user = someone(cluster, [right for right in changing() if not right.writes])
    plan = CliRunner().invoke(
        app, ["mtu", "plan", "data", "9000", "--stop-vms", "--kubeconfig", user]
    )
    shown = f"MTU of cluster network data: 1500 -> 9000, in 3 steps:\n{STEPS}"
    assert end(plan) == (
        0,
        f"{shown}cluster: {WHERE}, id ID\n",
        "the user of the kubeconfig may only read; whoever carries this out needs more: "
        "`harvester-net rbac --for changes` prints the role\n",
    )


def test_vm_outside_the_patterns_is_a_refusal(mtu: Mtu) -> None:
    result = mtu("plan", "data", "9000", "--stop-vms", "--only-vms", "prod/*")
    assert result.exit_code == 3
    assert (
        "  - 1 VM must be stopped that no pattern names: default/a; allow it with --only-vms\n"
    ) in result.stdout
    covered = mtu(
        "plan", "data", "9000", "--stop-vms", "--only-vms", "x/y", "--only-vms", "*/a"
    )
    assert covered.exit_code == 0


def test_without_restart_the_vm_stays_down(mtu: Mtu) -> None:
    result = mtu("plan", "data", "9000", "--stop-vms", "--no-restart-vms", "--output", "json")
    assert json.loads(result.stdout)["startedVms"] == []


def test_plan_for_a_pull_request(mtu: Mtu) -> None:
    markdown = f"""\
### MTU of cluster network data: 1500 -> 9000

**Refused as it is:**

- 1 VM must be stopped: default/a; allow it with --stop-vms

| | Step |
|--:|---|
| 1 | stop VM default/a (Always) |
| 2 | set MTU 9000 on network config nc-1 (node1) |
| 3 | start VM default/a (Always) |

- VMs to stop (1): `default/a`
- VMs to start again (1): `default/a`
- Settings to clear and set again (0): none
- Plan id: `{PLAN_ID}`

> Estimate: {ESTIMATE}
>
> Note: {PORTS.replace("`", MARK)}

Cluster: `{WHERE}, id ID`
"""
    assert end(mtu("plan", "data", "9000", "--output", "markdown")) == (3, markdown, "")


def test_plan_for_programs(mtu: Mtu, cluster: LabApi) -> None:
    result = mtu("plan", "data", "9000", "--stop-vms", "--output", "json")
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    uid = cluster.get("namespaces", "kube-system")["metadata"]["uid"]
    assert shown.pop("cluster") == {"server": f"{cluster.url} (context lab)", "id": uid}
    assert shown == {
        "change": "MTU of cluster network data: 1500 -> 9000",
        "planId": PLAN_ID,
        "clusterNetwork": "data",
        "oldMtu": 1500,
        "newMtu": 9000,
        "nothingToDo": False,
        "steps": [
            {"number": 1, "title": "stop VM default/a (Always)", "after": []},
            {
                "number": 2,
                "title": "set MTU 9000 on network config nc-1 (node1)",
                "after": [1],
            },
            {"number": 3, "title": "start VM default/a (Always)", "after": [2]},
        ],
        "networkConfigs": ["nc-1"],
        "stoppedVms": ["default/a"],
        "maxParallel": 5,
        "startedVms": ["default/a"],
        "cycledSettings": [],
        "refusals": [],
        "warnings": [],
        "estimate": ESTIMATE,
        "notes": [PORTS],
    }


@pytest.mark.parametrize("output", ["text", "markdown", "json"])
def test_same_situation_gives_the_same_plan(mtu: Mtu, output: str) -> None:
    first, second = (mtu("plan", "data", "9000", "--output", output) for _ in range(2))
    assert first.stdout_bytes == second.stdout_bytes


@pytest.mark.parametrize("wanted", ["1500", "0"])
def test_plan_of_what_is_there_is_nothing_to_do(mtu: Mtu, wanted: str) -> None:
    nothing = (
        "nothing to do: cluster network data, its network configs and its VM networks have "
        "MTU 1500\n"
    )
    assert end(mtu("plan", "data", wanted)) == (0, nothing, "")
    document = json.loads(mtu("plan", "data", wanted, "--output", "json").stdout)
    assert document["nothingToDo"] is True
    assert document["steps"] == document["stoppedVms"] == document["refusals"] == []


def test_plan_of_an_unknown_cluster_network_names_the_known(mtu: Mtu) -> None:
    refusal = "there is no cluster network date; there are: data"
    assert end(mtu("plan", "date", "9000")) == (3, "", f"{refusal}\n")
    document = json.loads(mtu("plan", "date", "9000", "--output", "json").stdout)
    assert (document["refusals"], document["steps"]) == ([refusal], [])


def test_nothing_is_planned_from_the_middle_of_a_change(mtu: Mtu, cluster: LabApi) -> None:
    begun(cluster, mtu)
    assert end(mtu("plan", "data", "4000")) == (
        3,
        "",
        "an earlier change is not finished (MTU of cluster network data: 1500 -> 9000); "
        "finish it with harvester-net mtu resume, or go back with harvester-net mtu "
        "roll-back\n",
    )


# --- change ----------------------------------------------------------------------------------


def test_change_is_carried_out(mtu: Mtu, cluster: LabApi) -> None:
    assert end(mtu("change", "data", "9000", "--stop-vms")) == (
        0,
        f"""\
MTU of cluster network data: 1500 -> 9000, in 3 steps
cluster: {WHERE}
note: {PORTS}
1/3 stop VM default/a (Always)
1/3 done after 0.0 s: stop VM default/a (Always)
2/3 set MTU 9000 on network config nc-1 (node1)
2/3 done after 0.0 s: set MTU 9000 on network config nc-1 (node1)
3/3 start VM default/a (Always)
3/3 done after 0.0 s: start VM default/a (Always)
done in 0.0 s: MTU of cluster network data: 1500 -> 9000
""",
        "",
    )
    assert mtu_of(cluster) == 9000
    assert cluster.get("virtualmachines", VM)["spec"]["runStrategy"] == STRATEGY
    assert journal_of(cluster) is None
    assert cluster.get("leases", LEASE)["spec"]["holderIdentity"] == ""


def test_change_without_consent_is_refused_before_anything_is_touched(
    mtu: Mtu, cluster: LabApi
) -> None:
    assert end(mtu("change", "data", "9000")) == (
        3,
        "",
        "MTU of cluster network data: 1500 -> 9000: refused, and nothing was changed:\n"
        + MISSING_CONSENT
        + f"Once allowed: MTU of cluster network data: 1500 -> 9000, in 3 steps:\n{STEPS}",
    )
    assert {seen.plural for seen in cluster.writes()} == {"leases"}


def test_only_the_plan_that_was_reviewed_is_carried_out(mtu: Mtu, cluster: LabApi) -> None:
    asked = ("change", "data", "9000", "--stop-vms", "--yes", "--reviewed-plan")
    assert end(mtu(*asked, "0123456789ab-2-5")) == (
        3,
        "",
        "MTU of cluster network data: 1500 -> 9000: refused, and nothing was changed:\n"
        f"  - this plan, {PLAN_ID} (1 VM, 3 steps), was not reviewed, but 0123456789ab-2-5 (2 "
        "VMs, 5 steps); allow it with --reviewed-plan\n"
        f"Once allowed: MTU of cluster network data: 1500 -> 9000, in 3 steps:\n{STEPS}",
    )
    assert mtu_of(cluster) == 1500
    assert mtu(*asked, f"0123456789ab-2-5, {PLAN_ID}").exit_code == 0
    assert mtu_of(cluster) == 9000


def test_plan_id_that_is_none_is_a_wrong_call(mtu: Mtu) -> None:
    result = mtu("change", "data", "9000", "--reviewed-plan", "yes")
    assert result.exit_code == 2
    assert "'yes' is not the id of a plan, such as" in result.stderr


def test_change_to_what_is_there_is_nothing_to_do(mtu: Mtu) -> None:
    assert end(mtu("change", "data", "1500")) == (
        0,
        "nothing to do: cluster network data, its network configs and its VM networks have "
        "MTU 1500\n",
        "",
    )


def test_somebody_else_holds_the_lease(mtu: Mtu, cluster: LabApi) -> None:
    with a_living_holder(cluster):
        ended = end(mtu("change", "data", "9000", "--stop-vms"))
    assert ended == (
        5,
        "",
        "another change of the cluster's networks is going on since "
        "2026-01-01T10:00:00.000000Z, by grace (process 7 on elsewhere); try again when it is "
        "over\n",
    )
    assert cluster.writes() == []


def test_vm_that_does_not_stop_stops_the_change(mtu: Mtu, cluster: LabApi) -> None:
    does_not_stop(cluster)
    code, out, err = end(mtu("change", "data", "9000", "--stop-vms", "--stop-timeout", "1"))
    assert code == 4
    assert out.endswith(
        "1/3 not done: stop VM default/a (Always): not done after 1 s, still waiting for VM "
        "default/a to stop\n"
    )
    assert err.startswith(
        "stopped at a safe point: step 1, stop VM default/a (Always): not done after 1 s, "
        "still waiting for VM default/a to stop. "
    )
    assert err.endswith(GO_ON)
    assert journal_of(cluster) is not None
    assert mtu_of(cluster) == 1500


def test_vm_that_does_not_stop_is_rolled_back(mtu: Mtu, cluster: LabApi) -> None:
    does_not_stop(cluster)
    consent = ("--stop-vms", "--stop-timeout", "1", "--on-failure", "roll-back")
    code, out, err = end(mtu("change", "data", "9000", *consent))
    assert code == 6
    assert (
        "MTU of cluster network data: back to 1500, in 3 steps, 2 of them done before" in out
    )
    assert err.startswith(
        "rolled back: step 1, stop VM default/a (Always): not done after 1 s"
    )
    assert err.endswith(". Everything is as it was before\n")
    assert cluster.get("virtualmachines", VM)["spec"]["runStrategy"] == STRATEGY
    assert journal_of(cluster) is None


def test_time_that_is_up_is_no_reason_to_roll_back(mtu: Mtu, cluster: LabApi) -> None:
    does_not_stop(cluster)
    consent = ("--stop-vms", "--timeout", "5", "--on-failure", "roll-back")
    code, _, err = end(mtu("change", "data", "9000", *consent))
    assert code == 4
    assert "not done after 5 s" in err
    assert not json.loads(journal(cluster)).get("backwards", False)


def journal(cluster: LabApi) -> str:
    found = journal_of(cluster)
    assert found is not None
    return str(found["data"]["record"])


def interrupting(cluster: LabApi, times: int) -> None:
    """The user presses ^C when the VM is asked to stop, which it does not."""

    def press(vm: Object) -> None:
        if vm["spec"]["runStrategy"] == "Halted":
            os.kill(os.getpid(), signal.SIGINT)
            if times > 1:
                os.kill(os.getpid(), signal.SIGTERM)  # Two of one kind may become one.

    cluster.controllers["virtualmachines"] = press


def test_interrupted_once_it_stops_at_a_safe_point(mtu: Mtu, cluster: LabApi) -> None:
    interrupting(cluster, 1)
    code, _, err = end(
        mtu("change", "data", "9000", "--stop-vms", "--on-failure", "roll-back")
    )
    assert (code, err) == (
        4,
        "stopping at a safe point; ^C again stops at once\n"
        f"interrupted; stopped at a safe point: 0 of 3 steps are done.\n{GO_ON}",
    )
    assert journal_of(cluster) is not None
    assert cluster.get("leases", LEASE)["spec"]["holderIdentity"] == ""


def test_interrupted_twice_it_stops_at_once_and_nothing_is_lost(
    mtu: Mtu, cluster: LabApi
) -> None:
    interrupting(cluster, 2)
    code, _, err = end(mtu("change", "data", "9000", "--stop-vms"))
    assert code == 130
    assert err.endswith(
        f"interrupted in the middle of the change, whose journal is kept.\n{GO_ON}"
    )
    assert journal_of(cluster) is not None
    assert cluster.get("leases", LEASE)["spec"]["holderIdentity"] == ""


def test_error_that_nobody_expects_in_the_middle_is_no_end(
    mtu: Mtu, cluster: LabApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr("harvester_net.change.steps.vms.StopVm.act", broken)
    code, _, err = end(mtu("change", "data", "9000", "--stop-vms"))
    assert (code, err) == (
        4,
        "stopped: harvester-net did not expect this: ZeroDivisionError: a mistake; "
        f"HARVESTER_NET_DEBUG=1 shows where it comes from.\n{GO_ON}",
    )


# --- status, resume, roll-back ---------------------------------------------------------------


def test_status_of_a_quiet_cluster(mtu: Mtu, cluster: LabApi) -> None:
    assert end(mtu("status")) == (
        0,
        f"no change is unfinished on {WHERE}; nobody holds the lease\n",
        "",
    )
    document = json.loads(mtu("status", "--output", "json").stdout)
    assert document.pop("cluster") == f"{cluster.url} (context lab)"
    assert document == {"unfinished": None, "holder": None}
    assert cluster.writes() == []


def test_status_of_an_unfinished_change(mtu: Mtu, cluster: LabApi) -> None:
    begun(cluster, mtu)
    began = json.loads(journal(cluster))["began"]
    assert end(mtu("status")) == (
        0,
        f"""\
MTU of cluster network data: 1500 -> 9000
  not finished: 0 of 3 steps are done
  begun {began} by ada with harvester-net mtu change
  cluster {WHERE}
  nobody holds the lease
steps:
  next    1. stop VM default/a (Always): waits for VM default/a to stop
  left    2. set MTU 9000 on network config nc-1 (node1)
  left    3. start VM default/a (Always)
now:
  network config nc-1 (node1) has MTU 1500
  VM network default/vm100 has MTU 1500
To go on: harvester-net mtu resume. To go back to the start: harvester-net mtu roll-back
""",
        "",
    )


def test_status_for_programs(mtu: Mtu, cluster: LabApi) -> None:
    begun(cluster, mtu)
    hold_lease(cluster)
    document = json.loads(mtu("status", "--output", "json").stdout)
    assert document["unfinished"]["began"].startswith("20")
    assert document["holder"]["renewed"].startswith("20")
    assert document.pop("cluster") == f"{cluster.url} (context lab)"
    del document["unfinished"]["began"], document["holder"]["renewed"]
    left = {"state": "left", "waitsFor": ""}
    assert document == {
        "unfinished": {
            "change": "MTU of cluster network data: 1500 -> 9000",
            "by": "ada with harvester-net mtu change",
            "direction": "forwards",
            "steps": [
                {
                    "title": "stop VM default/a (Always)",
                    "state": "next",
                    "waitsFor": "VM default/a to stop",
                },
                {"title": "set MTU 9000 on network config nc-1 (node1)"} | left,
                {"title": "start VM default/a (Always)"} | left,
            ],
            "now": {
                "stoppedVms": [],
                "networkConfigs": {"nc-1": 1500},
                "vmNetworks": {"default/vm100": 1500},
                "clearedSettings": [],
            },
        },
        "holder": {
            "who": "grace (process 7 on elsewhere)",
            "since": "2026-01-01T10:00:00.000000Z",
        },
    }


def test_status_alarms_only_of_a_change_that_nobody_works_on(
    mtu: Mtu, cluster: LabApi
) -> None:
    alarm = ("status", "--exit-code", "--output", "json")
    assert mtu(*alarm).exit_code == 0
    begun(cluster, mtu)
    assert mtu(*alarm).exit_code == 4
    assert mtu("status", "--output", "json").exit_code == 0
    hold_lease(cluster)
    assert mtu(*alarm).exit_code == 0


def test_status_says_what_is_taken_away_at_the_moment(mtu: Mtu, cluster: LabApi) -> None:
    begun(cluster, mtu)
    cluster.remove("virtualmachineinstances", VM)
    cluster.remove("vlanconfigs", CONFIG)
    shown = mtu("status").stdout
    assert "  VMs that are stopped: default/a\n" in shown
    assert "  network config nc-1 (node1) is deleted; the journal holds it\n" in shown


def test_resume_finishes_what_is_unfinished(mtu: Mtu, cluster: LabApi) -> None:
    begun(cluster, mtu)
    cluster.controllers["virtualmachines"] = lambda vm: obey(cluster, vm)
    # Asked to stop long ago, it does so now.
    cluster.change("virtualmachines", VM, {"status": {"printableStatus": "Stopping"}})
    assert not cluster.has("virtualmachineinstances", VM)
    code, out, err = end(mtu("resume"))
    assert (code, err) == (0, "")
    assert out.endswith("done in 0.0 s: MTU of cluster network data: 1500 -> 9000\n")
    assert mtu_of(cluster) == 9000
    assert journal_of(cluster) is None


def test_roll_back_returns_to_the_start(mtu: Mtu, cluster: LabApi) -> None:
    begun(cluster, mtu)
    cluster.controllers["virtualmachines"] = lambda vm: obey(cluster, vm)
    code, out, err = end(mtu("roll-back"))
    assert (code, err) == (0, "")
    assert out.endswith("done in 0.0 s: MTU of cluster network data: back to 1500\n")
    assert cluster.get("virtualmachines", VM)["spec"]["runStrategy"] == STRATEGY
    assert mtu_of(cluster) == 1500
    assert journal_of(cluster) is None


@pytest.mark.parametrize("command", ["resume", "roll-back"])
def test_where_nothing_is_unfinished_there_is_nothing_to_do(mtu: Mtu, command: str) -> None:
    assert end(mtu(command)) == (0, "nothing to do: no change is unfinished\n", "")


@pytest.mark.parametrize("command", ["status", "resume", "roll-back"])
def test_journal_of_another_version_is_not_guessed_at(
    mtu: Mtu, cluster: LabApi, command: str
) -> None:
    namespace, _, name = JOURNAL.partition("/")
    cluster.put(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace},
            "data": {"record": "{}"},
        }
    )
    assert end(mtu(command)) == (
        1,
        "",
        "error: the journal of an unfinished change, ConfigMap "
        "harvester-system/harvester-net-journal, cannot be read by this version of "
        "harvester-net; finish the change with the version that began it\n",
    )


# --- errors ----------------------------------------------------------------------------------


def test_kubeconfig_that_is_not_there(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/none")
    result = CliRunner().invoke(app, ["mtu", "status"])
    assert end(result) == (
        1,
        "",
        f"error: no kubeconfig at {tmp_path}/none; set KUBECONFIG, or give --kubeconfig\n",
    )
    result = CliRunner().invoke(app, ["mtu", "status", "--kubeconfig", "none"])
    assert end(result) == (
        1,
        "",
        "error: the given kubeconfig is neither the text of a kubeconfig nor the path of a "
        "file that is here; set KUBECONFIG, or give --kubeconfig\n",
    )


def test_context_that_is_not_there(mtu: Mtu) -> None:
    code, _, err = end(mtu("status", "--context", "prod"))
    assert code == 1
    assert err.startswith("error: the kubeconfig text: ")
    assert "prod" in err


def test_cluster_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = partial(Cluster, timings=Timings(first_contact=-1))
    monkeypatch.setattr(session, "Cluster", at_once)
    nowhere = yaml.safe_dump(kubeconfig("http://127.0.0.1:9"))
    code, _, err = end(CliRunner().invoke(app, ["mtu", "status", "--kubeconfig", nowhere]))
    assert code == 1
    assert err.startswith("error: http://127.0.0.1:9 does not answer: ")
    assert err.endswith(". Is the kubeconfig the right one?\n")


def test_what_is_forbidden_is_said_in_one_line(mtu: Mtu, cluster: LabApi) -> None:
    cluster.fail("GET configmaps", 403, status_object(403, "Forbidden", "ada may not"))
    code, _, err = end(mtu("status"))
    assert (code, err) == (
        1,
        "error: get harvester-system/configmaps/harvester-net-journal: ada may not\n",
    )


def test_traceback_only_for_those_who_ask(mtu: Mtu, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(commands, "plan", broken)
    said = (
        "error: harvester-net did not expect this: ZeroDivisionError: a mistake; "
        "HARVESTER_NET_DEBUG=1 shows where it comes from\n"
    )
    assert end(mtu("plan", "data", "9000")) == (1, "", said)
    monkeypatch.setenv("HARVESTER_NET_DEBUG", "1")
    code, _, err = end(mtu("plan", "data", "9000"))
    assert code == 1
    assert err.startswith("Traceback ")
    assert err.endswith(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "data"], "Missing argument 'MTU'."),
        (["plan", "data", "big"], "Invalid value for 'MTU': "),
        (["plan", "data", "100"], "mtu: 100 is out of range; use 576 to 9000 bytes, or 0"),
        (["change", "Data_1", "9000"], "'Data_1' is not a valid name of a cluster network"),
        (["change", "data", "9000", "--only-vms", "a/b"], "--only-vms narrows --stop-vms"),
        (
            ["plan", "data", "9000", "--stop-vms", "--only-vms", "prod*"],
            "--only-vms: 'prod*' is not namespace/name; write prod*/* for namespaces",
        ),
        (
            ["change", "data", "9000", "--on-failure", "retry"],
            "Invalid value for '--on-failure': ",
        ),
        (
            ["change", "data", "9000", "--stop-timeout", "0"],
            "Invalid value for '--stop-timeout': ",
        ),
        (
            ["change", "data", "9000", "--max-parallel", "0"],
            "Invalid value for '--max-parallel': ",
        ),
        (["status", "--output", "markdown"], "Invalid value for '--output': "),
        (["undo"], "No such command 'undo'."),
    ],
)
def test_wrong_calls(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["mtu", *arguments])
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_defaults_are_those_of_a_program() -> None:
    """What the command line consents to without a word is what the inputs do."""
    shown = CliRunner().invoke(app, ["mtu", "change", "--help"]).stdout
    given = Consent()
    for option, default in {
        "--stop-timeout": given.stop_timeout_seconds,
        "--node-timeout": given.node_timeout_seconds,
        "--storage-timeout": given.storage_timeout_seconds,
    }.items():
        assert f"default: {default};" in shown.partition(option)[2].partition("--")[0]


def test_help_lists_the_exit_codes() -> None:
    shown = " ".join(CliRunner().invoke(app, ["mtu", "--help"]).stdout.split())
    assert "4 stopped at a safe point, the journal stays" in shown


def test_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert re.fullmatch(r"harvester-net \d+\.\d+\.\d+\S*\n", result.stdout)


def test_watchdog_alarms_and_rolls_back_what_nobody_works_on(
    mtu: Mtu, cluster: LabApi
) -> None:
    commands = {
        job["metadata"]["name"]: container["command"]
        for job in yaml.safe_load_all(WATCHDOG.read_text())
        if job["kind"] == "CronJob"
        for container in job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    }

    def run(name: str) -> int:
        program, group, *arguments = commands[f"harvester-net-{name}"]
        assert (program, group) == ("harvester-net", "mtu")
        return mtu(*(each for each in arguments if each != "--yes")).exit_code

    assert run("alarm") == 0
    begun(cluster, mtu)
    assert run("alarm") == 4
    cluster.controllers["virtualmachines"] = lambda vm: obey(cluster, vm)
    assert run("roll-back") == 0
    assert run("alarm") == 0
    assert (mtu_of(cluster), journal_of(cluster)) == (1500, None)
