"""KubeVirt's agents on the nodes, which carry the traffic of migrations (B2.2)."""

from __future__ import annotations

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import Forbidden, NotFound
from ..cluster.resources import DAEMON_SET, POD, Object
from .names import SYSTEM_NAMESPACE, VIRT_HANDLER
from .network_settings import MIGRATION
from .setting_progress import Progress, migration_progress, virt_handlers_progress

LABEL = "kubevirt.io=virt-handler"


async def get_migration_progress(
    setting: Object, cluster: Cluster, deadline: Deadline
) -> Progress:
    """How far Harvester is with the Setting, and the virt-handlers after it, as far as the
    user may look at these.
    """
    told = migration_progress(setting)
    if not told.done:
        return told
    try:
        pods, _ = await cluster.connection.list(
            POD, deadline, SYSTEM_NAMESPACE, labelSelector=LABEL
        )
        wanted = await _wanted(cluster, deadline)
    except Forbidden:
        return told
    return virt_handlers_progress(MIGRATION.nad_of(setting), pods, wanted)


async def _wanted(cluster: Cluster, deadline: Deadline) -> int:
    """For how many nodes the DaemonSet is; 0 where there is none."""
    try:
        found = await cluster.connection.get(DAEMON_SET, VIRT_HANDLER, deadline)
    except NotFound:
        return 0
    number = (found.get("status") or {}).get("desiredNumberScheduled")
    return number if isinstance(number, int) else 0
