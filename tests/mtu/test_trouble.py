"""What goes wrong: the change stops at a safe point, says what stands where, and goes on."""

from __future__ import annotations

import json

import pytest

from harvester_net.lab.faults import AgentDown, VmDoesNotStop
from lab import Lab
from tests.e2e.failures import faults
from tests.e2e.stack import Stack
from tests.e2e.vms import VMIS

from .picture import NETWORK, picture
from .site import Vm, make_vms, phase, program

VMS = (Vm("web", "Always", grace=1), Vm("db", "RerunOnFailure"))
SOURCE = "network.harvesterhci.io/mtu-source-vc"
JOURNAL = "config map harvester-system/harvester-net-journal"


def site(stack: Stack, mtu: int, **consent: object) -> Stack:
    """A site of three configs, with this consent for a change."""
    made = program(configs=3, mtu=mtu, storage=False, consent=consent or None)
    # Nodes 4 and 5 are no part of it.
    return stack.program(*made)


@pytest.fixture
def start(stack: Stack, wide_lab: Lab) -> dict[str, object]:
    """The site is up with two VMs; what it looks like."""
    site(stack, 1500).up().succeeded()
    make_vms(wide_lab, VMS)
    return picture(wide_lab)


def test_without_consent_it_is_refused_at_preview_and_at_up(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    said = (
        "MTU of cluster network cn-data: 1500 -> 9000: refused, and nothing was changed:\n"
        "  - 2 VMs must be stopped: default/db, default/web; allow it with "
        "disruption.stopVms: true"
    )
    changed = site(stack, 9000)
    assert said in unwrapped(changed.preview().failed().output)
    assert said in unwrapped(changed.up().failed().output)
    only = site(stack, 9000, stop_vms=True, only_vms=["default/d*"])
    refused = unwrapped(only.preview().failed().output)
    assert "1 VM must be stopped that no pattern names: default/web" in refused
    assert picture(wide_lab) == start


def test_preview_shows_the_same_plan_everywhere(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    changed = site(stack, 9000, stop_vms=True)
    texts = [
        plan_in(changed.preview(*flags).succeeded().output) for flags in ((), ("--diff",))
    ]
    shown = changed.preview("--json").succeeded().output
    report = json.loads(shown[shown.index("{\n") :])
    logged = [d["message"] for d in report["diagnostics"] if "in 9 steps" in d["message"]]
    texts.append(plan_in(logged[0]))
    assert texts[0] == texts[1] == texts[2]
    kept = kept_config(wide_lab)
    first, second = sorted({"1", "2", "3"} - {kept})
    assert texts[0] == [
        "1. stop VM default/db (RerunOnFailure)",
        "2. stop VM default/web (Always)",
        f"3. delete network config nc-{first} (node{first})",
        f"4. delete network config nc-{second} (node{second})",
        f"5. set MTU 9000 on network config nc-{kept} (node{kept})",
        f"6. create network config nc-{first} (node{first}) again with MTU 9000",
        f"7. create network config nc-{second} (node{second}) again with MTU 9000",
        "8. start VM default/db (RerunOnFailure)",
        "9. start VM default/web (Always)",
    ]
    dependents = changed.diff()
    assert dependents["nc-1"] == {"op": "update", "mtu": "update"}
    assert dependents["vm100"] == {"op": "update", "mtu": "update"}


def test_a_vm_that_does_not_stop_leaves_the_change_at_a_safe_point(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    with faults(wide_lab, VmDoesNotStop(namespace="default", name="web")):
        changed = site(stack, 9000, stop_vms=True, stop_timeout_seconds=3)
        failed = unwrapped(changed.up().failed().output)
        assert "still waiting for VM default/web to stop" in failed
        assert "1 of 9 steps are done" in failed
        told = unwrapped(changed.preview().succeeded().output)
        assert "the next `pulumi up` goes on" in told
        assert JOURNAL in picture(wide_lab)
    changed.up().succeeded()
    assert changed.diff() == {}
    after = picture(wide_lab)
    assert after["VM default/web"] == start["VM default/web"]
    assert JOURNAL not in after


def test_one_dead_node_keeps_nobody_else_down(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    limits = {"stop_vms": True, "on_failure": "rollBack", "node_timeout_seconds": 4}
    deleted = min({"1", "2", "3"} - {kept_config(wide_lab)})
    with faults(wide_lab, AgentDown(node=f"node{deleted}")):
        failed = site(stack, 9000, **limits).up().failed().output
        assert phase(wide_lab, "web") == phase(wide_lab, "db") == "Running"
    said = unwrapped(failed)
    assert (
        f"waiting for network config nc-{deleted}: 0 of 1 nodes ready; node{deleted}: " in said
    )
    assert "8 of 9 steps are done" in said
    assert "The VMs run again without it" in said
    # With the node back it is only one config that is left, for which nothing need be down.
    since = started_at(wide_lab)
    finished = site(stack, 9000).up().succeeded()
    assert finished.output.count("done: start VM") == 0
    assert started_at(wide_lab) == since
    assert JOURNAL not in picture(wide_lab)
    site(stack, 1500, stop_vms=True).up().succeeded()
    assert picture(wide_lab) == start


def started_at(lab: Lab) -> dict[str, str]:
    """Which instances run, by uid."""
    found = lab.client.list(VMIS)["items"]
    return {vmi["metadata"]["name"]: vmi["metadata"]["uid"] for vmi in found}


def kept_config(lab: Lab) -> str:
    """The number of the config that is not deleted for another MTU: the MTU comes from it."""
    network = lab.client.get(f"{NETWORK}/clusternetworks/cn-data")
    return str(network["metadata"]["annotations"][SOURCE].removeprefix("nc-"))


def unwrapped(output: str) -> str:
    """The output without the indentation of diagnostics."""
    return "\n".join(line.strip() for line in output.splitlines()).replace("\n- ", "\n  - ")


def plan_in(output: str) -> list[str]:
    """The numbered steps that an output shows."""
    lines = [line.strip() for line in output.splitlines()]
    return [line for line in lines if line[:1].isdigit() and ". " in line[:4]]
