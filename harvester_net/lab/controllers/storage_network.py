"""The Setting `storage-network`: one value after the other carried to Longhorn (H4.7).

Longhorn takes another network only while no volume is attached, so what holds volumes is
stopped before and started after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harvester_net.cluster.resources import (
    LONGHORN_SETTING,
    NAD,
    NODE,
    SETTING,
    VOLUME,
    Object,
    annotations_of,
    condition,
    labels_of,
)
from harvester_net.harvester.names import LONGHORN_NAMESPACE, STORAGE_SETTING, WITNESS
from harvester_net.harvester.network_settings import STORAGE
from harvester_net.lab.controllers.controller import Action, Controller, State
from harvester_net.lab.controllers.kinds import IP_POOL
from harvester_net.lab.controllers.network_settings import (
    COMPLETED,
    IN_PROGRESS,
    USER,
    if_readable,
    is_taken_up,
    only,
    read,
    say,
    setting_of_nad,
    take_up,
    value_of,
)
from harvester_net.lab.controllers.pausing import start, stop
from harvester_net.lab.controllers.versions import (
    ADDRESSES_ARE_COUNTED,
    HEALTHY_NODES_COUNT,
    WAITING_IN_LOWER_CASE,
)
from harvester_net.lab.controllers.writing import deleted, patch

LONGHORN = f"{LONGHORN_NAMESPACE}/storage-network"
POOLS_NAMESPACE = "kube-system"
WAITING = "waiting for all volumes detached: "
NO_ADDRESSES = "IP allocation failure for Longhorn Pods"
SWITCHED = "Update Longhorn setting"


def _reconcile(state: State, setting: Object) -> Iterator[Action]:
    notes = annotations_of(setting)
    if not notes and not value_of(setting):
        return  # It was never used.
    if not is_taken_up(STORAGE, setting, state.version):
        yield from take_up(state, STORAGE, setting)
    elif longhorn_network(state) == notes.get(STORAGE.current_note, ""):
        yield from _finish(state, setting)
    else:
        yield from _switch(state, setting)


def longhorn_network(state: State) -> str:
    """The VM network that Longhorn is told to use; empty if there is none."""
    found = state.get(LONGHORN_SETTING, LONGHORN)
    return value_of(found) if found else ""


def _switch(state: State, setting: Object) -> Iterator[Action]:
    """Phases 2 to 4: pods stopped, volumes detached, Longhorn told."""
    yield from stop(state)
    if attached := _attached(state):
        words = WAITING if WAITING_IN_LOWER_CASE.on(state.version) else WAITING.capitalize()
        yield from say(setting, "False", IN_PROGRESS, words + ",".join(attached))
    elif (told := state.get(LONGHORN_SETTING, LONGHORN)) is not None:
        current = annotations_of(setting).get(STORAGE.current_note, "")
        yield patch(LONGHORN_SETTING, told, {"value": current})
        yield from say(setting, "False", IN_PROGRESS, SWITCHED)


def _attached(state: State) -> list[str]:
    """The volumes of Longhorn that somebody uses, without any exemption."""
    return sorted(
        volume["metadata"]["name"]
        for volume in state.of(VOLUME).values()
        if (volume.get("status") or {}).get("state") != "detached"
    )


def _finish(state: State, setting: Object) -> Iterator[Action]:
    """Phases 5 to 7: pods started, the old network removed, addresses given out."""
    yield from start(state)
    old = annotations_of(setting).get(STORAGE.old_note, "")
    yield from deleted(NAD, state.get(NAD, old))
    if _has_addresses(state, setting):
        notes = {STORAGE.old_note: ""} if old else {}
        yield from say(setting, "True", COMPLETED, "", notes)
    else:
        yield from say(setting, "False", IN_PROGRESS, NO_ADDRESSES)


def _has_addresses(state: State, setting: Object) -> bool:
    """Whether there is an address for each node that Longhorn is on."""
    network = read(STORAGE, value_of(setting), state.version)[1]
    if network is None or not ADDRESSES_ARE_COUNTED.on(state.version):
        return True
    name = network.range.replace("/", "-")
    pool = state.get(IP_POOL, f"{POOLS_NAMESPACE}/{name}")
    given = (pool["spec"].get("allocations") or {}) if pool else {}
    return pool is not None and len(given) >= _needed(state)


def _needed(state: State) -> int:
    only_healthy = HEALTHY_NODES_COUNT.on(state.version)
    return sum(
        labels_of(node).get(WITNESS) != "true" and (_is_healthy(node) or not only_healthy)
        for node in state.of(NODE).values()
    )


def _is_healthy(node: Object) -> bool:
    return condition(node, "Ready").get("status") == "True"


def _says(state: State, words: str) -> bool:
    setting = state.get(SETTING, STORAGE_SETTING)
    message = condition(setting, "configured").get("message", "") if setting else ""
    return message.lower().startswith(words.lower())


def _if_waiting_for_volumes(obj: Object, state: State) -> Iterable[str]:
    """Harvester only looks again from time to time (O4.3); this looks when there is cause."""
    return [STORAGE_SETTING] if _says(state, WAITING) else ()


def _if_waiting_for_addresses(obj: Object, state: State) -> Iterable[str]:
    return [STORAGE_SETTING] if _says(state, NO_ADDRESSES) else ()


CONTROLLERS = (
    Controller(
        "storage-network",
        USER,
        if_readable(_reconcile, STORAGE),
        {
            SETTING: only(STORAGE),
            NAD: setting_of_nad(STORAGE),
            VOLUME: _if_waiting_for_volumes,
            IP_POOL: _if_waiting_for_addresses,
            NODE: _if_waiting_for_addresses,
        },
    ),
)
