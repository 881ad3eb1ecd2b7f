"""Wishes laid one by one give what all of them give at once, in whatever order."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harvester_net.cluster.resources import CLUSTER_NETWORK, NAD, VLAN_CONFIG, Object
from harvester_net.harvester.snapshot import (
    CONFIGS_OF,
    NADS_OF,
    STATUSES_OF,
    Grouping,
    Snapshot,
)
from harvester_net.kinds.desired_state import STATUSES_OF_CONFIG, DesiredObject, DesiredState
from harvester_net.rules.vlans import BY_VLAN

from ... import objects
from ..rules.cases import cluster

NAMES, NETWORKS, RACKS = ("a", "b", "c"), ("data", "other"), ("r1", "r2", "none")
NODES = [objects.node(f"n{number}", {"rack": f"r{number % 2 + 1}"}) for number in range(3)]
GROUPINGS = (CONFIGS_OF, STATUSES_OF_CONFIG, STATUSES_OF, NADS_OF, BY_VLAN)


def config(name: str, network: str, rack: str | None) -> Object:
    spec = {} if rack is None else {"nodeSelector": {"rack": rack}}
    return objects.config(name, network, spec=spec)


def nad(name: str, network: str, vlan: int) -> Object:
    conf = objects.cni(name, f"{network}-br", vlan=vlan)
    return objects.nad(name, config=conf, cluster_network=network)


names, networks = st.sampled_from(NAMES), st.sampled_from(NETWORKS)
racks = st.none() | st.sampled_from(RACKS)
configs = st.builds(config, names, networks, racks)
nads = st.builds(nad, names, networks, st.integers(0, 2))
statuses = st.builds(
    lambda name, node, network: objects.vlan_status(name, node, cluster_network=network),
    st.sampled_from((*NAMES, "gone")),
    st.sampled_from(["n0", "n1", "n2"]),
    networks,
)
refs = st.tuples(st.just(VLAN_CONFIG), names) | names.map(
    lambda name: (NAD, f"default/{name}")
)

Step = tuple[str, Any]
steps = st.one_of(
    st.tuples(st.just("lay"), configs | nads),
    st.tuples(st.just("unknown"), refs),
    st.tuples(st.just("replace"), refs),
    st.tuples(st.just("mtu"), st.tuples(networks, st.sampled_from([1500, 9000]))),
    st.tuples(st.just("look"), st.none()),
)


def carry_out(step: Step, desired_state: DesiredState) -> None:
    what, given_ = step
    if what == "lay":
        kind = VLAN_CONFIG if given_["kind"] == "VlanConfig" else NAD
        name = given_["metadata"]["name"]
        key = name if kind is VLAN_CONFIG else f"default/{name}"
        network = given_["metadata"]["labels"][f"{objects.NETWORK}/clusternetwork"]
        desired_state.lay((kind, key), DesiredObject(network, with_mtu(given_)))
    elif what == "unknown":
        desired_state.lay(given_, DesiredObject("", None))
    elif what == "replace":
        desired_state.replace(given_)
    elif what == "mtu":
        network, mtu = given_
        desired_state.mtu_of[network] = mtu
        desired_state.lay(
            (CLUSTER_NETWORK, network),
            DesiredObject(network, with_mtu(objects.cluster_network(network))),
        )


def with_mtu(obj: Object) -> Any:
    """The object, with a note of what was there and of the MTU that it was given."""

    def will_be(live: Object | None, mtu: int) -> Object:
        notes = {"mtu": str(mtu), "new": str(live is None)}
        return obj | {"metadata": obj["metadata"] | {"annotations": notes}}

    return will_be


def fresh(desired_state: DesiredState, live: Snapshot) -> Snapshot:
    """What a run that knows all of it from the start sees."""
    other = DesiredState(mtu_of=dict(desired_state.mtu_of), leaving=set(desired_state.leaving))
    for ref, desired in reversed(desired_state.objects.items()):
        other.lay(ref, desired)
    return other.after(live)


def contents(snapshot: Snapshot) -> dict[str, Any]:
    return {kind.plural: dict(found) for kind, found in snapshot.objects.items() if found}


def grouped(snapshot: Snapshot, grouping: Grouping) -> dict[Any, set[str]]:
    snapshot.keyed(grouping, None)
    groups = {
        name
        for obj in snapshot.of(grouping.resource).values()
        for name in grouping.groups_of(obj)
    }
    return {name: set(snapshot.keyed(grouping, name)) for name in groups}


def at_nodes(snapshot: Snapshot) -> list[set[str]]:
    return [set(snapshot.configs_at(node["metadata"]["name"])) for node in NODES]


@given(
    st.lists(configs, max_size=3),
    st.lists(statuses, max_size=4),
    st.lists(steps, max_size=10),
)
def test_after_is_the_same_however_it_was_come_by(
    there: list[Object], said: list[Object], taken: list[Step]
) -> None:
    live = cluster(*NODES, *map(objects.cluster_network, NETWORKS), *there, *said)
    desired_state = DesiredState()
    for step in taken:
        carry_out(step, desired_state)
        if step[0] == "look":
            seen = desired_state.after(live)
            for grouping in GROUPINGS:
                grouped(seen, grouping)
            at_nodes(seen)
    seen, expected = desired_state.after(live), fresh(desired_state, live)
    assert contents(seen) == contents(expected)
    anew = Snapshot(seen.objects, (1, 8))
    for grouping in GROUPINGS:
        assert grouped(seen, grouping) == grouped(anew, grouping)
    assert at_nodes(seen) == at_nodes(anew)
