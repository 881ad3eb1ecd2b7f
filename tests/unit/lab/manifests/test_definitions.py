"""The definitions of our own, by the facts; `lab/tests/running/test_definitions.py` holds them
against the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from harvester_net.cluster import resources
from harvester_net.harvester.versions import Version
from harvester_net.lab.apiserver import ControlPlane, StatusError, cel
from harvester_net.lab.apiserver.admission import Admission, User
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.writing import Writer
from harvester_net.lab.manifests.definitions import definitions
from harvester_net.lab.manifests.definitions.network import network
from harvester_net.specs.network_config import BOND_MODES

from ...rules import test_schemas as rules
from ...rules.cases import Case

NETWORK = "network.harvesterhci.io/v1beta1"


@pytest.fixture(scope="module")
def plane() -> ControlPlane:
    return served("v1.8.0", overlays=True, dhcp=True)


def served(version: str, **parts: bool) -> ControlPlane:
    plane = ControlPlane()
    plane.prepare()
    plane.load(definitions(version, **parts))
    return plane


def resource(plane: ControlPlane, obj: Object) -> Resource:
    found = plane.catalog.of_kind(obj["apiVersion"], obj["kind"])
    assert found is not None
    return found


def created(plane: ControlPlane, obj: Object) -> Object:
    """The object as it would be kept; raises StatusError."""
    kind = resource(plane, obj)
    namespace = obj["metadata"].get("namespace", "default") if kind.namespaced else ""
    info = RequestInfo("", "", {"dryRun": "All"}, "create", namespace=namespace)
    content = json.dumps(obj).encode()
    return Writer(plane.store, Admission()).create(kind, info, User("admin"), content, "")


def causes(plane: ControlPlane, obj: Object) -> list[str]:
    with pytest.raises(StatusError) as refusal:
        created(plane, obj)
    assert refusal.value.status["code"] == 422
    found = refusal.value.status["details"]["causes"]
    return [f"{each['field']}: {each['message']}" for each in found]


def of_network(kind: str, **fields: Any) -> Object:
    return {"apiVersion": NETWORK, "kind": kind, "metadata": {"name": "x"}} | fields


def config(**uplink: Any) -> Object:
    return of_network("VlanConfig", spec={"clusterNetwork": "cn", "uplink": uplink})


def host_network(**spec: Any) -> Object:
    needed = {"clusterNetwork": "cn", "mode": "dhcp", "vlanID": 5}
    return of_network("HostNetworkConfig", spec=needed | spec)


OURS = [
    each
    for each in vars(resources).values()
    # Actions on VMs are aggregated: virt-api serves them.
    if isinstance(each, resources.Resource) and each != resources.VM_ACTIONS
]


@pytest.mark.parametrize("ours", OURS, ids=lambda each: f"{each.api} {each.kind}")
def test_every_resource_that_we_read_is_served(
    plane: ControlPlane, ours: resources.Resource
) -> None:
    found = plane.catalog.of_kind(ours.api, ours.kind)
    assert found is not None
    assert (found.plural, found.namespaced) == (ours.plural, ours.namespaced)


@pytest.mark.parametrize(
    ("kind", "version", "is_served"),
    [
        ("HostNetworkConfig", (1, 7), False),
        ("HostNetworkConfig", (1, 8), True),
        ("ClusterNetwork", (1, 4), True),
    ],
)
def test_kinds_are_those_of_the_version(kind: str, version: Version, is_served: bool) -> None:
    found = {each["spec"]["names"]["kind"] for each in network(version)}
    assert (kind in found) == is_served


def test_overlays_are_served_only_where_they_are_asked_for() -> None:
    def kinds(**parts: bool) -> set[str]:
        return {each.kind for each in served("v1.8.0", **parts).catalog}

    assert kinds(overlays=True) - kinds() == {"Subnet", "Vpc", "Vlan", "ProviderNetwork"}


@pytest.mark.parametrize(("version", "is_taken"), [("v1.7.3", False), ("v1.8.0", True)])
def test_state_of_a_link_may_be_unknown_from_a_version_on(
    version: str, is_taken: bool
) -> None:
    links = {"node1": [{"name": "cn-br", "state": "unknown"}]}
    monitor = of_network("LinkMonitor", spec={}, status={"linkStatus": links})
    plane = served(version)
    if is_taken:
        assert created(plane, monitor)["status"]["linkStatus"] == links
    else:
        assert causes(plane, monitor) == [
            'status.linkStatus.node1[0].state: Unsupported value: "unknown": supported values:'
            ' "up", "down"'
        ]


@pytest.mark.parametrize(
    ("kind", "is_subresource"),
    [
        ("ClusterNetwork", False),
        ("VlanConfig", False),
        ("VlanStatus", False),
        ("LinkMonitor", False),
        ("HostNetworkConfig", True),
    ],
)
def test_status_is_a_subresource_where_it_is_in_harvester(
    plane: ControlPlane, kind: str, is_subresource: bool
) -> None:
    assert resource(plane, of_network(kind)).has_status == is_subresource


def test_instances_have_their_status_in_one_piece_and_vms_have_not(
    plane: ControlPlane,
) -> None:
    api = {"apiVersion": "kubevirt.io/v1"}
    assert resource(plane, api | {"kind": "VirtualMachine"}).has_status
    assert not resource(plane, api | {"kind": "VirtualMachineInstance"}).has_status


def test_defaults_are_filled_in_only_where_their_parent_is_sent(plane: ControlPlane) -> None:
    assert created(plane, config(nics=["eth1"]))["spec"]["uplink"] == {"nics": ["eth1"]}
    filled = created(plane, config(nics=["eth1"], linkAttributes={}, bondOptions={}))
    assert filled["spec"]["uplink"] == {
        "nics": ["eth1"],
        "linkAttributes": {"txQLen": -1},
        "bondOptions": {"mode": "active-backup", "miimon": -1},
    }


def test_bond_modes_are_those_that_programs_may_name() -> None:
    uplink = network((1, 8))[1]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for name in ("spec", "uplink", "bondOptions", "mode"):
        uplink = uplink["properties"][name]
    assert set(uplink["enum"]) == set(BOND_MODES)


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            of_network("VlanConfig", spec={}),
            ["spec.clusterNetwork: Required value", "spec.uplink: Required value"],
        ),
        (
            config(linkAttributes={"mtu": -1, "txQLen": -2}),
            [
                "spec.uplink.linkAttributes.mtu: Invalid value: -1: spec.uplink.linkAttributes"
                ".mtu in body should be greater than or equal to 0",
                "spec.uplink.linkAttributes.txQLen: Invalid value: -2: spec.uplink."
                "linkAttributes.txQLen in body should be greater than or equal to -1",
            ],
        ),
        (
            of_network("VlanStatus", status={"node": "node1"}),
            [
                "status.clusterNetwork: Required value",
                "status.linkMonitor: Required value",
                "status.vlanConfig: Required value",
            ],
        ),
        (
            of_network("ClusterNetwork", status={"conditions": [{"type": "ready"}]}),
            ["status.conditions[0].status: Required value"],
        ),
        (
            host_network(mode="static"),
            [
                "spec: Invalid value: spec.ips must be specified and non-empty when mode is"
                " static"
            ],
        ),
        (
            host_network(ips={"node1": "10.0.0.1"}),
            ['spec.ips[node1]: Invalid value: "10.0.0.1": Invalid CIDR format'],
        ),
        (
            host_network(vlanID=4095),
            [
                "spec.vlanID: Invalid value: 4095: spec.vlanID in body should be less than or"
                " equal to 4094"
            ],
        ),
    ],
)
def test_refusals_are_in_the_real_servers_words(
    plane: ControlPlane, obj: Object, expected: list[str]
) -> None:
    assert causes(plane, obj) == expected


@pytest.mark.parametrize(("count", "is_taken"), [(500, True), (501, False)])
def test_host_network_has_a_limit_of_addresses(
    plane: ControlPlane, count: int, is_taken: bool
) -> None:
    obj = host_network(ips={f"node{n}": "10.0.0.1/16" for n in range(count)})
    if is_taken:
        assert created(plane, obj)
    else:
        assert causes(plane, obj)[0] == "spec.ips: Too many: 501: must have at most 500 items"


SCHEMA_RULES = (rules.SCHEMA, "setting-texts-are-texts", "vm-network-follows-its-schema")


@pytest.mark.parametrize(
    "case", [each for each in rules.CASES if each.rule in SCHEMA_RULES], ids=str
)
def test_schemas_refuse_what_the_rules_about_them_object_to(
    plane: ControlPlane, case: Case
) -> None:
    if case.says:
        assert causes(plane, case.write.object)
    else:
        assert created(plane, case.write.object)


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ({}, "spec"),
        ({"spec": {}}, "spec.template"),
        ({"spec": {"template": {"spec": {}}}}, "spec.template.spec.domain"),
        (
            {"spec": {"template": {"spec": {"domain": {}}}}},
            "spec.template.spec.domain.devices",
        ),
    ],
)
def test_what_a_vm_must_have_is_asked_for(
    plane: ControlPlane, content: Object, missing: str
) -> None:
    head = {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": "x"},
    }
    assert causes(plane, head | content) == [f"{missing}: Required value"]


def test_vm_may_have_anything_else(plane: ControlPlane) -> None:
    devices = {"interfaces": [{"name": "net1", "bridge": {}, "model": "virtio"}]}
    template = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {"domain": {"devices": devices, "cpu": {"cores": 2}}, "networks": []},
    }
    head = {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": "x"},
    }
    spec = {"runStrategy": "Always", "template": template, "dataVolumeTemplates": [{"a": 1}]}
    assert created(plane, head | {"spec": spec})["spec"] == spec


def test_server_knows_every_rule_of_the_definitions() -> None:
    rules_of_all = set(_rules(definitions("v1.8.0", overlays=True)))
    assert rules_of_all == set(cel.KNOWN)


def _rules(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (each["rule"] for each in value.get(cel.RULES, ()))
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _rules(item)


def test_each_definition_has_its_name_once() -> None:
    names = [each["metadata"]["name"] for each in definitions("v1.8.0", overlays=True)]
    assert len(names) == len(set(names))
