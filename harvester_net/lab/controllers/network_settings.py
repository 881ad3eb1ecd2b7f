"""What Harvester does alike for the three Settings that name a network (H1.7, H4.7).

For each value it makes a VM network of its own, and remembers in annotations of the Setting
which value that was for, which network it is, and which one was before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator

from harvester_net.cluster.resources import (
    NAD,
    SETTING,
    Object,
    annotations_of,
    key_of,
    labels_of,
)
from harvester_net.harvester.gojson import Undecodable, decode
from harvester_net.harvester.names import BRIDGE, EXCLUSIVE_LABEL, SYSTEM_NAMESPACE
from harvester_net.harvester.network_settings import (
    MIGRATION,
    RWX,
    STORAGE,
    NetworkSetting,
)
from harvester_net.harvester.settings import (
    NETWORK,
    NETWORK_1_9,
    RWX_VALUE,
    Network,
    network_of,
)
from harvester_net.harvester.versions import EXCLUSIVE_VLAN, Version
from harvester_net.lab.controllers.controller import Action, Create, State
from harvester_net.lab.controllers.writing import conditions_with, patch

USER = "harvester"
IN_PROGRESS, COMPLETED = "In Progress", "Completed"
_UNTAGGED = 1
"""The VLAN that 0 and none mean."""


def value_of(setting: Object) -> str:
    """The text that was set; empty if there is none."""
    return str(setting.get("value") or "")


def _whole(text: str, version: Version) -> tuple[str, Network | None]:
    """A value that is the network: each change of the text is another one."""
    shape = NETWORK_1_9 if EXCLUSIVE_VLAN.on(version) else NETWORK
    return text, network_of(decode(text, shape)) if text else None


def _inner(text: str, version: Version) -> tuple[str, Network | None]:
    """A value that has the network in it: only that counts, in one spelling (B2.1)."""
    decoded = decode(text, RWX_VALUE)["network"] if text else None
    if decoded is None:
        return "", None
    known = {key: value for key, value in decoded.items() if value}
    return json.dumps(known, separators=(",", ":"), ensure_ascii=False), network_of(decoded)


_READERS: dict[str, Callable[[str, Version], tuple[str, Network | None]]] = {
    STORAGE.name: _whole,
    RWX.name: _inner,
    MIGRATION.name: _whole,
}


def read(kind: NetworkSetting, text: str, version: Version) -> tuple[str, Network | None]:
    """What of a value counts, as text, and the network in it. Raises Undecodable."""
    return _READERS[kind.name](text, version)


def digest(kind: NetworkSetting, setting: Object, version: Version) -> str:
    """The hash of what counts in the value. Raises Undecodable."""
    return hashlib.sha1(read(kind, value_of(setting), version)[0].encode()).hexdigest()


def is_taken_up(kind: NetworkSetting, setting: Object, version: Version) -> bool:
    """Whether the annotations are for the value that is there now. Raises Undecodable."""
    noted = annotations_of(setting).get(kind.digest_note)
    return noted == digest(kind, setting, version)


def take_up(state: State, kind: NetworkSetting, setting: Object) -> Iterator[Action]:
    """The VM network of a new value, and the annotations for it (H4.7, phase 1).

    Raises Undecodable.
    """
    needs_nad = read(kind, value_of(setting), state.version)[1] is not None
    nad = ""
    if needs_nad:
        yield from make_nad(state, kind, setting)
        found = nad_of(state, kind, setting)
        if found is None:
            return
        nad = key_of(found)
    before = annotations_of(setting).get(kind.current_note, "")
    notes = {
        kind.digest_note: digest(kind, setting, state.version),
        kind.current_note: nad,
        kind.old_note: before,
    }
    yield from say(setting, "False", IN_PROGRESS, "create NAD", notes)


def nad_of(state: State, kind: NetworkSetting, setting: Object) -> Object | None:
    """The VM network of the value that is there now; also one on its way out (H4.7)."""
    label = (kind.digest_note, digest(kind, setting, state.version))
    namespace = f"{SYSTEM_NAMESPACE}/"
    found = (
        nad
        for key, nad in state.of(NAD).items()
        if key.startswith(namespace) and label in labels_of(nad).items()
    )
    return min(found, key=key_of, default=None)


def make_nad(state: State, kind: NetworkSetting, setting: Object) -> Iterator[Action]:
    """The VM network for the value, if there is none. Raises Undecodable."""
    network = read(kind, value_of(setting), state.version)[1]
    if network is None or nad_of(state, kind, setting) is not None:
        return
    labels = {kind.digest_note: digest(kind, setting, state.version)}
    if network.exclusive and kind is STORAGE:
        labels[EXCLUSIVE_LABEL] = "true"
    meta = {
        "generateName": kind.nad_prefix,
        "namespace": SYSTEM_NAMESPACE,
        "annotations": {kind.annotation: "true"},
        "labels": labels,
    }
    nad = {"apiVersion": NAD.api, "kind": NAD.kind, "metadata": meta}
    yield Create(NAD, nad | {"spec": {"config": _cni_config(network)}})


def _cni_config(network: Network) -> str:
    """The config in Harvester's order of keys; its MTU is the webhook's (H1.7)."""
    ipam: Object = {"type": "whereabouts", "range": network.range}
    config = {
        "cniVersion": "0.3.1",
        "type": "bridge",
        "bridge": network.cluster_network + BRIDGE,
        "promiscMode": True,
        "vlan": network.vlan or _UNTAGGED,
        "ipam": ipam | ({"exclude": network.exclude} if network.exclude else {}),
    }
    return json.dumps(config, separators=(",", ":"), ensure_ascii=False)


def say(
    setting: Object,
    status: str,
    reason: str | None,
    message: str | None,
    notes: dict[str, str] | None = None,
) -> Iterator[Action]:
    """The condition `configured`, and annotations, in one write if anything is new.

    An empty value does not survive a write of Harvester's: missing means empty (O4.3).
    """
    fields: Object = {}
    conditions = conditions_with(setting, "configured", status, reason, message)
    if conditions is not None:
        fields["status"] = {"conditions": conditions}
    known = annotations_of(setting)
    if changed := {k: v for k, v in (notes or {}).items() if known.get(k) != v}:
        fields["metadata"] = {"annotations": changed}
    if not fields:
        return
    if setting.get("value") == "":
        fields["value"] = None
    yield patch(SETTING, setting, fields)


def setting_of_nad(kind: NetworkSetting) -> Callable[[Object, State], Iterable[str]]:
    """The Setting, if it is one of its VM networks that changed."""
    return lambda nad, state: [kind.name] if kind.digest_note in labels_of(nad) else ()


def only(kind: NetworkSetting) -> Callable[[Object, State], Iterable[str]]:
    """The Setting, if it is the one that changed."""
    return lambda setting, state: [kind.name] if key_of(setting) == kind.name else ()


def if_readable(
    reconcile: Callable[[State, Object], Iterator[Action]], kind: NetworkSetting
) -> Callable[[State, str], Iterator[Action]]:
    """Looks at the Setting, if this version has it and its value can be decoded."""

    def look(state: State, key: str) -> Iterator[Action]:
        setting = state.get(SETTING, key)
        if setting is None or key != kind.name or state.version < kind.since:
            return
        try:
            read(kind, value_of(setting), state.version)
        except Undecodable:
            return
        yield from reconcile(state, setting)

    return look
