"""VmMigrationNetwork on the server: the Setting vm-migration-network (H1.9, B2.2)."""

from __future__ import annotations

from ..change.record import Record
from ..cluster.resources import MIGRATION, Object
from ..harvester.setting_progress import Progress
from ..harvester.virt_handlers import get_migration_progress
from ..specs import vm_migration_network as specs
from .call import Call
from .codecs.network_setting import MIGRATION_CODEC
from .network_setting import NetworkSettingKind
from .rule_checks import WORKLOADS


class VmMigrationNetwork(NetworkSettingKind[specs.VmMigrationNetwork]):
    """Life cycle of the VM migration network."""

    token = "harvester-net:index:VmMigrationNetwork"
    spec = specs.VmMigrationNetwork
    outputs = specs.VmMigrationNetworkOutputs
    codec = MIGRATION_CODEC
    judged_by = (*WORKLOADS, MIGRATION)
    seconds = 1800
    seconds_to_change = 1800

    async def progress(self, setting: Object, call: Call) -> Progress:
        return await get_migration_progress(setting, call.cluster, call.deadline)

    def poll(self, call: Call) -> float:
        return call.cluster.timings.virt_handler

    def is_cleared_by(self, begun: Record) -> bool:
        return begun.migration is not None
