"""What stands against MTU and route of a VM network (H3.3, H3.4)."""

from __future__ import annotations

import json

import pytest

from ... import objects
from .cases import LABEL, V1_5, Case, cluster, create, said, says, silent, update
from .nets import DATA, JUMBO, LARGE, MANUAL, MTU, ROUTE, UNREADABLE, VM100, net, routed

CASES = [
    says(
        MTU,
        "another one on an update",
        update(net(mtu=9000), net(mtu=1500)),
        cluster(LARGE),
        "mtu: 1500 is not the 9000 of cluster network data",
    ),
    silent(MTU, "the server gives it on a create", create(net(mtu=1500)), cluster(LARGE)),
    silent(MTU, "its own", update(net(mtu=9000), net(mtu=9000, vlan=1)), cluster(LARGE)),
    silent(
        MTU,
        "before 1.6 it was free",
        update(net(mtu=9000), net(mtu=1500)),
        cluster(LARGE, version=V1_5),
    ),
    says(
        MTU,
        "without the label the server takes it for 1500",
        create(net(labels={LABEL: ""})),
        cluster(objects.cluster_network("data"), JUMBO),
        "mtu: 9000 is not the 1500 of cluster network data",
    ),
    silent(
        MTU,
        "with it, the first config's counts",
        create(VM100),
        cluster(objects.cluster_network("data"), JUMBO),
    ),
    says(
        MTU,
        "the cluster network's cannot be read",
        create(VM100),
        cluster(UNREADABLE),
        "mtu: cluster network data has no readable MTU: 'x'",
    ),
    says(
        ROUTE,
        "no JSON",
        create(routed("x")),
        cluster(DATA),
        "route: is no JSON: Expecting value: line 1 column 1 (char 0)",
    ),
    says(
        ROUTE,
        "an unknown mode",
        create(routed('{"mode": "dhcp"}')),
        cluster(DATA),
        "route.mode: 'dhcp' is neither auto nor manual",
    ),
    says(
        ROUTE,
        "manual, and nothing with it",
        create(routed('{"mode": "manual"}')),
        cluster(DATA),
        "route.cidr: '' is not a CIDR such as 192.168.100.0/24",
        "route.gateway: '' is not an IP address",
    ),
    silent(
        ROUTE, "manual, and all with it", create(routed(json.dumps(MANUAL))), cluster(DATA)
    ),
    silent(ROUTE, "auto", create(routed('{"mode": "auto"}')), cluster(DATA)),
    silent(
        ROUTE,
        "the server takes it away with the VLAN",
        update(routed("x"), routed("x", vlan=0)),
        cluster(DATA),
    ),
    says(
        ROUTE,
        "the one before is compared",
        update(routed("x"), routed('{"mode": "auto"}')),
        cluster(DATA),
        "route: the route before is no JSON, and Harvester cannot compare them",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_mtu_or_route_of_a_vm_network(case: Case) -> None:
    assert said(case) == case.says
