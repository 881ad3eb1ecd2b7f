"""Longhorn, the address pools of whereabouts, snapshots of volumes."""

from __future__ import annotations

from harvester_net.lab.manifests.definitions.definition import Group
from harvester_net.lab.manifests.definitions.schema import (
    LABELS,
    Object,
    boolean,
    fields,
    mapping,
    root,
    string,
)

LONGHORN = Group("longhorn.io", "v1beta2")
WHEREABOUTS = Group("whereabouts.cni.cncf.io", "v1alpha1")
SNAPSHOTS = Group("snapshot.storage.k8s.io", "v1")


def longhorn() -> list[Object]:
    """What Harvester looks at of Longhorn; only its settings are checked."""
    status = fields("applied", applied=boolean())
    setting = root("value", value=string(), status=status)
    return [
        LONGHORN.kind("Engine", short="lhe", status=True),
        LONGHORN.kind("Node", short="lhn", status=True),
        LONGHORN.kind("Setting", setting, short="lhs", status=True),
        LONGHORN.kind("Volume", short="lhv", status=True),
    ]


def whereabouts() -> list[Object]:
    allocation = fields("id podref", id=string(), podref=string(), ifname=string())
    pool = fields("allocations range", range=string(), allocations=mapping(allocation))
    reservation = fields("podref", podref=string(), containerid=string(), ifname=string())
    return [
        WHEREABOUTS.kind("IPPool", root(spec=pool)),
        WHEREABOUTS.kind("NodeSlicePool"),
        WHEREABOUTS.kind("OverlappingRangeIPReservation", root("spec", spec=reservation)),
    ]


def snapshots() -> list[Object]:
    policy = string("Delete", "Retain")
    of_class = root(
        "deletionPolicy driver", driver=string(), deletionPolicy=policy, parameters=LABELS
    )
    return [
        SNAPSHOTS.kind("VolumeSnapshot", short="vs", status=True),
        SNAPSHOTS.kind(
            "VolumeSnapshotClass",
            of_class,
            namespaced=False,
            plural="volumesnapshotclasses",
            short="vsclass vsclasses",
        ),
        SNAPSHOTS.kind(
            "VolumeSnapshotContent", namespaced=False, short="vsc vscs", status=True
        ),
    ]
