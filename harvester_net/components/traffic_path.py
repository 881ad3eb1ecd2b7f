"""TrafficPath: a cluster network with its uplinks and all that it carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from ..program.cluster_network import ClusterNetwork
from ..program.disruption import DisruptionArgs
from ..program.host_network_config import HostNetworkConfig
from ..program.network_config import NetworkConfig
from ..program.registration import token
from ..program.rwx_network import RwxNetwork
from ..program.storage_network import StorageNetwork
from ..program.uplink import UplinkArgs
from ..program.vm_migration_network import VmMigrationNetwork
from ..program.vm_network import VmNetwork
from .traffic_path_arguments import (
    TrafficPathHostNetworkArgs,
    TrafficPathMigrationArgs,
    TrafficPathNetworkArgs,
    TrafficPathRwxArgs,
    TrafficPathStorageArgs,
    TrafficPathUplinkArgs,
    as_arguments,
)

TOKEN = token("TrafficPath")


@pulumi.type_token(TOKEN)
class TrafficPath(pulumi.ComponentResource):
    """A path for traffic from the NICs to the VMs: one cluster network, its uplinks by group
    of nodes, and on it the VM networks, the host networks, the storage network, the RWX
    network and the VM migration network.

    What needs the uplinks comes after them, and goes before them. MTU and consent are said
    once, for all of it.
    """

    cluster_network: pulumi.Output[str] = pulumi.property("clusterNetwork")
    """Name of the cluster network."""
    vm_networks: pulumi.Output[dict[str, str]] = pulumi.property("vmNetworks")
    """The VM networks, `namespace/name`, by their keys in the program."""
    host_devices: pulumi.Output[dict[str, str]] = pulumi.property("hostDevices")
    """The devices that nodes have of the host networks, `<cluster network>-br.<VLAN>`, by
    their keys in the program.
    """
    matched_nodes: pulumi.Output[dict[str, list[str]]] = pulumi.property("matchedNodes")
    """Names of the nodes in each group, sorted."""
    storage_vm_network: pulumi.Output[str | None] = pulumi.property("storageVmNetwork")
    """The NetworkAttachmentDefinition that Harvester made for the storage network,
    `namespace/name`.
    """

    def __init__(
        self,
        resource_name: str,
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
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """A traffic path.

        Args:
            resource_name: Name of the component in the program.
            uplinks: The uplinks by the name of the group of nodes, at least one.
            networks: The VM networks by name.
            host_networks: The networks of the nodes themselves by name. Needs Harvester 1.8.
            storage: The storage network, if it is on this path.
            rwx: The RWX network, if it is on this path or shares the storage network. Needs
                Harvester 1.8.
            migration: The VM migration network, if it is on this path. Needs Harvester 1.6.
            name: Name of the cluster network: at most 12 lower-case letters, digits and '-'.
                Not `mgmt`, which is built in. Defaults to the component's name.
            mtu: MTU in bytes of the whole path: 576 to 9000. Absent and 0 mean 1500.
            disruption: What the resources of the path may interrupt to make their changes.
            opts: Options of every Pulumi resource.
        """
        super().__init__(TOKEN, resource_name, {}, opts)
        self._prefix, self._disruption = resource_name, disruption
        child = pulumi.ResourceOptions(parent=self)
        self._path = ClusterNetwork(
            resource_name, name=name, mtu=mtu, disruption=disruption, opts=child
        )
        configs = {
            group: self._config(group, as_arguments(TrafficPathUplinkArgs, given))
            for group, given in uplinks.items()
        }
        self._carried = pulumi.ResourceOptions(parent=self, depends_on=list(configs.values()))
        vm_networks = {
            key: self._vm_network(key, as_arguments(TrafficPathNetworkArgs, given))
            for key, given in (networks or {}).items()
        }
        on_hosts = {
            key: self._host_network(key, as_arguments(TrafficPathHostNetworkArgs, given))
            for key, given in (host_networks or {}).items()
        }
        made = storage and self._storage(as_arguments(TrafficPathStorageArgs, storage))
        if rwx is not None:
            self._rwx(as_arguments(TrafficPathRwxArgs, rwx), made or None)
        if migration is not None:
            self._migration(as_arguments(TrafficPathMigrationArgs, migration))

        self.cluster_network = self._path.name
        self.vm_networks = by_key({key: made.id for key, made in vm_networks.items()})
        self.host_devices = by_key({key: _device(it) for key, it in on_hosts.items()})
        self.matched_nodes = by_key({key: c.matched_nodes for key, c in configs.items()})
        self.storage_vm_network = pulumi.Output.from_input(made.vm_network if made else None)
        self.register_outputs(self.outputs())

    def outputs(self) -> dict[str, pulumi.Output[Any]]:
        """The outputs by their names in the schema."""
        return {
            "clusterNetwork": self.cluster_network,
            "vmNetworks": self.vm_networks,
            "hostDevices": self.host_devices,
            "matchedNodes": self.matched_nodes,
            "storageVmNetwork": self.storage_vm_network,
        }

    def _config(self, group: str, given: TrafficPathUplinkArgs) -> NetworkConfig:
        return NetworkConfig(
            f"{self._prefix}-{group}",
            cluster_network=self._path,
            name=given.name,
            description=given.description,
            node_selector=given.node_selector,
            uplink=UplinkArgs(
                nics=given.nics,
                bond_options=given.bond_options,
                link_attributes=given.link_attributes,
            ),
            disruption=self._disruption,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _vm_network(self, key: str, given: TrafficPathNetworkArgs) -> VmNetwork:
        return VmNetwork(
            f"{self._prefix}-{key}",
            cluster_network=self._path,
            name=key if given.name is None else given.name,
            namespace=given.namespace,
            type=given.type,
            vlan=given.vlan,
            vlan_trunk=given.vlan_trunk,
            route=given.route,
            labels=given.labels,
            annotations=given.annotations,
            disruption=self._disruption,
            opts=self._carried,
        )

    def _host_network(self, key: str, given: TrafficPathHostNetworkArgs) -> HostNetworkConfig:
        return HostNetworkConfig(
            f"{self._prefix}-{key}",
            cluster_network=self._path,
            name=given.name,
            vlan=given.vlan,
            mode=given.mode,
            ips=given.ips,
            node_selector=given.node_selector,
            description=given.description,
            underlay=given.underlay,
            allow_management_vlan=given.allow_management_vlan,
            disruption=self._disruption,
            opts=self._carried,
        )

    def _storage(self, given: TrafficPathStorageArgs) -> StorageNetwork:
        return StorageNetwork(
            f"{self._prefix}-storage",
            cluster_network=self._path,
            vlan=given.vlan,
            range=given.range,
            exclude=given.exclude,
            exclusive_vlan=given.exclusive_vlan,
            disruption=self._disruption,
            opts=self._carried,
        )

    def _rwx(self, given: TrafficPathRwxArgs, storage: StorageNetwork | None) -> RwxNetwork:
        after = pulumi.ResourceOptions(depends_on=[storage] if storage else [])
        shares = given.share_storage_network is not None and given.vlan is None
        return RwxNetwork(
            f"{self._prefix}-rwx",
            share_storage_network=given.share_storage_network,
            cluster_network=None if shares else self._path,
            vlan=given.vlan,
            range=given.range,
            exclude=given.exclude,
            opts=pulumi.ResourceOptions.merge(self._carried, after),
        )

    def _migration(self, given: TrafficPathMigrationArgs) -> VmMigrationNetwork:
        return VmMigrationNetwork(
            f"{self._prefix}-migration",
            cluster_network=self._path,
            vlan=given.vlan,
            range=given.range,
            exclude=given.exclude,
            opts=self._carried,
        )


def _device(network: HostNetworkConfig) -> pulumi.Output[str]:
    return pulumi.Output.concat(network.cluster_network, "-br.", network.vlan.apply(str))


def by_key(made: Mapping[str, Any]) -> pulumi.Output[Any]:
    """An output of outputs, by the keys that their resources have in the program."""
    return pulumi.Output.from_input(dict(made))
