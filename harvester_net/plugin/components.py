"""Components for programs in other languages: Construct, by the SDK's own servicer (P13.2).

It is loaded when the first component is asked for: programs without one do not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

import pulumi
from pulumi.output import UNKNOWN as UNKNOWN_TO_SDK
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import ProviderServicer
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from ..components import site, tenant_networks, traffic_path
from ..components.traffic_path_arguments import snake
from ..site_files.reading import WrongSiteFile, read_site
from ..specs import site as site_specs
from ..specs import tenant_networks as tenant_specs
from ..specs import traffic_path as traffic_path_specs
from ..specs.about import PACKAGE
from ..specs.parse import without_nulls
from ..specs.spec import Problem
from ..specs.unknown import UNKNOWN
from ..version import VERSION
from .requests import Path, Properties, Secrets
from .secret_texts import sentences
from .values import Decoded

READ_HERE = ("file",)
"""Inputs that go into no resource."""

Component = traffic_path.TrafficPath | site.Site | tenant_networks.TenantNetworks

COMPONENTS: dict[str, type[Component]] = {
    traffic_path.TOKEN: traffic_path.TrafficPath,
    site.TOKEN: site.Site,
    tenant_networks.TOKEN: tenant_networks.TenantNetworks,
}


def _problems_of_site(inputs: Properties) -> list[Problem]:
    """What is wrong with a site, in its file too: without the path of an input, for it has a
    line there.
    """
    found = site_specs.problems_of(inputs)
    if not found and "file" in inputs:
        try:
            read_site(inputs["file"])
        except WrongSiteFile as wrong:
            return [Problem("", line) for line in str(wrong).splitlines()]
    return found


PROBLEMS: dict[str, Callable[[Properties], list[Problem]]] = {
    traffic_path.TOKEN: traffic_path_specs.problems_of,
    site.TOKEN: _problems_of_site,
    tenant_networks.TOKEN: tenant_specs.problems_of,
}
"""What is wrong with the inputs of each component."""


class WrongInputs(Exception):
    """A component was given what it cannot be made of: a line for each problem."""


async def construct(
    request: provider_pb2.ConstructRequest, engine: str, reference: str
) -> provider_pb2.ConstructResponse:
    """Make the component and its resources, with the provider of this reference if the program
    names none.

    Raises WrongInputs before anything is registered, and what the SDK raises when one of the
    resources fails, which may quote anything.
    """
    if request.type not in PROBLEMS:
        known = ", ".join(PROBLEMS)
        raise WrongInputs(f"harvester-net has no component {request.type}; it has {known}")
    decoded = Decoded(request.inputs)
    problems = PROBLEMS[request.type](without_nulls(decoded.values))
    if problems:
        # As text, not as the SDK's InputPropertiesError: for each property that it names the
        # engine prints the value, secrets too.
        raise WrongInputs("\n".join(sentences(problems, decoded.values, decoded.secrets)))
    if reference and PACKAGE not in request.providers:
        # Else the engine makes another default provider of the resources' version: another
        # process, which does not see what the rest of the program wants (P13.4).
        request.providers[PACKAGE] = reference
    return await _Servicer(_Host(VERSION), [], engine)._construct(request, None)


class _Host(Provider):
    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: Any,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        made = COMPONENTS[resource_type](name, opts=options, **inputs)
        return ConstructResult(made.urn, made.outputs())


class _Servicer(ProviderServicer):
    @staticmethod
    async def _construct_inputs(inputs: Any, input_dependencies: Any) -> dict[str, Any]:
        # The SDK's own makes one secret output of an input with a secret anywhere in it. What
        # becomes resources must be seen, so here only the values themselves are outputs.
        decoded = Decoded(inputs)
        return {
            snake(key): value
            if key in READ_HERE
            else await _as_input(
                value, (key,), decoded.secrets, set(input_dependencies[key].urns)
            )
            for key, value in without_nulls(decoded.values).items()
        }


async def _as_input(value: Any, path: Path, secrets: Secrets, urns: Set[str]) -> Any:
    """A value for the classes of a program: as an output where it is secret, unknown, or came
    from other resources.
    """
    if isinstance(value, dict):
        inner = {key: (each, (*path, key)) for key, each in value.items()}
        return {key: await _as_input(*each, secrets, urns) for key, each in inner.items()}
    if isinstance(value, list):
        items = [(each, (*path, index)) for index, each in enumerate(value)]
        return [await _as_input(*each, secrets, urns) for each in items]
    given: Any = UNKNOWN_TO_SDK if value is UNKNOWN else value
    if any(path[:depth] in secrets for depth in range(1, len(path) + 1)):
        given = rpc.wrap_rpc_secret(given)
    return await ProviderServicer._select_value(given, set(urns))
