"""What the policies say: of resources that are made up, and of previews that were recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from network_policies.policies import POLICIES, ResourcePolicy, StackPolicy
from network_policies.resource import Resource

from ..review.recordings import events

TYPES = "harvester-net:index:"
BY_NAME = {policy.name: policy for policy in POLICIES}


def said(name: str, *resources: Resource, **settings: Any) -> list[str]:
    """What the policy of this name says of a stack, without the resources' kinds and names."""
    return [f"{it.path}: {it.sentence}" for it in _violations(name, resources, settings)]


def accused(name: str, *resources: Resource, **settings: Any) -> list[str]:
    """The names of the resources of which the policy says anything."""
    return [it.resource.name for it in _violations(name, resources, settings)]


def _violations(
    name: str, resources: tuple[Resource, ...], given: Mapping[str, Any]
) -> Iterator[Any]:
    policy = BY_NAME[name]
    settings = policy.settings(given)
    if isinstance(policy, StackPolicy):
        yield from policy.judge(resources, settings)
        return
    for resource in resources:
        if resource.kind in policy.kinds:
            yield from policy.judge(resource, settings)


def judged(name: str, preview: str, **settings: Any) -> list[str]:
    """The resources of a recorded preview of which a policy says anything, sorted.

    As the engine does it, a policy for a resource sees the inputs that were checked, and one
    for the stack the outputs.
    """
    is_single = isinstance(BY_NAME[name], ResourcePolicy)
    event, properties = (
        ("resourcePreEvent", "inputs") if is_single else ("resOutputsEvent", "outputs")
    )
    found = list(_recorded(preview, event, properties))
    return sorted(accused(name, *found, **settings))


def _recorded(preview: str, event: str, properties: str) -> Iterator[Resource]:
    steps = (it[event]["metadata"] for it in events(preview) if event in it)
    for step in steps:
        if step["op"] not in ("refresh", "delete") and step["type"].startswith(TYPES):
            name = step["urn"].rpartition("::")[2]
            kind = step["type"].removeprefix(TYPES)
            yield Resource(kind, name, step["new"][properties], step["urn"])
