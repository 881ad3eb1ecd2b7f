"""Rules for where VMs can run: on nodes that carry all their cluster networks (H3.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ..cluster.resources import NAD, VLAN_CONFIG, Object, is_terminating, key_of, labels_of
from ..harvester.names import CLUSTER_NETWORK_LABEL
from ..harvester.snapshot import NADS_OF, VMS_ON, Snapshot
from ..harvester.wording import listed
from ..harvester.workloads import networks_of
from ..specs.limits import MGMT
from . import sources
from .config_writes import network_before, network_of
from .rule import Objection, Ref, Severity, Write, rule


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
    network = network_before(write)
    others = _configs_besides(write, snapshot)
    before = _nodes_of(others[network], snapshot) | _matched(write.old, snapshot)
    stays = write.new is not None and network_of(write) == network
    after = _nodes_of(others[network], snapshot)
    after |= _matched(write.new, snapshot) if stays else set()
    if before <= after:
        return
    cured_by = tuple((VLAN_CONFIG, key_of(config)) for config in others[network])
    for needed, vms in sorted(_vms_by_networks(network, snapshot).items()):
        elsewhere = set(snapshot.matching(None)).intersection(
            *(_carriers(each, write, others, snapshot) for each in needed if each != network)
        )
        if lost := elsewhere & (before - after):
            yield _objection(sorted(vms), needed, lost, elsewhere & after, cured_by)


def _objection(
    vms: list[str],
    networks: tuple[str, ...],
    lost: set[str],
    left: set[str],
    cured_by: tuple[Ref, ...],
) -> Objection:
    carry = f"{'cluster network' if len(networks) == 1 else 'all of'} {listed(networks)}"
    if not left:
        return Objection(
            f"no node is left that carries {carry}: {listed(vms)} cannot be started any more",
            cured_by=cured_by,
        )
    return Objection(
        f"{listed(vms)} cannot run on {listed(sorted(lost))} any more, only on "
        f"{listed(sorted(left))}, which {_carry(left)} {carry}",
        cured_by=cured_by,
    )


def _carry(nodes: set[str]) -> str:
    return "carries" if len(nodes) == 1 else "carry"


def _configs_besides(write: Write, snapshot: Snapshot) -> Mapping[str, list[Object]]:
    """The other configs that stay, by cluster network."""
    found: dict[str, list[Object]] = defaultdict(list)
    for config in snapshot.of(VLAN_CONFIG).values():
        if key_of(config) != write.key and not is_terminating(config):
            found[labels_of(config).get(CLUSTER_NETWORK_LABEL, "")].append(config)
    return found


def _carriers(
    network: str, write: Write, others: Mapping[str, list[Object]], snapshot: Snapshot
) -> set[str]:
    """The nodes that carry another cluster network after the write."""
    if network == MGMT:
        return set(snapshot.matching(None))
    moved = write.new if network_of(write) == network else None
    return _nodes_of(others.get(network, ()), snapshot) | _matched(moved, snapshot)


def _nodes_of(configs: Iterable[Object], snapshot: Snapshot) -> set[str]:
    return set().union(*(_matched(config, snapshot) for config in configs))


def _matched(config: Object | None, snapshot: Snapshot) -> set[str]:
    if config is None:
        return set()
    return set(snapshot.matching(config["spec"].get("nodeSelector")))


def _vms_by_networks(network: str, snapshot: Snapshot) -> dict[tuple[str, ...], set[str]]:
    """The VMs on a cluster network, by all the cluster networks that they need."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for nad in snapshot.group(NADS_OF, network):
        for vm in snapshot.group(VMS_ON, key_of(nad)):
            found[_networks_of_vm(vm, snapshot)].add(key_of(vm))
    return found


def _networks_of_vm(vm: Object, snapshot: Snapshot) -> tuple[str, ...]:
    """The cluster networks of a VM's networks, as far as the networks are there."""
    spec, nads = vm["spec"].get("template", {}).get("spec", {}), snapshot.of(NAD)
    named = networks_of(spec, vm["metadata"]["namespace"])
    labels = (
        labels_of(nads[name]).get(CLUSTER_NETWORK_LABEL) for name in named if name in nads
    )
    return tuple(sorted({label for label in labels if label}))
