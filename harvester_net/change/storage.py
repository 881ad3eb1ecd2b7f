"""Whether the networks of Harvester's Settings are in a change's way (H5.2, B2.3)."""

from __future__ import annotations

from ..harvester.names import MIGRATION_SETTING, RWX_SETTING, STORAGE_SETTING
from ..harvester.snapshot import Snapshot
from ..harvester.versions import MIGRATION_NETWORK, RWX_NETWORK


def needs_storage_cleared(snapshot: Snapshot, network: str) -> bool:
    """Whether the storage or RWX network is on this cluster network, whose devices a change
    interrupts; the name is empty if it interrupts none.
    """
    if not network:
        return False
    value = snapshot.setting_value(STORAGE_SETTING)
    return value.get("clusterNetwork") == network or _rwx_on(snapshot, network)


def _rwx_on(snapshot: Snapshot, network: str) -> bool:
    rwx = snapshot.setting_value(RWX_SETTING).get("network") or {}
    return RWX_NETWORK.on(snapshot.version) and rwx.get("clusterNetwork") == network


def storage_text(snapshot: Snapshot, network: str) -> str | None:
    """The exact text of the storage network, if it is on this cluster network."""
    value = snapshot.setting_value(STORAGE_SETTING)
    if value.get("clusterNetwork") != network:
        return None
    return snapshot.setting(STORAGE_SETTING)


def rwx_text(snapshot: Snapshot, network: str) -> str | None:
    """The RWX setting, where it shares the storage network or has its own on this one."""
    shares = snapshot.setting_value(RWX_SETTING).get("share-storage-network") is True
    if (shares and storage_text(snapshot, network)) or _rwx_on(snapshot, network):
        return snapshot.setting(RWX_SETTING)
    return None


def migration_text(snapshot: Snapshot, mtu_network: str) -> str | None:
    """The text of the VM migration network, if it is on the cluster network whose MTU changes;
    the name is empty if none changes.

    Nothing of Harvester's minds, but the pods of virt-handler would hold the bridge at the old
    MTU until they start anew (B2.3).
    """
    value = snapshot.setting_value(MIGRATION_SETTING)
    if not mtu_network or not MIGRATION_NETWORK.on(snapshot.version):
        return None
    if value.get("clusterNetwork") != mtu_network:
        return None
    return snapshot.setting(MIGRATION_SETTING)
