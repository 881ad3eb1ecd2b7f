"""From plain properties to specs: paths, the words of errors, what a spec tells of itself."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.specs.cluster_network import ClusterNetwork
from harvester_net.specs.functions import GetClusterNetwork, GetNodeNics
from harvester_net.specs.network_config import NetworkConfig, Uplink
from harvester_net.specs.parse import parse, path_text, spec_within
from harvester_net.specs.provider import Provider
from harvester_net.specs.spec import Problem, property_names, replaces, wire_name
from harvester_net.specs.storage_network import StorageNetwork
from harvester_net.specs.unknown import UNKNOWN
from harvester_net.specs.vm_network import VlanRange, VmNetwork


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (("name",), "name"),
        (("uplink", "nics", 1), "uplink.nics[1]"),
        (("vlanTrunk", 0, "minID"), "vlanTrunk[0].minID"),
        (("labels", "example.com/rack"), 'labels["example.com/rack"]'),
        (("labels", "rack-a"), "labels.rack-a"),
        (("labels", "1st"), 'labels["1st"]'),
        (("labels", ""), 'labels[""]'),
        ((), ""),
    ],
)
def test_path_is_written_as_pulumi_writes_it(location: Any, text: str) -> None:
    assert path_text(location) == text


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (ClusterNetwork, ["labels", "annotations", "disruption", "name", "mtu"]),
        (
            NetworkConfig,
            [
                "labels",
                "annotations",
                "disruption",
                "name",
                "clusterNetwork",
                "description",
                "nodeSelector",
                "uplink",
                "mtu",
            ],
        ),
        (VlanRange, ["id", "minID", "maxID"]),
        (
            Provider,
            ["kubeconfig", "context", "clusterId", "reviewedPlan", "snapshot", "offline"],
        ),
    ],
)
def test_properties_have_harvesters_own_names(model: Any, names: list[str]) -> None:
    assert property_names(model) == names


def test_names_that_camel_case_would_spoil_are_spelled_out() -> None:
    assert wire_name(VlanRange, "min_id") == "minID"
    assert wire_name(NetworkConfig, "cluster_network") == "clusterNetwork"


@pytest.mark.parametrize(
    ("model", "replacing"),
    [
        (ClusterNetwork, {"name"}),
        (NetworkConfig, {"name"}),
        (VmNetwork, {"name", "namespace", "clusterNetwork"}),
        (StorageNetwork, set()),
    ],
)
def test_only_what_cannot_change_in_place_replaces(model: Any, replacing: set[str]) -> None:
    assert {name for name in property_names(model) if replaces(model, name)} == replacing


def test_spec_inside_a_field_is_found_in_lists_and_options() -> None:
    trunk = VmNetwork.model_fields["vlan_trunk"].annotation
    assert spec_within(trunk) is VlanRange
    assert spec_within(NetworkConfig.model_fields["uplink"].annotation) is Uplink
    assert spec_within(VmNetwork.model_fields["vlan"].annotation) is None


def test_problem_without_a_path_is_only_a_sentence() -> None:
    assert str(Problem("", "it is wrong")) == "it is wrong"
    assert str(Problem("mtu", "is wrong")) == "mtu: is wrong"


def test_null_is_as_good_as_absent() -> None:
    desired, problems = parse(ClusterNetwork, {"name": "data", "mtu": None, "labels": None})
    assert problems == []
    assert desired == ClusterNetwork(name="data")


def test_wrong_property_becomes_unknown_and_the_others_stay() -> None:
    desired, problems = parse(ClusterNetwork, {"name": "data", "mtu": 5, "vxlan": 1})
    assert [problem.path for problem in problems] == ["mtu", "vxlan"]
    assert desired.name == "data"
    assert desired.mtu is UNKNOWN


def test_rules_over_several_properties_run_beside_a_wrong_one() -> None:
    given = {"name": "a", "clusterNetwork": "TOO-LONG-AND-LOUD", "type": "L2VlanNetwork"}
    _, problems = parse(VmNetwork, given)
    assert [problem.path for problem in problems] == ["clusterNetwork", "vlan"]


def test_long_text_is_not_repeated() -> None:
    _, problems = parse(ClusterNetwork, {"name": "data", "mtu": "9" * 41})
    assert [str(problem) for problem in problems] == [
        "mtu: must be a whole number, not a text"
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"kubeconfig": "~/.kube/config", "context": "lab", "offline": True}, []),
        ({"offline": "yes"}, ["offline: must be true or false, not the text 'yes'"]),
        (
            {"kubeConfig": "x"},
            ["kubeConfig: is not a property of the provider; did you mean kubeconfig?"],
        ),
    ],
)
def test_configuration_of_the_provider(given: dict[str, Any], expected: list[str]) -> None:
    assert [str(problem) for problem in parse(Provider, given)[1]] == expected


@pytest.mark.parametrize(
    ("model", "given", "expected"),
    [
        (GetClusterNetwork, {}, ["name: is required"]),
        (GetClusterNetwork, {"name": "data"}, []),
        (GetNodeNics, {}, []),
        (GetNodeNics, {"node": 1}, ["node: must be text, not 1"]),
        (
            GetNodeNics,
            {"nodes": "a"},
            ["nodes: is not a property of getNodeNics; did you mean node?"],
        ),
    ],
)
def test_arguments_of_functions(
    model: Any, given: dict[str, Any], expected: list[str]
) -> None:
    assert [str(problem) for problem in parse(model, given)[1]] == expected


@pytest.mark.parametrize("model", [ClusterNetwork, NetworkConfig, VmNetwork, StorageNetwork])
def test_every_property_is_described(model: Any) -> None:
    blank = [name for name, f in model.model_fields.items() if not f.description]
    assert blank == []
    assert model.__doc__
