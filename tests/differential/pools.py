"""The names that clusters are made of: few, so that references hit; and how chance is
drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

T = TypeVar("T")

NODES = ("node1", "node2", "node3", "node4", "node5")
CLUSTER_NETWORKS = ("data", "stor", "edge")
MGMT = "mgmt"
GONE = "gone"
"""A cluster network that no cluster has."""
CONFIGS = ("nc1", "nc2", "nc3")
VM_NETWORKS = ("vlan10", "vlan20", "trunk", "flat")
GUESTS = ("web", "db", "cache")
STORAGE, RWX, MIGRATION = "storage-network", "rwx-network", "vm-migration-network"
SETTINGS = (STORAGE, RWX, MIGRATION)
RWX_DEFAULT = '{"share-storage-network":false}'

TENANT = "tenant"
SYSTEM = "harvester-system"
LONGHORN = "longhorn-system"
MONITORING = "cattle-monitoring-system"
VCLUSTER = "rancher-vcluster"
NAMESPACES = ("default", TENANT, SYSTEM, LONGHORN, MONITORING, VCLUSTER)

MTUS = (1500, 9000, 1400)
TEXTS = ("", "null", "{}", "[]", "7", '"text"', "no json", "{", '{"a":1}x')
"""What a text may be that should be JSON."""


def chance(draw: DrawFn, tenths: int) -> bool:
    """True in so many of ten cases; the simplest case is False."""
    return draw(st.integers(0, 9)) >= 10 - tenths


def pick(draw: DrawFn, of: Sequence[T]) -> T:
    """One of these; the first is the simplest."""
    return draw(st.sampled_from(of))


def mostly(draw: DrawFn, good: T, bad: Sequence[T], tenths: int = 2) -> T:
    """The good one, but in so many of ten cases one of the bad."""
    return pick(draw, bad) if chance(draw, tenths) else good
