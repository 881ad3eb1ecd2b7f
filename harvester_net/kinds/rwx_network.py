"""RwxNetwork on the server: the Setting rwx-network (H1.8, B2.1)."""

from __future__ import annotations

import time

from ..change.record import Record
from ..cluster.resources import LONGHORN_SETTING, NAD, SETTING, Object
from ..harvester.names import RWX_IN_LONGHORN, STORAGE_SETTING
from ..harvester.network_settings import STORAGE
from ..harvester.setting_progress import Progress, rwx_progress, storage_progress
from ..harvester.settings import effective
from ..specs import rwx_network as specs
from .call import Call
from .codecs.network_setting import RWX_CODEC
from .differences import Properties
from .network_setting import NetworkSettingKind


class RwxNetwork(NetworkSettingKind[specs.RwxNetwork]):
    """Life cycle of the RWX network."""

    token = "harvester-net:index:RwxNetwork"
    spec = specs.RwxNetwork
    outputs = specs.RwxNetworkOutputs
    codec = RWX_CODEC
    watched = (SETTING, NAD, LONGHORN_SETTING)
    seconds = 1800
    seconds_to_change = 1800

    async def progress(self, setting: Object, call: Call) -> Progress:
        nads = await call.cluster.list(NAD, call.deadline)
        told = await call.cluster.list(LONGHORN_SETTING, call.deadline)
        storage = await call.cluster.get_cached(SETTING, STORAGE_SETTING, call.deadline)
        in_longhorn = str(told.get(RWX_IN_LONGHORN, {}).get("value") or "")
        return rwx_progress(setting, nads, STORAGE.nad_of(storage), in_longhorn)

    def vm_network(self, setting: Object, call: Call) -> str:
        if _is_shared(setting):
            return STORAGE.nad_of(call.cluster.cached(SETTING).get(STORAGE_SETTING))
        return super().vm_network(setting, call)

    def _is_renewed(self, setting: Object, call: Call) -> bool:
        shared = _is_shared(setting) and STORAGE_SETTING in call.desired_state.renewed_networks
        return shared or super()._is_renewed(setting, call)

    async def wait_for_others(self, inputs: Properties, call: Call) -> None:
        await super().wait_for_others(inputs, call)
        if inputs.get("shareStorageNetwork"):
            await self._wait_for_storage(call)

    async def _wait_for_storage(self, call: Call) -> None:
        """Wait for a storage network that this same run makes: the engine knows of no order
        between the two. Without one the rules say what is missing.
        """
        began, ref = time.monotonic(), (SETTING, STORAGE_SETTING)
        while True:
            storage = await call.cluster.get(*ref, call.deadline)
            if storage is None or (effective(storage) and storage_progress(storage).done):
                return
            silent = time.monotonic() - began > call.cluster.timings.program_silence
            if ref not in call.desired_state.objects and silent:
                return
            call.tell("waiting for the storage network, which it shares")
            await call.deadline.sleep(call.cluster.timings.poll)

    def is_cleared_by(self, begun: Record) -> bool:
        return begun.rwx is not None


def _is_shared(setting: Object) -> bool:
    """Whether it is the storage network that it names."""
    return bool(RWX_CODEC.properties_of(effective(setting)).get("shareStorageNetwork"))
