"""Between inputs and the text of one of the Settings that name a network (H1.7 to H1.9)."""

from __future__ import annotations

import json
from typing import Generic, TypeVar

from ...cluster.resources import SETTING, Object
from ...harvester import gojson
from ...harvester.network_settings import MIGRATION, RWX, STORAGE, NetworkSetting
from ...harvester.settings import NETWORK, NETWORK_1_9, RWX_VALUE
from ...printable import printable
from ...rules.rule import Write
from ...specs.rwx_network import RwxNetwork
from ...specs.spec import Spec, property_names
from ...specs.storage_network import StorageNetwork
from ...specs.vm_migration_network import VmMigrationNetwork
from ..differences import KEPT_AS_WRITTEN, Properties, same

S = TypeVar("S", bound=Spec)
_SHARE = "share-storage-network"


class SettingCodec(Generic[S]):
    """Of a Setting whose text is the network. Pure."""

    def __init__(self, setting: NetworkSetting, spec: type[S]) -> None:
        self.setting, self.spec = setting, spec
        self.names = [n for n in property_names(spec) if n not in KEPT_AS_WRITTEN]

    def properties_of(self, text: str) -> Properties:
        """The network that a text of the Setting describes, as the server reads it; empty if
        none, or if it cannot be read.
        """
        try:
            return self._decoded(text)
        except gojson.Undecodable:
            return {}

    def unreadable(self, text: str) -> str | None:
        """Why a text of the Setting is no network; None if it is one, or empty."""
        try:
            self._decoded(text)
        except gojson.Undecodable as error:
            return (
                f"the value of the Setting {self.setting.name} cannot be read "
                f"({printable(str(error))}); mend it, or clear it"
            )
        return None

    def _decoded(self, text: str) -> Properties:
        try:
            value = gojson.decode(text or "{}", NETWORK_1_9)
        except gojson.Undecodable:
            # Harvester up to 1.8 does not look at what 1.9 brought.
            value = gojson.decode(text, NETWORK)
        return self._given(value)

    def _given(self, value: Properties) -> Properties:
        """The properties that a decoded network gives; empty if it gives none."""
        if not value["clusterNetwork"] and not value["range"]:
            return {}
        return {n: value[n] for n in self.names if n == "vlan" or value.get(n)}

    def text_of(self, inputs: Properties) -> str:
        """The text of the Setting for these inputs."""
        value = {n: inputs[n] for n in self.names if inputs.get(n) not in (None, [])}
        return json.dumps(value, separators=(",", ":"))

    def write_of(self, setting: Object, text: str) -> Write:
        """The write that gives the Setting this text."""
        return Write(SETTING, setting, setting | {"value": text})

    def same_network(self, one: Properties, other: Properties) -> bool:
        """Whether two networks are the same, however they are written."""
        if bool(one) != bool(other):
            return False
        return all(same(self.spec, n, one.get(n), other.get(n)) for n in self.names)


class RwxCodec(SettingCodec[RwxNetwork]):
    """Of the Setting rwx-network, whose text has the network in it, or shares another."""

    def _decoded(self, text: str) -> Properties:
        value = gojson.decode(text or "{}", RWX_VALUE)
        if value[_SHARE]:
            return {"shareStorageNetwork": True}
        return {} if value["network"] is None else self._given(value["network"])

    def text_of(self, inputs: Properties) -> str:
        own = {n: inputs[n] for n in self.names if inputs.get(n) not in (None, [])}
        shares = bool(own.pop("shareStorageNetwork", False))
        value = {_SHARE: shares} | ({} if shares or not own else {"network": own})
        return json.dumps(value, separators=(",", ":"))


STORAGE_CODEC = SettingCodec(STORAGE, StorageNetwork)
RWX_CODEC = RwxCodec(RWX, RwxNetwork)
MIGRATION_CODEC = SettingCodec(MIGRATION, VmMigrationNetwork)
