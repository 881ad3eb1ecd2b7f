"""What a rehearsal ends with: who was down, for how long, and who never came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from harvester_net.cluster.resources import LINK_MONITOR, VM, VMI, Object
from harvester_net.cluster.resources import Resource as Kind
from harvester_net.lab.apiserver.deletions import Deletion
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.store import Store
from harvester_net.lab.rehearsal import (
    Outage,
    Record,
    Recorder,
    Summary,
    UplinkChange,
    VmChange,
    outages,
    summary,
)

from ... import objects

BEGAN = "2026-01-01T00:00:00Z"
A = "default/a"


def record(*phases: tuple[float, str], seconds: float = 100, deleted: bool = False) -> Record:
    """A record of one VM."""
    changes = tuple(VmChange(at=at, vm=A, phase=phase) for at, phase in phases)
    gone = (A,) if deleted else ()
    return Record(began=BEGAN, seconds=seconds, vms=changes, deleted=gone)


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ([], ()),
        ([(0, True)], ()),
        ([(0, False), (5, True)], ()),
        ([(0, True), (5, False)], (Outage(5, None),)),
        ([(0, True), (5, False), (8, True)], (Outage(5, 8),)),
        ([(0, True), (5, False), (6, False), (8, True)], (Outage(5, 8),)),
        ([(0, True), (5, False), (5, True)], (Outage(5, 5),)),
        (
            [(0, True), (1, False), (2, True), (3, True), (4, False), (6, True)],
            (Outage(1, 2), Outage(4, 6)),
        ),
        ([(3, True), (4, False)], (Outage(4, None),)),
    ],
)
def test_outages_are_the_times_without_what_had_been_there(
    states: list[tuple[float, bool]], found: tuple[Outage, ...]
) -> None:
    assert outages(states) == found


def test_a_vm_that_was_stopped_and_started_was_down_between() -> None:
    seen = summary(
        record(
            (0, "Running"),
            (10, "Succeeded"),
            (11, ""),
            (20, "Scheduling"),
            (21, "Scheduled"),
            (22.5, "Running"),
        )
    )
    (vm,) = seen.vms
    assert (vm.vm, vm.seconds, vm.is_back, vm.phase) == (A, 12.5, True, "Running")
    assert seen.ran == 1
    assert seen.never_back == []


@pytest.mark.parametrize(
    ("phases", "deleted", "never_back", "gone"),
    [
        ([(0, "Running"), (10, "")], False, [A], []),
        ([(0, "Running"), (10, "Succeeded")], False, [A], []),
        ([(0, "Running"), (10, ""), (20, "Scheduling")], False, [A], []),
        ([(0, "Running"), (10, "")], True, [], [A]),
        ([(0, "Running")], False, [], []),
        ([(0, "Running"), (1, ""), (2, "Running")], False, [], []),
        # What never ran has nothing to come back to.
        ([(0, "Succeeded")], False, [], []),
        ([(0, "Scheduling"), (9, "")], False, [], []),
    ],
)
def test_who_never_came_back(
    phases: list[tuple[float, str]], deleted: bool, never_back: list[str], gone: list[str]
) -> None:
    seen = summary(record(*phases, deleted=deleted))
    assert seen.never_back == never_back
    assert seen.deleted == gone


def test_one_that_is_still_down_is_down_until_the_end() -> None:
    (vm,) = summary(record((0, "Running"), (30, ""), seconds=100)).vms
    assert vm.seconds == 70
    assert not vm.is_back


def test_a_vm_that_moves_to_another_node_is_not_down() -> None:
    assert summary(record((0, "Running"))).vms == ()


def test_the_longest_comes_first() -> None:
    changes = [
        VmChange(at=at, vm=vm, phase=phase)
        for vm, end in (("b", 5), ("a", 5), ("c", 9))
        for at, phase in ((0, "Running"), (1, ""), (end, "Running"))
    ]
    seen = summary(Record(began=BEGAN, seconds=10, vms=tuple(changes)))
    assert [vm.vm for vm in seen.vms] == ["c", "a", "b"]
    assert seen.ran == 3


def test_uplinks_are_told_by_network_and_node() -> None:
    def change(at: float, node: str, up: bool) -> UplinkChange:
        return UplinkChange(at=at, cluster_network="data", node=node, up=up)

    changes = (
        change(0, "n1", True),
        change(0, "n2", True),
        change(0, "n3", True),
        change(4, "n2", False),
        change(5, "n1", False),
        change(7, "n1", True),
    )
    seen = summary(Record(began=BEGAN, seconds=10, uplinks=changes))
    told = [(one.node, one.seconds, one.is_back) for one in seen.uplinks]
    assert told == [("n1", 2, True), ("n2", 6, False)]


def test_nothing_happened() -> None:
    assert summary(Record(began=BEGAN, seconds=3)) == Summary(3, 0, (), ())


def test_a_record_goes_over_the_wire() -> None:
    before = record((0, "Running"), (10, ""), deleted=True)
    assert Record.model_validate_json(before.model_dump_json()) == before


# --- recording -------------------------------------------------------------------------------


@dataclass
class Site:
    """A store that changes, and a clock that a test sets."""

    store: Store
    now: float = 1000.0

    def put(self, kind: Kind, obj: Object) -> None:
        self.store.restore(served(kind), copied(obj))

    def change(self, kind: Kind, obj: Object) -> None:
        self.store.update(served(kind), obj)

    def remove(self, kind: Kind, key: str) -> None:
        self.store.delete(served(kind), key, Deletion())

    def recorder(self) -> Recorder:
        return Recorder(self.store, lambda: self.now)


def served(kind: Kind) -> Resource:
    group, _, version = kind.api.rpartition("/")
    return Resource(group, version, kind.kind, kind.plural, namespaced=kind.namespaced)


@pytest.fixture
def site() -> Site:
    made = Site(Store())
    made.put(VM, objects.vm("a", status="Running", strategy="Always"))
    made.put(VMI, objects.vmi("a"))
    made.put(LINK_MONITOR, monitor({"n1": 9, "n2": 9}))
    return made


def monitor(bonds: dict[str, int], *, name: str = "data", state: str = "up") -> Object:
    """A LinkMonitor of nodes whose bond has this index; 0: it is not in its bridge."""
    return objects.link_monitor(
        name,
        {
            node: [
                objects.link(f"{name}-bo", index or 7, 5 if index else 0, state),
                objects.link(f"{name}-br", 5),
            ]
            for node, index in bonds.items()
        },
    )


def test_what_is_there_at_the_beginning_was_there_from_the_beginning(site: Site) -> None:
    seen = site.recorder().record
    assert [(c.at, c.vm, c.phase) for c in seen.vms] == [(0, A, "Running")]
    assert [(c.at, c.cluster_network, c.node, c.up) for c in seen.uplinks] == [
        (0, "data", "n1", True),
        (0, "data", "n2", True),
    ]
    assert seen.seconds == 0


def test_phases_are_recorded_with_their_times(site: Site) -> None:
    recorder = site.recorder()
    for later, phase in ((2, "Succeeded"), (3, "Succeeded"), (9, "Running")):
        site.now = 1000 + later
        site.change(VMI, objects.vmi("a", phase=phase, annotations={"at": str(later)}))
    site.now = 1010
    site.remove(VMI, A)
    site.now = 1012
    assert [(change.at, change.phase) for change in recorder.record.vms] == [
        (0, "Running"),
        (2, "Succeeded"),
        (9, "Running"),
        (10, ""),
    ]
    assert recorder.record.seconds == 12


def test_vms_that_are_deleted_and_made_again_are_told_apart(site: Site) -> None:
    recorder = site.recorder()
    site.put(VM, objects.vm("b"))
    site.remove(VM, A)
    site.remove(VM, "default/b")
    site.put(VM, objects.vm("b"))
    assert recorder.record.deleted == (A,)


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        ({"n1": 9, "n2": 9}, []),
        ({"n1": 9, "n2": 0}, [("n2", False)]),
        ({"n1": 9}, [("n2", False)]),
        ({"n1": 9, "n2": 9, "n3": 9}, [("n3", True)]),
        # Another index is another bond: there was a time without one.
        ({"n1": 12, "n2": 9}, [("n1", False), ("n1", True)]),
    ],
)
def test_uplinks_are_those_whose_bond_is_in_its_bridge(
    site: Site, after: dict[str, int], changes: list[tuple[str, bool]]
) -> None:
    recorder = site.recorder()
    site.now = 1004
    site.change(LINK_MONITOR, monitor(after))
    seen = recorder.record.uplinks[2:]
    assert [(change.node, change.up) for change in seen] == changes
    assert all(change.at == 4 for change in seen)


def test_a_bond_without_a_carrier_is_no_uplink(site: Site) -> None:
    recorder = site.recorder()
    site.change(LINK_MONITOR, monitor({"n1": 9, "n2": 9}, state="down"))
    changes = {(change.node, change.up) for change in recorder.record.uplinks[2:]}
    assert changes == {("n1", False), ("n2", False)}


def test_without_its_link_monitor_a_network_has_no_uplink(site: Site) -> None:
    recorder = site.recorder()
    site.remove(LINK_MONITOR, "data")
    assert [one.node for one in summary(recorder.record).uplinks] == ["n1", "n2"]


def test_the_link_monitor_of_nics_tells_of_no_uplink(site: Site) -> None:
    recorder = site.recorder()
    site.put(LINK_MONITOR, monitor({"n1": 3}, name="nic"))
    assert len(recorder.record.uplinks) == 2


@pytest.mark.parametrize("end", [Recorder.close, Recorder.restart])
def test_a_recorder_hears_until_it_is_closed_or_begins_anew(
    site: Site, end: Callable[[Recorder], None]
) -> None:
    recorder = site.recorder()
    site.now = 1005
    end(recorder)
    site.now = 1006
    site.remove(VMI, A)
    again = end is Recorder.restart
    assert [(c.at, c.phase) for c in recorder.record.vms] == [
        (0, "Running"),
        *([(1, "")] if again else []),
    ]
