"""Wrong programs, and the very words that `pulumi preview` has for them, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester_net.lab.proxy import Proxy
from lab import Lab

from .programs import (
    cluster_network,
    network_config,
    network_configs,
    storage_network,
    vm_network,
)
from .stack import Resource, Stack, resource

MODES = "balance-rr, active-backup, balance-xor, broadcast, 802.3ad, balance-tlb, balance-alb"

WRONG: dict[str, tuple[list[Resource], list[str]]] = {
    "cluster network: its name and its MTU": (
        [cluster_network("data-network-1", mtu=9001)],
        [
            "name: 'data-network-1' has 14 characters; the name of a cluster network has at "
            "most 12",
            "mtu: 9001 is out of range; use 576 to 9000 bytes, or 0 for 1500",
        ],
    ),
    "cluster network: wrong types, a label of the server's own": (
        [cluster_network(mtu="9000", labels={"network.harvesterhci.io/type": "x", "rack": 7})],
        [
            "labels.rack: must be text, not 7",
            "mtu: must be a whole number, not the text '9000'",
        ],
    ),
    "network config: on mgmt": (
        [network_config(cluster_network="mgmt")],
        ["clusterNetwork: mgmt is built in; it takes no network config"],
    ),
    "network config: bond mode, NICs, miimon": (
        [
            cluster_network(),
            network_config(
                uplink={
                    "nics": ["eno2", "eno2", "much-too-long-nic"],
                    "bond_options": {"mode": "balance-rb", "miimon": 0},
                }
            ),
        ],
        [
            "uplink.nics[2]: 'much-too-long-nic' is not the name of a NIC (1 to 15 "
            "characters, no '/')",
            f"uplink.bondOptions.mode: 'balance-rb' is not one of {MODES}; did you mean "
            "balance-rr?",
            "uplink.bondOptions.miimon: 0 cannot be stored by Harvester; leave it out for the "
            "default",
        ],
    ),
    "network config: properties that there are not": (
        [cluster_network(), network_config(uplink={"nic": ["eno2"]})],
        [
            "uplink.nics: is required",
            "uplink.nic: is not a property of uplink; did you mean nics?",
        ],
    ),
    "network config: another MTU than its cluster network": (
        [cluster_network(mtu=9000), network_config(mtu=1500)],
        [
            "mtu: 1500 is not the 9000 of ClusterNetwork cn-data; the MTU is decided there, "
            "leave it out here"
        ],
    ),
    "VM network: VLAN outside its range": (
        [vm_network(cluster_network="mgmt", vlan=4095, namespace="Prod")],
        [
            "namespace: 'Prod' is not a valid name of a namespace; use lower-case letters, "
            "digits and '-', with a letter or digit at both ends",
            "vlan: 4095 is not a VLAN ID; use 1 to 4094",
        ],
    ),
    "VM network: a VLAN and a trunk": (
        [vm_network(cluster_network="mgmt", vlan=100, vlan_trunk=[{"id": 5}])],
        ["vlan: cannot stand together with vlanTrunk; give one of them"],
    ),
    "VM network: neither": (
        [vm_network(cluster_network="mgmt")],
        [
            "vlan: is missing; give vlan, vlanTrunk, or type: UntaggedNetwork for untagged "
            "traffic"
        ],
    ),
    "VM network: ranges reversed and halved": (
        [
            vm_network(
                cluster_network="mgmt",
                vlan_trunk=[{"min_id": 200, "max_id": 100}, {"min_id": 5}],
            )
        ],
        [
            "vlanTrunk[0]: is reversed: minID 200 is greater than maxID 100",
            "vlanTrunk[1]: needs minID and maxID together",
        ],
    ),
    "storage network: host bits, and what it excludes": (
        [
            cluster_network(),
            *network_configs(),
            storage_network(range="192.168.0.5/24", exclude=["10.0.0.0/30", "fd00::/64"]),
        ],
        [
            "range: 192.168.0.5/24 has host bits set; the network is 192.168.0.0/24",
            "exclude[1]: fd00::/64 is IPv6; only IPv4 is supported",
        ],
    ),
    "storage network: excludes that are outside or leave nothing": (
        [
            cluster_network(),
            *network_configs(),
            storage_network(exclude=["10.0.0.0/30", "192.168.0.0/23"]),
        ],
        [
            "exclude[0]: 10.0.0.0/30 is outside the range 192.168.0.0/24",
            "exclude[1]: 192.168.0.0/23 leaves no address of the range 192.168.0.0/24",
        ],
    ),
    "storage network: IPv6, untagged on mgmt": (
        [
            resource(
                "StorageNetwork", "storage", cluster_network="mgmt", vlan=1, range="fd00::/64"
            )
        ],
        [
            "range: fd00::/64 is IPv6; only IPv4 is supported",
            "vlan: 1 (untagged traffic) is not allowed on mgmt",
        ],
    ),
}


@pytest.fixture(scope="module")
def proxy(lab: Lab) -> Iterator[Proxy]:
    with Proxy(lab) as running:
        yield running


@pytest.fixture(scope="module")
def empty(lab: Lab, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A stack without resources; wrong programs never give it any."""
    directory: Path = tmp_path_factory.mktemp("wrong")
    kubeconfig = proxy.kubeconfig(directory / "kubeconfig")
    return Stack(directory / "project", lab, KUBECONFIG=str(kubeconfig))


@pytest.mark.parametrize("case", WRONG)
def test_wrong_program(empty: Stack, proxy: Proxy, case: str) -> None:
    program, sentences = WRONG[case]
    proxy.requests.clear()
    told = empty.program(*program).preview().failed().output
    token = f"harvester-net:index:{program[-1]['kind']}"
    problem = f"error: {token} resource '{program[-1]['name']}' has a problem: "
    assert said(told, problem) == sentences
    assert {request.method for request in proxy.requests} <= {"GET"}
    assert empty.state() == {}


def said(output: str, problem: str) -> list[str]:
    """The sentences of a preview's diagnostics about one resource, without repetitions."""
    lines = (line.strip() for line in output.partition("Diagnostics:")[2].splitlines())
    found = (line.removeprefix(problem) for line in lines if line.startswith(problem))
    return list(dict.fromkeys(found))
