"""The storage network: the text of a Setting (H1.7)."""

from __future__ import annotations

import json

from ...cluster.resources import SETTING, Object
from ...rules.rule import Write
from ...specs import storage_network as specs
from ..differences import Properties, same

PROPERTIES = ("clusterNetwork", "vlan", "range", "exclude", "exclusiveVlan")


def properties_of(text: str) -> Properties:
    """The storage network that a text of the Setting describes; empty if none."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {name: value[name] for name in PROPERTIES if value.get(name) not in (None, [])}


def text_of(inputs: Properties) -> str:
    """The text of the Setting for these inputs."""
    value = {name: inputs[name] for name in PROPERTIES if inputs.get(name) not in (None, [])}
    return json.dumps(value, separators=(",", ":"))


def write_of(setting: Object, text: str) -> Write:
    """The write that gives the Setting this text."""
    return Write(SETTING, setting, setting | {"value": text})


def same_network(one: Properties, other: Properties) -> bool:
    """Whether two storage networks are the same, however they are written."""
    if bool(one) != bool(other):
        return False
    return all(
        same(specs.StorageNetwork, name, one.get(name), other.get(name)) for name in PROPERTIES
    )
