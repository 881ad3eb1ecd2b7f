"""The arguments of a Site: a traffic path, and what is on mgmt."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from ..program.disruption import DisruptionArgs
from .traffic_path_arguments import (
    TrafficPathHostNetworkArgs,
    TrafficPathMigrationArgs,
    TrafficPathNetworkArgs,
    TrafficPathRwxArgs,
    TrafficPathStorageArgs,
    TrafficPathUplinkArgs,
)


@pulumi.input_type
class SiteTrafficPathArgs:
    """A traffic path of a site: one cluster network, its uplinks, and what it carries."""

    uplinks: Mapping[str, pulumi.InputType[TrafficPathUplinkArgs]] = pulumi.property("uplinks")
    networks: Mapping[str, pulumi.InputType[TrafficPathNetworkArgs]] | None = pulumi.property(
        "networks"
    )
    host_networks: Mapping[str, pulumi.InputType[TrafficPathHostNetworkArgs]] | None = (
        pulumi.property("hostNetworks")
    )
    storage: pulumi.InputType[TrafficPathStorageArgs] | None = pulumi.property("storage")
    rwx: pulumi.InputType[TrafficPathRwxArgs] | None = pulumi.property("rwx")
    migration: pulumi.InputType[TrafficPathMigrationArgs] | None = pulumi.property("migration")
    name: pulumi.Input[str] | None = pulumi.property("name")
    mtu: pulumi.Input[int] | None = pulumi.property("mtu")
    disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = pulumi.property(
        "disruption"
    )

    def __init__(
        self,
        *,
        uplinks: Mapping[str, pulumi.InputType[TrafficPathUplinkArgs]],
        networks: Mapping[str, pulumi.InputType[TrafficPathNetworkArgs]] | None = None,
        host_networks: Mapping[str, pulumi.InputType[TrafficPathHostNetworkArgs]]
        | None = None,
        storage: pulumi.InputType[TrafficPathStorageArgs] | None = None,
        rwx: pulumi.InputType[TrafficPathRwxArgs] | None = None,
        migration: pulumi.InputType[TrafficPathMigrationArgs] | None = None,
        name: pulumi.Input[str] | None = None,
        mtu: pulumi.Input[int] | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
    ) -> None:
        """A traffic path of a site.

        Args:
            uplinks: The uplinks by the name of the group of nodes, at least one.
            networks: The VM networks by name.
            host_networks: The networks of the nodes themselves by name. Needs Harvester 1.8.
            storage: The storage network, if it is on this path.
            rwx: The RWX network, if it is on this path or shares the storage network. Needs
                Harvester 1.8.
            migration: The VM migration network, if it is on this path. Needs Harvester 1.6.
            name: Name of the cluster network: at most 12 lower-case letters, digits and '-'.
                Not `mgmt`, which is built in. Defaults to its key in the map.
            mtu: MTU in bytes of the whole path: 576 to 9000. Absent and 0 mean 1500.
            disruption: What the resources of the path may interrupt to make their changes.
                Defaults to that of the site.
        """
        self.uplinks = uplinks
        self.networks = networks
        self.host_networks = host_networks
        self.storage = storage
        self.rwx = rwx
        self.migration = migration
        self.name = name
        self.mtu = mtu
        self.disruption = disruption


@pulumi.input_type
class SiteMgmtArgs:
    """What is on `mgmt`, the cluster network that is built in and has its uplink."""

    networks: Mapping[str, pulumi.InputType[TrafficPathNetworkArgs]] | None = pulumi.property(
        "networks"
    )
    host_networks: Mapping[str, pulumi.InputType[TrafficPathHostNetworkArgs]] | None = (
        pulumi.property("hostNetworks")
    )
    storage: pulumi.InputType[TrafficPathStorageArgs] | None = pulumi.property("storage")
    rwx: pulumi.InputType[TrafficPathRwxArgs] | None = pulumi.property("rwx")
    migration: pulumi.InputType[TrafficPathMigrationArgs] | None = pulumi.property("migration")
    mtu: pulumi.Input[int] | None = pulumi.property("mtu")
    disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = pulumi.property(
        "disruption"
    )

    def __init__(
        self,
        *,
        networks: Mapping[str, pulumi.InputType[TrafficPathNetworkArgs]] | None = None,
        host_networks: Mapping[str, pulumi.InputType[TrafficPathHostNetworkArgs]]
        | None = None,
        storage: pulumi.InputType[TrafficPathStorageArgs] | None = None,
        rwx: pulumi.InputType[TrafficPathRwxArgs] | None = None,
        migration: pulumi.InputType[TrafficPathMigrationArgs] | None = None,
        mtu: pulumi.Input[int] | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
    ) -> None:
        """What is on `mgmt`.

        Args:
            networks: The VM networks by name.
            host_networks: The networks of the nodes themselves by name. Needs Harvester 1.8.
            storage: The storage network, if it is on `mgmt`.
            rwx: The RWX network, if it is on `mgmt` or shares the storage network. Needs
                Harvester 1.8.
            migration: The VM migration network, if it is on `mgmt`. Needs Harvester 1.6.
            mtu: MTU in bytes of `mgmt`: 576 to 9000. Absent leaves what is there.
            disruption: What the resources on `mgmt` may interrupt to make their changes.
                Defaults to that of the site.
        """
        self.networks = networks
        self.host_networks = host_networks
        self.storage = storage
        self.rwx = rwx
        self.migration = migration
        self.mtu = mtu
        self.disruption = disruption
