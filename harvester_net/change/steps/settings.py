"""The networks of Harvester's Settings: cleared for a change and set again (H5.2, B2.3)."""

from __future__ import annotations

from dataclasses import dataclass

from ...cluster.deadline import DeadlineExceeded
from ...cluster.resources import CLAIM, LONGHORN_SETTING, NAD, SETTING, VOLUME
from ...cluster.rights import rights
from ...harvester.json_texts import json_object
from ...harvester.names import (
    MIGRATION_SETTING,
    RWX_IN_LONGHORN,
    RWX_SETTING,
    STORAGE_NAD_PREFIX,
    STORAGE_SETTING,
)
from ...harvester.network_settings import STORAGE
from ...harvester.setting_progress import (
    Progress,
    describe_leaked,
    leaked,
    migration_progress,
    rwx_progress,
    storage_progress,
)
from ...harvester.snapshot import Snapshot
from ...harvester.virt_handlers import get_migration_progress
from ...harvester.vm_networks import is_system_nad
from ...harvester.wording import listed
from ...harvester.workloads import not_detached
from ..context import ChangeContext
from ..settings import write_setting
from .step import Step


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
        return f"{_verb(self.text)} the storage network{_described(self.text)}"

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
        lost = leaked(STORAGE, setting, now.of(NAD))
        reasons = [describe_leaked(STORAGE, nad) for nad in lost] or [
            f"Harvester to delete {listed(self._left(now), 3)}"
        ]
        return f"the storage network to go: {'; '.join(reasons)}"


@dataclass(frozen=True)
class WriteRwx(StorageStep):
    """Write the Setting rwx-network, and wait until Longhorn has it."""

    text: str
    reset: bool

    watches = (SETTING, NAD, LONGHORN_SETTING)
    rights = rights("get patch", SETTING, name=RWX_SETTING)

    @property
    def id(self) -> str:
        return "reset rwx network" if self.reset else "set rwx network"

    @property
    def title(self) -> str:
        return "reset the RWX network" if self.reset else "set the RWX network again"

    def done(self, now: Snapshot) -> bool:
        if RWX_SETTING not in now.of(SETTING):
            return True
        return now.setting(RWX_SETTING) == self.text and self._progress(now).done

    def _progress(self, now: Snapshot) -> Progress:
        settings = now.of(SETTING)
        told = now.of(LONGHORN_SETTING).get(RWX_IN_LONGHORN, {})
        storage_nad = STORAGE.nad_of(settings.get(STORAGE_SETTING))
        return rwx_progress(
            settings[RWX_SETTING], now.of(NAD), storage_nad, str(told.get("value") or "")
        )

    def holds(self, now: Snapshot) -> bool:
        return RWX_SETTING not in now.of(SETTING) or now.setting(RWX_SETTING) == self.text

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        if now.setting(RWX_SETTING) != self.text:
            setting = now.of(SETTING)[RWX_SETTING]
            await write_setting(setting, self.text, context.cluster, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        if now.setting(RWX_SETTING) != self.text:
            return "the new value of the RWX network to be written"
        return f"the RWX network: {self._progress(now).words}"


@dataclass(frozen=True)
class WriteMigration(Step):
    """Write the Setting vm-migration-network, and wait until Harvester has told KubeVirt.

    No VM waits for it, and none is held down for it: what Harvester gives up is noted.
    """

    text: str

    watches = (SETTING,)
    rights = rights("get patch", SETTING, name=MIGRATION_SETTING)

    @property
    def id(self) -> str:
        return "set migration network" if self.text else "clear migration network"

    @property
    def title(self) -> str:
        return f"{_verb(self.text)} the VM migration network{_described(self.text)}"

    def done(self, now: Snapshot) -> bool:
        if MIGRATION_SETTING not in now.of(SETTING):
            return True
        progress = migration_progress(now.of(SETTING)[MIGRATION_SETTING])
        return self.holds(now) and (progress.done or progress.failed)

    def holds(self, now: Snapshot) -> bool:
        there = MIGRATION_SETTING in now.of(SETTING)
        return not there or now.setting(MIGRATION_SETTING) == self.text

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        if not self.holds(now):
            setting = now.of(SETTING)[MIGRATION_SETTING]
            await write_setting(setting, self.text, context.cluster, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        if not self.holds(now):
            return "the new value of the VM migration network to be written"
        progress = migration_progress(now.of(SETTING)[MIGRATION_SETTING])
        return f"the VM migration network: {progress.words}"

    def unprovable(self, now: Snapshot) -> list[str]:
        setting = now.of(SETTING).get(MIGRATION_SETTING)
        if setting is None or not (progress := migration_progress(setting)).failed:
            return []
        note = f"{self.title}: Harvester gave up: {progress.words}"
        remedy = f"clear the Setting {MIGRATION_SETTING} and set it again"
        return [f"{note}; {remedy}" if self.text else note]


@dataclass(frozen=True)
class VirtHandlersFollow(Step):
    """Wait until the pods of virt-handler have left the VM migration network, or are on it.

    As long as one is on it, its port holds the bridge at the old MTU (B2.3).
    """

    back: bool

    watches = (SETTING,)
    rights = ()
    blocks_until_done = True

    @property
    def id(self) -> str:
        return "virt-handlers on it" if self.back else "virt-handlers off it"

    @property
    def title(self) -> str:
        done = "are on the VM migration network" if self.back else "have left it"
        return f"wait until the pods of virt-handler {done}"

    def done(self, now: Snapshot) -> bool:
        """Never by what is watched: its act looks at the pods."""
        return False

    def holds(self, now: Snapshot) -> bool:
        return True

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        cluster, deadline = context.cluster, context.deadline.within(self.limit(now))
        words = "nobody has looked"
        try:
            while (setting := cluster.cached(SETTING).get(MIGRATION_SETTING)) is not None:
                state = await get_migration_progress(setting, cluster, deadline)
                if state.done or state.failed:
                    return
                words = state.words
                context.observer.waiting_for(f"the VM migration network: {words}")
                await deadline.sleep(cluster.timings.virt_handler)
            return
        except DeadlineExceeded:
            context.deadline.check()
        remedy = "restart its pods there; until then they hold the MTU of before"
        note = f"{words} within {self.limit(now):.0f} s; {remedy}"
        await context.remember(lambda record: record.with_unverified([note]))


def _verb(text: str) -> str:
    return "set" if text else "clear"


def _described(text: str) -> str:
    """The network that a text of a Setting gives; empty if it gives none."""
    if not text:
        return ""
    value = json_object(text)
    where = f"VLAN {value.get('vlan')} on {value.get('clusterNetwork')}"
    return f": {value.get('range')}, {where}"
