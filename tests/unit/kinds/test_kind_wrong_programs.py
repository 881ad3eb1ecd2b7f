"""Wrong programs, each with the very words that its author reads; all of them at once."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.registry import KINDS

from ..programs import (
    CLUSTER_NETWORK,
    FULL,
    LEAST,
    NETWORK_CONFIG,
    STORAGE_NETWORK,
    TRUNK,
    VM_NETWORK,
    messages,
    program,
)

BOND_MODES = (
    "balance-rr, active-backup, balance-xor, broadcast, 802.3ad, balance-tlb, balance-alb"
)

WRONG_PROGRAMS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "name over 12 characters": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, name="data-network-1"),
        [
            "name: 'data-network-1' has 14 characters; the name of a cluster network has at "
            "most 12"
        ],
    ),
    "name with capitals": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, name="Data"),
        [
            "name: 'Data' is not a valid name of a cluster network; use lower-case letters, "
            "digits and '-', with a letter or digit at both ends, or several such parts "
            "joined by '.'"
        ],
    ),
    "name of a network config that ends with a dot": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, name="node1.example.org."),
        [
            "name: 'node1.example.org.' is not a valid name of a network config; use "
            "lower-case letters, digits and '-', with a letter or digit at both ends, or "
            "several such parts joined by '.'"
        ],
    ),
    "MTU too small": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, mtu=575),
        ["mtu: 575 is out of range; use 576 to 9000 bytes, or 0 for 1500"],
    ),
    "MTU too large": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, mtu=9001),
        ["mtu: 9001 is out of range; use 576 to 9000 bytes, or 0 for 1500"],
    ),
    "MTU negative": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, mtu=-1),
        ["mtu: -1 is out of range; use 576 to 9000 bytes, or 0 for 1500"],
    ),
    "MTU as text": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, mtu="9000"),
        ["mtu: must be a whole number, not the text '9000'"],
    ),
    "MTU with a fraction": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, mtu=1500.5),
        ["mtu: must be a whole number, not 1500.5"],
    ),
    "MTU true": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, mtu=True),
        ["mtu: must be a whole number, not true"],
    ),
    "unknown property, with the nearest known name": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, label={"a": "b"}),
        ["label: is not a property of ClusterNetwork; did you mean labels?"],
    ),
    "unknown property that is like none": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, vxlan=1),
        [
            "vxlan: is not a property of ClusterNetwork; it has labels, annotations, "
            "disruption, name, mtu"
        ],
    ),
    "labels of the server's own": (
        CLUSTER_NETWORK,
        program(
            CLUSTER_NETWORK,
            labels={"network.harvesterhci.io/type": "x", "team": "a"},
            annotations={"harvester-net/created-by": "me"},
        ),
        [
            'labels["network.harvesterhci.io/type"]: is written by the server; leave it out',
            'annotations["harvester-net/created-by"]: is written by the server; leave it out',
        ],
    ),
    "a label that is no text": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, labels={"example.com/rack": 7}),
        ['labels["example.com/rack"]: must be text, not 7'],
    ),
    "a list where a map belongs": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, labels=["a"]),
        ["labels: must be a map of names to values, not a list"],
    ),
    "consent of an unknown kind": (
        CLUSTER_NETWORK,
        program(
            CLUSTER_NETWORK,
            disruption={
                "stopVMs": True,
                "maxParallel": 0,
                "onFailure": "rollback",
                "stopTimeoutSeconds": "60",
            },
        ),
        [
            "disruption.maxParallel: must be at least 1, not 0",
            "disruption.onFailure: 'rollback' is not one of stop, rollBack; did you mean "
            "rollBack?",
            "disruption.stopTimeoutSeconds: must be a whole number, not the text '60'",
            "disruption.stopVMs: is not a property of disruption; did you mean stopVms?",
        ],
    ),
    "a VLAN for the look at the nodes that is none": (
        CLUSTER_NETWORK,
        program(CLUSTER_NETWORK, disruption={"verifyOnNodes": {"vlan": 5000}}),
        ["disruption.verifyOnNodes.vlan: must be at most 4094, not 5000"],
    ),
    "patterns that do not say a namespace": (
        CLUSTER_NETWORK,
        program(
            CLUSTER_NETWORK,
            disruption={"stopVms": True, "onlyVms": ["prod/*", "prod*", "/x", "a/b/c"]},
        ),
        [
            "disruption.onlyVms[1]: 'prod*' is not namespace/name; write prod*/* for "
            "namespaces, or */prod* for VMs",
            "disruption.onlyVms[2]: '/x' is not namespace/name",
            "disruption.onlyVms[3]: 'a/b/c' is not namespace/name",
        ],
    ),
    "nothing given": (
        NETWORK_CONFIG,
        {},
        ["name: is required", "clusterNetwork: is required", "uplink: is required"],
    ),
    "bond mode unknown": (
        NETWORK_CONFIG,
        program(
            NETWORK_CONFIG, uplink={"nics": ["eth1"], "bondOptions": {"mode": "balance-rb"}}
        ),
        [
            f"uplink.bondOptions.mode: 'balance-rb' is not one of {BOND_MODES}; did you mean "
            "balance-rr?"
        ],
    ),
    "bond mode by its number": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, uplink={"nics": ["eth1"], "bondOptions": {"mode": 4}}),
        [f"uplink.bondOptions.mode: '4' is not one of {BOND_MODES}"],
    ),
    "zeros that Harvester cannot store": (
        NETWORK_CONFIG,
        program(
            NETWORK_CONFIG,
            uplink={
                "nics": ["eth1"],
                "bondOptions": {"miimon": 0},
                "linkAttributes": {"txQLen": 0},
            },
        ),
        [
            "uplink.bondOptions.miimon: 0 cannot be stored by Harvester; leave it out for the "
            "default",
            "uplink.linkAttributes.txQLen: 0 cannot be stored by Harvester; leave it out for "
            "the default",
        ],
    ),
    "negative link attributes": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, uplink={"nics": ["eth1"], "linkAttributes": {"txQLen": -2}}),
        [
            "uplink.linkAttributes.txQLen: -2 is out of range; use a positive number, or -1 "
            "for the default"
        ],
    ),
    "MAC address that is none": (
        NETWORK_CONFIG,
        program(
            NETWORK_CONFIG,
            uplink={"nics": ["eth1"], "linkAttributes": {"hardwareAddr": "02-00-00-aa-bb-cc"}},
        ),
        [
            "uplink.linkAttributes.hardwareAddr: '02-00-00-aa-bb-cc' is not a MAC address "
            "such as 02:00:00:aa:bb:cc"
        ],
    ),
    "MTU where it does not belong": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, uplink={"nics": ["eth1"], "linkAttributes": {"mtu": 9000}}),
        [
            "uplink.linkAttributes.mtu: is not a property of linkAttributes; it has txQLen, "
            "hardwareAddr"
        ],
    ),
    "no NICs": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, uplink={"nics": []}),
        ["uplink.nics: is empty; name at least one NIC"],
    ),
    "a NIC twice": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, uplink={"nics": ["eth1", "eth2", "eth1"]}),
        ["uplink.nics: eth1 is listed twice"],
    ),
    "one NIC without a list": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, uplink={"nics": "eth1"}),
        ["uplink.nics: must be a list, not the text 'eth1'"],
    ),
    "an uplink without NICs": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, uplink={}),
        ["uplink.nics: is required"],
    ),
    "NICs that are null": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, uplink={"nics": None}),
        ["uplink.nics: is required"],
    ),
    "a NIC that is no name": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, uplink={"nics": ["eth1", "enp0s31f6.very.long", 3]}),
        [
            "uplink.nics[1]: 'enp0s31f6.very.long' is not the name of a NIC (1 to 15 "
            "characters, no '/')",
            "uplink.nics[2]: must be text, not 3",
        ],
    ),
    "a config for mgmt": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, clusterNetwork="mgmt"),
        ["clusterNetwork: mgmt is built in; it takes no network config"],
    ),
    "config's name over 63 characters": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, name="r" * 64),
        [f"name: '{'r' * 64}' has 64 characters; the name of a network config has at most 63"],
    ),
    "node selector with a number": (
        NETWORK_CONFIG,
        program(NETWORK_CONFIG, nodeSelector={"rack": 1}),
        ["nodeSelector.rack: must be text, not 1"],
    ),
    "VLAN 0": (
        VM_NETWORK,
        program(VM_NETWORK, vlan=0),
        ["vlan: 0 is not a VLAN ID; use 1 to 4094"],
    ),
    "VLAN over its range": (
        VM_NETWORK,
        program(VM_NETWORK, vlan=4095),
        ["vlan: 4095 is not a VLAN ID; use 1 to 4094"],
    ),
    "VLAN together with a trunk": (
        VM_NETWORK,
        program(VM_NETWORK, vlanTrunk=[{"id": 200}]),
        ["vlan: cannot stand together with vlanTrunk; give one of them"],
    ),
    "neither VLAN, trunk nor type": (
        VM_NETWORK,
        program(VM_NETWORK, without=("vlan",)),
        [
            "vlan: is missing; give vlan, vlanTrunk, or type: UntaggedNetwork for untagged "
            "traffic"
        ],
    ),
    "untagged with a VLAN": (
        VM_NETWORK,
        program(VM_NETWORK, type="UntaggedNetwork"),
        ["vlan: cannot stand with type UntaggedNetwork"],
    ),
    "trunk type with a VLAN": (
        VM_NETWORK,
        program(VM_NETWORK, type="L2VlanTrunkNetwork"),
        [
            "vlan: cannot stand with type L2VlanTrunkNetwork",
            "vlanTrunk: is required by type L2VlanTrunkNetwork",
        ],
    ),
    "VLAN type without a VLAN": (
        VM_NETWORK,
        program(VM_NETWORK, without=("vlan",), type="L2VlanNetwork"),
        ["vlan: is required by type L2VlanNetwork"],
    ),
    "type that is not ours": (
        VM_NETWORK,
        program(VM_NETWORK, type="L3VlanNetwork"),
        [
            "type: 'L3VlanNetwork' is not one of L2VlanNetwork, UntaggedNetwork, "
            "L2VlanTrunkNetwork, OverlayNetwork; did you mean L2VlanNetwork?"
        ],
    ),
    "overlay with what a cluster network has": (
        VM_NETWORK,
        program(VM_NETWORK, type="OverlayNetwork", mtu=9000),
        [
            "vlan: cannot stand with type OverlayNetwork",
            "clusterNetwork: must be mgmt with type OverlayNetwork; what carries it is up to "
            "kube-ovn",
            "mtu: cannot stand with type OverlayNetwork; kube-ovn's Subnet has it",
        ],
    ),
    "trunk reversed": (
        VM_NETWORK,
        TRUNK | {"vlanTrunk": [{"id": 5}, {"minID": 110, "maxID": 100}]},
        ["vlanTrunk[1]: is reversed: minID 110 is greater than maxID 100"],
    ),
    "trunk items that say too little or too much": (
        VM_NETWORK,
        TRUNK
        | {"vlanTrunk": [{}, {"minID": 5}, {"maxID": 5}, {"id": 1, "minID": 2, "maxID": 3}]},
        [
            "vlanTrunk[0]: needs either id, or minID and maxID",
            "vlanTrunk[1]: needs minID and maxID together",
            "vlanTrunk[2]: needs minID and maxID together",
            "vlanTrunk[3]: needs either id, or minID and maxID",
        ],
    ),
    "trunk outside the range of VLANs": (
        VM_NETWORK,
        TRUNK | {"vlanTrunk": [{"minID": 0, "maxID": 4095}, {"vlanId": 3}]},
        [
            "vlanTrunk[0].minID: 0 is not a VLAN ID; use 1 to 4094",
            "vlanTrunk[0].maxID: 4095 is not a VLAN ID; use 1 to 4094",
            "vlanTrunk[1].vlanId: is not a property of vlanTrunk; it has id, minID, maxID",
        ],
    ),
    "empty trunk": (
        VM_NETWORK,
        TRUNK | {"vlanTrunk": []},
        ["vlanTrunk: is empty; give at least one VLAN"],
    ),
    "route without a VLAN": (
        VM_NETWORK,
        TRUNK | {"route": {"mode": "auto"}},
        ["route: needs vlan; only a VLAN has a gateway"],
    ),
    "route by hand without its parts": (
        VM_NETWORK,
        program(VM_NETWORK, route={"mode": "manual"}),
        [
            "route.cidr: is required by mode manual",
            "route.gateway: is required by mode manual",
        ],
    ),
    "route that cannot be": (
        VM_NETWORK,
        program(
            VM_NETWORK,
            route={"mode": "manual", "cidr": "192.168.100.0", "gateway": "192.168.100.300"},
        ),
        [
            "route.cidr: '192.168.100.0' has no prefix length above 0",
            "route.gateway: '192.168.100.300' is not an IP address",
        ],
    ),
    "namespace with capitals": (
        VM_NETWORK,
        program(VM_NETWORK, namespace="Default"),
        [
            "namespace: 'Default' is not a valid name of a namespace; use lower-case letters, "
            "digits and '-', with a letter or digit at both ends"
        ],
    ),
    "CIDR with host bits": (
        STORAGE_NETWORK,
        program(STORAGE_NETWORK, range="192.168.0.5/24"),
        ["range: 192.168.0.5/24 has host bits set; the network is 192.168.0.0/24"],
    ),
    "IPv6, which hangs the webhook": (
        STORAGE_NETWORK,
        program(STORAGE_NETWORK, range="fd00::/64", exclude=["fd00::/80"]),
        [
            "range: fd00::/64 is IPv6; only IPv4 is supported",
            "exclude[0]: fd00::/80 is IPv6; only IPv4 is supported",
        ],
    ),
    "range without a prefix": (
        STORAGE_NETWORK,
        program(STORAGE_NETWORK, range="192.168.0.0"),
        ["range: '192.168.0.0' has no prefix length; write 192.168.0.0/24"],
    ),
    "range too large": (
        STORAGE_NETWORK,
        program(STORAGE_NETWORK, range="10.0.0.0/8"),
        ["range: 10.0.0.0/8 is too large; Harvester takes /16 or smaller"],
    ),
    "range that is no network": (
        STORAGE_NETWORK,
        program(STORAGE_NETWORK, range="storage"),
        ["range: 'storage' is not a network such as 192.168.0.0/24"],
    ),
    "excludes outside the range, swallowing it, and twice": (
        STORAGE_NETWORK,
        program(
            STORAGE_NETWORK,
            exclude=[
                "192.168.1.0/25",
                "192.168.0.0/24",
                "192.168.0.0/23",
                "192.168.0.1/32",
            ],
        ),
        [
            "exclude[0]: 192.168.1.0/25 is outside the range 192.168.0.0/24",
            "exclude[1]: 192.168.0.0/24 leaves no address of the range 192.168.0.0/24",
            "exclude[2]: 192.168.0.0/23 leaves no address of the range 192.168.0.0/24",
            "exclude[3]: 192.168.0.1/32 overlaps 192.168.0.0/23, which is excluded already",
        ],
    ),
    "untagged storage on mgmt": (
        STORAGE_NETWORK,
        program(STORAGE_NETWORK, clusterNetwork="mgmt", vlan=1),
        ["vlan: 1 (untagged traffic) is not allowed on mgmt"],
    ),
    "storage VLAN outside its range": (
        STORAGE_NETWORK,
        program(STORAGE_NETWORK, vlan=5000),
        ["vlan: 5000 is not a VLAN ID; use 1 to 4094, or 0 for untagged traffic"],
    ),
    "all at once, in the order of the properties": (
        VM_NETWORK,
        {
            "name": "vm100",
            "clusterNetwork": "much-too-long-name",
            "vlan": "100",
            "route": {"mode": "by-hand"},
            "mtu": 10000,
            "vlans": [1],
        },
        [
            "clusterNetwork: 'much-too-long-name' has 18 characters; the name of a cluster "
            "network has at most 12",
            "vlan: must be a whole number, not the text '100'",
            "route.mode: 'by-hand' is not one of auto, manual",
            "mtu: 10000 is out of range; use 576 to 9000 bytes, or 0 for 1500",
            "vlans: is not a property of VmNetwork; did you mean vlan?",
        ],
    ),
}


@pytest.mark.parametrize("case", WRONG_PROGRAMS)
def test_wrong_program_is_told_so(case: str) -> None:
    token, given, expected = WRONG_PROGRAMS[case]
    assert messages(token, given) == expected


@pytest.mark.parametrize("token", LEAST)
def test_program_with_the_least_properties_is_right(token: str) -> None:
    assert messages(token, LEAST[token]) == []


@pytest.mark.parametrize("token", FULL)
def test_program_with_every_property_is_right(token: str) -> None:
    assert messages(token, FULL[token]) == []


def test_trunk_program_is_right() -> None:
    assert messages(VM_NETWORK, TRUNK) == []


def test_untagged_network_is_right_when_it_is_asked_for() -> None:
    given = program(VM_NETWORK, without=("vlan",), type="UntaggedNetwork")
    assert messages(VM_NETWORK, given) == []


@pytest.mark.parametrize("mtu", [0, 576, 1500, 9000, None])
def test_every_mtu_within_the_limits_is_right(mtu: int | None) -> None:
    assert messages(CLUSTER_NETWORK, program(CLUSTER_NETWORK, mtu=mtu)) == []


def test_mtu_that_is_not_the_cluster_networks_is_refused() -> None:
    desired_state = DesiredState()
    KINDS[CLUSTER_NETWORK].check(program(CLUSTER_NETWORK, mtu=9000), desired_state)
    _, problems = KINDS[VM_NETWORK].check(program(VM_NETWORK, mtu=1500), desired_state)
    assert [str(problem) for problem in problems] == [
        "mtu: 1500 is not the 9000 of ClusterNetwork data; the MTU is decided there, leave it "
        "out here"
    ]


def test_mtus_that_contradict_are_found_in_whichever_order_they_come() -> None:
    """Pulumi checks in any order: a preview found it by luck, `up` always."""
    desired_state = DesiredState()
    for kind in (VM_NETWORK, NETWORK_CONFIG):
        assert list(KINDS[kind].check(program(kind, mtu=1500), desired_state)[1]) == []
    wanted = program(CLUSTER_NETWORK, mtu=9000)
    _, problems = KINDS[CLUSTER_NETWORK].check(wanted, desired_state)
    assert [str(problem) for problem in problems] == [
        "mtu: 9000 is not what the program gives VmNetwork default/vm100 (1500), "
        "NetworkConfig rack-a (1500); leave it out there"
    ]
    wanted = program(CLUSTER_NETWORK, mtu=1500)
    assert list(KINDS[CLUSTER_NETWORK].check(wanted, desired_state)[1]) == []


@pytest.mark.parametrize(
    ("decided", "given"), [(None, 1500), (0, 1500), (1500, 0), (9000, 9000), (9000, None)]
)
def test_mtu_that_means_the_cluster_networks_is_right(
    decided: int | None, given: int | None
) -> None:
    desired_state = DesiredState()
    KINDS[CLUSTER_NETWORK].check(program(CLUSTER_NETWORK, mtu=decided), desired_state)
    for token in (NETWORK_CONFIG, VM_NETWORK):
        _, problems = KINDS[token].check(program(token, mtu=given), desired_state)
        assert problems == []


def test_mtu_of_a_cluster_network_outside_the_program_is_not_judged() -> None:
    _, problems = KINDS[VM_NETWORK].check(program(VM_NETWORK, mtu=1500), DesiredState())
    assert problems == []


@pytest.mark.parametrize("token", LEAST)
def test_checked_inputs_are_what_the_program_wrote(token: str) -> None:
    inputs, _ = KINDS[token].check(FULL[token] | {"labels": None}, DesiredState())
    assert inputs == {name: v for name, v in FULL[token].items() if name != "labels"}
