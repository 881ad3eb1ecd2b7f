"""Rules for what the three settings that name a network have in common (H3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..cluster.resources import (
    CLUSTER_NETWORK,
    NODE,
    SETTING,
    VLAN_CONFIG,
    annotations_of,
    condition,
    key_of,
    labels_of,
)
from ..harvester.addresses import (
    FOR_RWX,
    Budget,
    count,
    overlap,
    read_range,
    storage_budget,
    workers,
)
from ..harvester.gojson import Undecodable
from ..harvester.names import (
    MATCHED_NODES,
    MIGRATION_SETTING,
    RWX_SETTING,
    STORAGE_SETTING,
    WITNESS,
)
from ..harvester.settings import (
    Network,
    effective,
    is_in_progress,
    network_set,
    networks_asked_for,
    shares_storage,
    value_and_default,
)
from ..harvester.snapshot import CONFIGS_OF, STATUSES_OF, Snapshot
from ..harvester.versions import STORAGE_BESIDE_THEM
from ..harvester.wording import listed
from ..specs.limits import MGMT
from . import sources
from .config_writes import annotated_nodes
from .network_configs import missing_network
from .rule import Objection, Ref, Write, rule
from .setting_ranges import range_problems

ALL = (STORAGE_SETTING, RWX_SETTING, MIGRATION_SETTING)


def changes(write: Write) -> bool:
    """Whether the server looks at the write at all: the text that counts is another one."""
    if write.new is None or write.old is None:
        return write.new is not None
    if write.key == RWX_SETTING:
        return effective(write.old) != effective(write.new)
    return value_and_default(write.old) != value_and_default(write.new)


def networks(write: Write, snapshot: Snapshot) -> list[Network]:
    """The networks that a write of a setting asks for."""
    if not changes(write):
        return []
    return networks_asked_for(write.key, write.object, snapshot).networks


@rule(SETTING, "create update", fact="H3.5 (1)", source=sources.SETTING_VALIDATOR, only=ALL)
def setting_is_json(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The value is JSON with the types that Harvester knows."""
    if changes(write):
        for problem in networks_asked_for(write.key, write.object, snapshot).problems:
            yield Objection(f"the value {problem}")


@rule(
    SETTING,
    "create update",
    "vlan",
    fact="H3.5 (2)",
    source=sources.SETTING_VALIDATOR,
    only=ALL,
)
def vlan_of_setting_is_valid(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The VLAN is 0 to 4094 (1 to 4094 before 1.5), and on `mgmt` not 0 or 1."""
    lowest = 0 if snapshot.version >= (1, 5) else 1
    for network in networks(write, snapshot):
        if not lowest <= network.vlan <= 4094:
            yield Objection(f"{network.vlan} is not a VLAN ID; use 1 to 4094")
        elif network.vlan <= 1 and network.cluster_network == MGMT:
            yield Objection(f"{network.vlan} (untagged traffic) is not allowed on {MGMT}")


@rule(
    SETTING,
    "create update",
    "range",
    fact="H3.5 (3, 5, 6)",
    source=sources.SETTING_VALIDATOR,
    since=(1, 5),
    only=ALL,
)
def range_of_setting_is_valid(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The range is an IPv4 network of /16 or smaller, and each exclusion is inside it, smaller
    than it, and apart from the one before.
    """
    for network in networks(write, snapshot):
        for path, sentence in list(range_problems(network))[:1]:
            yield Objection(sentence, path)


@rule(
    SETTING,
    "create update",
    "clusterNetwork",
    fact="H3.5 (7)",
    source=sources.SETTING_VALIDATOR,
    since=(1, 4),
    only=ALL,
)
def cluster_network_of_setting_exists(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The cluster network exists."""
    for name in _carriers(write, snapshot):
        if name not in snapshot.of(CLUSTER_NETWORK):
            yield missing_network(name, snapshot)


@rule(
    SETTING,
    "create update",
    "clusterNetwork",
    fact="H3.5 (8)",
    source=sources.SETTING_VALIDATOR,
    since=(1, 4),
    only=ALL,
)
def uplinks_of_setting_are_ready(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """At least one node has set up the cluster network, and none says that it failed."""
    for name in _carriers(write, snapshot):
        statuses = snapshot.group(STATUSES_OF, name)
        others = _configs(name, snapshot)
        if not statuses and name in snapshot.of(CLUSTER_NETWORK):
            yield Objection(f"no node has set up cluster network {name} yet", cured_by=others)
        failed = {
            (status.get("status") or {}).get("node") or key_of(status): ready.get("message")
            for status in statuses
            if (ready := condition(status, "ready")).get("status") == "False"
        }
        if failed:
            said = [f"{node} ({why or 'no reason given'})" for node, why in failed.items()]
            yield Objection(
                f"cluster network {name} is not set up on {listed(sorted(said))}",
                cured_by=others,
            )


@rule(
    SETTING,
    "create update",
    "clusterNetwork",
    fact="H3.5 (9)",
    source=sources.SETTING_VALIDATOR,
    since=(1, 4),
    only=ALL,
)
def configs_of_setting_span_all_nodes(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The network configs of the cluster network match every node that is no witness; up to
    1.8 each of them matches at least one node.
    """
    for name in _carriers(write, snapshot):
        yield from _not_spanned(name, snapshot)


def _not_spanned(name: str, snapshot: Snapshot) -> Iterator[Objection]:
    configs, others = snapshot.group(CONFIGS_OF, name), _configs(name, snapshot)
    if not configs and name in snapshot.of(CLUSTER_NETWORK):
        yield Objection(f"cluster network {name} has no network config", cured_by=others)
        return
    besides = STORAGE_BESIDE_THEM.on(snapshot.version)
    spanned: set[str] = set()
    for config in configs:
        try:
            nodes = annotated_nodes(config)
        except ValueError:
            nodes = None
        if nodes is not None:
            spanned |= nodes
        elif annotations_of(config).get(MATCHED_NODES) or not besides:
            yield Objection(
                f"network config {key_of(config)} matches no node; delete it, or let it match "
                "one",
                cured_by=((VLAN_CONFIG, key_of(config)),),
            )
    missing = sorted(
        node
        for node, obj in snapshot.of(NODE).items()
        if labels_of(obj).get(WITNESS) != "true" and node not in spanned
    )
    if missing and configs:
        yield Objection(
            f"cluster network {name} has no network config on {listed(missing)}; it must span "
            "every node but witnesses",
            cured_by=others,
        )


@rule(
    SETTING,
    "create update",
    "range",
    fact="H3.5 (10)",
    source=sources.SETTING_VALIDATOR,
    since=(1, 5),
    only=ALL,
)
def range_of_setting_is_large_enough(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The range has enough addresses: for storage 2 for each Longhorn node and 2 for each of
    its disks, for RWX one for each node and 32, for VM migration one for each node.
    """
    for network in networks(write, snapshot):
        free = network.intervals
        if free is None:
            continue
        if write.key == STORAGE_SETTING:
            yield from _storage_too_small(network, snapshot)
            continue
        needed = workers(snapshot) + (FOR_RWX if write.key == RWX_SETTING else 0)
        if count(free) < needed:
            yield Objection(
                f"{network.range} has {count(free)} addresses to give out; {needed} are needed"
            )


def _storage_too_small(network: Network, snapshot: Snapshot) -> Iterator[Objection]:
    try:
        budget = budget_of(network, snapshot)
    except Undecodable as error:
        yield Objection(f"the setting {RWX_SETTING}, which may share the network, {error}")
        return
    if budget is not None and budget.spare < 0:
        yield Objection(f"is too small: {budget.words(network.range)}")


def budget_of(network: Network, snapshot: Snapshot) -> Budget | None:
    """The addresses of a storage network; None if its range cannot be read. Raises Undecodable
    if the setting rwx-network cannot.
    """
    shared, whole = shares_storage(snapshot), read_range(network.range)
    if whole is None:
        return None
    return storage_budget(whole, network.excluded or (), snapshot, shared=shared)


@rule(
    SETTING,
    "create update",
    "range",
    fact="H3.5 (11)",
    source=sources.SETTING_VALIDATOR,
    since=(1, 6),
    only=ALL,
)
def ranges_of_settings_are_apart(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The addresses of the three networks are different ones."""
    asked = networks(write, snapshot)
    # The value counts where both texts are given. RWX alone asks for nothing when it shares.
    mine = asked[-1] if asked else None
    if not changes(write) or (write.key == RWX_SETTING and mine is None):
        return
    for name in (other for other in ALL if other != write.key):
        setting = snapshot.of(SETTING).get(name)
        try:
            theirs = network_set(name, snapshot, setting)
        except Undecodable as error:
            yield Objection(f"the setting {name} {error}", cured_by=((SETTING, name),))
            continue
        if mine is not None and theirs is not None and not _apart(mine, theirs):
            yield Objection(
                f"{mine.range} overlaps {theirs.range} of the setting {name}",
                cured_by=((SETTING, name),),
            )


def _apart(mine: Network, theirs: Network) -> bool:
    one, other = mine.intervals, theirs.intervals
    return one is not None and other is not None and not overlap(one, other)


@rule(
    SETTING,
    "update",
    fact="H3.5 (b)",
    source=sources.SETTING_VALIDATOR,
    since=(1, 8),
    only=(STORAGE_SETTING, RWX_SETTING),
    transient=True,
)
def setting_is_not_in_progress(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """While Harvester is busy with the value before, only the default can be written."""
    assert write.old is not None
    if not changes(write) or not is_in_progress(write.old):
        return
    if value_and_default(write.object) != DEFAULTS[write.key]:
        said = condition(write.old, "configured").get("message") or "in progress"
        yield Objection(f"Harvester is still busy with the value before ({said}); wait for it")


_RWX_DEFAULT = '{"share-storage-network":false}'
DEFAULTS = {STORAGE_SETTING: ("", ""), RWX_SETTING: (_RWX_DEFAULT, _RWX_DEFAULT)}
"""Value and default of a setting that was reset."""


@rule(SETTING, "delete", fact="H3.5", source=sources.SETTING_VALIDATOR, only=ALL)
def setting_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The settings cannot be deleted; an empty value clears them."""
    yield Objection("the setting cannot be deleted; clear it instead")


def _carriers(write: Write, snapshot: Snapshot) -> Iterator[str]:
    """The cluster networks that must be set up; `mgmt` always is."""
    for network in networks(write, snapshot):
        if network.cluster_network != MGMT:
            yield network.cluster_network


def _configs(name: str, snapshot: Snapshot) -> tuple[Ref, ...]:
    """What may change so that more nodes have it: its configs, and one that is still to be
    made.
    """
    keys = sorted(map(key_of, snapshot.group(CONFIGS_OF, name)))
    return ((VLAN_CONFIG, f"another of {name}"), *((VLAN_CONFIG, key) for key in keys))
