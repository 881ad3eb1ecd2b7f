"""Host network configs: what Harvester refuses, and the traps that it leaves open (B1)."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.names import WITNESS

from ... import objects
from .cases import V1_7, V1_8, V1_9, Case, cluster, create, delete, said, says, silent, update

N1, N2 = objects.node("n1"), objects.node("n2")
DATA, MGMT = objects.cluster_network("data"), objects.cluster_network("mgmt")
RACK = objects.config("rack-a", nodes=["n1", "n2"])
ON_N1, ON_N2 = objects.vlan_status("rack-a", "n1"), objects.vlan_status("rack-a", "n2")
SITE = (N1, N2, DATA, MGMT, RACK, ON_N1, ON_N2)
IPS = {"n1": "10.0.0.11/24", "n2": "10.0.0.12/24"}
NEW = objects.new_host_network(ips=IPS)
LIVE = objects.host_network(ips=IPS, said={"n1": "", "n2": ""})
FIRST = {"matchExpressions": [{"key": "first", "operator": "Exists"}]}
UNDERLAY = objects.host_network("tunnels", vlan=500, spec={"underlay": True})
TENANTS = objects.nad(
    "tenants",
    config={"cniVersion": "0.3.1", "type": "kube-ovn", "provider": "tenants.default.ovn"},
)

SHORT = "host-network-names-a-short-cluster-network"
DEVICE = "host-device-has-a-short-name"
EXISTS = "cluster-network-of-host-network-exists"
UNDER = "one-host-network-is-the-underlay"
STAYS = "underlay-stays-as-it-is"
ONCE = "vlan-has-one-host-network"
ADDRESSED = "every-node-has-an-address"
TOGETHER = "addresses-are-in-one-network"
READY = "nodes-have-the-cluster-network"
EVERYWHERE = "underlay-is-on-every-node"
PLACE = "place-of-host-network-stays"
IN_USE = "underlay-in-use-stays"
KEPT = "underlay-is-not-deleted"
MANAGED = "management-vlan-is-left-alone"
DIFFERENT = "addresses-are-different"
OF_HOSTS = "addresses-are-of-hosts"
ALONE = "node-has-one-device-in-a-network"
UNUSED = "addresses-are-of-selected-nodes"
HAVE_IT = "selected-nodes-have-the-network"
UNTAGGED = "host-network-in-vlan-1-is-untagged"


def with_spec(config: Object, **changed: Any) -> Object:
    """The config with some of its spec changed; None takes it away."""
    spec = {k: v for k, v in {**config["spec"], **changed}.items() if v is not None}
    return config | {"spec": spec}


def addressed(**ips: str) -> Object:
    return objects.new_host_network(ips=ips)


def under(name: str = "tunnels", **spec: Any) -> Object:
    return objects.new_host_network(name, vlan=500, spec={"underlay": True} | spec)


def labelled(name: str, **labels: str) -> Object:
    node = objects.node(name)
    return node | {"metadata": node["metadata"] | {"labels": labels}}


WITNESS_NODE = labelled("n3", **{WITNESS: "true"})
AT_10_0_0_1 = objects.node("n1") | {
    "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.1"}]}
}


def on_mgmt(name: str = "backup", vlan: int = 10, **more: Any) -> Object:
    return objects.host_network(name, "mgmt", vlan, **more)


def devices(**by_node: list[int]) -> Object:
    """The LinkMonitor of mgmt with these VLAN devices, the oldest first."""
    return objects.link_monitor(
        "mgmt",
        {
            node: [objects.link(f"mgmt-br.{n}", at) for at, n in enumerate(vlans, start=9)]
            for node, vlans in by_node.items()
        },
    )


ALLOWED = {"harvester-net/allow-management-vlan": "true"}
NOT_MANAGEMENT = {"harvester-net/not-management-vlan": "true"}
CUT_OFF = (
    "vlan: mgmt-br.10 on n1 is, or cannot be told from, the device over which the node itself "
    "is managed: Harvester would delete it together with this object, and cut the node off. "
    "Use another VLAN; if it is meant, set allowManagementVlan: true"
)

CASES = [
    says(
        SHORT,
        "13 characters",
        create(objects.new_host_network(cluster_network="thirteenchars", vlan=1)),
        cluster(*SITE),
        "clusterNetwork: 'thirteenchars' is longer than 12",
    ),
    silent(SHORT, "a usual name", create(NEW), cluster(*SITE)),
    says(
        DEVICE,
        "16 characters",
        create(objects.new_host_network(cluster_network="eight888", vlan=4000)),
        cluster(*SITE),
        "vlan: the device eight888-br.4000 would have 16 characters, more than 15",
    ),
    silent(
        DEVICE,
        "15 characters",
        create(objects.new_host_network(cluster_network="eight888", vlan=400)),
        cluster(*SITE),
    ),
    says(
        EXISTS,
        "there is none",
        create(objects.new_host_network(cluster_network="gone")),
        cluster(*SITE),
        "clusterNetwork: there is no cluster network 'gone'; the cluster has data, mgmt",
    ),
    silent(EXISTS, "there is", create(NEW), cluster(*SITE)),
    says(
        UNDER,
        "a second one",
        create(under("more")),
        cluster(*SITE, UNDERLAY),
        "underlay: host network config tunnels is the underlay already",
    ),
    says(
        UNDER,
        "one that becomes a second one",
        update(LIVE, with_spec(LIVE, underlay=True)),
        cluster(*SITE, UNDERLAY, LIVE),
        "underlay: host network config tunnels is the underlay already",
    ),
    silent(UNDER, "the first one", create(under()), cluster(*SITE, LIVE)),
    silent(
        UNDER,
        "an update that says nothing new",
        update(UNDERLAY, UNDERLAY),
        cluster(*SITE, UNDERLAY, under("more")),
    ),
    says(
        STAYS,
        "any change of one",
        update(UNDERLAY, with_spec(UNDERLAY, description="x")),
        cluster(*SITE, UNDERLAY),
        "underlay: nothing of the underlay can change while it is one; set underlay to false "
        "with the change, and to true again after it",
    ),
    silent(
        STAYS,
        "it is one no more",
        update(UNDERLAY, with_spec(UNDERLAY, description="x", underlay=False)),
        cluster(*SITE, UNDERLAY),
    ),
    silent(STAYS, "labels alone", update(UNDERLAY, UNDERLAY), cluster(*SITE, UNDERLAY)),
    says(
        ONCE,
        "another one in the VLAN",
        create(objects.new_host_network("second")),
        cluster(*SITE, LIVE),
        "vlan: host network config backup has VLAN 400 of cluster network data already",
    ),
    silent(
        ONCE,
        "one on another cluster network",
        create(objects.new_host_network("second", "mgmt")),
        cluster(*SITE, LIVE),
    ),
    says(
        ADDRESSED,
        "a node without one, of all nodes",
        create(addressed(n1="10.0.0.11/24")),
        cluster(*SITE),
        "ips: n2 has no address; give one, or select other nodes",
    ),
    says(
        ADDRESSED,
        "a witness node too",
        update(LIVE, with_spec(LIVE, description="x")),
        cluster(*SITE, WITNESS_NODE, LIVE),
        "ips: n3 has no address; give one, or select other nodes",
    ),
    says(
        ADDRESSED,
        "a node that is being deleted, without a selector",
        create(NEW),
        cluster(*SITE, objects.going(objects.node("n3"))),
        "ips: n3 has no address; give one, or select other nodes",
    ),
    silent(
        ADDRESSED,
        "a node that is being deleted, with a selector",
        create(with_spec(NEW, nodeSelector={})),
        cluster(*SITE, objects.going(objects.node("n3"))),
    ),
    silent(
        ADDRESSED,
        "a node that is not selected",
        create(with_spec(addressed(n1="10.0.0.11/24"), nodeSelector=FIRST)),
        cluster(*SITE, labelled("n1", first="")),
    ),
    silent(ADDRESSED, "by DHCP", create(objects.new_host_network(ips=None)), cluster(*SITE)),
    silent(
        ADDRESSED,
        "an update that says nothing new",
        update(LIVE, LIVE),
        cluster(*SITE, WITNESS_NODE, LIVE),
    ),
    says(
        TOGETHER,
        "another network",
        create(addressed(n1="10.0.0.11/24", n2="10.0.1.12/24")),
        cluster(*SITE),
        "ips: the addresses are in several networks: 10.0.0.0/24, 10.0.1.0/24",
    ),
    says(
        TOGETHER,
        "another prefix",
        create(addressed(n1="10.0.0.11/24", n2="10.0.0.12/25")),
        cluster(*SITE),
        "ips: the addresses are in several networks: 10.0.0.0/24, 10.0.0.0/25",
    ),
    silent(
        TOGETHER,
        "that of a node that is not there",
        create(addressed(n1="10.0.0.11/24", n2="10.0.0.12/24", n9="10.9.0.12/16")),
        cluster(*SITE),
    ),
    says(
        READY,
        "no node has it",
        create(NEW),
        cluster(N1, DATA),
        "clusterNetwork: no node has cluster network data yet",
    ),
    says(
        READY,
        "a node where it is not ready",
        create(NEW),
        cluster(N1, DATA, RACK, ON_N1, objects.vlan_status("rack-a", "n2", "no link")),
        f"clusterNetwork: {objects.status_name('data', 'n2')} is not ready yet",
    ),
    silent(READY, "all are ready", create(NEW), cluster(*SITE)),
    silent(
        READY, "mgmt always is", create(on_mgmt(ips=IPS)), cluster(objects.node("n1"), MGMT)
    ),
    silent(
        READY,
        "an update is not asked",
        update(LIVE, with_spec(LIVE, description="x")),
        cluster(N1, DATA, LIVE),
    ),
    says(
        EVERYWHERE,
        "no config carries its cluster network",
        create(under()),
        cluster(N1, DATA),
        "underlay: no network config carries cluster network data",
    ),
    says(
        EVERYWHERE,
        "a node that no config matches",
        create(under()),
        cluster(*SITE, objects.node("n4"), WITNESS_NODE),
        "underlay: no network config of data matches n4",
    ),
    says(
        EVERYWHERE,
        "a node that it does not select, a witness too",
        create(under(nodeSelector=FIRST)),
        cluster(
            labelled("n1", first=""),
            DATA,
            objects.config("rack-a", nodes=["n1"]),
            WITNESS_NODE,
        ),
        "nodeSelector: the underlay must select n3 too",
    ),
    says(
        EVERYWHERE,
        "a config without nodes, up to 1.8",
        create(under()),
        cluster(*SITE, objects.config("idle")),
        "underlay: network config idle of the same cluster network matches no node",
    ),
    silent(
        EVERYWHERE,
        "a config without nodes, from 1.9 on",
        create(under()),
        cluster(*SITE, objects.config("idle"), version=V1_9),
    ),
    silent(EVERYWHERE, "on mgmt", create(on_mgmt(spec={"underlay": True})), cluster(N1, MGMT)),
    silent(EVERYWHERE, "it is no underlay", create(NEW), cluster(N1, DATA)),
    says(
        PLACE,
        "another place",
        update(LIVE, with_spec(LIVE, clusterNetwork="mgmt", vlanID=401)),
        cluster(*SITE, LIVE),
        "clusterNetwork: cannot change; make another host network config",
        "vlan: cannot change; make another host network config",
    ),
    silent(
        PLACE, "something else", update(LIVE, with_spec(LIVE, description="x")), cluster(*SITE)
    ),
    says(
        IN_USE,
        "a VM that is stopped names an overlay network",
        update(UNDERLAY, with_spec(UNDERLAY, underlay=None)),
        cluster(*SITE, UNDERLAY, TENANTS, objects.vm("vm1", "tenants")),
        "underlay: default/vm1 has NICs on overlay networks, which need it; remove these "
        "first",
    ),
    silent(
        IN_USE,
        "no VM does",
        update(UNDERLAY, with_spec(UNDERLAY, underlay=None)),
        cluster(*SITE, UNDERLAY, TENANTS, objects.vm("vm1", "vm100")),
    ),
    says(
        KEPT,
        "the underlay",
        delete(UNDERLAY),
        cluster(*SITE, UNDERLAY),
        "underlay: is the underlay; set underlay to false first",
    ),
    silent(KEPT, "another one", delete(LIVE), cluster(*SITE, LIVE)),
    says(
        MANAGED,
        "a new one whose device is there",
        create(on_mgmt()),
        cluster(N1, N2, MGMT, devices(n1=[10], n2=[20])),
        CUT_OFF,
    ),
    silent(
        MANAGED, "another VLAN", create(on_mgmt(vlan=20)), cluster(N1, MGMT, devices(n1=[10]))
    ),
    silent(
        MANAGED,
        "the program says so",
        create(on_mgmt(annotations=ALLOWED)),
        cluster(N1, MGMT, devices(n1=[10])),
    ),
    silent(
        MANAGED,
        "another cluster network",
        create(NEW),
        cluster(*SITE, objects.link_monitor("data", {"n1": [objects.link("data-br.400", 9)]})),
    ),
    says(
        MANAGED,
        "the deletion of one that somebody made",
        delete(on_mgmt(said={"n1": ""})),
        cluster(N1, MGMT, on_mgmt(said={"n1": ""}), devices(n1=[10])),
        CUT_OFF,
    ),
    says(
        MANAGED,
        "an older device that is another config's own tells nothing",
        delete(on_mgmt(said={"n1": ""})),
        cluster(N1, MGMT, on_mgmt(), on_mgmt("other", 20), devices(n1=[20, 10])),
        CUT_OFF,
    ),
    says(
        MANAGED,
        "a younger device that is nobody's tells nothing",
        delete(on_mgmt(said={"n1": ""})),
        cluster(N1, MGMT, on_mgmt(), devices(n1=[10, 20])),
        CUT_OFF,
    ),
    silent(
        MANAGED,
        "the node has an older device that is nobody's",
        delete(on_mgmt(said={"n1": ""})),
        cluster(N1, MGMT, on_mgmt(), devices(n1=[20, 10])),
    ),
    silent(
        MANAGED,
        "its creation saw that there was none",
        delete(on_mgmt(said={"n1": ""}, annotations=NOT_MANAGEMENT)),
        cluster(N1, MGMT, on_mgmt(), devices(n1=[10])),
    ),
    silent(
        MANAGED,
        "the program said so",
        delete(on_mgmt(said={"n1": ""}, annotations=ALLOWED)),
        cluster(N1, MGMT, on_mgmt(), devices(n1=[10])),
    ),
    says(
        MANAGED,
        "a node that it no longer selects",
        update(
            on_mgmt(said={"n1": ""}), with_spec(on_mgmt(said={"n1": ""}), nodeSelector=FIRST)
        ),
        cluster(N1, MGMT, on_mgmt(said={"n1": ""}), devices(n1=[10])),
        CUT_OFF,
    ),
    silent(
        MANAGED,
        "a change that keeps its nodes",
        update(on_mgmt(said={"n1": ""}), with_spec(on_mgmt(said={"n1": ""}), description="x")),
        cluster(N1, MGMT, on_mgmt(said={"n1": ""}), devices(n1=[10])),
    ),
    silent(
        MANAGED,
        "labels alone",
        update(on_mgmt(said={"n1": ""}), on_mgmt(said={"n1": ""}, labels={"a": "b"})),
        cluster(N1, MGMT, on_mgmt(said={"n1": ""}), devices(n1=[10])),
    ),
    says(
        DIFFERENT,
        "twice the same",
        create(addressed(n1="10.0.0.11/24", n2="10.0.0.11/24")),
        cluster(*SITE),
        "ips: n1, n2 have the same address 10.0.0.11",
    ),
    silent(DIFFERENT, "each its own", create(NEW), cluster(*SITE)),
    says(
        OF_HOSTS,
        "the ends of the network",
        create(addressed(n1="10.0.0.0/24", n2="10.0.0.255/24")),
        cluster(*SITE),
        "ips.n1: 10.0.0.0/24 is the address of the network 10.0.0.0/24 itself",
        "ips.n2: 10.0.0.255/24 is the broadcast address of 10.0.0.0/24",
    ),
    silent(
        OF_HOSTS,
        "a network of two hosts",
        create(addressed(n1="10.0.0.0/31", n2="10.0.0.1/31")),
        cluster(*SITE),
    ),
    silent(OF_HOSTS, "within the network", create(NEW), cluster(*SITE)),
    says(
        ALONE,
        "another host network",
        create(objects.new_host_network("more", vlan=401, ips=IPS)),
        cluster(*SITE, LIVE),
        "ips: n1, n2 would have a second device in 10.0.0.0/24, beside that of host network "
        "config backup",
    ),
    says(
        ALONE,
        "the node's own address",
        create(NEW),
        cluster(AT_10_0_0_1, *SITE[1:]),
        "ips: n1 would have a second device in 10.0.0.0/24, where its own address 10.0.0.1 is",
    ),
    silent(
        ALONE,
        "other nodes",
        create(objects.new_host_network("more", vlan=401, ips={"n3": "10.0.0.13/24"})),
        cluster(*SITE, LIVE),
    ),
    silent(
        ALONE,
        "another network",
        create(objects.new_host_network("more", vlan=401, ips={"n1": "10.0.1.11/24"})),
        cluster(*SITE, LIVE),
    ),
    silent(
        ALONE,
        "the management VLAN itself",
        create(on_mgmt(ips={"n1": "10.0.0.11/24"}, annotations=ALLOWED)),
        cluster(AT_10_0_0_1, MGMT),
    ),
    says(
        UNUSED,
        "a node that is not there",
        create(addressed(n1="10.0.0.11/24", n2="10.0.0.12/24", n9="10.0.0.19/24")),
        cluster(*SITE),
        "ips: n9 has an address and is not selected, or not there",
    ),
    silent(UNUSED, "all are selected", create(NEW), cluster(*SITE)),
    says(
        HAVE_IT,
        "a witness node",
        create(NEW),
        cluster(*SITE, WITNESS_NODE),
        "nodeSelector: n3 is selected and has no cluster network data: no device there until "
        "a network config matches",
    ),
    says(
        HAVE_IT,
        "no node at all",
        create(with_spec(NEW, nodeSelector=FIRST)),
        cluster(*SITE),
        "nodeSelector: selects no node; nothing happens until one fits",
    ),
    silent(HAVE_IT, "all nodes have it", create(NEW), cluster(*SITE)),
    silent(HAVE_IT, "mgmt is everywhere", create(on_mgmt()), cluster(N1, MGMT, WITNESS_NODE)),
    says(
        UNTAGGED,
        "VLAN 1",
        create(objects.new_host_network(vlan=1)),
        cluster(*SITE),
        "vlan: VLAN 1 leaves the uplink without a tag: the device is in the untagged network, "
        "where the node may have one already (I#10802); use another VLAN",
    ),
    silent(UNTAGGED, "VLAN 2", create(objects.new_host_network(vlan=2)), cluster(*SITE)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_host_networks(case: Case) -> None:
    assert said(case) == case.says


def test_nothing_is_said_before_there_are_any() -> None:
    assert {said(case) for case in CASES if case.snapshot.version == V1_8} != {()}
    older = cluster(*SITE, version=V1_7)
    assert said(Case(ONCE, "", create(NEW), older, ())) == ()
