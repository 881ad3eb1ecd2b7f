"""How long a plan takes by estimate: what counts, how often, and what is said of it."""

from __future__ import annotations

import pytest

from harvester_net.change.consent import Consent, NodeCheck, consent_of
from harvester_net.change.duration import GRACE, Duration, Span, duration, estimate
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.network_config import ConfigGoal
from harvester_net.change.goals.storage_network import StorageNetworkGoal
from harvester_net.change.plan import plan
from harvester_net.cluster.resources import SETTING, VM, VMI
from harvester_net.specs.disruption import Disruption

from .controllers import settled
from .model import patched
from .sites import FULL, UP, site, wide_site
from .world import STAYS, World

ONE: dict[str, str | bool] = {"default/a": "Always"}


def of(world: World, goal: AnyGoal = UP, consent: Consent = FULL) -> Duration:
    return duration(plan(world.snapshot, goal, consent).record, world.snapshot)


def many(number: int) -> World:
    return site(nodes=2, vms={f"default/vm-{n:03}": "Always" for n in range(number)})


def with_grace(world: World, key: str, seconds: object) -> World:
    vmi = world.snapshot.of(VMI)[key]
    spec = vmi["spec"] | {"terminationGracePeriodSeconds": seconds}
    return world.put(VMI, vmi | {"spec": spec})


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span(0, 0), "about a minute"),
        (Span(5, 60), "about a minute"),
        (Span(5, 61), "1 to 2 minutes"),
        (Span(61, 119), "about 2 minutes"),
        (Span(180, 600), "3 to 10 minutes"),
    ],
)
def test_a_span_in_whole_minutes(span: Span, words: str) -> None:
    assert span.words == words


def test_a_vm_that_asks_for_more_time_is_named() -> None:
    world = site(nodes=2, vms={"default/a": "Always", "default/db": "Always"})
    usual = of(world)
    slow = of(with_grace(world, "default/db", 600))
    assert slow.whole.most - usual.whole.most == 600 - GRACE
    assert "to shut down (VM default/db) up to 10 min," in estimate(slow)
    assert "to shut down up to 2 min," in estimate(usual)


@pytest.mark.parametrize("asked", ["600", None, [], {}])
def test_a_grace_period_that_is_none_counts_as_the_usual_one(asked: object) -> None:
    world = site(vms=ONE)
    assert of(with_grace(world, "default/a", asked)).whole == of(world).whole


BOND = ConfigGoal(key="nc-0", patch={"uplink": {"nics": ["eth2"]}})


@pytest.mark.parametrize(("number", "turns"), [(1, 1), (5, 1), (6, 2), (21, 5)])
def test_vms_are_migrated_in_turns_and_none_is_down(number: int, turns: int) -> None:
    found = of(many(number), BOND, Consent(migrate_vms=True))
    assert [part.turns for part in found.moves] == [turns]
    assert found.each_vm is None
    told = estimate(found)
    assert told.startswith(
        "no VM that is migrated is without its network, no new one comes to"
    )
    assert f"to migrate up to 2 min{f' in each of {turns} turns' * (turns > 1)}" in told


WIDE = ConfigGoal(key="wide", patch={"uplink": {"nics": ["eth2"]}})


@pytest.mark.parametrize(
    ("nodes", "vms", "emptied", "migrating"), [(2, 2, 3, 1), (3, 6, 5, 1), (3, 18, 5, 2)]
)
def test_nodes_that_take_turns_add_up(
    nodes: int, vms: int, emptied: int, migrating: int
) -> None:
    world = wide_site(nodes, vms={f"default/vm{n}": f"node{n % nodes}" for n in range(vms)})
    found = of(world, WIDE, Consent(migrate_vms=True))
    assert found.each_node == Span(10 * migrating + 4, 120 * migrating + 60)
    assert found.whole == found.each_node.times(emptied)
    assert found.each_vm is None
    looked_at = of(world, WIDE, Consent(migrate_vms=True, verify_on_nodes=NodeCheck()))
    assert looked_at.whole.most - found.whole.most == 120 * emptied


def test_a_vm_that_is_stopped_in_a_turn_is_down_for_those_that_follow() -> None:
    world = wide_site(3, vms={f"default/vm{n}": f"node{n}" for n in range(3)})
    stays = {"metadata": {"annotations": {STAYS: "PCI device"}}}
    world = settled(world.changed(VM, "default/vm1", stays).without(VMI, "default/vm1"))
    found = of(world, WIDE, Consent(migrate_vms=True, stop_vms=True))
    assert found.each_vm is not None
    # Three uplinks of five come after it, its node's own one among them; two moves.
    assert found.each_vm.most == 3 * 60 + 2 * 120 + GRACE + 120
    assert "the change takes 2 to 19 minutes, each VM that is stopped is down" in estimate(
        found
    )


def test_vms_stop_and_start_in_turns() -> None:
    one, three = of(many(10)), of(many(21))
    assert (one.stops[0].turns, three.stops[0].turns) == (1, 3)
    assert one.each_vm is not None
    assert three.each_vm is not None
    # One of the last turn is stopped by then, and waits for the others to start.
    assert three.each_vm.most - one.each_vm.most == 2 * 120
    assert three.whole.most - one.whole.most == 4 * 120
    assert "to start up to 2 min in each of 3 turns" in estimate(three)


def test_the_storage_network_is_down_from_its_clearing_to_its_setting() -> None:
    found = of(site(nodes=2, vms=ONE, storage=True))
    assert found.settings is not None
    assert found.each_vm is not None
    assert found.settings.most < found.each_vm.most < found.whole.most + 1
    assert of(site(nodes=2, vms=ONE)).settings is None


def test_a_storage_network_that_is_set_anew_is_not_cleared_before() -> None:
    goal = StorageNetworkGoal(
        text='{"vlan":301,"clusterNetwork":"data","range":"10.0.0.0/24"}'
    )
    found = of(site(nodes=2, vms=ONE, storage=True), goal)
    assert found.settings is None
    assert "the storage network up to 5 min, to start" in estimate(found)


def test_no_vm_waits_for_the_vm_migration_network_to_come_back() -> None:
    world = site(nodes=2, vms=ONE)
    text = '{"vlan":302,"clusterNetwork":"data","range":"192.168.2.0/24"}'
    with_it = of(settled(patched(world, SETTING, "vm-migration-network", {"value": text})))
    assert with_it.settings is None
    assert with_it.whole.most - of(world).whole.most == 180 + 5
    told = estimate(with_it)
    assert told.count("virt-handlers to leave the VM migration network up to 3 min,") == 1


def test_vms_that_nothing_starts_are_told() -> None:
    consent = consent_of(Disruption.model_validate({"stopVms": True, "restartVms": False}))
    found = of(site(nodes=2, vms=ONE), consent=consent)
    assert found.each_vm is None
    assert estimate(found).startswith(
        "each VM is down until its owner starts it, the change takes 1 to 4 minutes: to shut"
    )


def test_nothing_is_estimated_where_nothing_else_is_interrupted() -> None:
    assert plan(site(nodes=1).snapshot, UP, FULL).estimate == ""
    without_vms = plan(site(nodes=3).snapshot, UP, FULL).estimate
    assert without_vms.startswith("the change takes 1 to 2 minutes: the uplinks of 3 nodes")
