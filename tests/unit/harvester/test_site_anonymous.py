"""A site with other names: none of its owner's is left, and all that matters is as before."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NAD,
    NODE,
    SERVICE_CIDR,
    SETTING,
    SUBNET,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    Object,
    Resource,
    key_of,
    labels_of,
)
from harvester_net.harvester.network_configs import matched_nodes
from harvester_net.harvester.setting_progress import storage_progress
from harvester_net.harvester.site.anonymous import anonymized
from harvester_net.harvester.site.document import Document, written
from harvester_net.harvester.site.kinds import SITE_KINDS, kept
from harvester_net.harvester.snapshot import Snapshot, status_name

from ... import objects
from ...sites import Size, site
from ..change.clusters import Case, cases
from .judging import plans, snapshot, verdicts

Kinds = dict[Resource, list[Object]]


def text_of(found: Kinds) -> str:
    return written(Document("v1.8.0", "2026-01-01T00:00:00Z", found, anonymized=True))


def addresses_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", text))


def unordered(judged: Callable[[Snapshot], list[Any]], found: Kinds) -> list[str]:
    """What is said of a site: mgmt, which keeps its name, may have another place among all."""
    return sorted(map(repr, judged(snapshot(found))))


# Letters that are in no word of ours.
MARKS = st.text("bcdfghjklmnpqrstvwx", min_size=2, max_size=2).map(lambda end: f"zq{end}")
SIZES = st.builds(
    Size,
    nodes=st.integers(1, 4),
    vms=st.integers(0, 6),
    networks=st.integers(1, 4),
    rack=st.integers(1, 3),
    mtu=st.sampled_from([1500, 9000]),
    mark=MARKS,
)


@given(SIZES)
def test_no_name_and_no_address_of_the_owners_is_left(size: Size) -> None:
    before = kept(site(size))
    text = text_of(anonymized(before))
    assert size.mark in text_of(before)
    assert size.mark not in text
    assert "0c:c4:7a" in text_of(before)
    assert "0c:c4:7a" not in text
    # Pods and services have the ranges that Harvester's documentation gives them.
    common = {a for a in addresses_in(text_of(before)) if a.startswith(("10.52.", "10.53."))}
    assert addresses_in(text) & addresses_in(text_of(before)) <= common | {"1.8.0"}


@settings(max_examples=25)
@given(SIZES)
def test_rules_and_plans_find_it_as_they_find_the_site(size: Size) -> None:
    before = kept(site(size))
    after = anonymized(before)
    assert unordered(verdicts, after) == unordered(verdicts, before)
    assert unordered(plans, after) == unordered(plans, before)


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z0-9.-]+", text))


def names_in(found: Kinds) -> Iterator[str]:
    """The owner's names in a random cluster, by where they are given."""
    for resource, listed in found.items():
        for obj in listed:
            meta = obj["metadata"]
            if resource not in (SETTING, LINK_MONITOR) and meta["name"] != "mgmt":
                yield meta["name"]
            if meta.get("namespace", "").startswith("ns"):
                yield meta["namespace"]
    for config in found.get(VLAN_CONFIG, ()):
        yield config["spec"].get("description") or "none"


@settings(max_examples=25)
@given(cases())
def test_random_clusters_lose_their_names_and_nothing_else(case: Case) -> None:
    found = {
        resource: list(case.world.of(resource).values())
        for resource in SITE_KINDS
        if case.world.of(resource)
    }
    before = kept(found)
    after = anonymized(before)
    assert unordered(verdicts, after) == unordered(verdicts, before)
    assert unordered(plans, after) == unordered(plans, before)
    left = words(json.dumps([*after.values()]))
    ours = {"witness", "endpoint-network-for-rwx-volume", "storage-network"}
    assert not (set(names_in(found)) - ours) & left
    assert kept(after) == after


def test_equal_sites_get_equal_names() -> None:
    assert text_of(anonymized(kept(site()))) == text_of(anonymized(kept(site())))


# --- one by one ------------------------------------------------------------------------------


def other(found: dict[Resource, list[Object]]) -> Any:
    return anonymized(kept(found))


def test_names_keep_their_order_and_are_valid_and_short() -> None:
    names = [f"cluster-{letter}" for letter in "cab"]
    found = other({CLUSTER_NETWORK: [objects.cluster_network(n) for n in (*names, "mgmt")]})
    assert [key_of(network) for network in found[CLUSTER_NETWORK]] == [
        "cn-1",
        "cn-2",
        "cn-3",
        "mgmt",
    ]
    many = [objects.cluster_network(f"net{number}") for number in range(120)]
    found = other({CLUSTER_NETWORK: many})
    assert key_of(found[CLUSTER_NETWORK][-1]) == "cn-120"
    assert all(len(key_of(network)) <= 12 for network in found[CLUSTER_NETWORK])


def test_a_new_name_is_never_one_of_the_site() -> None:
    nodes = [objects.node(name) for name in ("node-1", "node-2", "zebra")]
    vms = [objects.vm("node-a3", namespace="vm-1")]
    found = other({NODE: nodes, VM: vms})
    assert [key_of(node) for node in found[NODE]] == ["node-b1", "node-b2", "node-b3"]
    assert [key_of(vm) for vm in found[VM]] == ["space-1/vm-a1"]


@pytest.mark.parametrize(
    ("namespace", "name", "after"),
    [
        ("default", "web", "default/net-1"),
        ("harvester-system", "storagenetwork-abcde", "harvester-system/storagenetwork-1"),
        ("harvester-system", "rwx-network-abcde", "harvester-system/rwx-network-1"),
        ("alice", "web", "space-1/net-1"),
    ],
)
def test_what_harvester_calls_so_everywhere_keeps_its_name(
    namespace: str, name: str, after: str
) -> None:
    found = other({NAD: [objects.nad(name, namespace)]})
    assert key_of(found[NAD][0]) == after


def test_references_in_texts_follow() -> None:
    nad = objects.nad("web", "shop", objects.cni("web", "alpha-br"), cluster_network="alpha")
    overlay = objects.nad(
        "over",
        "shop",
        {"type": "kube-ovn", "provider": "over.shop.ovn"},
        cluster_network="mgmt",
    )
    vm = objects.vm("a", "shop/web", "web", namespace="shop")
    subnet = {"metadata": {"name": "s"}, "spec": {"provider": "over.shop.ovn"}}
    found = other({NAD: [nad, overlay], VM: [vm], SUBNET: [subnet]})
    texts = {key_of(obj): json.loads(obj["spec"]["config"]) for obj in found[NAD]}
    assert texts["space-1/net-2"]["name"] == "net-2"
    assert texts["space-1/net-2"]["bridge"] == "cn-1-br"
    assert texts["space-1/net-1"]["provider"] == "net-1.space-1.ovn"
    assert found[SUBNET][0]["spec"]["provider"] == "net-1.space-1.ovn"
    used = [
        n["multus"]["networkName"]
        for n in found[VM][0]["spec"]["template"]["spec"]["networks"]
        if "multus" in n
    ]
    assert used == ["space-1/net-2", "net-2"]


def test_nodes_of_configs_and_statuses_follow() -> None:
    config = objects.config(
        "nc", "alpha", ["n2", "n1"], spec={"nodeSelector": {"kubernetes.io/hostname": "n1"}}
    )
    status = objects.vlan_status("nc", "n1", "alice was here", cluster_network="alpha")
    mirror = objects.config("mgmt-vlanconfig-n1", "mgmt")
    nodes = [objects.node(name) for name in ("n1", "n2")]
    found = other({NODE: nodes, VLAN_CONFIG: [config, mirror], VLAN_STATUS: [status]})
    after, mirrored = sorted(found[VLAN_CONFIG], key=key_of)
    assert matched_nodes(after) == ["node-1", "node-2"]
    assert after["spec"]["nodeSelector"] == {"kubernetes.io/hostname": "node-1"}
    assert key_of(mirrored) == "mgmt-vlanconfig-node-1"
    said = found[VLAN_STATUS][0]
    assert key_of(said) == status_name("cn-1", "node-1")
    assert said["status"]["conditions"][0]["message"] == "text-1"


def test_devices_follow_their_cluster_networks_and_odd_nics_are_renamed() -> None:
    names = ("eno1", "enp4s0f1", "alices-nic", "enx001122334455", "mgmt-bo", "alpha-bo")
    links = [objects.link(name, index) for index, name in enumerate((*names, "alpha-br.7"))]
    monitor = objects.link_monitor("alpha", {"n1": links})
    monitor["spec"] = {"targetLinkRule": {"nameRule": "alpha(-br|-bo)"}}
    config = objects.new_config("nc", "alpha", uplink={"nics": ["alices-nic", "eno1"]})
    found = other({LINK_MONITOR: [monitor], VLAN_CONFIG: [config]})
    after = found[LINK_MONITOR][0]
    assert key_of(after) == "cn-1"
    assert after["spec"]["targetLinkRule"] == {"nameRule": "cn-1(-br|-bo)"}
    assert [link["name"] for link in after["status"]["linkStatus"]["node-1"]] == [
        "eno1",
        "enp4s0f1",
        "nic-1",
        "nic-2",
        "mgmt-bo",
        "cn-1-bo",
        "cn-1-br.7",
    ]
    assert found[VLAN_CONFIG][0]["spec"]["uplink"]["nics"] == ["nic-1", "eno1"]


def test_labels_that_selectors_name_are_renamed_on_both_sides() -> None:
    config = objects.new_config("nc", spec={"nodeSelector": {"alice.io/rack": "r1", "x": ""}})
    host = {
        "metadata": {"name": "h"},
        "spec": {
            "clusterNetwork": "data",
            "nodeSelector": {
                "matchExpressions": [
                    {"key": "alice.io/rack", "operator": "In", "values": ["r1", "r2"]}
                ]
            },
        },
    }
    node = objects.node("n1", {"alice.io/rack": "r1", "x": "", "kubernetes.io/arch": "amd64"})
    found = other({NODE: [node], VLAN_CONFIG: [config], HOST_NETWORK_CONFIG: [host]})
    chosen = {"label-1": "value-1", "label-2": ""}
    assert found[VLAN_CONFIG][0]["spec"]["nodeSelector"] == chosen
    assert chosen.items() <= labels_of(found[NODE][0]).items()
    assert labels_of(found[NODE][0])["kubernetes.io/arch"] == "amd64"
    expressions = found[HOST_NETWORK_CONFIG][0]["spec"]["nodeSelector"]["matchExpressions"]
    assert expressions[0]["values"] == ["value-1", "value-2"]


def test_the_hash_of_a_setting_is_that_of_its_new_text() -> None:
    text = '{"vlan":7, "clusterNetwork":"alpha","range":"192.168.7.0/24"}'
    nad = objects.storage_nad(cluster_network="alpha")
    label = f"{objects.STORAGE}/hash"
    nad["metadata"]["labels"][label] = hashlib.sha1(text.encode()).hexdigest()
    found = other({SETTING: [objects.storage_setting(text)], NAD: [nad]})
    setting = found[SETTING][0]
    assert setting["value"] != text
    assert storage_progress(setting).done
    digest = hashlib.sha1(setting["value"].encode()).hexdigest()
    assert labels_of(found[NAD][0])[label] == digest


def test_the_hash_of_another_text_stays_that_of_another() -> None:
    setting = objects.storage_setting('{"vlan":7}', hash="1" * 40)
    assert not storage_progress(other({SETTING: [setting]})[SETTING][0]).done


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("v1.7.1", "v1.7.1"),
        ("v1.9.0-rc6", "v1.9.0-rc6"),
        ("v1.8.0-alices-build", "v1.8.0"),
        ("master-abcdef-head", "dev"),
    ],
)
def test_of_a_version_the_number_is_left(before: str, after: str) -> None:
    found = other({SETTING: [objects.setting("server-version", before)]})
    assert found[SETTING][0]["value"] == after


def test_addresses_of_nodes_services_and_hosts_are_others() -> None:
    node = objects.node(
        "n1",
        addresses=[
            {"type": "InternalIP", "address": "192.168.9.4"},
            {"type": "ExternalIP", "address": "fd00::4"},
            {"type": "Hostname", "address": "n1"},
        ],
    )
    host = {
        "metadata": {"name": "h"},
        "spec": {"clusterNetwork": "a", "ips": {"n1": "192.168.9.8/24"}, "mode": "static"},
    }
    services = {"metadata": {"name": "kubernetes"}, "spec": {"cidrs": ["172.30.0.0/16"]}}
    found = other({NODE: [node], HOST_NETWORK_CONFIG: [host], SERVICE_CIDR: [services]})
    seen = {a["type"]: a["address"] for a in found[NODE][0]["status"]["addresses"]}
    assert seen["Hostname"] == "node-1"
    assert IPv4Address(seen["InternalIP"]) == IPv4Address("100.65.0.4")
    assert seen["ExternalIP"].startswith("2001:db8:")
    assert found[HOST_NETWORK_CONFIG][0]["spec"]["ips"] == {"node-1": "100.65.0.8/24"}
    assert found[SERVICE_CIDR][0]["spec"]["cidrs"] == ["100.64.0.0/16"]


def test_a_mac_address_is_the_same_in_all_its_spellings() -> None:
    link = objects.link("eno1", 2) | {"mac": "0C:C4:7A:00:00:01"}
    monitor = objects.link_monitor("nic", {"n1": [link, link | {"mac": "0c:c4:7a:00:00:01"}]})
    attributes = {"hardwareAddr": "DMR6AAAB"}
    config = objects.new_config("nc", uplink={"nics": [], "linkAttributes": attributes})
    found = other({LINK_MONITOR: [monitor], VLAN_CONFIG: [config]})
    entries = found[LINK_MONITOR][0]["status"]["linkStatus"]["node-1"]
    assert {entry["mac"] for entry in entries} == {"02:00:00:00:00:01"}
    uplink = found[VLAN_CONFIG][0]["spec"]["uplink"]
    assert uplink["linkAttributes"] == {"hardwareAddr": "AgAAAAAB"}


def test_names_of_pulumi_resources_are_left_out() -> None:
    notes = {"harvester-net/created-by": "urn:pulumi:prod::alice::ClusterNetwork::x"}
    network = objects.cluster_network("alpha", annotations=notes)
    assert kept({CLUSTER_NETWORK: [network]})[CLUSTER_NETWORK][0]["metadata"]["annotations"]
    assert (
        "annotations"
        not in other({CLUSTER_NETWORK: [network]})[CLUSTER_NETWORK][0]["metadata"]
    )


def test_an_instance_and_its_vm_have_one_name() -> None:
    found = other({VM: [objects.vm("web")], VMI: [objects.vmi("web", node="n7")]})
    assert key_of(found[VM][0]) == key_of(found[VMI][0]) == "default/vm-1"
    assert found[VMI][0]["status"]["nodeName"] == "node-1"
