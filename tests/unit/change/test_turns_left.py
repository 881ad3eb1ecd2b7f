"""Which steps a change has left whose nodes take turns, by what is live."""

from __future__ import annotations

import pytest

from harvester_net.change.continuation import continued, interrupts_still, is_over
from harvester_net.change.record import Record, VmRecord
from harvester_net.change.steps.moving import CORDONED_FOR
from harvester_net.change.steps.order import steps_of
from harvester_net.change.turns import Standing
from harvester_net.change.turns_left import open_steps, stops_at
from harvester_net.cluster.resources import NODE, VMI

from .test_turns import (
    ALL_BACK,
    ALL_OUT,
    BETWEEN,
    CHANGED,
    COMING,
    NARROW,
    ONE_BACK,
    ONE_OUT,
    REACHED,
    THREE,
    WIDENED,
    labelled,
    record,
)
from .world import World

MARK = ["label nodes of wide", "narrow wide"]
END = ["widen wide", "clear labels of wide"]
LAST = ["cordon node2", "empty node2", "change wide", "uncordon node2"]


def out(node: str) -> list[str]:
    """The turn of a node that leaves its config."""
    second = "wide-harvester-net"
    moved = [f"take {node} out of wide", f"put {node} into {second}"]
    return [f"cordon {node}", f"empty {node}", *moved, f"uncordon {node}"]


def back(node: str) -> list[str]:
    """The turn of a node that comes back to it."""
    second = "wide-harvester-net"
    moved = [f"take {node} out of {second}", f"put {node} into wide"]
    return [f"cordon {node} again", f"empty {node} again", *moved, f"uncordon {node} again"]


def closed(world: World, node: str) -> World:
    """The node is still as we have cordoned it."""
    note = {"metadata": {"annotations": {CORDONED_FOR: "a change"}}}
    return world.changed(NODE, node, note | {"spec": {"unschedulable": True}})


def left_of(world: World, change: Record) -> list[str]:
    steps = steps_of(change)
    left = open_steps(steps, Standing(change, world.snapshot), set())
    return [step.id for step in steps if step.id in left]


BOTH_BACK = [*back("node0"), *back("node1")]
ALL = [*MARK, *out("node0"), *out("node1"), *LAST, *BOTH_BACK, *END]
FORTH: dict[str, tuple[World, list[str]]] = {
    "untouched": (THREE, ALL),
    "labelled": (labelled(THREE, "node0", first="0123abcd"), ALL),
    "narrowed": (NARROW, ALL[2:]),
    "one between both": (closed(BETWEEN, "node0"), ALL[2:]),
    "one out": (ONE_OUT, [*out("node1"), *LAST, *BOTH_BACK, *END]),
    "one out and closed": (
        closed(ONE_OUT, "node0"),
        ["uncordon node0", *out("node1"), *LAST, *BOTH_BACK, *END],
    ),
    "all out": (ALL_OUT, [*LAST, *BOTH_BACK, *END]),
    "changed": (CHANGED, [*BOTH_BACK, *END]),
    "changed and closed": (
        closed(CHANGED, "node2"),
        ["uncordon node2", *BOTH_BACK, *END],
    ),
    "one coming back": (closed(COMING, "node0"), [*BOTH_BACK, *END]),
    "one back": (ONE_BACK, [*back("node1"), *END]),
    "one back and closed": (
        closed(ONE_BACK, "node0"),
        ["uncordon node0 again", *back("node1"), *END],
    ),
    "all back": (ALL_BACK, END),
    "widened": (WIDENED, END[1:]),
    "reached": (REACHED, []),
}
BACK: dict[str, tuple[World, list[str]]] = {
    "untouched": (THREE, []),
    "labelled": (labelled(THREE, "node0", first="0123abcd"), END[1:]),
    "narrowed": (NARROW, END),
    "closed": (closed(NARROW, "node0"), ["uncordon node0 again", *END]),
    "one between both": (closed(BETWEEN, "node0"), [*back("node0"), *END]),
    "one out": (ONE_OUT, [*back("node0"), *END]),
    "all out": (ALL_OUT, [*BOTH_BACK, *END]),
    "changed": (CHANGED, [*LAST, *BOTH_BACK, *END]),
    "one back": (ONE_BACK, [*out("node0"), *LAST, *BOTH_BACK, *END]),
    "reached": (REACHED, ALL),
}


@pytest.mark.parametrize(("world", "expected"), FORTH.values(), ids=FORTH)
def test_what_is_left_of_the_way_forth(world: World, expected: list[str]) -> None:
    assert left_of(world, record()) == expected


@pytest.mark.parametrize(("world", "expected"), BACK.values(), ids=BACK)
def test_what_is_left_of_the_way_back(world: World, expected: list[str]) -> None:
    assert left_of(world, record().turned_back()) == expected


@pytest.mark.parametrize(
    ("world", "over", "interrupts"),
    [
        (THREE, False, True),
        (CHANGED, False, True),
        (ALL_BACK, False, False),
        (WIDENED, False, False),
        (REACHED, True, False),
    ],
)
def test_clearing_up_interrupts_nobody(world: World, over: bool, interrupts: bool) -> None:
    going = continued(record(), world.snapshot).record
    assert (is_over(going), interrupts_still(going)) == (over, interrupts)


# --- VMs that cannot go ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("world", "nodes", "expected"),
    [
        (THREE, set(), ""),
        (THREE, {"node1"}, "empty node1"),
        (THREE, {"node1", "node2"}, "empty node1"),
        (ONE_OUT, {"node0"}, "empty node0 again"),
        (ONE_OUT, {"node0", "node2"}, "empty node2"),
        (REACHED, {"node0"}, ""),
    ],
)
def test_vms_stop_when_it_is_the_turn_of_their_first_node(
    world: World, nodes: set[str], expected: str
) -> None:
    change = record()
    standing = Standing(change, world.snapshot)
    assert stops_at(steps_of(change), standing, nodes) == expected


STUCK = {"type": "LiveMigratable", "status": "False", "reason": "Pinned"}


def pinned(world: World, node: str) -> World:
    status = {"nodeName": node, "conditions": [STUCK]}
    return world.changed(VMI, "default/vm0", {"status": status})


def test_a_vm_that_cannot_go_any_more_is_stopped_in_its_turn() -> None:
    going = continued(record(), pinned(ONE_OUT, "node2").snapshot)
    assert going.staying == {"default/vm0": "Pinned"}
    ids = [step.id for step in steps_of(going.record) if step.id not in going.record.done]
    at = ids.index("stop default/vm0")
    assert ids[at - 1 : at + 2] == ["empty node2", "stop default/vm0", "change wide"]
    assert ids[-1] == "start default/vm0"


def test_a_vm_whose_node_has_had_its_turn_is_left_alone() -> None:
    going = continued(record(), pinned(ONE_BACK, "node0").snapshot)
    assert going.stopping == []


def test_a_vm_that_is_down_for_it_is_started_at_the_end() -> None:
    change = record().model_copy(update={"vms": {"default/vm0": VmRecord(strategy="Always")}})
    assert left_of(REACHED, change) == ["start default/vm0"]
    over = change.model_copy(update={"done": ["start default/vm0"]})
    assert left_of(REACHED, over) == []
