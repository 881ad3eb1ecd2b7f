"""The three Settings that name a network, in what they differ from each other (H1.7 to H1.9).

For each value Harvester makes a VM network of its own, and remembers in annotations of the
Setting which value that was for, which network it is, and which one was before (H4.7).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..cluster.resources import Object, annotations_of
from .names import (
    MIGRATION_ANNOTATION,
    MIGRATION_NAD_PREFIX,
    MIGRATION_SETTING,
    RWX_ANNOTATION,
    RWX_NAD_PREFIX,
    RWX_SETTING,
    STORAGE_ANNOTATION,
    STORAGE_NAD_PREFIX,
    STORAGE_SETTING,
)
from .versions import MIGRATION_NETWORK, RWX_NETWORK, Version


@dataclass(frozen=True)
class NetworkSetting:
    """One of the Settings."""

    name: str
    words: str
    """What it gives, for the user."""
    off: str
    """The text that clears it."""
    annotation: str
    """On its VM networks, and before a slash in all its annotations."""
    nad_prefix: str
    """How the names of its VM networks begin."""
    since: Version
    """Before, nobody looks at such a Setting (H7)."""

    @property
    def digest_note(self) -> str:
        """Annotation of the Setting, and label of the VM network: which value it was."""
        return f"{self.annotation}/hash"

    @property
    def current_note(self) -> str:
        """Annotation of the Setting: its VM network, as namespace/name."""
        return f"{self.annotation}/net-attach-def"

    @property
    def old_note(self) -> str:
        """Annotation of the Setting: the VM network that it had before, until that is gone."""
        return f"{self.annotation}/old-net-attach-def"

    def nad_of(self, setting: Object | None) -> str:
        """The VM network that Harvester made for the Setting; empty if it has none."""
        return annotations_of(setting).get(self.current_note, "") if setting else ""


STORAGE = NetworkSetting(
    STORAGE_SETTING, "storage network", "", STORAGE_ANNOTATION, STORAGE_NAD_PREFIX, (1, 1)
)
RWX = NetworkSetting(
    RWX_SETTING,
    "RWX network",
    '{"share-storage-network":false}',
    RWX_ANNOTATION,
    RWX_NAD_PREFIX,
    RWX_NETWORK.since,
)
MIGRATION = NetworkSetting(
    MIGRATION_SETTING,
    "VM migration network",
    "",
    MIGRATION_ANNOTATION,
    MIGRATION_NAD_PREFIX,
    MIGRATION_NETWORK.since,
)
NETWORK_SETTINGS = (STORAGE, RWX, MIGRATION)
