"""The policies as Pulumi's own: the border to its policy SDK."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Policy as PulumiPolicy
from pulumi_policy.proxy import UnknownValueError

from .policies import POLICIES, Policy, ResourcePolicy, StackPolicy
from .resource import Resource

NAME = "harvester-net"
TYPES = "harvester-net:index:"
REVIEWED_PLAN = "HARVESTER_NET_REVIEWED_PLAN"
"""The provider takes it where its configuration names no plan."""


def serve() -> None:
    """Serve the policies to the engine that started this process; returns at its end."""
    PolicyPack(NAME, [of_pulumi(policy) for policy in POLICIES])


def of_pulumi(policy: ResourcePolicy | StackPolicy) -> PulumiPolicy:
    """The policy as an object of Pulumi's SDK."""
    level = EnforcementLevel(policy.level)
    schema = PolicyConfigSchema(policy.schema) if policy.schema else None
    if isinstance(policy, StackPolicy):
        return StackValidationPolicy(
            policy.name, policy.description, _of_stack(policy), level, schema
        )
    return ResourceValidationPolicy(
        policy.name, policy.description, _of_resource(policy), level, schema
    )


def _of_resource(
    policy: ResourcePolicy,
) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        # What is unknown raises here, and Pulumi says that the policy could not judge yet.
        resource = _resource(args, args.props)
        if resource and resource.kind in policy.kinds:
            for violation in policy.judge(resource, _settings(policy, args)):
                report(str(violation))

    return validate


def _of_stack(policy: StackPolicy) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        # One property that is unknown must not keep the policy from judging all others.
        found = (_resource(each, known(each.props)) for each in args.resources)
        ours = [each for each in found if each]
        for violation in policy.judge(ours, _settings(policy, args)):
            report(str(violation), violation.resource.urn)

    return validate


def _settings(
    policy: Policy, args: ResourceValidationArgs | StackValidationArgs
) -> Mapping[str, Any]:
    return policy.settings(args.get_config())


def _resource(
    args: ResourceValidationArgs | PolicyResource, properties: Mapping[str, Any]
) -> Resource | None:
    """What is judged; None of a resource that is not ours."""
    prefix, is_ours, kind = args.resource_type.partition(TYPES)
    if prefix or not is_ours:
        return None
    provider = args.provider
    environment = {"reviewedPlan": os.environ.get(REVIEWED_PLAN)}
    return Resource(
        kind=kind,
        name=args.name,
        properties=properties,
        urn=args.urn,
        provider=environment | (known(provider.props) if provider else {}),
        provider_urn=provider.urn if provider else "",
    )


def known(value: Any) -> Any:
    """A value as plain Python, without what only the update will tell."""
    if isinstance(value, Mapping):
        return dict(_known_items(value, list(value)))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [each for _, each in _known_items(value, range(len(value)))]
    return value


def _known_items(values: Any, keys: Sequence[Any]) -> list[tuple[Any, Any]]:
    found = []
    for key in keys:
        with suppress(UnknownValueError):
            found.append((key, known(values[key])))
    return found
