"""What the ports of the switches have to be."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest

from harvester_net.cluster.resources import VLAN_CONFIG, Object
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.specs.network_config import BOND_MODES
from harvester_net.topology.model import topology
from harvester_net.topology.port_changes import port_changes
from harvester_net.topology.switch_ports import LAG_OF_MODE, SwitchPorts, switch_ports
from harvester_net.topology.tables import of_changes, of_ports
from tests import objects

from .snapshots import NODES, cluster, mgmt, network, storage

WEB, FLAT, ONE = network("web", vlan=100), network("flat"), network("one", vlan=1)


def ports_of(snapshot: Snapshot) -> list[SwitchPorts]:
    return switch_ports(topology(snapshot), snapshot.release)


def first(*more: Object, version: str = "v1.8.2", mtu: int = 9000) -> SwitchPorts:
    return ports_of(cluster(*more, version=version, mtu=mtu))[0]


@pytest.mark.parametrize(
    ("mode", "lag"),
    [
        ("balance-rr", "static"),
        ("active-backup", "none"),
        ("balance-xor", "static"),
        ("broadcast", "static"),
        ("802.3ad", "LACP"),
        ("balance-tlb", "none"),
        ("balance-alb", "none"),
        (None, "none"),
        ("x", "unknown"),
    ],
)
def test_the_bond_mode_decides_the_aggregation(mode: str | None, lag: str) -> None:
    bond = {} if mode is None else {"mode": mode}
    uplink = {"nics": ["eno2"], "bondOptions": bond}
    config = objects.config("b", nodes=["node3"], uplink=uplink)
    [ports] = [each for each in ports_of(cluster(config)) if each.node == "node3"]
    assert ports.lag == lag
    assert set(LAG_OF_MODE) == set(BOND_MODES)


def test_vlans_of_all_that_is_on_it_are_tagged() -> None:
    trunk = network("trunk", vlanTrunk=[{"minID": 1, "maxID": 3}])
    ports = first(WEB, trunk, FLAT, storage(), objects.storage_nad())
    assert ports.tagged == [2, 3, 100, 300]
    assert ports.untagged == ["default/flat", "default/trunk"]
    assert (ports.mtu, ports.frame) == (9000, 9022)


def test_the_migration_network_needs_its_vlan() -> None:
    value = {"clusterNetwork": "data", "vlan": 77, "range": "10.8.0.0/22"}
    assert first(objects.setting("vm-migration-network", json.dumps(value))).tagged == [77]


@pytest.mark.parametrize("vlan", [0, 1])
def test_an_untagged_storage_network_needs_a_native_vlan(vlan: int) -> None:
    ports = first(storage(vlan))
    assert (ports.tagged, ports.untagged) == ([], ["storage-network"])


def on_hosts(vlan: int = 400, **selector: str) -> Object:
    spec = {"nodeSelector": {"matchLabels": selector}} if selector else {}
    return objects.host_network("backup", vlan=vlan, spec=spec)


@pytest.mark.parametrize(
    ("config", "tagged"),
    [
        (on_hosts(), {"node1": [100, 400], "node2": [100, 400]}),
        (on_hosts(disk="fast"), {"node1": [100], "node2": [100, 400]}),
        (on_hosts(vlan=100), {"node1": [100], "node2": [100]}),
    ],
)
def test_the_vlan_of_a_host_network_is_tagged_where_its_nodes_are(
    config: Object, tagged: dict[str, list[int]]
) -> None:
    found = ports_of(cluster(objects.node("node2", {"disk": "fast"}), WEB, config))
    assert {each.node: list(each.tagged) for each in found} == tagged
    assert all(list(each.untagged) == [] for each in found)


def test_a_host_network_of_mgmt_is_tagged_beside_the_node_itself() -> None:
    config = objects.host_network("backup", "mgmt", 400)
    [ports] = [it for it in ports_of(cluster(*mgmt("eno1"), config)) if it.config == ""]
    assert (ports.tagged, ports.untagged) == ([400], ["the node itself"])


def test_a_host_network_in_vlan_1_needs_a_native_vlan() -> None:
    ports = first(on_hosts(vlan=1))
    assert (ports.tagged, ports.untagged) == ([], ["backup"])


OLD = "up to Harvester 1.6.0"
APART = "frames without a tag reach the untagged networks alone"
NOBODY = "nobody takes frames without a tag"


@pytest.mark.parametrize(
    ("version", "networks", "notes"),
    [
        ("v1.6.0", [WEB], [OLD]),
        ("v1.6.0", [WEB, FLAT], [OLD]),
        ("v1.6.0", [FLAT], []),
        ("v1.6.1", [WEB], [NOBODY]),
        ("v1.6.1", [WEB, FLAT], [APART]),
        ("v1.8.2", [FLAT], []),
        ("v1.8.2", [], []),
        ("v1.8.2", [WEB, ONE], ["VLAN 1 of default/one leaves without a tag", APART]),
    ],
)
def test_what_happens_to_untagged_traffic_is_said(
    version: str, networks: list[Object], notes: list[str]
) -> None:
    said = first(*networks, version=version).notes
    assert len(said) == len(notes)
    assert all(note in each for note, each in zip(notes, said, strict=True))


def test_the_node_itself_is_untagged_on_mgmt() -> None:
    ports = ports_of(cluster(*mgmt("eno1")))[1]
    assert (ports.cluster_network, ports.nics, ports.lag) == ("mgmt", ("eno1",), "unknown")
    assert ports.untagged == ["the node itself"]


TABLE = """\
node   cluster network  config  NICs       LAG             tagged  native  MTU   frame
node1  data             rack-a  eno2 eno3  LACP (802.3ad)  100     none    9000  9022
node2  data             rack-a  eno2 eno3  LACP (802.3ad)  100     none    9000  9022
note: data: nobody takes frames without a tag: the ports need no native VLAN"""


def test_a_table() -> None:
    assert of_ports(ports_of(cluster(WEB)), "table") == TABLE


def test_csv_and_json_say_the_same() -> None:
    ports = ports_of(cluster(WEB))
    rows = list(csv.DictReader(StringIO(of_ports(ports, "csv"))))
    listed = json.loads(of_ports(ports, "json"))
    assert [row["node"] for row in rows] == [each["node"] for each in listed] == NODES[:2]
    assert [row["frame"] for row in rows] == [str(each["frame"]) for each in listed]


def test_a_cell_is_never_a_formula() -> None:
    uplink = {"nics": ['=HYPERLINK("x")']}
    config = objects.config("b", nodes=["node3"], uplink=uplink)
    rows = list(csv.DictReader(StringIO(of_ports(ports_of(cluster(config)), "csv"))))
    assert rows[-1]["NICs"] == """'=HYPERLINK("x")"""


def changed(before: Snapshot, after: Snapshot) -> dict[str, list[str]]:
    return {
        each.node: list(each.what) for each in port_changes(ports_of(before), ports_of(after))
    }


@pytest.mark.parametrize(
    ("after", "what"),
    [
        (cluster(WEB), []),
        (cluster(WEB, network("db", vlan=101)), ["tag VLAN 101 too"]),
        (cluster(), ["VLAN 100 is not needed any more"]),
        (cluster(WEB, on_hosts()), ["tag VLAN 400 too"]),
        (cluster(WEB, FLAT), ["needs a native VLAN now"]),
        (cluster(WEB, mtu=1500), ["MTU 9000 -> 1500, frames of 1522 bytes"]),
    ],
)
def test_only_what_differs_is_said(after: Snapshot, what: list[str]) -> None:
    found = changed(cluster(WEB), after)
    assert found == (dict.fromkeys(NODES[:2], what) if what else {})


def test_another_uplink_and_a_new_node() -> None:
    uplink = {"nics": ["eno4"], "bondOptions": {"mode": "balance-xor"}}
    config = objects.config("rack-a", nodes=["node2", "node3"], uplink=uplink)
    after = cluster(WEB).with_object(VLAN_CONFIG, config)
    found = changed(cluster(WEB), after)
    assert found["node1"] == ["not needed any more"]
    assert found["node2"] == ["NICs eno2, eno3 -> eno4", "LAG LACP -> static"]
    assert found["node3"] == [
        "new: LAG static, tagged VLAN 100, no native VLAN, MTU 9000",
    ]


def test_changes_as_a_table() -> None:
    changes = port_changes(ports_of(cluster()), ports_of(cluster(WEB)))
    assert of_changes(changes, "table").splitlines()[1] == (
        "node1  data             eno2 eno3  tag VLAN 100 too"
    )
    assert of_changes([], "table") == "nothing changes on the switches"
    assert json.loads(of_changes(changes, "json"))[0]["what"] == ["tag VLAN 100 too"]
