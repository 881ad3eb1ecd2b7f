"""A preview laid over a cluster, or over nothing: the networks before and after it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.cluster.resources import Object
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.review.objects import KINDS
from harvester_net.review.planned import planned
from harvester_net.review.preview import Change, Operation, Preview, Properties
from harvester_net.review.properties import UNKNOWN
from harvester_net.topology.drawing import text
from harvester_net.topology.model import topology
from harvester_net.topology.port_changes import port_changes
from harvester_net.urns import Urn
from tests import objects

from ..topology.snapshots import LACP, NODES, cluster, network, snapshot, storage
from .recordings import NAMES, preview

PROPERTIES = [
    "name",
    "namespace",
    "clusterNetwork",
    "mtu",
    "vlan",
    "vlanTrunk",
    "vlans",
    "namePattern",
    "type",
    "uplink",
    "nodeSelector",
    "range",
    "mode",
    "ips",
    "labels",
]
TEXTS = [
    "",
    "data",
    "mgmt",
    "rack-a",
    "web",
    "default",
    "eno2",
    "nics",
    "id",
    "10.7.0.0/22",
    "a/b",
    "\n\u202e",
    UNKNOWN,
]
ZONES: dict[str, dict[str, str]] = {
    "node1": {"zone": "a"},
    "node2": {"zone": "a"},
    "node3": {"zone": "b"},
}
DATA = {"name": "data", "mtu": 9000}
RACK = {
    "name": "rack-a",
    "clusterNetwork": "data",
    "nodeSelector": {"zone": "a"},
    "uplink": {"nics": ["eno2", "eno3"], "bondOptions": {"mode": "802.3ad"}},
    "mtu": 9000,
}
WEB = {"name": "web", "clusterNetwork": "data", "vlan": 100, "mtu": 9000}
BACKUP = {"name": "backup", "clusterNetwork": "data", "vlan": 400, "mode": "dhcp"}
STORAGE = {"clusterNetwork": "data", "vlan": 300, "range": "10.7.0.0/22"}


def site(*more: Object, mtu: int = 9000) -> Snapshot:
    """Two nodes in zone a, which have cluster network data with VM network web, and one in
    zone b, which has not.
    """
    return snapshot(
        *(objects.node(name, labels) for name, labels in ZONES.items()),
        objects.cluster_network("data", mtu),
        objects.config(
            "rack-a", nodes=NODES[:2], uplink=LACP | {"linkAttributes": {"mtu": mtu}}
        ),
        network("web", vlan=100),
        objects.vm("a", "default/web"),
        *more,
    )


SITE = site(storage(), objects.storage_nad())


def change(
    operation: str, kind: str, old: Properties | None = None, new: Properties | None = None
) -> Change:
    named = (new or old or {}).get("name", kind)
    urn = Urn("dev", "networks", f"harvester-net:index:{kind}", str(named))
    return Change(urn, Operation(operation), old or {}, new or {})


def of(*changes: Change, kept: dict[str, Properties] | None = None) -> Preview:
    stays = {
        Urn("dev", "networks", f"harvester-net:index:{kind}", kind): inputs
        for kind, inputs in (kept or {}).items()
    }
    return Preview("networks", "dev", changes, kept=stays)


def marked(made: Preview, seen: Snapshot | None) -> list[str]:
    """The lines of the picture that say what changes."""
    found = planned(made, seen)
    lines = text(found.after.topology, found.before.topology).splitlines()
    return [line.strip() for line in lines if line.lstrip()[:2] in ("+ ", "~ ", "- ")]


def create(kind: str, inputs: Properties, **more: Any) -> Change:
    return change("create", kind, None, {**inputs, **more})


def update(kind: str, inputs: Properties, **more: Any) -> Change:
    return change("update", kind, inputs, {**inputs, **more})


def delete(kind: str, inputs: Properties) -> Change:
    return change("delete", kind, inputs)


ON_A_CLUSTER: dict[str, tuple[list[Change], Snapshot, list[str]]] = {
    "a new VM network": (
        [create("VmNetwork", WEB, name="db", namespace="prod", vlan=200)],
        site(),
        ["+ VM network prod/db; VLAN 200"],
    ),
    "a set of VM networks": (
        [create("VmNetworks", {"clusterNetwork": "data", "vlans": ["200-201"]})],
        site(),
        ["+ VM network default/vlan200; VLAN 200", "+ VM network default/vlan201; VLAN 201"],
    ),
    "a set with another VLAN, which takes over one": (
        [
            update(
                "VmNetworks",
                {"clusterNetwork": "data", "vlans": [100.0, 7], "namePattern": "web{vlan}"},
                vlans=["8", 100.0],
            )
        ],
        site(network("web7", vlan=7), network("web100", vlan=100)),
        ["+ VM network default/web8; VLAN 8", "- VM network default/web7; VLAN 7"],
    ),
    "a set that goes": (
        [delete("VmNetworks", {"clusterNetwork": "data", "vlans": [7]})],
        site(network("vlan7", vlan=7)),
        ["- VM network default/vlan7; VLAN 7"],
    ),
    "a trunk in place of a VLAN": (
        [update("VmNetwork", WEB, vlan=None, vlanTrunk=[{"minID": 5, "maxID": 7}])],
        site(),
        ["~ VM network default/web; VLAN 100 → VLANs 5-7; 1 VM: default/a"],
    ),
    "a VM network that goes": (
        [delete("VmNetwork", WEB)],
        site(),
        ["- VM network default/web; VLAN 100; 1 VM: default/a"],
    ),
    "a VM network under another name": (
        [change("replace", "VmNetwork", WEB, WEB | {"name": "www"})],
        site(),
        [
            "+ VM network default/www; VLAN 100",
            "- VM network default/web; VLAN 100; 1 VM: default/a",
        ],
    ),
    "an uplink for the third node": (
        [create("NetworkConfig", RACK, name="rack-b", nodeSelector={"zone": "b"})],
        site(),
        ["+ uplink rack-b; 802.3ad: eno2, eno3; node3", "- not on node3"],
    ),
    "an uplink for all nodes": (
        [update("NetworkConfig", RACK, nodeSelector=None)],
        site(),
        [
            "~ uplink rack-a; 802.3ad: eno2, eno3; node1, node2 → node1, node2, node3",
            "- not on node3",
        ],
    ),
    "an MTU, which all takes that is there": (
        [update("ClusterNetwork", DATA | {"mtu": 1500}, mtu=9000)],
        site(mtu=1500),
        ["~ cluster network data, MTU 1500 → MTU 9000"],
    ),
    "an MTU of a network config": (
        [update("NetworkConfig", RACK | {"mtu": 1500})],
        site(),
        ["~ cluster network data, MTU 9000 → MTU 1500"],
    ),
    "a host network": (
        [create("HostNetworkConfig", BACKUP)],
        site(),
        ["+ host network backup; VLAN 400, dhcp; on node1, node2"],
    ),
    "a host network of some nodes, with addresses that come later": (
        [
            create(
                "HostNetworkConfig",
                BACKUP,
                clusterNetwork="mgmt",
                mode="static",
                ips=UNKNOWN,
                nodeSelector={
                    "matchExpressions": [
                        {"key": "zone", "operator": "NotIn", "labelValues": ["a"]}
                    ]
                },
            )
        ],
        site(objects.cluster_network("mgmt")),
        ["+ host network backup; VLAN 400, static; on node3"],
    ),
    "another VLAN of a host network": (
        [change("replace", "HostNetworkConfig", BACKUP, BACKUP | {"vlan": 401.0})],
        site(objects.host_network()),
        ["~ host network backup; VLAN 400, dhcp → VLAN 401, dhcp; on node1, node2"],
    ),
    "a host network that goes": (
        [delete("HostNetworkConfig", BACKUP)],
        site(objects.host_network()),
        ["- host network backup; VLAN 400, dhcp; on node1, node2"],
    ),
    "a storage network": (
        [create("StorageNetwork", STORAGE)],
        site(objects.setting("storage-network")),
        ["+ Setting storage-network; VLAN 300; 10.7.0.0/22"],
    ),
    "another VLAN of the storage network, whose own network is made again": (
        [update("StorageNetwork", STORAGE, vlan=301)],
        site(storage(), objects.storage_nad()),
        [
            "~ Setting storage-network; VLAN 300 → VLAN 301; 10.7.0.0/22",
            "- made by Harvester harvester-system/storagenetwork-abcde; VLAN 300",
        ],
    ),
    "a storage network that goes": (
        [delete("StorageNetwork", STORAGE)],
        site(storage(), objects.storage_nad()),
        [
            "- Setting storage-network; VLAN 300; 10.7.0.0/22",
            "- made by Harvester harvester-system/storagenetwork-abcde; VLAN 300",
        ],
    ),
    "another consent of the storage network, which stays": (
        [update("StorageNetwork", STORAGE, disruption={"stopVms": True})],
        site(storage(), objects.storage_nad()),
        [],
    ),
    "all of it goes": (
        [
            delete("ClusterNetwork", DATA),
            delete("NetworkConfig", RACK),
            delete("VmNetwork", WEB),
        ],
        site(),
        [
            "- cluster network data, MTU 9000",
            "- uplink rack-a; 802.3ad: eno2, eno3; node1, node2",
            "- not on node3",
            "- VM network default/web; VLAN 100; 1 VM: default/a",
        ],
    ),
    "an import finds what is there": (
        [change("import", "VmNetwork", None, WEB)],
        site(),
        [],
    ),
    "another kind is none of it": ([create("TrafficPath", {"name": "x"})], site(), []),
}


@pytest.mark.parametrize("case", ON_A_CLUSTER)
def test_on_a_cluster(case: str) -> None:
    changes, seen, expected = ON_A_CLUSTER[case]
    assert marked(of(*changes), seen) == expected


OVER_NOTHING: dict[str, tuple[Preview, list[str]]] = {
    "all is new, and nodes are what a selector says": (
        of(create("NetworkConfig", RACK), create("ClusterNetwork", DATA)),
        [
            "+ cluster network data, MTU 9000",
            "+ uplink rack-a; 802.3ad: eno2, eno3; nodes with zone=a",
        ],
    ),
    "what stays is there already": (
        of(create("VmNetwork", WEB), kept={"ClusterNetwork": DATA, "NetworkConfig": RACK}),
        ["+ VM network default/web; VLAN 100"],
    ),
    "a cluster network that the program only names is not new": (
        of(create("NetworkConfig", RACK, nodeSelector=None)),
        ["+ uplink rack-a; 802.3ad: eno2, eno3; all nodes"],
    ),
    "nor is one that the storage network alone names": (
        of(create("StorageNetwork", STORAGE)),
        ["+ Setting storage-network; VLAN 300; 10.7.0.0/22"],
    ),
    "nor is one that a host network alone names": (
        of(create("HostNetworkConfig", BACKUP)),
        ["+ host network backup; VLAN 400, dhcp; on all nodes"],
    ),
    "a host network of nodes with a label": (
        of(create("HostNetworkConfig", BACKUP, nodeSelector={"matchLabels": {"a": "b"}})),
        ["+ host network backup; VLAN 400, dhcp; on the nodes that it selects"],
    ),
    "an import is not new": (of(change("import", "VmNetwork", None, WEB)), []),
    "a network of mgmt": (
        of(create("VmNetwork", WEB, clusterNetwork="mgmt", mtu=None)),
        ["+ VM network default/web; VLAN 100"],
    ),
}


@pytest.mark.parametrize("case", OVER_NOTHING)
def test_over_nothing(case: str) -> None:
    made, expected = OVER_NOTHING[case]
    assert marked(made, None) == expected


def test_a_picture_over_nothing_names_no_node() -> None:
    found = planned(of(create("NetworkConfig", RACK)))
    assert found.after.topology.nodes == []
    assert text(found.after.topology).startswith("no node is known\n")


@pytest.mark.parametrize(
    "wrong",
    [
        {"vlan": UNKNOWN},
        {"clusterNetwork": UNKNOWN},
        {"name": UNKNOWN},
        {"vlan": "x"},
        {"vlan": 1e9},
        {"clusterNetwork": {"a": ["b"]}},
        {"name": "../x"},
        {"vlanTrunk": [{"id": UNKNOWN}]},
        {"namespace": 5},
    ],
)
def test_what_is_not_known_or_wrong_is_not_drawn(wrong: Properties) -> None:
    found = planned(of(create("VmNetwork", WEB, **wrong)), site())
    assert found.before.topology == found.after.topology
    assert len(found.undrawn) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"vlans": UNKNOWN}, {"vlans": ["x"]}, {"vlans": [UNKNOWN]}, {"namePattern": UNKNOWN}],
)
def test_a_set_of_which_too_little_is_known_is_not_drawn(wrong: Properties) -> None:
    made = {"clusterNetwork": "data", "vlans": [7]}
    found = planned(of(create("VmNetworks", made, **wrong)), site())
    assert found.before.topology == found.after.topology
    assert found.undrawn == ["VmNetworks"]


def test_a_set_that_stays_is_drawn_over_nothing() -> None:
    stays: dict[str, Properties] = {"VmNetworks": {"clusterNetwork": "data", "vlans": ["7-8"]}}
    written = text(planned(of(kept=stays)).after.topology)
    assert "VM network default/vlan7; VLAN 7" in written
    assert "VM network default/vlan8; VLAN 8" in written


def test_numbers_come_as_they_like_and_what_is_not_drawn_may_be_unknown() -> None:
    made = create(
        "VmNetwork", WEB, name="db", vlan=200.0, route=UNKNOWN, labels=UNKNOWN, __x=1
    )
    assert marked(of(made), site()) == ["+ VM network default/db; VLAN 200"]


def test_the_cluster_is_left_as_it_was() -> None:
    seen, twin = site(storage(), mtu=1500), site(storage(), mtu=1500)
    planned(of(update("ClusterNetwork", DATA), delete("StorageNetwork", STORAGE)), seen)
    assert seen.objects == twin.objects
    assert planned(of(), seen).before.topology == topology(twin)


def test_all_that_is_on_a_cluster_network_takes_its_mtu() -> None:
    found = planned(
        of(update("ClusterNetwork", DATA, mtu=1500)), site(network("own", type="macvlan"))
    )
    [data] = found.after.topology.networks
    assert [uplink.mtu for uplink in data.uplinks] == [1500]
    assert [each.mtu for each in data.vm_networks] == [1500]
    changes = port_changes(found.before.ports, found.after.ports)
    assert {(it.node, *it.what) for it in changes} == {
        (node, "MTU 9000 -> 1500, frames of 1522 bytes") for node in NODES[:2]
    }


def test_ports_of_the_storage_network_change_once() -> None:
    seen = site(storage(), objects.storage_nad())
    found = planned(of(update("StorageNetwork", STORAGE, vlan=301)), seen)
    [one, _] = port_changes(found.before.ports, found.after.ports)
    assert one.what == ["tag VLAN 301 too", "VLAN 300 is not needed any more"]


@pytest.mark.parametrize("seen", [site(), None], ids=["on a cluster", "over nothing"])
def test_ports_of_a_host_network_need_its_vlan(seen: Snapshot | None) -> None:
    kept: dict[str, Properties] = {"ClusterNetwork": DATA, "NetworkConfig": RACK}
    found = planned(of(create("HostNetworkConfig", BACKUP), kept=kept), seen)
    changes = port_changes(found.before.ports, found.after.ports)
    nodes = ["nodes with zone=a"] if seen is None else NODES[:2]
    assert [(it.node, *it.what) for it in changes] == [
        (node, "tag VLAN 400 too") for node in nodes
    ]


def test_kinds_that_could_not_be_listed_are_none() -> None:
    few = Snapshot({kind: of for kind, of in cluster().objects.items() if kind.kind != "VM"})
    assert marked(of(create("VmNetwork", WEB)), few) == ["+ VM network default/web; VLAN 100"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TEXTS), inner),
    max_leaves=6,
)
CHANGES = st.builds(
    lambda kind, operation, old, new: change(operation, kind, old, new),
    st.sampled_from([*KINDS, "VmNetworks", "TrafficPath"]),
    st.sampled_from(list(Operation)),
    *[st.dictionaries(st.sampled_from(PROPERTIES), JSON) for _ in range(2)],
)


@given(st.lists(CHANGES, max_size=5), st.booleans())
def test_a_file_of_others_may_say_what_it_likes(changes: list[Change], looked: bool) -> None:
    found = planned(of(*changes), SITE if looked else None)
    written = text(found.after.topology, found.before.topology)
    assert all(map(str.isprintable, written.splitlines()))
    assert not looked or found.before.topology == topology(SITE)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_recorded(name: str) -> None:
    """Both forms say the same, and nothing in them is unknown."""
    events, document = (planned(preview(name, form)) for form in ("jsonl", "json"))
    assert events == document
    assert not events.undrawn
