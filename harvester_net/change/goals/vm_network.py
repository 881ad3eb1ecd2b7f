"""A VM network whose VMs must be stopped to change it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ...cluster.resources import NAD, Resource
from ...harvester.cni import cni_config
from ...harvester.snapshot import Snapshot
from .goal import Goal

if TYPE_CHECKING:
    from ..record import Record


class VmNetworkGoal(Goal):
    """A VM network that has this CNI config."""

    kind: Literal["vmNetwork"] = "vmNetwork"
    key: str
    patch: dict[str, Any] = Field(default_factory=dict)
    """Merge patch of the object."""

    @property
    def subject(self) -> tuple[Resource, str]:
        return NAD, self.key

    @property
    def config(self) -> dict[str, Any] | None:
        """The CNI config that is wanted; None if it is another field that changes."""
        text = (self.patch.get("spec") or {}).get("config")
        return None if text is None else dict(json.loads(text))

    def vm_networks_in_use(self, snapshot: Snapshot) -> set[str]:
        return {self.key}

    def vm_networks_to_write(self, snapshot: Snapshot) -> dict[str, str]:
        return {self.key: snapshot.of(NAD)[self.key]["spec"]["config"]}

    def is_reached(self, snapshot: Snapshot) -> bool:
        nad = snapshot.of(NAD).get(self.key)
        return nad is not None and cni_config(nad) == (self.config or {})

    def headline(self, record: Record) -> str:
        return f"change VM network {self.key}"
