"""What the cluster tells of a change, and that a change goes on where it cannot."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from harvester_net.change import apply as change
from harvester_net.change.announcing import (
    BEGUN,
    FINISHED,
    ROLLED_BACK,
    News,
    event_of,
    stopped_by,
)
from harvester_net.change.consent import Consent
from harvester_net.change.errors import ChangeRefused, ChangeStopped
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigGoal
from harvester_net.change.goals.storage_network import StorageNetworkGoal
from harvester_net.change.goals.vm_network import VmNetworkGoal
from harvester_net.change.plan import plan
from harvester_net.change.record import Record
from harvester_net.cluster.errors import Forbidden
from harvester_net.cluster.resources import EVENT, VM

from .live import LiveCluster, context_on
from .sites import FULL, UP, site

VMS: dict[str, str | bool] = {"default/vm1": "Always"}
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def record_of(goal: AnyGoal = UP) -> Record:
    made = plan(site(vms=VMS).snapshot, goal, FULL).record
    return made.model_copy(update={"id": "ab12"})


def test_event_is_what_kubectl_describe_looks_for() -> None:
    event = event_of(record_of(), BEGUN, "uid-of-data", NOW)
    assert event["metadata"].pop("name").startswith("harvester-net-ab12-")
    assert event == {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"namespace": "default"},
        "involvedObject": {
            "apiVersion": "network.harvesterhci.io/v1beta1",
            "kind": "ClusterNetwork",
            "name": "data",
            "uid": "uid-of-data",
        },
        "type": "Normal",
        "reason": "ChangeBegun",
        "message": "MTU of cluster network data: 1500 -> 9000: has begun; harvester-net mtu "
        "status shows where it stands",
        "source": {"component": "harvester-net"},
        "reportingComponent": "harvester-net",
        "firstTimestamp": "2026-01-02T03:04:05Z",
        "lastTimestamp": "2026-01-02T03:04:05Z",
        "count": 1,
    }


@pytest.mark.parametrize(
    ("goal", "kind", "name", "namespace"),
    [
        (MtuGoal(cluster_network="data", mtu=9000), "ClusterNetwork", "data", None),
        (ConfigGoal(key="nc-0", patch={"uplink": {}}), "VlanConfig", "nc-0", None),
        (StorageNetworkGoal(), "Setting", "storage-network", None),
        (
            VmNetworkGoal(key="shop/web", patch={}),
            "NetworkAttachmentDefinition",
            "web",
            "shop",
        ),
    ],
)
def test_event_is_on_what_the_change_is_about(
    goal: AnyGoal, kind: str, name: str, namespace: str | None
) -> None:
    event = event_of(Record(goal=goal, version=(1, 8)), FINISHED, "", NOW)
    about = event["involvedObject"]
    assert (about["kind"], about["name"], about.get("namespace")) == (kind, name, namespace)
    assert event["metadata"]["namespace"] == (namespace or "default")


@pytest.mark.parametrize(
    ("news", "kind"),
    [
        (BEGUN, "Normal"),
        (FINISHED, "Normal"),
        (ROLLED_BACK, "Warning"),
        (stopped_by("x"), "Warning"),
    ],
)
def test_what_somebody_should_look_at_is_a_warning(news: News, kind: str) -> None:
    assert event_of(record_of(), news, "", NOW)["type"] == kind


def test_words_of_others_are_bounded_and_seen() -> None:
    message = event_of(record_of(), stopped_by("\x1b[2J" + "x" * 5000), "", NOW)["message"]
    assert "\\x1b[2J" in message
    assert message.startswith("MTU of cluster network data: 1500 -> 9000: stands; the next ")
    assert len(message.encode()) <= 1024


def told(live: LiveCluster) -> list[str]:
    return [event["reason"] for event in live.world.of(EVENT).values()]


async def test_change_is_told_from_its_beginning_to_its_end() -> None:
    live = LiveCluster(site(vms=VMS))
    await change.apply_change(context_on(live), UP, FULL)
    assert sorted(told(live)) == ["ChangeBegun", "ChangeFinished"]


async def test_change_that_is_refused_is_not_told() -> None:
    live = LiveCluster(site(vms=VMS))
    with pytest.raises(ChangeRefused):
        await change.apply_change(context_on(live), UP, Consent())
    assert told(live) == []


async def test_change_that_its_user_interrupts_and_takes_back_is_told() -> None:
    live, cancelled = LiveCluster(site(vms=VMS)), asyncio.Event()

    def cancel(write: tuple[str, object, str]) -> None:
        if write == ("patch", VM, "default/vm1"):
            cancelled.set()

    live.before_write = cancel
    interrupted = replace(context_on(live), deadline=live.deadline(cancelled=cancelled))
    with pytest.raises(ChangeStopped):
        await change.apply_change(interrupted, UP, FULL)
    assert sorted(told(live)) == ["ChangeBegun", "ChangeStopped"]
    await change.resume_change(context_on(live), backwards=True)
    assert sorted(told(live)) == ["ChangeBegun", "ChangeRolledBack", "ChangeStopped"]


class Silent(LiveCluster):
    """Lets nobody write Events."""

    async def create(self, resource: Any, obj: Any, deadline: Any) -> Any:
        if resource == EVENT:
            raise Forbidden("may not create events")
        return await super().create(resource, obj, deadline)


async def test_change_goes_on_without_the_right_to_tell() -> None:
    live = Silent(site(vms=VMS))
    assert await change.apply_change(context_on(live), UP, FULL) == []
    assert told(live) == []
