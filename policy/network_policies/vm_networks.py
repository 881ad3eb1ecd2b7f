"""Policies for VM networks."""

from __future__ import annotations

from collections.abc import Iterator

from .resource import Resource, Settings, Violation


def no_vm_networks_on_mgmt(network: Resource, settings: Settings) -> Iterator[Violation]:
    """No VM network is on one of the `clusterNetworks`, which are kept for the cluster."""
    carrier = network.properties["clusterNetwork"]
    if carrier in settings["clusterNetworks"]:
        yield network.says(
            "clusterNetwork",
            f"{carrier} is kept for the cluster itself: its VMs would share the links of "
            "Harvester's own traffic; give them a cluster network of their own",
        )
