"""What is said of the devices of one node: which node, which device, what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harvester_net.verify.devices import Bond, Bridge, Devices, Member, Port, Ports
from harvester_net.verify.findings import Expected, Uplink, findings, notes
from harvester_net.verify.port_owners import AttachedWorkload

NICS = (Member("ens1", 9000, "up"), Member("ens2", 9000, "up"))
BOND = Bond("data-bo", 20, 9000, "active-backup", "ens1", "data-br", NICS)
BRIDGE = Bridge("data-br", 21, 9000)
GOOD = Devices("node2", BOND, BRIDGE, vlans=frozenset({1, 100}))
EXPECTED = Expected(
    "data",
    9000,
    vm_networks={"default/web": frozenset({100})},
    uplinks={"node2": Uplink("rack", ("ens1", "ens2"), "active-backup")},
)
AGENT = (
    "its agent sets it up: look at the log of the pod of DaemonSet "
    "harvester-system/harvester-network-controller on node2, and delete that pod if it hangs"
)
MGMT = Devices(
    "node2",
    replace(BOND, name="mgmt-bo", master="mgmt-br"),
    replace(BRIDGE, name="mgmt-br"),
    vlans=frozenset({1, 2017}),
)
ON_MGMT = Expected("mgmt", 9000, (1, 7), {"default/web": frozenset({100})})
VMS = [
    AttachedWorkload("VM default/vm1", "node2", frozenset({"52:54:00:aa:00:01"})),
    AttachedWorkload("VM default/vm2", "node2", frozenset({"52:54:00:aa:00:02"})),
    AttachedWorkload("VM default/far", "node1", frozenset({"52:54:00:aa:00:03"})),
]


def bridge_with(*ports: Port, mtu: int = 1500) -> Devices:
    """A node whose bridge has an MTU in bytes and these ports."""
    by_mtu: dict[int, int] = {}
    for port in ports:
        by_mtu[port.mtu] = by_mtu.get(port.mtu, 0) + 1
    return replace(GOOD, bridge=replace(BRIDGE, mtu=mtu), ports=Ports(by_mtu, ports))


def said(
    seen: Devices,
    expected: Expected = EXPECTED,
    attached_workloads: list[AttachedWorkload] = VMS,
) -> list[str]:
    return [str(finding) for finding in findings(seen, expected, attached_workloads)]


def test_nothing_is_said_of_a_healthy_node() -> None:
    assert said(GOOD) == []
    assert notes(GOOD, EXPECTED) == []


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (
            replace(GOOD, bond=None),
            f"node2: there is no bond data-bo; {AGENT}",
        ),
        (
            replace(GOOD, bridge=None),
            f"node2: there is no bridge data-br; {AGENT}",
        ),
        (
            replace(GOOD, bond=replace(BOND, members=())),
            f"node2: bond data-bo has no NIC; {AGENT}",
        ),
        (
            replace(GOOD, bond=replace(BOND, master="")),
            "node2: bond data-bo is no port of bridge data-br, so no VM reaches the uplink; "
            f"{AGENT}",
        ),
        (
            replace(
                GOOD, bond=replace(BOND, members=tuple(replace(n, state="down") for n in NICS))
            ),
            "node2: no NIC of bond data-bo has a link (ens1, ens2); look at the cables and "
            "the switch ports",
        ),
        (
            replace(GOOD, bond=replace(BOND, members=(replace(NICS[0], mtu=1500), NICS[1]))),
            "node2: NIC ens1 of bond data-bo has MTU 1500, not 9000 as the bond; somebody has "
            "set it by hand: ip link set ens1 mtu 9000",
        ),
        (
            replace(GOOD, bond=replace(BOND, members=NICS[:1])),
            f"node2: NIC ens2 of network config rack is not in bond data-bo; {AGENT}",
        ),
        (
            replace(GOOD, bond=replace(BOND, mode="802.3ad")),
            "node2: bond data-bo has mode 802.3ad, not active-backup as network config rack; "
            f"{AGENT}",
        ),
        (
            replace(GOOD, vlans=frozenset({1})),
            "node2: VLAN 100 of VM network default/web is not on the uplink data-bo (it has "
            "1); kubectl annotate --overwrite clusternetwork data "
            'harvester-net/look-again="$(date)" has its agent look again',
        ),
        (
            bridge_with(mtu=5000),
            "node2: bridge data-br has MTU 5000, not 9000: no port holds it there, so "
            "somebody has set it by hand: ip link set data-br mtu 9000",
        ),
        (
            bridge_with(Port("veth1a2b", "veth", 1500, ("52:54:00:aa:00:01",))),
            "node2: bridge data-br has MTU 1500, not 9000: port veth1a2b (VM default/vm1) "
            "holds it there; stop what is behind it, or take it out of the bridge on node2: "
            "ip link set veth1a2b nomaster",
        ),
        (
            bridge_with(Port("veth1a2b", "veth", 1500), Port("vethbig", "veth", 1500)),
            "node2: bridge data-br has MTU 1500, not 9000: port veth1a2b (one of VM "
            "default/vm1, VM default/vm2; `bridge fdb show dev veth1a2b` tells its address), "
            "port vethbig (one of VM default/vm1, VM default/vm2; `bridge fdb show dev "
            "vethbig` tells its address) hold it there; stop what is behind it, or take it "
            "out of the bridge on node2: ip link set veth1a2b nomaster",
        ),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(seen: Devices, says: str) -> None:
    assert said(seen) == [says]


def test_what_the_agent_says_is_told() -> None:
    failed = "set VLAN filtering failed"
    expected = replace(EXPECTED, failures={"node2": failed, "node1": "something else"})
    assert said(replace(GOOD, bridge=None), expected) == [
        f"node2: there is no bridge data-br; its agent says: {failed}"
    ]


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (
            ("ens1",),
            "node2: the node has no ens2, which network config rack wants; put it back, or "
            "change uplink.nics",
        ),
        (
            (),
            "node2: the node has no ens1, ens2, which network config rack wants, and bond "
            "data-bo has no NIC; put it back, or change uplink.nics",
        ),
    ],
)
def test_a_nic_that_was_pulled_is_said_once_and_nothing_of_what_follows_from_it(
    left: tuple[str, ...], says: str
) -> None:
    members = tuple(nic for nic in NICS if nic.name in left)
    bond = replace(BOND, members=members, master="data-br" if left else "")
    vlans = GOOD.vlans if left else frozenset[int]()
    expected = replace(EXPECTED, nics={"node2": frozenset({*left, "eno4"})})
    assert said(replace(GOOD, bond=bond, vlans=vlans), expected) == [says]


def test_an_agent_that_need_only_look_again_is_marked() -> None:
    (missing,) = findings(replace(GOOD, vlans=frozenset({1})), EXPECTED)
    (missed,) = findings(replace(GOOD, bridge=None), EXPECTED)
    assert (missing.look_again, missed.look_again) == (True, False)


def test_an_old_bond_is_said_once_though_its_bridge_follows_it() -> None:
    nics = tuple(replace(nic, mtu=1500) for nic in NICS)
    old = replace(
        GOOD, bond=replace(BOND, mtu=1500, members=nics), bridge=replace(BRIDGE, mtu=1500)
    )
    assert said(old) == [f"node2: bond data-bo has MTU 1500, not 9000; {AGENT}"]


@pytest.mark.parametrize(
    ("attached_workloads", "words"),
    [
        ([], "port veth0 (of no VM and no pod that can be seen)"),
        (VMS[:1], "port veth0 (most likely VM default/vm1, the only one there)"),
        ([VMS[2]], "port veth0 (of no VM and no pod that can be seen)"),
    ],
)
def test_a_silent_port_is_told_as_far_as_it_can_be(
    attached_workloads: list[AttachedWorkload], words: str
) -> None:
    (sentence,) = said(
        bridge_with(Port("veth0", "veth", 1500)), attached_workloads=attached_workloads
    )
    assert f"not 9000: {words} holds it there" in sentence


def test_more_ports_than_can_be_named_are_counted() -> None:
    many = [Port(f"veth{n}", "veth", 1500) for n in range(40)]
    (sentence,) = said(bridge_with(*many), attached_workloads=[])
    assert "port veth2 (of no VM and no pod that can be seen) and 37 more hold it" in sentence


@pytest.mark.parametrize(
    ("version", "command"),
    [
        (
            (1, 7),
            "nmcli con modify bond-mgmt 802-3-ethernet.mtu 9000; nmcli con modify bridge-mgmt "
            "802-3-ethernet.mtu 9000; with a VLAN also vlan-mgmt; then nmcli device reapply "
            "mgmt-bo; nmcli device reapply mgmt-br",
        ),
        (
            (1, 6),
            "set MTU=9000 in /oem/90_custom.yaml for ifcfg-mgmt-bo and ifcfg-mgmt-br, and "
            "reboot the node",
        ),
    ],
)
def test_an_old_mgmt_bond_names_the_hosts_command(
    version: tuple[int, int], command: str
) -> None:
    assert MGMT.bond is not None
    assert MGMT.bridge is not None
    nics = tuple(replace(nic, mtu=1500) for nic in NICS)
    bond = replace(MGMT.bond, mtu=1500, members=nics)
    old = replace(MGMT, bond=bond, bridge=replace(MGMT.bridge, mtu=1500))
    expected = Expected("mgmt", 9000, version)
    assert said(old, expected) == [
        f"node2: bond mgmt-bo has MTU 1500, not 9000; on node2: {command}"
    ]
    half = replace(MGMT, bridge=replace(MGMT.bridge, mtu=1500))
    assert said(half, expected) == [
        f"node2: bridge mgmt-br has MTU 1500, not 9000: on node2: {command}"
    ]


NMCLI = (
    "nmcli con modify bond-mgmt 802-3-ethernet.mtu {0}; nmcli con modify bridge-mgmt "
    "802-3-ethernet.mtu {0}; with a VLAN also vlan-mgmt; then nmcli device reapply mgmt-bo; "
    "nmcli device reapply mgmt-br"
)


def test_hosts_that_nobody_has_told_harvester_of_may_be_right() -> None:
    """Installed with 9000, and no annotation: it named only the way back to 1500."""
    expected = Expected("mgmt", 1500, (1, 7), noted=False)
    assert said(MGMT, expected)[0] == (
        "node2: bond mgmt-bo has MTU 9000, not 1500; nobody has told Harvester an MTU of "
        "mgmt, so it takes 1500; if 9000 is right: kubectl annotate clusternetwork mgmt "
        "network.harvesterhci.io/uplink-mtu=9000, or mtu=9000 on ClusterNetwork mgmt; if not, "
        f"on node2: {NMCLI.format(1500)}"
    )


def test_vlan_device_of_the_node_has_the_mtu_of_its_bridge() -> None:
    """It stayed at 1500 beside 9000, and that counted as proven."""
    tagged = replace(MGMT, host_devices={"mgmt-br.20": 1500, "mgmt-br.30": 9000})
    assert said(tagged, replace(ON_MGMT, vm_networks={})) == [
        "node2: VLAN device mgmt-br.20 of the node has MTU 1500, not 9000; on node2: "
        f"{NMCLI.format(9000)}"
    ]
    # Nobody sets up by hand what a host network config makes.
    made = replace(ON_MGMT, vm_networks={}, host_networks=frozenset({"mgmt-br.20"}))
    assert said(tagged, made) == []
    assert [str(note) for note in notes(tagged, made)] == [
        "node2: VLAN device mgmt-br.20 of the node has MTU 1500, not 9000; it stays so until "
        "its HostNetworkConfig is made again"
    ]
    own = replace(GOOD, host_devices={"data-br.20": 1500})
    assert said(own) == []
    assert [str(note) for note in notes(own, EXPECTED)] == [
        "node2: VLAN device data-br.20 of the node has MTU 1500, not 9000; it stays so until "
        "its HostNetworkConfig is made again"
    ]


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"all": 2, "mgmt-br": 0}, "all is 2"),
        ({"all": 2, "mgmt-br": 2}, "all is 2"),
        ({"all": 0, "mgmt-br": 2}, "mgmt-br is 2"),
        ({"all": 8, "mgmt-br": 1}, "all is 8"),
    ],
)
def test_arp_that_gives_no_answer_is_found(settings: dict[str, int], where: str) -> None:
    """Longhorn's pods do not become ready, and that counted as proven."""
    name, _, value = where.partition(" is ")
    setting = f"net.ipv4.conf.{name}.arp_ignore"
    silent = replace(MGMT, arp_ignore=settings)
    assert said(silent, replace(ON_MGMT, vm_networks={})) == [
        f"node2: {setting} is {value}, so ARP requests from other subnets get no answer and "
        "Longhorn's pods do not become ready; where the host sets it, take it out, then on "
        f"node2: sysctl -w {setting}=0, and delete the pods of Longhorn that are not ready, "
        "which keep the old value"
    ]


@pytest.mark.parametrize("settings", [{}, {"all": 0}, {"all": 1}, {"all": 2, "mgmt-br": 3}])
def test_arp_that_answers_other_subnets_is_no_finding(settings: dict[str, int]) -> None:
    answering = replace(MGMT, arp_ignore=settings)
    assert said(answering, replace(ON_MGMT, vm_networks={})) == []


def test_device_that_is_switched_off_is_found() -> None:
    """`ip link set data-br down` left everything proven."""
    off = replace(GOOD, bond=replace(BOND, up=False), bridge=replace(BRIDGE, up=False))
    assert said(off) == [
        "node2: bond data-bo is switched off; on node2: ip link set data-bo up",
        "node2: bridge data-br is switched off; on node2: ip link set data-br up",
    ]
    assert not off.is_connected
    dark = tuple(replace(nic, state="down") for nic in NICS)
    assert len(said(replace(GOOD, bond=replace(BOND, up=False, members=dark)))) == 1


@pytest.mark.parametrize(
    ("version", "command"),
    [
        (
            (1, 7),
            "nmcli con modify bond-mgmt bridge-port.vlans '1 pvid untagged, 100, 2017'; nmcli "
            "con modify bridge-mgmt bridge.vlans 100,2017; then reboot the node",
        ),
        (
            (1, 6),
            "add VLAN 100 for mgmt-bo and mgmt-br in /oem/90_custom.yaml, as VLAN lines of "
            "the primary one stand there, and reboot the node",
        ),
    ],
)
def test_a_vlan_that_mgmt_lacks_names_the_hosts_command(
    version: tuple[int, int], command: str
) -> None:
    expected = replace(ON_MGMT, version=version)
    assert said(MGMT, expected) == [
        "node2: VLAN 100 of VM network default/web is not on the uplink mgmt-bo (it has 1, "
        "2017); kubectl annotate --overwrite clusternetwork mgmt "
        'harvester-net/look-again="$(date)" has its agent look again; if that does not help, '
        f"on node2: {command}"
    ]


def test_notes_are_what_keeps_nothing_from_working() -> None:
    bond = replace(BOND, members=(NICS[0], replace(NICS[1], state="down")))
    seen = replace(
        bridge_with(Port("veth0", "veth", 1500, ("52:54:00:aa:00:02",)), mtu=9000),
        bond=bond,
        leftovers=("hnv-100-8d77",),
    )
    assert said(seen) == []
    assert [str(note) for note in notes(seen, EXPECTED, VMS)] == [
        "node2: NIC ens2 of bond data-bo has no link",
        "node2: port veth0 (VM default/vm2) still has MTU 1500; start what is behind it anew",
        "node2: device hnv-100-8d77 is left of a ping that was killed: ip link delete "
        "hnv-100-8d77",
    ]
