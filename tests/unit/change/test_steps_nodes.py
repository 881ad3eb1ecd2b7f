"""The step that looks at the nodes: where it stands, what it waits for, what it stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from harvester_net.change import apply as change
from harvester_net.change import journal
from harvester_net.change.consent import Consent, NodeCheck, consent_of
from harvester_net.change.errors import ChangeRefused, ChangeRolledBack, ChangeStopped
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.plan import plan
from harvester_net.change.record import Record
from harvester_net.change.report import error_text
from harvester_net.change.steps import nodes as step
from harvester_net.change.steps.order import steps_of
from harvester_net.cluster.resources import CLUSTER_NETWORK, LINK_MONITOR, VLAN_CONFIG, VMI
from harvester_net.harvester.mtus import uplink_mtu
from harvester_net.kinds.changes import INPUTS, describe_stopped
from harvester_net.specs.disruption import Disruption, VerifyOnNodes
from harvester_net.verify.facts import CheckRequest
from harvester_net.verify.outcome import Finding, Outcome

from ... import objects
from ...timing import hasten
from .clusters import config_object
from .live import Heard, LiveCluster, context_on
from .sites import UP, site
from .world import World

VMS: dict[str, str | bool] = {"default/vm1": "Always"}
LOOK = NodeCheck(vlan=100, image="mine")
FULL = Consent(stop_vms=True, cycle_storage_network=True, verify_on_nodes=LOOK)
ON_MGMT = MtuGoal(cluster_network="mgmt", mtu=9000)
OLD = Finding("node1", "data-br", "bridge data-br has MTU 1500, not 9000: a port holds it")

TITLE = "look at the devices of data on every node, and ping between them on VLAN 100"


class Nodes:
    """What the nodes look like, one look after the other; the last one stays."""

    def __init__(self) -> None:
        self.asked: list[CheckRequest] = []
        self.looks: list[Outcome] = [Outcome("data", 9000)]
        self.first = Outcome("data", 9000)
        """What a look before the change sees; nobody pings for it."""
        self.meanwhile: Callable[[], None] = lambda: None

    async def check(
        self,
        cluster: object,
        request: CheckRequest,
        deadline: object,
        tell: object,
        *,
        ping_anyway: bool,
    ) -> Outcome:
        assert not ping_anyway
        if request.vlan is None:
            return self.first
        self.asked.append(request)
        self.meanwhile()
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]


@pytest.fixture(autouse=True)
def nodes(monkeypatch: pytest.MonkeyPatch) -> Nodes:
    seen = Nodes()
    monkeypatch.setattr(step, "check", seen.check)
    return seen


def record_of(world: World, goal: AnyGoal = UP, consent: Consent = FULL) -> Record:
    made = plan(world.snapshot, goal, consent)
    assert made.refusals == []
    return made.record


def with_mgmt(world: World) -> World:
    return world.put(CLUSTER_NETWORK, objects.cluster_network("mgmt"))


def ids(record: Record) -> list[str]:
    return [one.id for one in steps_of(record)]


def test_it_comes_after_the_configs_and_before_anything_is_restored() -> None:
    assert ids(record_of(site(vms=VMS, storage=True))) == [
        "stop default/vm1",
        "volumes detached",
        "clear storage network",
        "delete nc-1",
        "set mtu nc-0",
        "create nc-1",
        "verify nodes",
        "set storage network",
        "start default/vm1",
    ]
    after = {one.id: one.after for one in steps_of(record_of(site(vms=VMS)))}
    assert {"set mtu nc-0", "create nc-1"} <= set(after["verify nodes"])
    assert "verify nodes" in after["start default/vm1"]


def test_on_mgmt_it_comes_before_harvester_is_told() -> None:
    steps = steps_of(record_of(with_mgmt(site()), ON_MGMT))
    assert [one.id for one in steps] == ["verify nodes", "annotate"]
    assert steps[1].after == ("verify nodes",)


def test_a_changed_uplink_is_looked_at_on_its_cluster_network() -> None:
    goal = ConfigGoal(key="nc-0", patch={"uplink": {"nics": ["eth1"]}})
    steps = steps_of(record_of(site(), goal))
    assert [one.title for one in steps][1:] == [TITLE]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (record_of(site(), consent=Consent()), "nobody wants it"),
        (record_of(site()).turned_back(), "the way back is for the VMs"),
        (
            record_of(site(), ConfigDeletionGoal(key="nc-0")),
            "what is gone cannot be looked at",
        ),
    ],
)
def test_it_is_left_out_where_it_proves_nothing(record: Record, why: str) -> None:
    assert "verify nodes" not in ids(record), why


def test_the_question_is_what_the_user_gave() -> None:
    options = VerifyOnNodes(vlan=7, image="x", namespace="tools", tolerations=["a"])
    consent = replace(
        FULL, verify_on_nodes=consent_of(Disruption(verifyOnNodes=options)).verify_on_nodes
    )
    (one,) = [
        s for s in steps_of(record_of(site(), consent=consent)) if s.id == "verify nodes"
    ]
    assert isinstance(one, step.VerifyNodes)
    assert one.request == CheckRequest("data", 9000, 7, "x", "tools", ("a",))


def test_the_journal_keeps_how_to_look() -> None:
    record = record_of(site())
    text = record.model_dump_json()
    assert json.loads(text)["verify"]["vlan"] == 100
    assert Record.model_validate_json(text) == record


async def test_vms_start_when_the_nodes_are_as_they_should_be(nodes: Nodes) -> None:
    live = LiveCluster(site(vms=VMS))
    running: list[bool] = []
    nodes.meanwhile = lambda: running.append("default/vm1" in live.world.of(VMI))
    await change.apply_change(context_on(live), UP, FULL)
    assert running == [False]
    assert "default/vm1" in live.world.of(VMI)
    assert nodes.asked == [CheckRequest("data", 9000, 100, "mine")]


async def test_devices_may_take_a_moment_to_follow(nodes: Nodes) -> None:
    nodes.looks = [Outcome("data", 9000, findings=(OLD,)), Outcome("data", 9000)]
    await change.apply_change(context_on(LiveCluster(site(vms=VMS))), UP, FULL)
    assert len(nodes.asked) == 2


def vlans_missing(from_vlan: int) -> Outcome:
    """A look while the agent gives the uplink the VLANs of a trunk, one by one."""
    missing = replace(OLD, what=f"VLAN {from_vlan}-299 is not on the uplink")
    return Outcome("data", 9000, findings=(missing,))


async def test_vlans_that_are_still_coming_are_not_judged(nodes: Nodes) -> None:
    """On a busy node a trunk of 100 VLANs took longer than findings may last."""
    nodes.looks = [vlans_missing(240), vlans_missing(270), Outcome("data", 9000)]
    context = context_on(LiveCluster(site(vms=VMS)))
    hasten(context.cluster, devices=0.0)
    await change.apply_change(context, UP, FULL)
    assert len(nodes.asked) == 3


async def test_devices_that_never_come_to_rest_are_judged_in_the_end(nodes: Nodes) -> None:
    nodes.meanwhile = lambda: nodes.looks.insert(0, vlans_missing(len(nodes.asked)))
    consent = replace(FULL, node_timeout_seconds=1)
    with pytest.raises(ChangeStopped, match="is not on the uplink"):
        await change.apply_change(context_on(LiveCluster(site(vms=VMS))), UP, consent)
    assert len(nodes.asked) > 2


async def test_what_stays_wrong_stops_the_change_with_the_vms_down(nodes: Nodes) -> None:
    nodes.looks = [Outcome("data", 9000, findings=(OLD,))]
    live = LiveCluster(site(vms=VMS))
    with pytest.raises(ChangeStopped) as stopped:
        await change.apply_change(context_on(live), UP, FULL)
    assert describe_stopped(stopped.value) == (
        f"step 5, {TITLE}: node1: bridge data-br has MTU 1500, not 9000: a port holds it. 4 "
        f"of 6 steps are done; left: {TITLE}; start VM default/vm1 (Always). Repair it and go "
        "on; or go on without verification: leave disruption.verifyOnNodes out, or "
        "harvester-net mtu resume --without-verification"
    )
    assert "default/vm1" not in live.world.of(VMI)
    # Repaired, the next run looks again and goes on.
    nodes.looks = [Outcome("data", 9000)]
    await change.resume_change(context_on(live), image="mine")
    assert "default/vm1" in live.world.of(VMI)
    assert await journal.read(context_on(live).cluster, live.deadline()) is None


async def test_several_findings_are_read_one_by_one(nodes: Nodes) -> None:
    nodes.looks = [Outcome("data", 9000, findings=(OLD, replace(OLD, node="node2")))]
    with pytest.raises(ChangeStopped) as stopped:
        await change.apply_change(context_on(LiveCluster(site(vms=VMS))), UP, FULL)
    assert describe_stopped(stopped.value).splitlines()[:4] == [
        f"step 5, {TITLE}: ",
        f"  - {OLD}",
        "  - node2: bridge data-br has MTU 1500, not 9000: a port holds it.",
        f"4 of 6 steps are done; left: {TITLE}; start VM default/vm1 (Always). Repair it and "
        "go on; or go on without verification: leave disruption.verifyOnNodes out, or "
        "harvester-net mtu resume --without-verification",
    ]


async def test_who_could_not_look_afterwards_changes_nothing(nodes: Nodes) -> None:
    nodes.first = Outcome("data", 9000, unproven=("no pod may run there",))
    live = LiveCluster(site(vms=VMS))
    with pytest.raises(ChangeRefused) as refused:
        await change.apply_change(context_on(live), UP, FULL)
    assert error_text(refused.value, INPUTS) == (
        "MTU of cluster network data: 1500 -> 9000: refused, and nothing was changed:\n"
        "  - the change could not be proven on the nodes: no pod may run there; "
        "disruption.verifyOnNodes asks for it"
    )
    assert "default/vm1" in live.world.of(VMI)
    assert uplink_mtu(live.world.of(CLUSTER_NETWORK)["data"]) == 1500


async def test_what_is_wrong_before_may_be_what_the_change_is_for(nodes: Nodes) -> None:
    nodes.first = Outcome("data", 9000, findings=(OLD,))
    assert await change.apply_change(context_on(LiveCluster(site())), UP, FULL) == []


async def test_agents_that_missed_a_vlan_are_had_to_look_again(nodes: Nodes) -> None:
    missed = replace(OLD, look_again=True)
    nodes.looks = [Outcome("data", 9000, findings=(missed,)), Outcome("data", 9000)]
    live = LiveCluster(site())
    await change.apply_change(context_on(live), UP, FULL)
    notes = live.world.of(CLUSTER_NETWORK)["data"]["metadata"]["annotations"]
    assert notes["harvester-net/look-again"]


async def test_whoever_wants_the_vms_back_at_once_may_do_without(nodes: Nodes) -> None:
    nodes.looks = [Outcome("data", 9000, unproven=("node1 was not looked at",))]
    live = LiveCluster(site(vms=VMS))
    with pytest.raises(ChangeStopped, match="not proven: node1 was not looked at"):
        await change.apply_change(context_on(live), UP, FULL)
    assert len(nodes.asked) == 1, "no second look is worth it"
    await change.resume_change(context_on(live), without_verification=True)
    assert "default/vm1" in live.world.of(VMI)


async def test_a_journal_cannot_choose_the_image_of_privileged_pods(nodes: Nodes) -> None:
    nodes.looks = [Outcome("data", 9000, findings=(OLD,))]
    live = LiveCluster(site(vms=VMS))
    consent = replace(FULL, verify_on_nodes=NodeCheck(vlan=100, image="evil/image"))
    with pytest.raises(ChangeStopped):
        await change.apply_change(context_on(live), UP, consent)
    asked, nodes.looks = len(nodes.asked), [Outcome("data", 9000)]
    with pytest.raises(ChangeRefused, match="pods of image evil/image") as refused:
        await change.resume_change(context_on(live))
    assert refused.value.refusals[0].allowed_by == "verifyOnNodes.image"
    assert len(nodes.asked) == asked
    await change.resume_change(context_on(live), image="evil/image")
    assert len(nodes.asked) == asked + 1


async def test_an_up_without_it_goes_on_without_it(nodes: Nodes) -> None:
    nodes.looks = [Outcome("data", 9000, findings=(OLD,))]
    live = LiveCluster(site(vms=VMS))
    with pytest.raises(ChangeStopped):
        await change.apply_change(context_on(live), UP, FULL)
    await change.apply_change(context_on(live), UP, replace(FULL, verify_on_nodes=None))
    assert "default/vm1" in live.world.of(VMI)


async def test_what_stays_wrong_is_rolled_back_if_the_user_says_so(nodes: Nodes) -> None:
    nodes.looks = [Outcome("data", 9000, findings=(OLD,))]
    live = LiveCluster(site(vms=VMS))
    with pytest.raises(ChangeRolledBack, match="bridge data-br has MTU 1500"):
        await change.apply_change(context_on(live), UP, replace(FULL, on_failure="rollBack"))
    assert "default/vm1" in live.world.of(VMI)
    assert uplink_mtu(live.world.of(CLUSTER_NETWORK)["data"]) == 1500


async def test_mgmt_waits_for_the_operator_and_is_told_afterwards(nodes: Nodes) -> None:
    live, observer = LiveCluster(with_mgmt(site())), []
    nodes.looks = [Outcome("mgmt", 9000, findings=(OLD,)), Outcome("mgmt", 9000)]
    nodes.meanwhile = lambda: observer.append(
        uplink_mtu(live.world.of(CLUSTER_NETWORK)["mgmt"])
    )
    heard = Heard()
    notes = await change.apply_change(context_on(live, heard), ON_MGMT, FULL)
    assert observer == [1500, 1500]
    assert notes == []
    assert any("bridge data-br has MTU 1500" in status for status in heard.statuses)
    assert ON_MGMT.is_reached(live.world.snapshot)


async def test_mgmt_without_a_look_says_what_nobody_has_proven() -> None:
    live = LiveCluster(with_mgmt(site()))
    notes = await change.apply_change(context_on(live), ON_MGMT, Consent())
    assert notes == [
        "nobody has looked whether mgmt-bo and mgmt-br have MTU 9000 on every node; "
        "`harvester-net verify mgmt` does"
    ]


async def test_mgmt_is_read_where_the_server_mirrors_it() -> None:
    world = with_mgmt(site(version=(1, 9)))
    for node, mtu in (("node0", 1500), ("node1", 9000)):
        mirror = config_object(f"mgmt-vlanconfig-{node}", "mgmt", {"mtu": mtu}, {"x": node})
        world = world.put(VLAN_CONFIG, mirror)
    (note,) = await change.apply_change(context_on(LiveCluster(world)), ON_MGMT, Consent())
    assert note.startswith("node0: bond mgmt-bo has MTU 1500, not 9000; on node0: nmcli con")


@pytest.mark.parametrize(
    ("consent", "says"),
    [
        (FULL, "Harvester is told when every node has it; until then the change waits"),
        (Consent(), "Harvester does not check that the hosts have it"),
    ],
)
def test_the_plan_for_mgmt_says_who_looks(consent: Consent, says: str) -> None:
    notes = list(ON_MGMT.notes(record_of(with_mgmt(site()), ON_MGMT, consent)))
    assert notes[0].startswith("on every node, before: nmcli con modify bond-mgmt")
    assert notes[1].startswith(says)


async def test_the_devices_are_the_better_proof_than_the_bonds_index(nodes: Nodes) -> None:
    live = LiveCluster(site(nodes=1))
    monitor = live.world.of(LINK_MONITOR)["data"]
    live.trouble = lambda before, after: after.put(LINK_MONITOR, monitor)
    assert await change.apply_change(context_on(live), UP, FULL) == []
    assert len(nodes.asked) == 1
