"""The catalogue as a whole: every rule is named, explained, sourced and tested."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.versions import Version
from harvester_net.rules.catalogue import all_rules
from harvester_net.rules.rule import FIRST, Rule

from . import (
    test_cluster_networks,
    test_dhcp_pools,
    test_host_networks,
    test_mtus_and_routes,
    test_network_configs,
    test_network_configs_in_use,
    test_network_configs_nodes,
    test_network_settings,
    test_nics,
    test_ranges_of_settings,
    test_schemas,
    test_storage_settings,
    test_vlans_of_vm_networks,
    test_vm_networks,
    test_vm_networks_deleted,
    test_vm_nodes,
)
from .cases import V1_4, V1_5, V1_6, V1_7, V1_8, V1_9, of_rule, said

CASES = [
    *test_cluster_networks.CASES,
    *test_dhcp_pools.CASES,
    *test_host_networks.CASES,
    *test_mtus_and_routes.CASES,
    *test_network_configs.CASES,
    *test_network_configs_in_use.CASES,
    *test_network_configs_nodes.CASES,
    *test_network_settings.CASES,
    *test_nics.CASES,
    *test_ranges_of_settings.CASES,
    *test_schemas.CASES,
    *test_storage_settings.CASES,
    *test_vlans_of_vm_networks.CASES,
    *test_vm_networks.CASES,
    *test_vm_networks_deleted.CASES,
    *test_vm_nodes.CASES,
]
RULES = list(all_rules())
NAMES = {rule.name for rule in RULES}
OPERATIONS = {"create", "update", "delete"}


def test_every_rule_speaks_in_a_table() -> None:
    assert of_rule(CASES, speaking=True) == NAMES


def test_every_rule_is_silent_in_a_table() -> None:
    assert of_rule(CASES, speaking=False) == NAMES


def test_no_case_is_there_twice() -> None:
    assert [name for name, times in Counter(map(str, CASES)).items() if times > 1] == []


def test_names_are_unique() -> None:
    assert len(NAMES) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_rule_says_what_it_is_and_where_it_comes_from(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert rule.summary[0].isupper() or rule.summary.startswith("`")
    assert re.fullmatch(r"[BH]\d+(\.\d+)?( .+)?", rule.fact)
    assert re.fullmatch(r"v\d+\.\d+\.\d+(-rc\d+)?", rule.source.version)
    assert re.search(r"^\w[\w./-]+\.(go|yaml)$", rule.source.path)
    assert rule.source.repository in (
        "harvester/network-controller-harvester",
        "harvester/harvester",
        "kubernetes/kubernetes",
        "harvester/vm-dhcp-controller",
    )
    assert rule.operations
    assert set(rule.operations) <= OPERATIONS
    assert rule.until is None or rule.since < rule.until


SINCE = {
    (1, 2): {
        "all-volumes-are-detached",
        "configs-have-one-mtu",
        "vms-on-the-nodes-are-stopped",
    },
    (1, 4): {
        "cluster-network-name-is-short",
        "cluster-network-of-setting-exists",
        "cluster-network-of-vm-network-exists",
        "configs-of-setting-span-all-nodes",
        "system-network-is-cleared",
        "uplinks-of-setting-are-ready",
    },
    (1, 5): {"range-of-setting-is-large-enough", "range-of-setting-is-valid"},
    (1, 6): {
        "bridge-stays",
        "cluster-network-of-config-exists",
        "config-mtu-is-in-range",
        "config-without-nodes-stays",
        "deleted-cluster-network-has-no-vm-networks",
        "deleted-network-is-in-no-vm",
        "deleted-overlay-has-no-subnet",
        "label-is-of-the-bridge",
        "mgmt-mtu-changes-without-system-network",
        "mgmt-mtu-changes-without-vms",
        "mtu-annotation-is-readable",
        "mtu-is-that-of-all-configs",
        "mtu-is-that-of-the-cluster-network",
        "new-cluster-network-has-no-mtu-yet",
        "no-vm-is-migrating",
        "no-vm-migrates-while-its-network-changes",
        "overlay-is-on-mgmt",
        "overlay-waits-for-kube-ovn",
        "ranges-of-settings-are-apart",
        "system-network-does-not-change",
        "type-of-config-stays",
    },
    (1, 8): {
        "addresses-are-different",
        "addresses-are-in-one-network",
        "addresses-are-of-hosts",
        "addresses-are-of-selected-nodes",
        "cluster-network-of-host-network-exists",
        "every-node-has-an-address",
        "host-device-has-a-short-name",
        "host-network-in-vlan-1-is-untagged",
        "host-network-names-a-short-cluster-network",
        "management-vlan-is-left-alone",
        "network-of-a-setting-stays",
        "network-under-overlays-stays",
        "node-has-one-device-in-a-network",
        "nodes-have-the-cluster-network",
        "one-host-network-is-the-underlay",
        "overlay-needs-kube-ovn",
        "place-of-host-network-stays",
        "rwx-volumes-are-detached",
        "selected-nodes-have-the-network",
        "setting-is-not-in-progress",
        "shared-network-is-not-cleared",
        "storage-network-to-share-is-there",
        "underlay-in-use-stays",
        "underlay-is-not-deleted",
        "underlay-is-on-every-node",
        "underlay-stays-as-it-is",
        "vlan-has-one-host-network",
    },
    (1, 9): {
        "config-of-mgmt-stays",
        "exclusive-vlan-is-free",
        "label-of-config-follows",
        "vlan-is-not-the-storage-networks-own",
    },
}
"""The rules that a version brought (H7); all others are as old as Harvester."""
UNTIL = {
    (1, 6): {"overlays-are-known"},
    (1, 7): {"trunks-are-known", "untagged-traffic-is-apart"},
    (1, 8): {"config-without-nodes-stays", "overlay-is-on-mgmt", "overlay-waits-for-kube-ovn"},
    (1, 9): {"exclusive-vlan-is-known"},
}
"""The rules that a version has no more."""


def test_every_version_brings_its_rules() -> None:
    seen: dict[Version, set[str]] = defaultdict(set)
    for rule in RULES:
        seen[rule.since].add(rule.name)
    assert {since: names for since, names in seen.items() if since != FIRST} == SINCE


def test_every_version_drops_its_rules() -> None:
    seen: dict[Version, set[str]] = defaultdict(set)
    for rule in RULES:
        if rule.until is not None:
            seen[rule.until].add(rule.name)
    assert seen == UNTIL


@pytest.mark.parametrize("version", [V1_4, V1_5, V1_6, V1_7, V1_8, V1_9])
def test_rule_is_asked_from_its_version_on_and_until_the_last_one(version: Version) -> None:
    """What speaks in a table on one version is silent where the rule does not hold."""
    dropped = {name for until, names in UNTIL.items() if version >= until for name in names}
    coming = {name for since, names in SINCE.items() if version < since for name in names}
    elsewhere = [
        replace(case, snapshot=Snapshot(case.snapshot.objects, version)) for case in CASES
    ]
    speaking = {case.rule for case in elsewhere if said(case)}
    assert speaking & (dropped | coming) == set()
    assert NAMES - speaking <= dropped | coming


def test_ordered_change_takes_care_of_vms_and_of_the_mtu() -> None:
    assert {rule.name for rule in RULES if rule.handled_by_change} == {
        "all-vms-are-stopped",
        "all-volumes-are-detached",
        "configs-have-one-mtu",
        "mgmt-mtu-changes-without-system-network",
        "mgmt-mtu-changes-without-vms",
        "mtu-is-that-of-all-configs",
        "mtu-is-that-of-the-cluster-network",
        "rwx-volumes-are-detached",
        "system-network-is-cleared",
        "vms-of-a-changed-network-are-stopped",
        "vms-on-the-nodes-are-stopped",
    }


def test_only_what_passes_by_itself_is_waited_for() -> None:
    assert {rule.name for rule in RULES if rule.transient} == {
        "nodes-have-the-cluster-network",
        "setting-is-not-in-progress",
    }
