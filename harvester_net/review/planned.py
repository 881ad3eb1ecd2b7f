"""The networks before and after a preview: what it changes, laid over the cluster. Pure.

Where nobody may look at the cluster, it is laid over nothing: then there is only what the
program declares, and of nodes only the selectors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VM,
    Object,
    Resource,
    key_of,
)
from ..harvester import cni
from ..harvester.host_networks import network_of
from ..harvester.loading import NETWORK_KINDS
from ..harvester.mtus import config_mtu, mtu_of, nad_mtu
from ..harvester.names import SYSTEM_NAMESPACE
from ..harvester.network_configs import configs_of
from ..harvester.network_settings import NetworkSetting
from ..harvester.settings import network_set
from ..harvester.snapshot import Snapshot
from ..printable import printable
from ..specs.cluster_network import ClusterNetwork
from ..specs.limits import DEFAULT_MTU
from ..specs.network_config import NetworkConfig
from ..specs.spec import property_names
from ..topology.model import Topology, topology
from ..topology.switch_ports import SwitchPorts, switch_ports
from ..urns import Urn
from .objects import (
    KINDS,
    SETTINGS,
    Drawn,
    OfSetting,
    mtu_given,
    object_of,
    place_of,
    spec_class,
    spec_of,
    with_mtu,
)
from .preview import Change, Operation, Preview, Properties
from .sets import spread, spread_kept

_TAKING = (Operation.DELETE, Operation.REPLACE)
LONGEST = 120
"""Characters of a name that is told."""
Declared = tuple[Urn, Properties]
"""A resource and its inputs."""


@dataclass(frozen=True)
class State:
    """The networks at one moment."""

    topology: Topology
    ports: Sequence[SwitchPorts]


@dataclass(frozen=True)
class Planned:
    """What a preview makes of the networks."""

    before: State
    after: State
    undrawn: Sequence[str]
    """Names of the resources that are not drawn: of these too little is known before `up`."""


def planned(preview: Preview, seen: Snapshot | None = None) -> Planned:
    """The networks before and after; ``seen``: the cluster, if somebody looked."""
    spread_out = (each for change in preview.changes for each in spread(change))
    changes = [change for change in spread_out if change.kind in KINDS]
    kept = [it for it in spread_kept(preview.kept) if it[0].kind in KINDS]
    # The copies have all kinds, also those that could not be listed.
    known = (*NETWORK_KINDS, HOST_NETWORK_CONFIG, VM)
    before = Snapshot({kind: dict(seen.of(kind)) if seen else {} for kind in known})
    if seen is None:
        _put(before, [*kept, *((it.urn, _at_first(it)) for it in changes)])
    after = before.copy()
    _take(after, changes)
    undrawn = _put(after, [(it.urn, it.new) for it in changes])
    if seen is None:
        _add_undeclared(before, after)
    return Planned(_state(before), _state(after), undrawn)


def _at_first(change: Change) -> Properties:
    """What there is before it: an import finds the object as it is."""
    return change.new if change.operation is Operation.IMPORT else change.old


def _state(snapshot: Snapshot) -> State:
    found = topology(snapshot)
    return State(found, switch_ports(found, snapshot.release))


# --- what goes -------------------------------------------------------------------------------


def _take(after: Snapshot, changes: Iterable[Change]) -> None:
    for change in changes:
        place = place_of(change.kind, change.old)
        if (setting := SETTINGS.get(change.kind)) is not None:
            if _is_another(change):
                _clear(setting, after)
        elif change.operation in _TAKING and place is not None:
            after.put(*place, None)


def _is_another(change: Change) -> bool:
    """Whether Harvester makes the network of a Setting again, or takes it away."""
    old, new = _at_first(change), change.new
    names = set(property_names(spec_class(change.kind))) - {"disruption"}
    return any(old.get(name) != new.get(name) for name in names)


def _clear(kind: NetworkSetting, after: Snapshot) -> None:
    """The Setting without its network, and the network that Harvester made for it."""
    setting = after.of(SETTING).get(kind.name)
    if setting is not None:
        after.put(SETTING, kind.name, setting | {"value": kind.off})
    for key in list(after.of(NAD)):
        namespace, _, name = key.partition("/")
        if namespace == SYSTEM_NAMESPACE and name.startswith(kind.nad_prefix):
            after.put(NAD, key, None)


# --- what comes ------------------------------------------------------------------------------


def _put(snapshot: Snapshot, declared: Iterable[Declared]) -> list[str]:
    """Lay the objects of these inputs over a snapshot; returns who could not be."""
    undrawn = []
    for urn, inputs in sorted(declared, key=lambda it: KINDS.index(it[0].kind)):
        if not inputs:
            continue
        spec, place = spec_of(urn.kind, inputs), place_of(urn.kind, inputs)
        if spec is None or place is None:
            undrawn.append(printable(urn.name, LONGEST))
        else:
            _put_one(snapshot, spec, *place)
    return undrawn


def _put_one(snapshot: Snapshot, spec: Drawn, resource: Resource, key: str) -> None:
    network = spec.name if isinstance(spec, ClusterNetwork) else spec.cluster_network or ""
    present, given = mtu_of(network, snapshot), mtu_given(spec)
    mtu = given or present or DEFAULT_MTU
    made = object_of(spec, mtu, snapshot)
    if isinstance(spec, ClusterNetwork | OfSetting):
        # The annotations and the default that only the cluster knows stay.
        live = snapshot.of(resource).get(key, {})
        made = live | made | {"metadata": live.get("metadata", {}) | made["metadata"]}
    snapshot.put(resource, key, made)
    if isinstance(spec, ClusterNetwork | NetworkConfig) and present not in (None, mtu):
        _follow(snapshot, network, mtu)


def _follow(snapshot: Snapshot, network: str, mtu: int) -> None:
    """All that is on a cluster network takes its MTU in bytes."""
    found: list[tuple[Resource, Object]] = [
        (CLUSTER_NETWORK, snapshot.of(CLUSTER_NETWORK)[network])
    ]
    found += [(VLAN_CONFIG, config) for config in configs_of(snapshot, network)]
    found += [(NAD, nad) for nad in snapshot.of(NAD).values() if _bridged(nad) == network]
    for resource, obj in found:
        snapshot.put(resource, key_of(obj), with_mtu(obj, resource, mtu))


def _bridged(nad: Object) -> str | None:
    """The cluster network that a VM network is on."""
    if cni.off_bridges(nad) is not None:
        return None
    return cni.network_of_bridge(cni.readable_conf(nad)["bridge"])


# --- what nobody declares --------------------------------------------------------------------


def _add_undeclared(before: Snapshot, after: Snapshot) -> None:
    """Cluster networks that the program only names: somebody else has made them."""
    declared = before.of(CLUSTER_NETWORK).keys() | after.of(CLUSTER_NETWORK).keys()
    named = dict([*_named(before), *_named(after)])
    for name in sorted(named.keys() - declared):
        network: Object = {"metadata": {"name": name}}
        for snapshot in (before, after):
            found = dict(_named(snapshot)).get(name, named[name])
            made = with_mtu(network, CLUSTER_NETWORK, found)
            snapshot.put(CLUSTER_NETWORK, name, made)


def _named(snapshot: Snapshot) -> Iterator[tuple[str, int]]:
    """Names of cluster networks, each with an MTU in bytes that it may have."""
    for setting in SETTINGS.values():
        live = snapshot.of(SETTING).get(setting.name)
        if (found := network_set(setting.name, snapshot, live)) is not None:
            yield found.cluster_network, DEFAULT_MTU
    for nad in snapshot.of(NAD).values():
        if (network := _bridged(nad)) is not None:
            yield network, nad_mtu(nad)
    for config in snapshot.of(VLAN_CONFIG).values():
        yield config["spec"]["clusterNetwork"], config_mtu(config)
    for config in snapshot.of(HOST_NETWORK_CONFIG).values():
        yield network_of(config), DEFAULT_MTU
