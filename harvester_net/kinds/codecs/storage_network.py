"""The storage network: the text of a Setting (H1.7)."""

from __future__ import annotations

import json

from ...cluster.resources import SETTING, Object
from ...harvester import gojson
from ...harvester.names import STORAGE_SETTING
from ...harvester.settings import NETWORK, NETWORK_1_9
from ...printable import printable
from ...rules.rule import Write
from ...specs import storage_network as specs
from ..differences import Properties, same

PROPERTIES = ("clusterNetwork", "vlan", "range", "exclude", "exclusiveVlan")


def properties_of(text: str) -> Properties:
    """The storage network that a text of the Setting describes, as the server reads it; empty
    if none, or if it cannot be read.
    """
    try:
        value = _decoded(text)
    except gojson.Undecodable:
        return {}
    if not value["clusterNetwork"] and not value["range"]:
        return {}
    return {name: value[name] for name in PROPERTIES if name == "vlan" or value.get(name)}


def unreadable(text: str) -> str | None:
    """Why a text of the Setting is no storage network; None if it is one, or empty."""
    try:
        _decoded(text)
    except gojson.Undecodable as error:
        return (
            f"the value of the Setting {STORAGE_SETTING} cannot be read "
            f"({printable(str(error))}); mend it, or clear it"
        )
    return None


def _decoded(text: str) -> Properties:
    value: Properties
    try:
        value = gojson.decode(text or "{}", NETWORK_1_9)
    except gojson.Undecodable:
        # Harvester up to 1.8 does not look at what 1.9 brought.
        value = gojson.decode(text, NETWORK)
    return value


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
