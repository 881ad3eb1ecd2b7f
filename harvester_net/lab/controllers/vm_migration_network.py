"""The Setting `vm-migration-network`: KubeVirt told which VM network migrations use (B2.2).

One attempt for each value: what fails is noted like what succeeds, and only another value
makes Harvester try again.
"""

from __future__ import annotations

from collections.abc import Iterator

from harvester_net.cluster.resources import (
    NAD,
    SETTING,
    Object,
    annotations_of,
    split_key,
)
from harvester_net.harvester.names import SYSTEM_NAMESPACE
from harvester_net.harvester.network_settings import MIGRATION
from harvester_net.lab.controllers.controller import Action, Controller, State
from harvester_net.lab.controllers.kinds import KUBEVIRT
from harvester_net.lab.controllers.network_settings import (
    USER,
    digest,
    if_readable,
    is_taken_up,
    make_nad,
    nad_of,
    only,
    say,
    setting_of_nad,
    value_of,
)
from harvester_net.lab.controllers.writing import deleted, patch

KUBEVIRT_KEY = f"{SYSTEM_NAMESPACE}/kubevirt"


def _reconcile(state: State, setting: Object) -> Iterator[Action]:
    notes, value = annotations_of(setting), value_of(setting)
    if (not notes and not value) or is_taken_up(MIGRATION, setting, state.version):
        return
    if state.get(KUBEVIRT, KUBEVIRT_KEY) is None:
        yield from _failed(state, setting, "GetKubeVirtError", "get kubevirt error not found")
        return
    nad = ""
    if value:
        yield from make_nad(state, MIGRATION, setting)
        found = nad_of(state, MIGRATION, setting)
        if found is None:
            return
        nad = f"{SYSTEM_NAMESPACE}/{found['metadata']['name']}"
    yield from _tell_kubevirt(state, nad)
    before = notes.get(MIGRATION.current_note, "")
    if before != nad:
        yield from deleted(NAD, state.get(NAD, before))
    yield from _noted(state, setting, "True", "", "", nad)


def _tell_kubevirt(state: State, nad: str) -> Iterator[Action]:
    kubevirt = state.get(KUBEVIRT, KUBEVIRT_KEY)
    name = split_key(nad)[1] or None
    if kubevirt is not None and _told(kubevirt) != name:
        spec = {"configuration": {"migrations": {"network": name}}}
        yield patch(KUBEVIRT, kubevirt, {"spec": spec})


def _told(kubevirt: Object) -> str | None:
    configuration = kubevirt["spec"].get("configuration") or {}
    network: str | None = (configuration.get("migrations") or {}).get("network")
    return network


def _refused(state: State, key: str, said: str) -> Iterator[Action]:
    """The reason by how far it came (B2.2)."""
    setting, kubevirt = state.get(SETTING, key), state.get(KUBEVIRT, KUBEVIRT_KEY)
    if setting is None or kubevirt is None:
        return
    nad = nad_of(state, MIGRATION, setting)
    if value_of(setting) and nad is None:
        yield from _failed(state, setting, "CreateNadError", f"create nad error {said}")
    elif _told(kubevirt) != (nad["metadata"]["name"] if nad else None):
        message = f"update kubevirt error {said}"
        yield from _failed(state, setting, "UpdateKubeVirtError", message)
    else:
        message = f"remove old nad error {said}"
        yield from _failed(state, setting, "RemoveOldNadError", message)


def _failed(state: State, setting: Object, reason: str, message: str) -> Iterator[Action]:
    before = annotations_of(setting).get(MIGRATION.current_note, "")
    yield from _noted(state, setting, "False", reason, message, before)


def _noted(
    state: State, setting: Object, status: str, reason: str, message: str, nad: str
) -> Iterator[Action]:
    notes = {
        MIGRATION.current_note: nad,
        MIGRATION.digest_note: digest(MIGRATION, setting, state.version),
    }
    yield from say(setting, status, reason, message, notes)


CONTROLLERS = (
    Controller(
        "vm-migration-network",
        USER,
        if_readable(_reconcile, MIGRATION),
        {SETTING: only(MIGRATION), NAD: setting_of_nad(MIGRATION)},
        refused=_refused,
    ),
)
