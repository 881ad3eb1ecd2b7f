"""Whether the storage and RWX networks are in a change's way (H5.2)."""

from __future__ import annotations

from ..harvester.names import RWX_SETTING, STORAGE_SETTING
from ..harvester.snapshot import Situation
from ..harvester.versions import RWX_NETWORK
from .record import Goal
from .targets import touched_network


def needs_storage_cleared(situation: Situation, goal: Goal) -> bool:
    """Whether the storage or RWX network is on the devices that the change interrupts."""
    network = touched_network(situation, goal)
    if not network:
        return False
    value = situation.setting_value(STORAGE_SETTING)
    return value.get("clusterNetwork") == network or _rwx_on(situation, network)


def _rwx_on(situation: Situation, network: str) -> bool:
    rwx = situation.setting_value(RWX_SETTING).get("network") or {}
    return RWX_NETWORK.on(situation.version) and rwx.get("clusterNetwork") == network


def storage_text(situation: Situation, goal: Goal) -> str | None:
    """The exact text of the storage network, if it is in the way."""
    value = situation.setting_value(STORAGE_SETTING)
    if value.get("clusterNetwork") != touched_network(situation, goal):
        return None
    return situation.setting(STORAGE_SETTING)


def rwx_text(situation: Situation, goal: Goal) -> str | None:
    """The RWX setting, where it shares the storage network or has its own on this network."""
    network = touched_network(situation, goal)
    shares = situation.setting_value(RWX_SETTING).get("share-storage-network") is True
    if (shares and storage_text(situation, goal)) or _rwx_on(situation, network):
        return situation.setting(RWX_SETTING)
    return None
