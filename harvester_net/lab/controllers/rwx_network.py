"""The Setting `rwx-network`: the storage network shared, a network of its own, or none (H4.7).

Longhorn takes it at once; the network before stays until the pods of its CSI plugin have left
it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from harvester_net.cluster.resources import (
    LONGHORN_SETTING,
    NAD,
    POD,
    SETTING,
    Object,
    annotations_of,
    key_of,
    labels_of,
)
from harvester_net.harvester.gojson import Undecodable, decode
from harvester_net.harvester.names import (
    LONGHORN_NAMESPACE,
    NETWORK_STATUS,
    RWX_IN_LONGHORN,
    RWX_SETTING,
    STORAGE_SETTING,
)
from harvester_net.harvester.network_settings import RWX, STORAGE
from harvester_net.harvester.settings import RWX_VALUE, effective, is_in_progress
from harvester_net.lab.controllers.controller import Action, Controller, State
from harvester_net.lab.controllers.network_settings import (
    COMPLETED,
    USER,
    if_readable,
    is_taken_up,
    say,
    setting_of_nad,
    take_up,
    value_of,
)
from harvester_net.lab.controllers.storage_network import LONGHORN as STORAGE_OF_LONGHORN
from harvester_net.lab.controllers.storage_network import longhorn_network
from harvester_net.lab.controllers.writing import deleted, patch

LONGHORN = RWX_IN_LONGHORN
INITIALIZED = f"{RWX.annotation}/initialized"
PLUGIN = ("app", "longhorn-csi-plugin")
SHARED = '{"share-storage-network":true}'


def _reconcile(state: State, setting: Object) -> Iterator[Action]:
    notes, taken_up = annotations_of(setting), is_taken_up(RWX, setting, state.version)
    shared, old = _is_shared(setting), notes.get(RWX.old_note)
    # The network before goes only after Longhorn was told of the new one.
    is_begun = taken_up and not shared and is_in_progress(setting)
    if not value_of(setting) and notes.get(INITIALIZED) != "true":
        yield from _initialize(state, setting)
    elif old and not is_begun:
        yield from _remove(state, setting, old)
    elif shared:
        yield from _share(state, setting)
    elif not taken_up:
        yield from take_up(state, RWX, setting)
    else:
        yield from _tell(state, notes.get(RWX.current_note, ""))
        yield from say(setting, "True", COMPLETED, "")


def _is_shared(setting: Object | None) -> bool:
    text = effective(setting)
    return bool(text and decode(text, RWX_VALUE)["share-storage-network"])


def _initialize(state: State, setting: Object) -> Iterator[Action]:
    """Takes over what Longhorn was told before there was this Setting.

    Waits until Longhorn has both of its own.
    """
    theirs = [state.get(LONGHORN_SETTING, key) for key in (STORAGE_OF_LONGHORN, LONGHORN)]
    storage, rwx = (value_of(one) if one else None for one in theirs)
    if storage is None or rwx is None:
        return
    fields: Object = {"metadata": {"annotations": {INITIALIZED: "true"}}}
    if storage and storage == rwx:
        fields["value"] = SHARED
    yield patch(SETTING, setting, fields)


def _share(state: State, setting: Object) -> Iterator[Action]:
    """Longhorn uses the storage network; a network of its own is to be removed."""
    shared = _storage_nad(state)
    if shared is None:
        return
    yield from _tell(state, shared)
    notes = {}
    if current := annotations_of(setting).get(RWX.current_note):
        # Without the hash, the same network is made again when it is asked for again.
        notes = {RWX.old_note: current, RWX.current_note: "", RWX.digest_note: ""}
    yield from say(setting, "True", COMPLETED, None, notes)


def _storage_nad(state: State) -> str | None:
    """The storage network's; empty if that is off, None while there is none yet."""
    setting = state.get(SETTING, STORAGE_SETTING)
    if setting is None or not effective(setting):
        return ""
    return annotations_of(setting).get(STORAGE.current_note) or None


def _tell(state: State, nad: str) -> Iterator[Action]:
    told = state.get(LONGHORN_SETTING, LONGHORN)
    if told is not None and value_of(told) != nad:
        yield patch(LONGHORN_SETTING, told, {"value": nad})


def _remove(state: State, setting: Object, old: str) -> Iterator[Action]:
    """The network before, once all pods of the CSI plugin are on the new one."""
    notes = annotations_of(setting)
    wanted = _storage_nad(state) if _is_shared(setting) else notes.get(RWX.current_note, "")
    if wanted is None or not all(_is_on(pod, wanted) for pod in _plugin_pods(state, wanted)):
        return
    yield from deleted(NAD, state.get(NAD, old))
    yield patch(SETTING, setting, {"metadata": {"annotations": {RWX.old_note: ""}}})


def _plugin_pods(state: State, wanted: str) -> list[Object]:
    """The pods that have to be on a network; none if it is the pods' own."""
    pods = list(state.of(POD).values()) if wanted else []
    return [pod for pod in pods if _is_plugin(pod)]


def _is_plugin(pod: Object) -> bool:
    in_longhorn = pod["metadata"].get("namespace") == LONGHORN_NAMESPACE
    return in_longhorn and PLUGIN in labels_of(pod).items()


def _is_on(pod: Object, nad: str) -> bool:
    try:
        statuses: Any = json.loads(annotations_of(pod).get(NETWORK_STATUS) or "[]")
        return any(one.get("name") == nad for one in statuses)
    except (ValueError, AttributeError):
        return False


def _settings(setting: Object, state: State) -> Iterable[str]:
    """Its own; with the storage network shared also that, once Longhorn has it."""
    if key_of(setting) == RWX_SETTING:
        return [RWX_SETTING]
    return [RWX_SETTING] if key_of(setting) == STORAGE_SETTING and _follows(state) else ()


def _follows(state: State) -> bool:
    """Whether RWX volumes share a storage network that Longhorn has by now."""
    storage = state.get(SETTING, STORAGE_SETTING)
    try:
        # Not while it is changed: Longhorn has what it said before.
        return (
            storage is not None
            and _is_shared(state.get(SETTING, RWX_SETTING))
            and is_taken_up(STORAGE, storage, state.version)
            and longhorn_network(state) == annotations_of(storage).get(STORAGE.current_note)
        )
    except Undecodable:
        return False


def _of_longhorn(told: Object, state: State) -> Iterable[str]:
    """The Setting, as long as it is new."""
    setting = state.get(SETTING, RWX_SETTING)
    is_new = setting is not None and INITIALIZED not in annotations_of(setting)
    return [RWX_SETTING] if is_new and key_of(told) in (STORAGE_OF_LONGHORN, LONGHORN) else ()


def _of_plugin(pod: Object, state: State) -> Iterable[str]:
    """The Setting, while a network is to be removed."""
    setting = state.get(SETTING, RWX_SETTING)
    waits = setting is not None and annotations_of(setting).get(RWX.old_note)
    return [RWX_SETTING] if waits and _is_plugin(pod) else ()


CONTROLLERS = (
    Controller(
        "rwx-network",
        USER,
        if_readable(_reconcile, RWX),
        {
            SETTING: _settings,
            NAD: setting_of_nad(RWX),
            LONGHORN_SETTING: _of_longhorn,
            POD: _of_plugin,
        },
    ),
)
