"""StorageNetwork on the server: the Setting storage-network (H1.7, H4.7)."""

from __future__ import annotations

import time

from ..change.goals.storage_network import StorageNetworkGoal
from ..change.record import Record
from ..cluster.resources import SETTING, Object
from ..harvester.names import RWX_SETTING
from ..harvester.setting_progress import Progress, storage_progress
from ..harvester.settings import effective
from ..specs import storage_network as specs
from ..specs.disruption import Disruption
from . import rule_checks
from .call import Call
from .changes import make_plan, preview_change, run_change_or_refuse
from .codecs.network_setting import RWX_CODEC, STORAGE_CODEC
from .differences import Properties
from .network_setting import NetworkSettingKind


class StorageNetwork(NetworkSettingKind[specs.StorageNetwork]):
    """Life cycle of the storage network."""

    token = "harvester-net:index:StorageNetwork"
    spec = specs.StorageNetwork
    outputs = specs.StorageNetworkOutputs
    codec = STORAGE_CODEC
    seconds = 1800
    seconds_to_change = 2 * 3600

    async def progress(self, setting: Object, call: Call) -> Progress:
        return storage_progress(setting)

    def is_cleared_by(self, begun: Record) -> bool:
        return begun.storage is not None

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        await self._wait_for_sharing(call)
        await super().delete(key, outputs, call)

    async def _wait_for_sharing(self, call: Call) -> None:
        """Give an RWX network of the same run, which shares it, the time to go first: the
        engine knows of no order between the two.
        """
        began = time.monotonic()
        while time.monotonic() - began < call.cluster.timings.cure:
            rwx = await call.cluster.get(SETTING, RWX_SETTING, call.deadline)
            if not RWX_CODEC.properties_of(effective(rwx)).get("shareStorageNetwork"):
                return
            if (SETTING, RWX_SETTING) not in call.cluster.leaving and (
                time.monotonic() - began > call.cluster.timings.stuck_deletion
            ):
                return  # The rules say what to do.
            call.tell("waiting: the RWX network shares it, and goes first")
            await call.deadline.sleep(call.cluster.timings.poll)

    async def address_budget(self, desired: specs.StorageNetwork, call: Call) -> str | None:
        return await rule_checks.address_budget(desired, call)

    async def change_if_needed(
        self, text: str, consent: Disruption | None, call: Call
    ) -> bool:
        if consent is None or not consent.stop_vms:
            return False
        goal = StorageNetworkGoal(text=text)
        made = await make_plan(goal, consent, call)
        if not made.record.vms:
            return False
        if call.preview:
            await preview_change(goal, consent, call)
            return True
        await run_change_or_refuse(goal, consent, call)
        return True
