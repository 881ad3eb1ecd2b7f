"""What is read of instances and their migrations."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.migrations import (
    cannot_go,
    has_hidden_target,
    instance_of,
    is_coming,
    target_of,
    why_failed,
    why_not_migratable,
)

from ... import objects


def vmi(phase: str = "Running", **condition: str) -> Object:
    made = objects.vmi("a", phase=phase)
    if condition:
        made["status"]["conditions"] = [{"type": "LiveMigratable", **condition}]
    return made


NOT_SHARED = "cannot migrate VMI: PVC a-disk is not shared"


@pytest.mark.parametrize(
    ("instance", "why", "for_good"),
    [
        (vmi(status="True"), "", False),
        (vmi(status="True", reason="x"), "", False),
        (
            vmi(status="False", reason="DisksNotLiveMigratable", message=NOT_SHARED),
            f"DisksNotLiveMigratable: {NOT_SHARED}",
            True,
        ),
        (vmi(status="False", message="PCI\x1b[0m"), "PCI\\x1b[0m", True),
        (vmi(status="False"), "KubeVirt does not say that it can", True),
        (vmi(), "KubeVirt does not say that it can", False),
        (vmi("Scheduled", status="True"), "it does not run yet (Scheduled)", False),
        (vmi("Succeeded"), "its guest has shut down", True),
        (vmi("Failed", status="True"), "its guest has shut down", True),
    ],
)
def test_whether_an_instance_can_be_migrated_is_said_in_words_of_kubevirt(
    instance: Object, why: str, for_good: bool
) -> None:
    assert why_not_migratable(instance) == why
    assert cannot_go(instance) is for_good
    assert is_coming(instance) is (bool(why) and not for_good)


def moving(**state: Any) -> Object:
    made = vmi()
    made["status"]["migrationState"] = state
    return made


@pytest.mark.parametrize(
    ("instance", "target"),
    [
        (vmi(), ""),
        (moving(targetNode="n2"), "n2"),
        (moving(targetNode="n2", completed=True), ""),
        (moving(targetNode="n2", endTimestamp="now"), ""),
        (moving(migrationUid="u"), ""),
    ],
)
def test_node_that_an_instance_is_on_its_way_to(instance: Object, target: str) -> None:
    assert target_of(instance) == target


def migration(phase: str = "", **more: Any) -> Object:
    made = objects.migration("m", "a", **({"phase": phase} if phase else {}), **more)
    made["metadata"]["uid"] = "u"
    return made


@pytest.mark.parametrize(
    ("phase", "instance", "hidden"),
    [
        ("", vmi(), False),
        ("Pending", vmi(), False),
        ("Scheduling", vmi(), True),
        ("Scheduled", moving(migrationUid="another", targetNode="n2"), True),
        ("Running", moving(migrationUid="u", targetNode="n2"), False),
        ("Succeeded", vmi(), False),
        ("Failed", vmi(), False),
    ],
)
def test_migration_that_has_chosen_a_node_which_its_instance_does_not_name_yet(
    phase: str, instance: Object, hidden: bool
) -> None:
    assert has_hidden_target(migration(phase), instance) is hidden


def passed(*phases: str) -> Object:
    return migration("Failed", phaseTransitionTimestamps=[{"phase": p} for p in phases])


@pytest.mark.parametrize(
    ("failed", "why"),
    [
        (migration("Failed", migrationState={"failureReason": "a\x1b"}), "a\\x1b"),
        (
            passed("Pending", "Scheduling", "Failed"),
            "no node had room for it, or could take it",
        ),
        (passed("Pending", "Running", "Failed"), "KubeVirt gives no reason after Running"),
        (migration("Failed"), "KubeVirt gives no reason"),
    ],
)
def test_why_a_migration_failed(failed: Object, why: str) -> None:
    assert why_failed(failed, vmi()) == why


def test_the_instance_says_first_why_its_migration_failed() -> None:
    told = moving(migrationUid="u", failureReason="stuck", completed=True)
    assert why_failed(migration("Failed"), told) == "stuck"
    of_another = moving(migrationUid="v", failureReason="stuck")
    assert why_failed(migration("Failed"), of_another) == "KubeVirt gives no reason"


def test_instance_of_a_migration_is_in_its_namespace() -> None:
    assert instance_of(migration()) == "default/a"
