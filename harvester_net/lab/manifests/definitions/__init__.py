"""The types that a Harvester cluster serves, as definitions of our own.

They have the names, versions, subresources and columns of the real ones, and the kinds of the
networks have schemas that give the same answers: what is refused in which words, what is
dropped and what is filled in. `lab/tests/running/test_definitions.py` holds them against the
real ones, which the real lab reads from Go modules (`lab/definitions.py`).
"""

from __future__ import annotations

from harvester_net.harvester.versions import version_of
from harvester_net.lab.manifests.definitions.harvester import harvester
from harvester_net.lab.manifests.definitions.kubevirt import kubevirt
from harvester_net.lab.manifests.definitions.network import (
    cni,
    managed_dhcp,
    network,
)
from harvester_net.lab.manifests.definitions.others import kube_ovn, others
from harvester_net.lab.manifests.definitions.schema import Object
from harvester_net.lab.manifests.definitions.storage import (
    longhorn,
    snapshots,
    whereabouts,
)

__all__ = ["definitions"]


def definitions(version: str, *, overlays: bool = False, dhcp: bool = False) -> list[Object]:
    """The custom resource definitions of a Harvester cluster of a version, such as v1.8.2.

    With `overlays` those of kube-ovn too, with `dhcp` those of the managed DHCP: a cluster
    has them only with the add-on.
    """
    return [
        *network(version_of(version)),
        *cni(),
        *harvester(),
        *kubevirt(),
        *longhorn(),
        *whereabouts(),
        *snapshots(),
        *others(),
        *(kube_ovn() if overlays else ()),
        *(managed_dhcp() if dhcp else ()),
    ]
