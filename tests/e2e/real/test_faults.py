"""What is wrong on real nodes, and the very words in which the user hears of it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from harvester_net.lab.faults import (
    AgentDown,
    AgentFrozen,
    ForeignPort,
    ImagePullFails,
    NicMissing,
    SwitchMtu,
)
from lab import RealLab
from lab.nodes.devices import Device
from tests.e2e.failures import faults, set_faults
from tests.e2e.programs import CLUSTER_NETWORKS
from tests.e2e.stack import Stack, resource
from tests.e2e.test_blocked import until_told
from tests.e2e.vms import node_of, phase, running_vm
from tests.e2e.waiting import eventually

from .arrival import up_to_the_vlans
from .leftovers import GROUP, MACHINES, devices_left, nothing_is_left
from .network_admin import kubeconfig_of_network_admin
from .quick_start import BOND, BRIDGE, NETWORK, NODES, VLAN
from .sites import LOOK, harvester_net, mtus, program, said

TITLE = f"look at the devices of cn-data on every node, and ping between them on VLAN {VLAN}"
GO_ON = (
    "Repair it and go on; or go on without verification: leave disruption.verifyOnNodes out, "
    "or harvester-net mtu resume --without-verification"
)
OF_THE_AGENT = (
    "its agent sets it up: look at the log of the pod of DaemonSet "
    "harvester-system/harvester-network-controller on {node}, and delete that pod if it hangs"
)
OLD_MTU = [(1500, 1500)] * 3
NEW_MTU = [(9000, 9000)] * 3
VERIFY = ("verify", NETWORK, "--vlan", str(VLAN))


def test_agents_that_do_nothing_stop_the_change_and_are_named(
    stack: Stack, real_lab: RealLab
) -> None:
    up_to_the_vlans(stack, real_lab, program(1500))
    stack.program(*program(9000, verify=LOOK))
    with faults(real_lab, AgentFrozen("node2"), AgentDown("node3")):
        told = stack.up().failed().output
        assert mtus(real_lab) == [(9000, 9000), (1500, 1500), (1500, 1500)]
        lines = [line.strip() for line in told.partition("Diagnostics:")[2].splitlines()]
        start = lines.index(f"* step 2, {TITLE}:")
        assert lines[start + 1 : start + 4] == [
            "- node2: bond cn-data-bo has MTU 1500, not 9000; "
            + OF_THE_AGENT.format(node="node2"),
            "- node3: bond cn-data-bo has MTU 1500, not 9000; "
            + OF_THE_AGENT.format(node="node3")
            + ".",
            f"1 of 2 steps are done; left: {TITLE}. {GO_ON}",
        ]
    stack.up().succeeded()
    assert mtus(real_lab) == NEW_MTU


def test_nics_that_were_pulled_are_named_before_and_after(
    stack: Stack, real_lab: RealLab
) -> None:
    up_to_the_vlans(stack, real_lab, program(1500, ("eno2", "eno3")))
    pulled = [NicMissing("node1", "eno2"), NicMissing("node1", "eno3")]
    with faults(real_lab, *pulled, NicMissing("node2", "eno3")):
        code, printed = harvester_net(stack, *VERIFY)
        assert said(printed, "found") == [
            "node1: the node has no eno2, eno3, which network config uplink wants, and bond "
            "cn-data-bo has no NIC; put it back, or change uplink.nics",
            "node2: the node has no eno3, which network config uplink wants; put it back, or "
            "change uplink.nics",
        ]
        assert code == 1
        told = stack.program(*program(9000, ("eno2", "eno3"))).up().failed().output
        assert (
            "MTU of cluster network cn-data: 1500 -> 9000: refused, and nothing was changed:\n"
        ) in told
        for node, nics in (("node1", "eno2, eno3"), ("node2", "eno3")):
            assert (
                f"- {node} has no {nics}, which network config uplink wants, and could not "
                "make its bond anew; put it back, or change uplink.nics first\n"
            ) in told


def test_port_in_the_bridge_is_found_and_named_with_its_vm(
    stack: Stack, real_lab: RealLab
) -> None:
    up_to_the_vlans(stack, real_lab, program(1500))
    ports = [ForeignPort(node, BRIDGE, 1500) for node in NODES]
    with running_vm(real_lab, "vm1", "production"), faults(real_lab, *ports):
        port = next(n for n, d in real_lab.devices("node1").items() if _is_vm_port(n, d))
        held = f"bridge {BRIDGE} has MTU 1500, not 9000: port {port}"
        out = "holds it there; stop what is behind it, or take it out of the bridge on"
        consent = ("--stop-vms", "--verify-on-nodes", "--verify-vlan", str(VLAN))
        code, printed = harvester_net(
            stack, "mtu", "change", NETWORK, "9000", "--yes", *consent
        )
        assert (code, phase(real_lab, "vm1")) == (4, None)
        for node in NODES:
            assert (
                f"  - {node}: {held} (of no VM and no pod that can be seen) {out} {node}: "
                f"ip link set {port} nomaster"
            ) in printed

        code, printed = harvester_net(
            stack, "mtu", "resume", "--yes", "--without-verification"
        )
        assert (code, phase(real_lab, "vm1")) == (0, "Running"), printed
        code, printed = harvester_net(stack, "verify", NETWORK)
        node = node_of(real_lab, "vm1")
        assert code == 1
        assert (
            f"{node}: {held} (most likely VM default/vm1, the only one there) {out} {node}: "
            f"ip link set {port} nomaster"
        ) in said(printed, "found")
    eventually(lambda: mtus(real_lab) == NEW_MTU)


def _is_vm_port(name: str, device: Device) -> bool:
    return name.startswith("veth") and device.master == BRIDGE


def test_small_switch_is_found_by_full_frames_and_the_change_goes_back(
    stack: Stack, real_lab: RealLab
) -> None:
    up_to_the_vlans(stack, real_lab, program(1500))
    stack.program(*program(9000, verify=LOOK, on_failure="rollBack"))
    with faults(real_lab, SwitchMtu(1500)):
        told = stack.up().failed().output
    assert (
        f"step 2, {TITLE}: all nodes: between any two of them frames of 9000 bytes do not "
        "arrive, 1500 do: the switch between them, or a NIC, does not carry the MTU (VLAN "
        f"{VLAN}). 1 of 2 steps are done; left: {TITLE}. Everything is as it was before"
    ) in told
    eventually(lambda: mtus(real_lab) == OLD_MTU)
    stack.up().succeeded()
    assert mtus(real_lab) == NEW_MTU


def test_without_image_or_right_nothing_is_touched(
    stack: Stack, real_lab: RealLab, tmp_path: Path
) -> None:
    """Neither VMs nor devices: the nodes are looked at once before anything is stopped."""
    up_to_the_vlans(stack, real_lab, program(1500))
    stack.program(*program(9000, verify=LOOK | {"image": "registry/none:1"}))
    unproven = (
        "MTU of cluster network cn-data: 1500 -> 9000: refused, and nothing was changed:\n"
        "      - the change could not be proven on the nodes:"
    )
    with running_vm(real_lab, "vm1", "production"):
        with faults(real_lab, ImagePullFails("node3")):
            told = stack.up().failed().output
            assert (
                f"{unproven} node3 was not looked at: its pod does not start: ErrImagePull: "
                'failed to pull and unpack image "registry/none:1": not found; name an image '
                "that the node can pull; disruption.verifyOnNodes asks for it\n"
            ) in told
        assert phase(real_lab, "vm1") == "Running"

        everything = stack.environ["KUBECONFIG"]
        stack.environ["KUBECONFIG"] = str(kubeconfig_of_network_admin(real_lab, tmp_path))
        told = stack.up().failed().output
        why = (
            "nobody looked at the nodes, because no pod may run there: get "
            "harvester-system/pods: pods is forbidden: User "
            '"system:serviceaccount:default:network-admin" cannot list resource "pods" in API '
            'group "" in the namespace "harvester-system"; needed is the right to create, '
            "list and delete pods in namespace harvester-system"
        )
        pods = ("create", "delete", "list")
        lacks = ", ".join(f"{verb} pods in namespace harvester-system" for verb in pods)
        assert (
            "MTU of cluster network cn-data: 1500 -> 9000: refused, and nothing was changed:\n"
            f"      - the user of the kubeconfig may not {lacks}; `harvester-net rbac --for "
            "changes --for verify` prints the role\n"
        ) in told
        code, printed = harvester_net(stack, *VERIFY)
        assert (code, said(printed, "not proven")) == (2, [why])
        stack.environ["KUBECONFIG"] = everything
        assert phase(real_lab, "vm1") == "Running"
    assert mtus(real_lab) == OLD_MTU


def test_mgmt_waits_for_the_host_that_was_forgotten(stack: Stack, real_lab: RealLab) -> None:
    def mgmt(mtu: int) -> Stack:
        consent = {"verify_on_nodes": {}, "node_timeout_seconds": 5}
        return stack.program(resource("ClusterNetwork", "mgmt", mtu=mtu, disruption=consent))

    def on_host(node: str, mtu: int) -> None:
        for device in ("eno1", "mgmt-bo", "mgmt-br"):
            real_lab.run_on(node, f"ip link set {device} mtu {mtu}").checked()

    mgmt(1500).up().succeeded()
    for node in ("node1", "node2"):
        on_host(node, 9000)
    told = mgmt(9000).up().failed().output
    assert (
        "step 1, look at the devices of mgmt on every node: node3: bond mgmt-bo has MTU 1500, "
        "not 9000; on node3: nmcli con modify bond-mgmt 802-3-ethernet.mtu 9000; nmcli con "
        "modify bridge-mgmt 802-3-ethernet.mtu 9000; with a VLAN also vlan-mgmt; then nmcli "
        "device reapply mgmt-bo; nmcli device reapply mgmt-br. 0 of 2 steps are done"
    ) in told
    assert uplink_mtu(real_lab) == "1500"
    on_host("node3", 9000)
    stack.up().succeeded()
    assert uplink_mtu(real_lab) == "9000"
    for node in NODES:
        on_host(node, 1500)
    mgmt(1500).up().succeeded()


def uplink_mtu(lab: RealLab) -> str:
    """What Harvester believes of mgmt."""
    notes = lab.client.get(f"{CLUSTER_NETWORKS}/mgmt")["metadata"].get("annotations") or {}
    return str(notes.get("network.harvesterhci.io/uplink-mtu", "1500"))


def test_config_that_never_became_ready_leaves_nothing(
    stack: Stack, real_lab: RealLab
) -> None:
    # As long as the agent is down, its LinkMonitor lists the NIC that is gone.
    set_faults(real_lab, AgentDown("node2"))
    set_faults(real_lab, AgentDown("node2"), NicMissing("node2", "eno3"))
    child = stack.program(*program(1500, ("eno2", "eno3"))).start(
        "up", "--yes", "--skip-preview"
    )
    until_told(child, "2 of 3 nodes ready; node2: its agent has not set up the uplink yet")
    set_faults(real_lab, NicMissing("node2", "eno3"))
    output, _ = child.communicate(timeout=120)
    assert child.returncode != 0
    assert "node2: get link eno3 failed, error: Link not found" in output

    told = stack.destroy().succeeded().output
    assert "setting the uplink up with eno2 alone, to tear it down cleanly" in told

    def only_eno3_is_missing(node: str) -> bool:
        return set(devices_left(real_lab.devices(node))) <= {"eno3 is missing"}

    for node in NODES:
        eventually(partial(only_eno3_is_missing, node), seconds=10)


def test_agent_that_misses_a_deletion_is_named_with_what_it_leaves(
    stack: Stack, real_lab: RealLab
) -> None:
    up_to_the_vlans(stack, real_lab, program(1500))
    index = real_lab.devices("node2")[BOND].index
    with faults(real_lab, AgentDown("node2")):
        told = stack.destroy().succeeded().output
    remove = f"ip link delete {BRIDGE}; ip link delete {BOND}"
    assert (
        f"the agent of node2 missed the deletion of network config uplink: bond {BOND} (index "
        f"{index}) and bridge {BRIDGE} are still there and hold the NICs. The next network "
        f"config of {NETWORK} takes them over; to remove them, on node2: {remove}; and its "
        f"labels: kubectl label node node2 {GROUP}/{NETWORK}- {GROUP}/vlanconfig-"
    ) in told
    assert {BOND, BRIDGE} <= real_lab.devices("node2").keys()
    for node in ("node1", "node3"):
        assert list(devices_left(real_lab.devices(node))) == []

    real_lab.run_on("node2", remove).checked()
    labels = dict.fromkeys((f"{GROUP}/{NETWORK}", f"{GROUP}/vlanconfig"))
    real_lab.client.merge_patch(f"{MACHINES}/node2", {"metadata": {"labels": labels}})
    nothing_is_left(real_lab)


def test_json_says_the_same_for_programs(stack: Stack, real_lab: RealLab) -> None:
    up_to_the_vlans(stack, real_lab, program(9000))
    code, printed = harvester_net(stack, *VERIFY, "--json")
    document = json.loads(printed)
    assert (code, document["proven"], document["findings"]) == (0, True, [])
    for seen in document["nodes"]:
        devices = real_lab.devices(seen["node"])
        bond, bridge = devices[BOND], devices[BRIDGE]
        assert (seen["bond"]["index"], seen["bond"]["mtu"]) == (bond.index, bond.mtu)
        assert (seen["bridge"]["index"], seen["bridge"]["mtu"]) == (bridge.index, bridge.mtu)
        assert seen["vlans"] == sorted(bond.vlans)
    assert {ping["came"] for ping in document["pings"]} == {"full"}
    assert len(document["pings"]) == 6
