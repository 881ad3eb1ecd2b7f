"""The storage network set, changed or cleared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from ...cluster.resources import SETTING, Resource
from ...harvester.names import RWX_SETTING, STORAGE_SETTING
from ...harvester.snapshot import Snapshot
from .goal import Goal

if TYPE_CHECKING:
    from ..record import Record


class StorageNetworkGoal(Goal):
    """The Setting storage-network has this text."""

    kind: Literal["storageNetwork"] = "storageNetwork"
    text: str = ""
    """Empty: there is no storage network."""

    @property
    def subject(self) -> tuple[Resource, str]:
        return SETTING, STORAGE_SETTING

    @property
    def stops_all_vms(self) -> bool:
        return True

    def storage_before(self, snapshot: Snapshot) -> str:
        return snapshot.setting(STORAGE_SETTING)

    def is_reached(self, snapshot: Snapshot) -> bool:
        return snapshot.setting(STORAGE_SETTING) == self.text

    def refusals(self, snapshot: Snapshot) -> Iterator[str]:
        shares = snapshot.setting_value(RWX_SETTING).get("share-storage-network") is True
        if not self.text and shares:
            yield (
                "the RWX network shares the storage network, and Harvester does not clear it "
                "then; set share-storage-network to false in the Setting "
                f"{RWX_SETTING} first"
            )

    def headline(self, record: Record) -> str:
        return "set the storage network" if self.text else "clear the storage network"
