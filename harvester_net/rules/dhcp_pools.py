"""Rules for the pools of the managed DHCP add-on (B4.2).

What one pool says of itself, such as an address outside of its subnet, is judged by its spec.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, ip_network

from ..cluster.resources import DHCP_POOL, NAD, Object, key_of
from ..harvester.cni import is_overlay
from ..harvester.dhcp_pools import network_of, pooled_networks, vms_with_addresses
from ..harvester.json_texts import fields_in
from ..harvester.snapshot import VMS_ON, Snapshot
from ..harvester.wording import listed
from ..harvester.workloads import networks_of
from . import sources
from .ranges import service_networks
from .rule import Objection, Severity, Write, rule

_SERVICES_OF_ADD_ON = "10.53.0.0/16"
"""What the add-on takes for the cluster's services unless it is told otherwise."""


@rule(
    DHCP_POOL,
    "create update",
    "vmNetwork",
    fact="B4.2",
    source=sources.DHCP_POOL_VALIDATOR,
    on_terminating=False,
)
def vm_network_of_pool_exists(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The VM network exists."""
    network = network_of(write.object)
    if network not in snapshot.of(NAD):
        yield Objection(
            f"there is no VM network {network or 'without a name'}",
            cured_by=((NAD, network),),
        )


@rule(DHCP_POOL, "create", "cidr", fact="B4.2", source=sources.DHCP_POOL_VALIDATOR)
def pool_is_not_the_clusters_own(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The subnet has no address in common with the cluster's services."""
    config = fields_in(fields_in(write.object.get("spec")).get("ipv4Config"))
    subnet = _ipv4(config.get("cidr"))
    if subnet is None:
        return
    for text in [*service_networks(snapshot)] or [_SERVICES_OF_ADD_ON]:
        services = _ipv4(text)
        if services is not None and subnet.overlaps(services):
            yield Objection(f"{subnet} overlaps the cluster's services ({services})")


@rule(
    DHCP_POOL,
    "create",
    "vmNetwork",
    fact="B4.2",
    source=sources.DHCP_POOL_VALIDATOR,
    severity=Severity.STRICTER,
)
def pool_is_not_for_an_overlay(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The add-on serves no overlay networks."""
    network = network_of(write.object)
    if is_overlay(snapshot.of(NAD).get(network)):
        yield Objection(
            f"{network} is an overlay network, which the add-on does not serve; kube-ovn "
            "gives addresses there: set enableDHCP in its Subnet"
        )


@rule(
    DHCP_POOL,
    "create",
    "vmNetwork",
    fact="B4.2",
    source=sources.DHCP_OF_VMS,
    severity=Severity.STRICTER,
)
def vm_network_has_one_pool(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A VM network is labelled with one pool, so a second one takes it away from the first."""
    network = network_of(write.object)
    for key, other in sorted(snapshot.of(DHCP_POOL).items()):
        if key != write.key and network_of(other) == network:
            yield Objection(
                f"DHCP pool {key} has VM network {network} already",
                cured_by=((DHCP_POOL, key),),
            )


@rule(
    DHCP_POOL,
    "create",
    "vmNetwork",
    fact="B4.2",
    source=sources.DHCP_OF_VMS,
    severity=Severity.WARNING,
)
def all_nics_of_vms_have_pools(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A VM with a NIC on a VM network without a pool gets no address on any of its NICs."""
    network = network_of(write.object)
    pooled = pooled_networks(snapshot) | {network}
    for vm in sorted(snapshot.group(VMS_ON, network), key=key_of):
        if bare := sorted(_networks_of(vm) - pooled):
            yield Objection(
                f"VM {key_of(vm)} gets no address at all: the add-on skips a VM with a NIC on "
                f"a VM network without a pool, here {listed(bare)}"
            )


@rule(DHCP_POOL, "delete", "name", fact="B4.2", source=sources.DHCP_POOL_VALIDATOR)
def deleted_pool_has_no_leases(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A pool cannot be deleted while VMs have addresses of it."""
    network = network_of(write.object)
    if vms := vms_with_addresses(network, snapshot):
        yield Objection(
            f"cannot be deleted while VMs have addresses of it: {listed(vms)}; delete them, "
            "or take their NICs off the VM network"
        )


def _networks_of(vm: Object) -> set[str]:
    spec = fields_in(fields_in(vm["spec"].get("template")).get("spec"))
    return set(networks_of(spec, vm["metadata"]["namespace"]))


def _ipv4(text: object) -> IPv4Network | None:
    try:
        network = ip_network(text, strict=False) if isinstance(text, str) else None
    except ValueError:
        return None
    return network if isinstance(network, IPv4Network) else None
