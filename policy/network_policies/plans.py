"""Policies for changes that interrupt: they are reviewed first.

Harvester-net itself sees to it that no other plan runs than the one that is named; these
policies see to it that one is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .resource import Resource, Settings, Violation

CONSENTS = ("stopVms", "migrateVms", "cycleStorageNetwork")
"""What interrupts, of the properties of `disruption`."""
_NAME_IT = "pulumi config set harvester-net:reviewedPlan ID"


def plan_is_reviewed(resources: Sequence[Resource], settings: Settings) -> Iterator[Violation]:
    """What needs an ordered change, such as another MTU, names the plan that was reviewed.

    Only a preview knows of the change: that is when the output `plan` is there.
    """
    for resource in resources:
        steps = resource.properties.get("plan")
        if steps and not _is_plan_named(resource):
            vms = resource.properties.get("affectedVms") or ()
            yield resource.says(
                "plan",
                f"has {_counted(steps, 'step')}, stops {_counted(vms, 'VM')}, and no reviewed "
                f"plan is named; review it, then {_NAME_IT}, with the id that it has in this "
                "preview",
            )


def consent_names_a_plan(resource: Resource, settings: Settings) -> Iterator[Violation]:
    """Who allows an interruption names the plan that was reviewed.

    Of the inputs alone, and so also in a `pulumi up --skip-preview`.
    """
    disruption = resource.properties.get("disruption") or {}
    given = [name for name in CONSENTS if disruption.get(name)]
    if given and not _is_plan_named(resource):
        yield resource.says(
            f"disruption.{given[0]}",
            f"allows whatever plan there will be; review one, then {_NAME_IT}; or take the "
            "consent away when the change is done",
        )


def _is_plan_named(resource: Resource) -> bool:
    return bool(resource.provider.get("reviewedPlan"))


def _counted(things: Sequence[str], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"
