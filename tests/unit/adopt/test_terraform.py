"""Which objects a state of Terraform has, and how they are taken out of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harvester_net.adopt.site import Site
from harvester_net.adopt.terraform import NoState, managed, removals

from .sites import cluster_network, config, storage, vm_network

SITE = Site(
    [
        cluster_network("data"),
        config("all", "data"),
        vm_network("default/web", "data"),
        vm_network("shop/db", "data"),
        storage("data"),
    ]
)


def resource(type_: str, *instances: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = {"mode": "managed", "type": type_, "name": "it", "instances": list(instances)}
    return found | more


def named(name: str, **more: Any) -> dict[str, Any]:
    index = {"index_key": more.pop("index_key")} if "index_key" in more else {}
    return {"schema_version": 0, "attributes": {"id": name, "name": name} | more} | index


def state(*resources: Any) -> str:
    return json.dumps({"version": 4, "serial": 7, "resources": list(resources)})


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (resource("harvester_clusternetwork", named("data")), "harvester_clusternetwork.it"),
        (resource("harvester_vlanconfig", named("all")), "harvester_vlanconfig.it"),
        (resource("harvester_network", named("web")), "harvester_network.it"),
        (
            resource("harvester_network", named("web", namespace="default")),
            "harvester_network.it",
        ),
        (
            resource("harvester_network", named("db", namespace="shop"), module="module.a"),
            "module.a.harvester_network.it",
        ),
        (
            resource("harvester_network", named("web", index_key="a'b")),
            """'harvester_network.it["a'"'"'b"]'""",
        ),
        (
            resource("harvester_network", named("web", index_key=0)),
            "'harvester_network.it[0]'",
        ),
        (resource("harvester_setting", named("storage-network")), "harvester_setting.it"),
    ],
)
def test_what_is_adopted_is_taken_out(given: dict[str, Any], address: str) -> None:
    assert removals(managed(state(given)), SITE) == [f"terraform state rm {address}"]


@pytest.mark.parametrize(
    "given",
    [
        resource("harvester_network", named("other")),
        resource("harvester_network", named("web", namespace="shop")),
        resource("harvester_clusternetwork", named("data"), mode="data"),
        resource("harvester_setting", named("ntp-servers")),
        resource("harvester_virtualmachine", named("web")),
        resource("harvester_network", {"attributes": None}, {"attributes": {"name": 1}}),
        resource("harvester_network") | {"instances": "none"},
        "nonsense",
        None,
    ],
)
def test_all_else_stays(given: Any) -> None:
    assert removals(managed(state(given)), SITE) == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", '{"version": 3}', "[" * 100_000, '{"resources": []}']
)
def test_what_is_no_state_is_said(text: str) -> None:
    with pytest.raises(NoState):
        managed(text)
