"""The program of the end-to-end tests: makes the resources that resources.json lists.

An item is {"kind", "name", "args", "options", "secret"}; an argument "@name" is the resource
of that name, "@name.property" one of its outputs; "secret" names the secret arguments.
"""

import json
from pathlib import Path
from typing import Any

import pulumi

import harvester_net

made: dict[str, Any] = {}


def argument(value: Any) -> Any:
    """A value of the file, with references resolved."""
    if isinstance(value, str) and value.startswith("@"):
        name, _, attribute = value[1:].partition(".")
        return getattr(made[name], attribute) if attribute else made[name]
    if isinstance(value, dict):
        return {key: argument(inner) for key, inner in value.items()}
    return [argument(item) for item in value] if isinstance(value, list) else value


for item in json.loads(Path("resources.json").read_text()):
    options = argument(item["options"])
    if timeouts := options.pop("timeouts", None):
        options["custom_timeouts"] = pulumi.CustomTimeouts(**timeouts)
    arguments = argument(item["args"])
    for name in item["secret"]:
        arguments[name] = pulumi.Output.secret(arguments[name])
    made[item["name"]] = getattr(harvester_net, item["kind"])(
        item["name"], **arguments, opts=pulumi.ResourceOptions(**options)
    )
