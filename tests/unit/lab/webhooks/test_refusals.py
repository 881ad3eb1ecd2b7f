"""How refusals of the webhooks look to a client: code, reason, entry, causes (H3.0)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    Object,
    Resource,
)
from harvester_net.lab.apiserver.admission import AdmissionRequest
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.webhooks.refusals import Refusals
from tests import objects
from tests.unit.lab.controllers.state import V1_7, V1_8, World

from .network_requests import admit, request

NETWORK = "harvester-system.harvester-network-webhook"
HARVESTER = "validator.harvesterhci.io"
STORAGE = "storage-network"


def world(*there: Object) -> World:
    made = World()
    for obj in (objects.cluster_network("data"), objects.cluster_network("mgmt"), *there):
        made = made.put(obj)
    return made


def refusal(asked: AdmissionRequest, state: World, of_network: World | None = None) -> Any:
    """What the client gets: from the mutator if it objects, or else from the validator."""
    with pytest.raises(StatusError) as refused:
        admit(asked, state, of_network or state)
    return refused.value.status


def setting(value: Object | str, name: str = STORAGE) -> tuple[Resource, Object, Object]:
    text = value if isinstance(value, str) else json.dumps(value)
    return SETTING, objects.setting(name), objects.setting(name, text)


@pytest.mark.parametrize(
    ("asked", "half"),
    [
        ((CLUSTER_NETWORK, None, objects.cluster_network("thirteenchars")), "validator"),
        ((VLAN_CONFIG, None, objects.new_config("nc1", "nope")), "validator"),
        ((NAD, None, objects.nad(config="no json")), "mutator"),
        ((NAD, None, objects.nad(config=objects.cni(bridge="data"))), "mutator"),
        ((NAD, None, objects.nad(config=objects.cni(bridge="nope-br"))), "mutator"),
        ((NAD, None, objects.nad(config=objects.cni(vlan=4095))), "validator"),
        ((NAD, objects.nad(), objects.nad(config=objects.cni(type="macvlan"))), "mutator"),
        ((CLUSTER_NETWORK, objects.cluster_network("mgmt"), None), "validator"),
    ],
)
def test_network_webhook_says_everything_as_its_own_mistake(
    asked: tuple[Resource, Object | None, Object | None], half: str
) -> None:
    said = refusal(request(*asked), world())
    assert (said["code"], said["reason"]) == (500, "InternalError")
    words = said["details"]["causes"][0]["message"]
    assert said["message"] == (
        f'admission webhook "{half}.{NETWORK}" denied the request:'
        f" Internal error occurred: {words}"
    )


def test_value_that_go_cannot_read_is_the_mutators_objection() -> None:
    number = {"type": "object", "properties": {"mtu": {"type": "integer"}}}
    spec = {"type": "object", "properties": {"uplink": number}}
    schema = {"type": "object", "properties": {"spec": spec}}
    config = objects.new_config("nc1", uplink={"mtu": "9000"})
    said = refusal(request(VLAN_CONFIG, None, config, schema), world())
    assert "mutator" in said["message"]
    assert "json: cannot unmarshal spec.uplink.mtu" in said["message"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (setting("no json"), "value"),
        (setting({"vlan": 4095, "clusterNetwork": "data", "range": "10.0.0.0/24"}), "value"),
        (setting({"share-storage-network": True}, "rwx-network"), "rwx-network"),
    ],
)
def test_harvesters_webhook_names_the_field(
    asked: tuple[Resource, Object, Object], field: str
) -> None:
    said = refusal(request(*asked), world())
    assert (said["code"], said["reason"]) == (422, "Invalid")
    assert HARVESTER in said["message"]
    [cause] = said["details"]["causes"]
    assert (cause["reason"], cause["field"]) == ("FieldValueInvalid", field)


def test_deleted_setting_is_not_allowed() -> None:
    said = refusal(request(SETTING, objects.setting(STORAGE), None), world())
    assert (said["code"], said["reason"]) == (405, "MethodNotAllowed")


def test_network_of_a_setting_is_harvesters_to_keep_whatever_the_other_version_is() -> None:
    nad = objects.storage_nad()
    there = world(nad, objects.storage_setting('{"clusterNetwork":"data"}'))
    said = refusal(request(NAD, nad, None), there, replace(there, version=V1_7))
    assert (said["code"], said["reason"]) == (400, "BadRequest")
    assert HARVESTER in said["message"]


def test_crash_of_the_webhook_is_an_outage_and_only_where_it_crashes() -> None:
    old = objects.new_config("nc1", spec={"nodeSelector": {"site": "x"}})
    new = old | {"spec": old["spec"] | {"description": "x"}}
    there = world(old)
    said = refusal(request(VLAN_CONFIG, old, new), there, replace(there, version=V1_7))
    assert "failed calling webhook" in said["message"]
    assert said["message"].endswith("EOF")
    assert said["details"]["causes"][0]["message"] in said["message"]
    Refusals(there, replace(there, version=V1_8))(request(VLAN_CONFIG, old, new))
