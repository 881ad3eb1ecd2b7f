"""Whole clusters, small but rich in what hangs together, some in states that no webhook would
let happen.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import Object

from .guests import guests, migrations
from .networks import Net, networks, nodes
from .pools import chance
from .settings import settings
from .storage import longhorn_nodes, volumes
from .vm_networks import vm_networks


@dataclass(frozen=True, repr=False)
class Cluster:
    """The objects of a cluster, and its cluster networks as writes refer to them."""

    nets: list[Net]
    objects: list[Object]

    def __repr__(self) -> str:
        return f"a cluster of {len(self.objects)} objects"


@st.composite
def clusters(draw: DrawFn) -> Cluster:
    """A cluster; in many of them no VM runs or no volume is in use, so that changes may be
    allowed.
    """
    quiet, detached = chance(draw, 6), chance(draw, 6)
    made = nodes(draw)
    nets, parts = networks(draw, made)
    nads = vm_networks(draw, nets)
    return Cluster(
        nets,
        [
            *made,
            *parts,
            *nads,
            *guests(draw, nads, quiet),
            *migrations(draw),
            *longhorn_nodes(draw, made),
            *volumes(draw, detached),
            *settings(draw, nets, nads),
        ],
    )
