"""What the Settings that name a network say: storage-network, rwx-network and
vm-migration-network (H1.7, H3.5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..cluster.resources import SETTING, Object, annotations_of, condition, is_terminating
from ..printable import printable
from . import gojson
from .addresses import Interval, Range, read_range, usable
from .gojson import Undecodable, array, boolean, integer, optional, string, struct
from .names import RWX_SETTING, STORAGE_NAD_PREFIX, STORAGE_PREFIX, SYSTEM_NAMESPACE
from .snapshot import Snapshot

FIELDS = {
    "clusterNetwork": string,
    "vlan": integer(0, 2**16 - 1),
    "range": string,
    "exclude": array(string),
}
NETWORK = struct(FIELDS)
NETWORK_1_9 = struct(FIELDS | {"exclusiveVlan": boolean})
RWX_VALUE = struct({"share-storage-network": boolean, "network": optional(NETWORK)})
RWX_VALUE_STRICT = struct(
    {"share-storage-network": boolean, "network": optional(struct(FIELDS, strict=True))},
    strict=True,
)


@dataclass(frozen=True)
class Network:
    """The network of a setting, as decoded; empty texts and lists where nothing is said."""

    cluster_network: str = ""
    vlan: int = 0
    range: str = ""
    exclude: list[str] = field(default_factory=list)
    exclusive: bool = False

    @property
    def intervals(self) -> list[Interval] | None:
        """The addresses that it gives out; None if its texts cannot be read."""
        whole, parts = read_range(self.range), self.excluded
        return None if whole is None or parts is None else usable(whole, parts)

    @property
    def excluded(self) -> list[Range] | None:
        """The excluded ranges; None if one of them cannot be read."""
        parts = [read_range(text) for text in self.exclude]
        read = [part for part in parts if part is not None]
        return read if len(read) == len(parts) else None


def network_of(decoded: dict[str, Any]) -> Network:
    """The network of a decoded value."""
    return Network(
        decoded["clusterNetwork"],
        decoded["vlan"],
        decoded["range"],
        decoded["exclude"] or [],
        decoded.get("exclusiveVlan", False),
    )


def value_and_default(setting: Object | None) -> tuple[str, str]:
    """Both texts of a setting; the value counts unless it is empty."""
    obj = setting or {}
    return str(obj.get("value") or ""), str(obj.get("default") or "")


def effective(setting: Object | None) -> str:
    """The text that counts; a missing one means empty, as after clearing (O4.3)."""
    value, default = value_and_default(setting)
    return value or default


def is_in_progress(setting: Object) -> bool:
    """Whether the controller is busy with the value before."""
    configured = condition(setting, "configured")
    return configured.get("status") == "False" and configured.get("reason") == "In Progress"


def network_set(name: str, snapshot: Snapshot, setting: Object | None) -> Network | None:
    """The network that one of the three settings gives; None if it gives none of its own.
    Raises Undecodable.
    """
    text = effective(setting)
    if not text:
        return None
    if name == RWX_SETTING:
        decoded = gojson.decode(text, RWX_VALUE)
        if decoded["share-storage-network"] or decoded["network"] is None:
            return None
        return network_of(decoded["network"])
    newer = snapshot.version >= (1, 9)
    return network_of(gojson.decode(text, NETWORK_1_9 if newer else NETWORK))


def shares_storage(snapshot: Snapshot) -> bool:
    """Whether RWX volumes go over the storage network. Raises Undecodable."""
    text = effective(snapshot.of(SETTING).get(RWX_SETTING))
    return bool(text and gojson.decode(text, RWX_VALUE)["share-storage-network"])


@dataclass(frozen=True)
class AskedFor:
    """The networks that a write asks for, each with the text that it is in."""

    networks: list[Network]
    problems: list[str]
    """Why texts cannot be decoded."""


def networks_asked_for(name: str, setting: Object, snapshot: Snapshot) -> AskedFor:
    """The networks that a setting, as it would be written, asks for."""
    networks: list[Network] = []
    problems: list[str] = []
    for text in _texts(name, setting):
        try:
            networks += _decoded(name, text, snapshot)
        except Undecodable as error:
            problems.append(str(error))
    return AskedFor(networks, problems)


def _texts(name: str, setting: Object) -> Iterable[str]:
    """What the server reads: of rwx-network the text that counts, else both."""
    if name == RWX_SETTING:
        return [effective(setting)]
    value, default = value_and_default(setting)
    return [text for text in (default, value) if text]


def _decoded(name: str, text: str, snapshot: Snapshot) -> Iterator[Network]:
    if name != RWX_SETTING:
        newer = snapshot.version >= (1, 9)
        yield network_of(gojson.decode(text, NETWORK_1_9 if newer else NETWORK))
        return
    # A stream decoder takes the first value and leaves what follows.
    network = gojson.decode_first(text, RWX_VALUE_STRICT)["network"]
    if network is not None:
        yield network_of(network)


@dataclass(frozen=True)
class Progress:
    """How far the controller is with the value that a Setting has now."""

    done: bool
    words: str


def storage_progress(setting: Object) -> Progress:
    """Whether the controller has carried out this very value of the storage network.

    Right after a write the condition still speaks of the value before (O4.3), so the hash
    of the text decides, and the old network must be gone.
    """
    text, notes = str(setting.get("value") or ""), annotations_of(setting)
    configured = condition(setting, "configured")
    if not configured and not text:
        return Progress(True, "never configured")
    # JSON can have halves of characters, which no hash of Harvester's is of.
    digest = hashlib.sha1(text.encode(errors="surrogatepass")).hexdigest()
    if notes.get(STORAGE_PREFIX + "hash") != digest:
        return Progress(False, "Harvester has not started with the new value yet")
    if configured.get("status") != "True":
        return Progress(False, configured.get("message") or configured.get("reason") or "")
    if old := notes.get(STORAGE_PREFIX + "old-net-attach-def"):
        return Progress(False, f"removing the network before, {printable(old)}")
    if bool(notes.get(STORAGE_PREFIX + "net-attach-def")) != bool(text):
        return Progress(False, "Harvester has not made the new network yet")
    return Progress(True, "configured")


def describe_leaked(nad: str) -> str:
    """What a lost storage network (`namespace/name`) does, and how it goes."""
    return (
        f"{nad} is left over from an earlier storage network and blocks every network "
        f"config; delete it: kubectl -n {SYSTEM_NAMESPACE} delete "
        f"network-attachment-definitions {nad.partition('/')[2]}"
    )


def leaked(setting: Object, nads: Mapping[str, Object]) -> list[str]:
    """Storage networks that Harvester made and lost: they block network configs for ever
    (H4.7).
    """
    notes = annotations_of(setting)
    names = ("net-attach-def", "old-net-attach-def")
    known = {notes.get(STORAGE_PREFIX + name) for name in names}
    prefix = f"{SYSTEM_NAMESPACE}/{STORAGE_NAD_PREFIX}"
    return sorted(
        key
        for key, nad in nads.items()
        if key.startswith(prefix) and key not in known and not is_terminating(nad)
    )
