"""What all resources and functions tell the engine: token, properties, plugin version."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import get_annotations
from typing import Any, TypeVar

import pulumi

from ..version import VERSION

PACKAGE = "harvester-net"

R = TypeVar("R", bound=pulumi.CustomResource)

TextMap = pulumi.Input[Mapping[str, pulumi.Input[str]]]
"""Labels and the like: a map of texts, any part of which may be an output."""


def token(name: str) -> str:
    """The token of a resource or function of this package."""
    return f"{PACKAGE}:index:{name}"


def options(given: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """The options of a resource: the program's, and which version of the plugin it needs."""
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), given)


def invoke_options(given: pulumi.InvokeOptions | None) -> pulumi.InvokeOptions:
    """The options of a function: the program's, and which version of the plugin it needs."""
    return pulumi.InvokeOptions.merge(pulumi.InvokeOptions(version=VERSION), given)


def filled(properties: type[object], **given: Any) -> Any:
    """All properties of a resource: the given ones, and None where the plugin fills them in.

    Any, because the SDK's own type for them leaves out the classes that it takes.
    """
    made = properties.__new__(properties)
    vars(made).update(dict.fromkeys(get_annotations(properties)) | given)
    return made


def existing(
    kind: type[R],
    properties: type[object],
    token: str,
    resource_name: str,
    found: pulumi.Input[str],
    opts: pulumi.ResourceOptions | None,
) -> R:
    """The resource with an id, as it is on the server; Pulumi does not manage it.

    It does not come from the constructor, which asks for arguments that nobody knows here.
    """
    resource = kind.__new__(kind)
    by_id = pulumi.ResourceOptions.merge(options(opts), pulumi.ResourceOptions(id=found))
    pulumi.CustomResource.__init__(resource, token, resource_name, filled(properties), by_id)
    return resource
