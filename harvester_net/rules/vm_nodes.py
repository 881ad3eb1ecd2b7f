"""Rules for where VMs can run: on nodes that carry all their cluster networks (H3.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ..cluster.resources import NAD, VLAN_CONFIG, Object, key_of, labels_of
from ..harvester.names import CLUSTER_NETWORK_LABEL
from ..harvester.network_configs import nodes_with
from ..harvester.snapshot import NADS_OF, VMS_ON, Snapshot
from ..harvester.wording import listed
from ..harvester.workloads import networks_of
from . import sources
from .config_writes import network_before, selects_otherwise
from .rule import Objection, Severity, Write, rule


@rule(
    VLAN_CONFIG,
    "update delete",
    "nodeSelector",
    fact="H3.7",
    source=sources.VM_MUTATOR,
    severity=Severity.WARNING,
    on_terminating=False,
)
def vms_keep_their_nodes(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A VM runs only on nodes that carry all its cluster networks: Harvester writes that into
    its affinity. A node that leaves a cluster network is one node less for its VMs, and they
    can be left with none.
    """
    if write.new is not None and not selects_otherwise(write):
        return
    network = network_before(write)
    before, after = snapshot.copy(), snapshot.copy()
    before.put(VLAN_CONFIG, write.key, write.old)
    after.put(VLAN_CONFIG, write.key, write.new)
    left_by = nodes_with(network, before) - nodes_with(network, after)
    if not left_by:
        return
    for needed, vms in sorted(_vms_by_networks(network, snapshot).items()):
        lost = left_by & nodes_for(needed, before)
        if lost:
            yield Objection(
                _sentence(sorted(vms), needed, lost, nodes_for(needed, after)),
                cured_by=tuple(
                    (VLAN_CONFIG, key)
                    for key in sorted(snapshot.of(VLAN_CONFIG))
                    if key != write.key
                ),
            )


def nodes_for(cluster_networks: Iterable[str], snapshot: Snapshot) -> set[str]:
    """The nodes that carry all of these cluster networks."""
    carrying = (nodes_with(each, snapshot) for each in cluster_networks)
    return set(snapshot.matching(None)).intersection(*carrying)


def carried(cluster_networks: Iterable[str]) -> str:
    """The cluster networks as what a node carries."""
    names = sorted(cluster_networks)
    return f"{'cluster network' if len(names) == 1 else 'all of'} {listed(names)}"


def _sentence(vms: list[str], needed: Iterable[str], lost: set[str], left: set[str]) -> str:
    if not left:
        return (
            f"no node is left that carries {carried(needed)}: {listed(vms)} cannot be started "
            "any more"
        )
    return (
        f"{listed(vms)} cannot run on {listed(sorted(lost))} any more, only on "
        f"{listed(sorted(left))}, with {carried(needed)}"
    )


def _vms_by_networks(network: str, snapshot: Snapshot) -> dict[tuple[str, ...], set[str]]:
    """The VMs on a cluster network, by all the cluster networks that they need."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for nad in snapshot.group(NADS_OF, network):
        for vm in snapshot.group(VMS_ON, key_of(nad)):
            found[_needed_by(vm, snapshot)].add(key_of(vm))
    return found


def _needed_by(vm: Object, snapshot: Snapshot) -> tuple[str, ...]:
    """The cluster networks of a VM's networks, as far as the networks are there."""
    spec, nads = vm["spec"].get("template", {}).get("spec", {}), snapshot.of(NAD)
    found = (nads.get(key) for key in networks_of(spec, vm["metadata"]["namespace"]))
    labels = {labels_of(nad).get(CLUSTER_NETWORK_LABEL) for nad in found if nad is not None}
    return tuple(sorted(label for label in labels if label))
