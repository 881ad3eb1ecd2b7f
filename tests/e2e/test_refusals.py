"""What Harvester would refuse is said at preview: real previews for each family of rules.

The sentence stands on the resource, the preview fails or warns, and nothing was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harvester_net.lab.proxy import Proxy
from lab import Lab

from .programs import (
    ALL_NADS,
    cluster_network,
    network_config,
    network_configs,
    storage_network,
    vm_network,
)
from .stack import Ran, Resource, Stack
from .vms import running_vm
from .waiting import eventually

MIGRATION = "/apis/harvesterhci.io/v1beta1/settings/vm-migration-network"
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def watched(stack: Stack, proxied: Proxy) -> Iterator[Stack]:
    """A stack through whose connection nothing is written in the end."""
    yield stack
    assert [what for what in proxied.counts if what.startswith(WRITES)] == []


def refused(stack: Stack, *sentences: str) -> None:
    """The preview fails with these sentences."""
    _said(stack.preview().failed(), "error: ", sentences)


def warned(stack: Stack, *sentences: str) -> None:
    """The preview succeeds with these warnings."""
    _said(stack.preview().succeeded(), "warning: ", sentences)


def _said(ran: Ran, severity: str, sentences: tuple[str, ...]) -> None:
    lines = ran.output.splitlines()
    assert any(severity in line and sentences[0] in line for line in lines), ran.output
    assert [s for s in sentences if s not in ran.output] == [], ran.output


def test_stack_made_replaced_and_destroyed_at_once_meets_no_objection(stack: Stack) -> None:
    networks = [cluster_network(), *network_configs(), vm_network(vlan=100)]
    for program in (
        networks,
        [_renamed(entry) for entry in networks],
        [*networks, storage_network()],
    ):
        stack.program(*program)
        assert "warning" not in stack.preview().succeeded().output
        assert "warning" not in stack.up().succeeded().output
    assert "warning" not in stack.destroy().succeeded().output


def _renamed(entry: Resource) -> Resource:
    """A config under another name: it is replaced, and the old one goes first."""
    if entry["kind"] != "NetworkConfig":
        return entry
    return entry | {"args": entry["args"] | {"name": f"{entry['name']}-b"}}


def test_cluster_network_whose_name_is_no_device_name(watched: Stack) -> None:
    watched.program(cluster_network(name="tenant-network"))
    refused(watched, "'tenant-network' has 14 characters; the name of a cluster network has")


def test_network_config_of_a_network_that_nobody_makes(watched: Stack) -> None:
    watched.program(network_config(cluster_network="cn-dta"))
    warned(
        watched,
        "clusterNetwork: there is no cluster network 'cn-dta'; the cluster has mgmt; this "
        "run, another provider or stack must make it first",
    )


def test_network_configs_of_one_program_that_match_the_same_node(watched: Stack) -> None:
    watched.program(
        cluster_network(),
        network_config("node1"),
        network_config("node2", node_selector={}, uplink={"nics": ["eno3"]}),
    )
    # Pulumi stops at the first error; which of the two it meets first is chance.
    output = watched.preview().failed().output
    assert any(
        f"error: Preview failed: nodeSelector: matches node1, which network config {other} of "
        f"the same cluster network {verb}\n" in output
        for other, verb in (("nc-1", "has"), ("nc-2", "matches too"))
    ), output


def test_nics_that_a_node_does_not_have_or_that_are_taken(watched: Stack) -> None:
    for nic, objection in (
        ("eno9", "node1 has no eno9"),
        ("eno1", "eno1 of node1 is held by mgmt-bo"),
    ):
        watched.program(cluster_network(), network_config(uplink={"nics": [nic]}))
        refused(watched, f"uplink.nics: {objection}; free there: eno2, eno3, eno4")


def test_vm_networks_that_share_a_vlan(watched: Stack) -> None:
    watched.program(
        cluster_network(), vm_network("vm100", vlan=100), vm_network("twin", vlan=100)
    )
    # Whichever comes second finds the other one there.
    output = watched.preview().succeeded().output
    assert any(
        f"warning: vlan: VLAN 100 of cluster network cn-data is used by default/{other} too; "
        "VMs on both are in one network\n" in output
        for other in ("vm100", "twin")
    ), output


def test_storage_network_without_addresses_nodes_or_a_range_of_its_own(
    watched: Stack,
) -> None:
    some = {"options": {"depends_on": ["@nc-1"]}}
    watched.program(
        cluster_network(),
        network_config("node1"),
        storage_network(range="10.0.0.0/29", **some),
    )
    refused(
        watched,
        "range: is too small: addresses of 10.0.0.0/29: 6 available, 12 needed, -6 spare. "
        "Longhorn needs 2 for a node and 2 for each of its disks: node1 4 (1 disk), node2 4 "
        "(1 disk), node3 4 (1 disk)",
        "range: 10.0.0.0/29 overlaps the cluster's services (10.0.0.0/24)",
    )
    watched.program(cluster_network(), network_config("node1"), storage_network(**some))
    warned(
        watched,
        "clusterNetwork: cluster network cn-data has no network config on node2, node3; it "
        "must span every node but witnesses",
    )


def test_storage_network_over_the_addresses_of_another_setting(
    lab: Lab, watched: Stack
) -> None:
    with migration_network(lab, vlan=200, range="192.168.0.0/25"):
        watched.program(cluster_network(), *network_configs(), storage_network())
        refused(
            watched,
            "range: 192.168.0.0/24 overlaps 192.168.0.0/25 of the setting "
            "vm-migration-network",
        )


@contextmanager
def migration_network(lab: Lab, **network: object) -> Iterator[None]:
    """The setting vm-migration-network has this network on mgmt meanwhile.

    Harvester makes a VM network for it, and takes that away in its own time.
    """

    def is_made() -> bool:
        nads = lab.client.list(ALL_NADS)["items"]
        return any(nad["metadata"]["name"].startswith("vm-migration-network") for nad in nads)

    value = json.dumps({"clusterNetwork": "mgmt"} | network)
    lab.client.merge_patch(MIGRATION, {"value": value})
    try:
        eventually(is_made)
        yield
    finally:
        lab.client.merge_patch(MIGRATION, {"value": ""})
        eventually(lambda: not is_made())


def test_vm_network_in_use_that_would_have_to_be_deleted(lab: Lab, stack: Stack) -> None:
    networks = [cluster_network(), cluster_network("other")]
    configs = [
        network_config("node1"),
        network_config("node2", cluster_network="@other"),
    ]
    stack.program(*networks, *configs, vm_network(vlan=100)).up().succeeded()
    with running_vm(lab, "vm1", "vm100"):
        stack.program(*networks, *configs, vm_network(vlan=100, cluster_network="@other"))
        warned(
            stack,
            "default/vm100 is deleted before it is replaced: cannot be deleted while VMs use "
            "it; stop default/vm1",
            "default/vm100 is deleted before it is replaced: cannot be deleted while VMs name "
            "it; remove the network from default/vm1",
        )


def test_address_budget_is_shown_beside_the_plan(stack: Stack) -> None:
    stack.program(cluster_network(), *network_configs(), storage_network())
    output = stack.preview().succeeded().output
    assert (
        "addresses of 192.168.0.0/24: 254 available, 12 needed, 242 spare. Longhorn needs 2 "
        "for a node and 2 for each of its disks: node1 4 (1 disk), node2 4 (1 disk), node3 4 "
        "(1 disk)"
    ) in output
