"""Rules for the ranges of the settings beside the cluster's own addresses (H9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, ip_network

from ..cluster.resources import (
    NODE,
    SERVICE_CIDR,
    SETTING,
    Object,
)
from ..harvester.addresses import RESERVED, read_range
from ..harvester.names import MIGRATION_SETTING, RWX_SETTING, STORAGE_SETTING
from ..harvester.settings import Network
from ..harvester.snapshot import Snapshot
from . import sources
from .network_settings import networks
from .rule import Objection, Severity, Write, rule


@rule(
    SETTING,
    "create update",
    "range",
    fact="H9",
    source=sources.STORAGE_NETWORK_CONTROLLER,
    severity=Severity.STRICTER,
    only=(STORAGE_SETTING, RWX_SETTING, MIGRATION_SETTING),
)
def range_is_not_the_clusters_own(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The range has no address in common with the cluster's services, the pods of its nodes,
    or the nodes' own addresses: their traffic would take the wrong way.
    """
    for network, mine in _ranges(write, snapshot):
        for text in service_networks(snapshot):
            services = _ipv4(text)
            if services is not None and mine.overlaps(services):
                yield Objection(f"{network.range} overlaps the cluster's services ({text})")
                return
        for node, obj in sorted(snapshot.of(NODE).items()):
            for text in _pod_networks(obj):
                pods = _ipv4(text)
                if pods is not None and mine.overlaps(pods):
                    yield Objection(f"{network.range} overlaps the pods of {node} ({text})")
                    return
            for text in _addresses(obj):
                if (address := _ipv4(text)) is not None and address.subnet_of(mine):
                    yield Objection(f"{network.range} has {node}'s own address {text} in it")
                    return


@rule(
    SETTING,
    "create update",
    "range",
    fact="H9",
    source=sources.CHART_VALUES,
    severity=Severity.WARNING,
    only=(STORAGE_SETTING, RWX_SETTING, MIGRATION_SETTING),
)
def range_is_not_reserved(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Harvester's documentation reserves 10.42.0.0/16, 10.43.0.0/16, 10.52.0.0/16 and
    10.53.0.0/16 for pods and services.
    """
    for network, mine in _ranges(write, snapshot):
        for text in RESERVED:
            if mine.overlaps(IPv4Network(text)):
                yield Objection(
                    f"{network.range} overlaps {text}, which Harvester's documentation "
                    "reserves for pods and services"
                )


def _ranges(write: Write, snapshot: Snapshot) -> Iterator[tuple[Network, IPv4Network]]:
    for network in networks(write, snapshot):
        if (read := read_range(network.range)) is not None:
            yield network, read.network


def service_networks(snapshot: Snapshot) -> Iterator[str]:
    """The networks of the cluster's services, as far as the server tells them."""
    for services in snapshot.of(SERVICE_CIDR).values():
        yield from (services.get("spec") or {}).get("cidrs") or ()


def _pod_networks(node: Object) -> list[str]:
    spec = node.get("spec") or {}
    return [text for text in spec.get("podCIDRs") or [spec.get("podCIDR")] if text]


def _addresses(node: Object) -> list[str]:
    addresses = (node.get("status") or {}).get("addresses") or ()
    return [a["address"] for a in addresses if a.get("type") in ("InternalIP", "ExternalIP")]


def _ipv4(text: str) -> IPv4Network | None:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    return network if isinstance(network, IPv4Network) else None
