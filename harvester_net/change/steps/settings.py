"""The storage network and the RWX network: cleared for a change and set again (H5.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ...cluster.resources import (
    CLAIM,
    LONGHORN_SETTING,
    NAD,
    SETTING,
    VOLUME,
    annotations_of,
)
from ...cluster.rights import rights
from ...harvester.names import (
    RWX_PREFIX,
    RWX_SETTING,
    STORAGE_NAD_PREFIX,
    STORAGE_PREFIX,
    STORAGE_SETTING,
)
from ...harvester.settings import describe_leaked, leaked, storage_progress
from ...harvester.snapshot import Snapshot
from ...harvester.vm_networks import is_system_nad
from ...harvester.wording import listed
from ...harvester.workloads import not_detached
from ..context import ChangeContext
from ..settings import write_setting
from .step import Step

RWX_OFF = '{"share-storage-network":false}'
RWX_IN_LONGHORN = "longhorn-system/endpoint-network-for-rwx-volume"


@dataclass(frozen=True)
class StorageStep(Step):
    """A step that Longhorn and Harvester take their time for, all volumes detached."""

    ends_without_vms = True

    def limit(self, now: Snapshot) -> float:
        return float(self.record.storage_timeout)


@dataclass(frozen=True)
class VolumesDetached(StorageStep):
    """Wait until Longhorn has detached every volume of the stopped VMs."""

    watches = (VOLUME, CLAIM)
    rights = ()

    @property
    def id(self) -> str:
        return "volumes detached"

    @property
    def title(self) -> str:
        return "wait until every volume is detached"

    def done(self, now: Snapshot) -> bool:
        return not self._attached(now)

    def _attached(self, now: Snapshot) -> list[str]:
        return not_detached(now.of(VOLUME).values(), dict(now.of(CLAIM)))

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        """Longhorn detaches by itself; nothing is to be done."""

    def waits_for(self, now: Snapshot) -> str:
        return f"volumes to be detached: {listed(self._attached(now), 3)}"


@dataclass(frozen=True)
class WriteStorage(StorageStep):
    """Write the Setting storage-network, and wait until Harvester has carried it out."""

    text: str

    watches = (SETTING, NAD)
    rights = rights("get patch", SETTING, name=STORAGE_SETTING)
    interrupted_by_vms = True

    @property
    def id(self) -> str:
        return "set storage network" if self.text else "clear storage network"

    @property
    def title(self) -> str:
        if not self.text:
            return "clear the storage network"
        value = json.loads(self.text)
        where = f"VLAN {value.get('vlan')} on {value.get('clusterNetwork')}"
        return f"set the storage network: {value.get('range')}, {where}"

    def done(self, now: Snapshot) -> bool:
        setting = now.of(SETTING).get(STORAGE_SETTING, {"metadata": {}})
        if now.setting(STORAGE_SETTING) != self.text or not storage_progress(setting).done:
            return False
        # The cleared network may take a moment to go; until then it blocks the configs.
        return bool(self.text) or not self._left(now)

    def _left(self, now: Snapshot) -> list[str]:
        """The networks that Harvester made for the Setting and has not deleted yet."""
        return [
            key
            for key, nad in sorted(now.of(NAD).items())
            if is_system_nad(nad) and nad["metadata"]["name"].startswith(STORAGE_NAD_PREFIX)
        ]

    def holds(self, now: Snapshot) -> bool:
        return now.setting(STORAGE_SETTING) == self.text

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        if now.setting(STORAGE_SETTING) != self.text:
            setting = now.of(SETTING)[STORAGE_SETTING]
            await write_setting(setting, self.text, context.cluster, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        if now.setting(STORAGE_SETTING) != self.text:
            return "the new value of the storage network to be written"
        setting = now.of(SETTING).get(STORAGE_SETTING, {"metadata": {}})
        progress = storage_progress(setting)
        if not progress.done:
            return f"the storage network: {progress.words}"
        lost = leaked(setting, now.of(NAD))
        reasons = [describe_leaked(nad) for nad in lost] or [
            f"Harvester to delete {listed(self._left(now), 3)}"
        ]
        return f"the storage network to go: {'; '.join(reasons)}"


@dataclass(frozen=True)
class WriteRwx(StorageStep):
    """Write the Setting rwx-network, and wait until Longhorn has it."""

    text: str
    reset: bool

    watches = (SETTING, LONGHORN_SETTING)
    rights = rights("get patch", SETTING, name=RWX_SETTING)

    @property
    def id(self) -> str:
        return "reset rwx network" if self.reset else "set rwx network"

    @property
    def title(self) -> str:
        return "reset the RWX network" if self.reset else "set the RWX network again"

    def done(self, now: Snapshot) -> bool:
        setting = now.of(SETTING).get(RWX_SETTING)
        if setting is None:
            return True
        notes = annotations_of(setting)
        settled = not notes.get(RWX_PREFIX + "old-net-attach-def")
        written = now.setting(RWX_SETTING) == self.text
        return written and settled and self._in_longhorn(now) == self._wanted(now)

    def holds(self, now: Snapshot) -> bool:
        return RWX_SETTING not in now.of(SETTING) or now.setting(RWX_SETTING) == self.text

    def _in_longhorn(self, now: Snapshot) -> str:
        return str(now.of(LONGHORN_SETTING).get(RWX_IN_LONGHORN, {}).get("value") or "")

    def _wanted(self, now: Snapshot) -> str:
        value = json.loads(self.text or "{}")
        if value.get("share-storage-network"):
            storage = now.of(SETTING).get(STORAGE_SETTING, {"metadata": {}})
            return annotations_of(storage).get(STORAGE_PREFIX + "net-attach-def", "")
        rwx = annotations_of(now.of(SETTING)[RWX_SETTING])
        return rwx.get(RWX_PREFIX + "net-attach-def", "") if value.get("network") else ""

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        if now.setting(RWX_SETTING) != self.text:
            setting = now.of(SETTING)[RWX_SETTING]
            await write_setting(setting, self.text, context.cluster, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return "Longhorn to take the RWX network"
