"""The command `harvester-net` on a cluster that works."""

from __future__ import annotations

import json
import signal

from harvester_net.lab.faults import NicMissing, VmDoesNotStop
from lab import Lab

from .command import (
    CONSENT,
    SECONDS,
    has_journal,
    items,
    mtus,
    name_of,
    run,
    start,
    state,
    status,
    stuck_in_the_middle,
    without_mtu,
)
from .failures import faults, set_faults
from .programs import CLUSTER_NETWORKS, CONFIGS
from .vms import VMIS, VMS
from .waiting import eventually


def test_without_consent_nothing_is_written(site: Lab) -> None:
    before = {path: versions(site, path) for path in (CONFIGS, VMS, VMIS, CLUSTER_NETWORKS)}
    code, out, err = run(site, "plan", "cn-data", "9000")
    assert (code, err) == (3, "")
    assert "2 VMs must be stopped: default/a, default/b; allow it with --stop-vms" in out
    assert "set again; allow it with --cycle-storage-network" in out
    again = run(site, "plan", "cn-data", "9000")
    assert again == (code, out, err)
    code, out, err = run(site, "change", "cn-data", "9000")
    assert code == 3
    assert "1500 -> 9000: refused, and nothing was changed:\n" in err
    assert not has_journal(site)
    assert before == {path: versions(site, path) for path in before}
    code, out, err = run(site, "plan", "cn-data", "9000", *CONSENT, "--output", "json")
    assert (code, err) == (0, "")
    plan = json.loads(out)
    assert plan["stoppedVms"] == plan["startedVms"] == ["default/a", "default/b"]
    assert plan["cycledSettings"] == ["storage-network"]


def direction(lab: Lab) -> str:
    """Where the unfinished change is going; empty if there is none."""
    unfinished = status(lab)["unfinished"]
    return str(unfinished["direction"]) if unfinished else ""


def versions(lab: Lab, path: str) -> dict[str, str]:
    return {name_of(item): item["metadata"]["resourceVersion"] for item in items(lab, path)}


def test_change_is_carried_out_while_others_look_and_wait(site: Lab) -> None:
    before = state(site)
    with stuck_in_the_middle(site) as (child, _):
        seen = status(site)
        assert seen["unfinished"]["change"] == "MTU of cluster network cn-data: 1500 -> 9000"
        assert seen["unfinished"]["now"]["stoppedVms"] == ["default/a", "default/b"]
        assert seen["unfinished"]["now"]["clearedSettings"] == ["storage-network"]
        assert f"(process {child.pid} on " in seen["holder"]["who"]
        code, out, err = run(site, "change", "cn-data", "9000", *CONSENT)
        assert (code, out) == (5, "")
        assert f"(process {child.pid} on " in err
        assert "another change of the cluster's networks is going on since 20" in err
        set_faults(site)
        out, err = child.communicate(timeout=SECONDS)
    assert (child.returncode, err) == (0, ""), out
    assert out.splitlines()[-1].endswith("s: MTU of cluster network cn-data: 1500 -> 9000")
    after = state(site)
    assert without_mtu(after) == without_mtu(before)
    assert mtus(site) == {9000}
    assert status(site) == {"unfinished": None, "holder": None}
    told = run(site, "change", "cn-data", "9000")
    assert told[0] == 0
    assert told[1].startswith("nothing to do: cluster network cn-data")


def test_interrupted_once_it_goes_on_later(site: Lab) -> None:
    before = state(site)
    with stuck_in_the_middle(site) as (child, _):
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=SECONDS)
        assert child.returncode == 4, out + err
        assert "interrupted; stopped at a safe point: " in err
        assert "To go on: harvester-net mtu resume." in err
        seen = status(site)
        assert seen["holder"] is None
        assert {
            "title": "stop VM default/a (Always)",
            "state": "done",
            "waitsFor": "",
        } in seen["unfinished"]["steps"]
        code, out, err = run(site, "plan", "cn-data", "9000", *CONSENT)
        assert (code, out) == (3, "")
        assert err.startswith("an earlier change is not finished (MTU of cluster network ")
    code, out, err = run(site, "resume")
    assert (code, err) == (0, ""), out
    assert without_mtu(state(site)) == without_mtu(before)
    assert mtus(site) == {9000}
    assert not has_journal(site)
    assert run(site, "resume") == (0, "nothing to do: no change is unfinished\n", "")


def test_killed_in_the_middle_it_goes_back(site: Lab) -> None:
    before = state(site)
    with stuck_in_the_middle(site) as (child, _):
        child.kill()
        child.wait()
    code, out, err = run(site, "roll-back")
    assert (code, err) == (0, ""), out
    assert "back to 1500" in out
    assert without_mtu(state(site)) == without_mtu(before)
    assert mtus(site) == {1500}
    assert status(site) == {"unfinished": None, "holder": None}


def let_be_killed_after_a_second(lab: Lab, name: str) -> None:
    """Restart a VM with a short grace period."""
    spec = {"template": {"spec": {"terminationGracePeriodSeconds": 1}}}
    lab.client.merge_patch(f"{VMS}/{name}", {"spec": spec})
    lab.client.delete(f"{VMIS}/{name}")

    def restarted() -> bool:
        found = [vmi for vmi in items(lab, VMIS) if name_of(vmi) == name]
        return any(
            vmi["spec"].get("terminationGracePeriodSeconds") == 1
            and (vmi.get("status") or {}).get("phase") == "Running"
            for vmi in found
        )

    eventually(restarted)


def test_vm_that_does_not_stop_is_rolled_back(site: Lab) -> None:
    let_be_killed_after_a_second(site, "b")
    before = state(site)
    consent = (*CONSENT, "--on-failure", "roll-back", "--stop-timeout", "6")
    with (
        faults(site, VmDoesNotStop(namespace="default", name="b")),
        start(site, "change", "cn-data", "9000", *consent) as child,
    ):
        # It cannot start again before it has stopped, which it does in the end.
        eventually(lambda: child.poll() is not None or direction(site) == "back")
        set_faults(site)
        out, err = child.communicate(timeout=SECONDS)
    assert child.returncode == 6, out + err
    assert "VM default/b to stop" in err
    assert err.endswith("Everything is as it was before\n")
    assert without_mtu(state(site)) == without_mtu(before)
    assert mtus(site) == {1500}
    assert not has_journal(site)


def test_node_without_its_nic_stops_the_change_at_a_safe_point(site: Lab) -> None:
    with stuck_in_the_middle(site) as (child, node):
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=SECONDS) == 4
        set_faults(site, NicMissing(node, "eno2"))
        code, out, err = run(site, "resume", "--timeout", "20")
        assert code == 4, out + err
        assert "stopped at a safe point: " in err
        assert f"{node}: " in err
    code, out, err = run(site, "resume")
    assert (code, err) == (0, ""), out
    assert mtus(site) == {9000}
