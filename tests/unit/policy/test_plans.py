"""What interrupts names the plan that was reviewed."""

from __future__ import annotations

from typing import Any

import pytest

from network_policies.resource import Resource

from .judging import judged, said

PLANNED = {"plan": ["stop VM default/a (Always)", "..."], "affectedVms": ["default/a"]}
CONSENT = {"disruption": {"stopVms": True}}


def network(properties: dict[str, Any], **provider: Any) -> Resource:
    return Resource("ClusterNetwork", "data", properties, provider=provider)


def test_plan_without_a_name() -> None:
    assert said("plan-is-reviewed", network(PLANNED, reviewedPlan=None)) == [
        "plan: has 2 steps, stops 1 VM, and no reviewed plan is named; review it, then pulumi "
        "config set harvester-net:reviewedPlan ID, with the id that it has in this preview"
    ]


@pytest.mark.parametrize(
    ("disruption", "accused"),
    [
        (None, []),
        ({}, []),
        ({"stopVms": False, "restartVms": True, "maxParallel": 2}, []),
        ({"stopVms": True}, ["stopVms"]),
        ({"migrateVms": True, "maxUnavailable": 1}, ["migrateVms"]),
        ({"cycleStorageNetwork": True}, ["cycleStorageNetwork"]),
        ({"stopVms": True, "cycleStorageNetwork": True}, ["stopVms"]),
    ],
)
def test_consent_to_whatever_there_will_be(
    disruption: dict[str, Any] | None, accused: list[str]
) -> None:
    consenting = network({"disruption": disruption})
    assert said("consent-names-a-plan", consenting) == [
        f"disruption.{name}: allows whatever plan there will be; review one, then pulumi "
        "config set harvester-net:reviewedPlan ID; or take the consent away when the change "
        "is done"
        for name in accused
    ]


@pytest.mark.parametrize(
    ("policy", "properties"),
    [("plan-is-reviewed", PLANNED), ("consent-names-a-plan", CONSENT)],
)
def test_plan_that_is_named(policy: str, properties: dict[str, Any]) -> None:
    assert said(policy, network(properties, reviewedPlan="")) != []
    assert said(policy, network(properties, reviewedPlan="3f2a9c01d2e4-2-12")) == []


@pytest.mark.parametrize(
    ("preview", "planned", "consenting"),
    [
        ("create", [], []),
        ("nothing", [], []),
        ("vlan", [], []),
        ("mtu", ["cn-data"], ["cn-data"]),
        ("refused", [], []),
    ],
)
def test_plans_of_recorded_previews(
    preview: str, planned: list[str], consenting: list[str]
) -> None:
    assert judged("plan-is-reviewed", preview) == planned
    assert judged("consent-names-a-plan", preview) == consenting
