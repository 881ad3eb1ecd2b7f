"""What differs between versions of Harvester, in one table (H7).

The version is read from the Setting `server-version`. A build without a number (a development
build, as on a cluster made from source) counts as the newest that the table knows.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

Version = tuple[int, int]
NEWEST: Version = (1, 9)
Release = tuple[int, int, int]
"""A version to its patch, for the little that changes between two of them."""

_NUMBER = re.compile(r"v?(\d+)\.(\d+)")
_PATCH = re.compile(r"v?\d+\.\d+\.(\d+)")


@dataclass(frozen=True)
class Feature:
    """Something that servers do from a version on."""

    since: Version
    words: str

    def on(self, version: Version) -> bool:
        """Whether a server of this version does it."""
        return version >= self.since


VM_NETWORKS_FOLLOW = Feature((1, 6), "VM networks take a new MTU by themselves")
CONFIGS_WITHOUT_NODES_ARE_MADE = Feature(
    (1, 6), "a network config that matches no node can at least be made"
)
CONFIGS_WITHOUT_NODES = Feature((1, 8), "a network config that matches no node can be changed")
STORAGE_BESIDE_THEM = Feature((1, 9), "such a config does not keep the storage network away")
NETWORK_MANAGER = Feature((1, 7), "hosts are configured with nmcli, not by /oem and a reboot")
MIGRATION_NETWORK = Feature((1, 6), "there is a setting vm-migration-network")
RWX_NETWORK = Feature((1, 8), "there is a setting rwx-network")
UPLINKS_ARE_GUARDED = Feature((1, 6), "VMs keep the uplink of their nodes from changing")
ZERO_IS_DEFAULT_MTU = Feature((1, 6), "MTU 0 and MTU 1500 are the same")
SKIPS_DELETED_CONFIGS = Feature((1, 8), "configs that are being deleted have no say")
HOST_NETWORKS = Feature((1, 8), "nodes can have addresses in VLANs, by HostNetworkConfigs")
UNKNOWN_LINK_STATE = Feature((1, 8), "a link whose state is unknown is not said to be down")
RWX_IS_SYSTEM = Feature((1, 9), "the RWX network protects its network configs")
TRUNKS = Feature((1, 7), "VM networks can be trunks")
EXCLUSIVE_VLAN = Feature((1, 9), "the storage network can have its VLAN for itself")

HOST_NETWORKS_FOLLOW: dict[str, Feature] = {}
"""By property of a HostNetworkConfig, since when agents apply its change to a device that is
there. None does up to 1.9 (B1.3, I#11617, I#11618), so such a change replaces the object.
"""

UNTAGGED_IS_APART: Release = (1, 6, 1)
"""The first release whose VLAN networks do not hear untagged traffic too."""


def version_of(text: str) -> Version:
    """The version in a server's own words: ``v1.7.1`` is (1, 7)."""
    found = _NUMBER.match(text)
    return (int(found[1]), int(found[2])) if found else NEWEST


def patch_of(text: str) -> int:
    """The patch in a server's own words: that of ``v1.7.1`` is 1. A build that names none is
    of a branch, and counts as its newest.
    """
    found = _PATCH.match(text)
    return int(found[1]) if found else sys.maxsize
