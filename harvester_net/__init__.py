"""Pulumi package for Harvester networking; its names are loaded when they are first used.

The plugin's process starts through this module, so nothing may be imported here (P18).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .components.site import Site as Site
    from .components.site_arguments import SiteMgmtArgs as SiteMgmtArgs
    from .components.site_arguments import SiteTrafficPathArgs as SiteTrafficPathArgs
    from .components.tenant_networks import TenantNetworks as TenantNetworks
    from .components.tenant_networks_arguments import (
        TenantDefaultsArgs as TenantDefaultsArgs,
    )
    from .components.tenant_networks_arguments import (
        TenantNetworkArgs as TenantNetworkArgs,
    )
    from .components.traffic_path import TrafficPath as TrafficPath
    from .components.traffic_path_arguments import (
        TrafficPathHostNetworkArgs as TrafficPathHostNetworkArgs,
    )
    from .components.traffic_path_arguments import (
        TrafficPathMigrationArgs as TrafficPathMigrationArgs,
    )
    from .components.traffic_path_arguments import (
        TrafficPathNetworkArgs as TrafficPathNetworkArgs,
    )
    from .components.traffic_path_arguments import TrafficPathRwxArgs as TrafficPathRwxArgs
    from .components.traffic_path_arguments import (
        TrafficPathStorageArgs as TrafficPathStorageArgs,
    )
    from .components.traffic_path_arguments import (
        TrafficPathUplinkArgs as TrafficPathUplinkArgs,
    )
    from .program.cluster_network import ClusterNetwork as ClusterNetwork
    from .program.dhcp_pool import DhcpPool as DhcpPool
    from .program.disruption import Disruption as Disruption
    from .program.disruption import DisruptionArgs as DisruptionArgs
    from .program.disruption import NodeDevices as NodeDevices
    from .program.disruption import VerifyOnNodes as VerifyOnNodes
    from .program.disruption import VerifyOnNodesArgs as VerifyOnNodesArgs
    from .program.enums import BondMode as BondMode
    from .program.enums import HostMode as HostMode
    from .program.enums import NodeOperator as NodeOperator
    from .program.enums import OnFailure as OnFailure
    from .program.enums import RouteMode as RouteMode
    from .program.enums import VmNetworkType as VmNetworkType
    from .program.functions import GetClusterNetworkResult as GetClusterNetworkResult
    from .program.functions import GetNodeNicsResult as GetNodeNicsResult
    from .program.functions import GetVmInterfacesResult as GetVmInterfacesResult
    from .program.functions import Nic as Nic
    from .program.functions import RenderVmNicsResult as RenderVmNicsResult
    from .program.functions import VmInterface as VmInterface
    from .program.functions import VmNicInterface as VmNicInterface
    from .program.functions import VmNicMultus as VmNicMultus
    from .program.functions import VmNicNetwork as VmNicNetwork
    from .program.functions import get_cluster_network as get_cluster_network
    from .program.functions import get_cluster_network_output as get_cluster_network_output
    from .program.functions import get_node_nics as get_node_nics
    from .program.functions import get_node_nics_output as get_node_nics_output
    from .program.functions import get_vm_interfaces as get_vm_interfaces
    from .program.functions import get_vm_interfaces_output as get_vm_interfaces_output
    from .program.functions import render_vm_nics as render_vm_nics
    from .program.functions import render_vm_nics_output as render_vm_nics_output
    from .program.host_network_config import HostDevice as HostDevice
    from .program.host_network_config import HostNetworkConfig as HostNetworkConfig
    from .program.network_config import NetworkConfig as NetworkConfig
    from .program.node_selector import NodeRequirement as NodeRequirement
    from .program.node_selector import NodeRequirementArgs as NodeRequirementArgs
    from .program.node_selector import NodeSelector as NodeSelector
    from .program.node_selector import NodeSelectorArgs as NodeSelectorArgs
    from .program.provider import Provider as Provider
    from .program.route import Route as Route
    from .program.route import RouteArgs as RouteArgs
    from .program.rwx_network import RwxNetwork as RwxNetwork
    from .program.storage_network import StorageNetwork as StorageNetwork
    from .program.uplink import BondOptions as BondOptions
    from .program.uplink import BondOptionsArgs as BondOptionsArgs
    from .program.uplink import LinkAttributes as LinkAttributes
    from .program.uplink import LinkAttributesArgs as LinkAttributesArgs
    from .program.uplink import Uplink as Uplink
    from .program.uplink import UplinkArgs as UplinkArgs
    from .program.vlan_range import VlanRange as VlanRange
    from .program.vlan_range import VlanRangeArgs as VlanRangeArgs
    from .program.vm_migration_network import VmMigrationNetwork as VmMigrationNetwork
    from .program.vm_network import VmNetwork as VmNetwork
    from .program.vm_networks import VmNetworks as VmNetworks
    from .program.vm_nic import VmNic as VmNic
    from .program.vm_nic import cloud_init_data as cloud_init_data
    from .program.vm_nic import network_data as network_data
    from .program.vm_nic import vm_ignore_changes as vm_ignore_changes
    from .program.vm_nic_spec import VmNicSpec as VmNicSpec

_HOMES = {
    "BondMode": "enums",
    "BondOptions": "uplink",
    "BondOptionsArgs": "uplink",
    "ClusterNetwork": "cluster_network",
    "DhcpPool": "dhcp_pool",
    "Disruption": "disruption",
    "DisruptionArgs": "disruption",
    "GetClusterNetworkResult": "functions",
    "GetNodeNicsResult": "functions",
    "GetVmInterfacesResult": "functions",
    "RenderVmNicsResult": "functions",
    "VmInterface": "functions",
    "VmNicSpec": "vm_nic_spec",
    "VmNicInterface": "functions",
    "VmNicMultus": "functions",
    "VmNicNetwork": "functions",
    "HostDevice": "host_network_config",
    "HostMode": "enums",
    "HostNetworkConfig": "host_network_config",
    "LinkAttributes": "uplink",
    "LinkAttributesArgs": "uplink",
    "NetworkConfig": "network_config",
    "Nic": "functions",
    "NodeOperator": "enums",
    "NodeRequirement": "node_selector",
    "NodeRequirementArgs": "node_selector",
    "NodeSelector": "node_selector",
    "NodeSelectorArgs": "node_selector",
    "OnFailure": "enums",
    "Provider": "provider",
    "Route": "route",
    "RouteArgs": "route",
    "RouteMode": "enums",
    "NodeDevices": "disruption",
    "RwxNetwork": "rwx_network",
    "StorageNetwork": "storage_network",
    "Uplink": "uplink",
    "UplinkArgs": "uplink",
    "VerifyOnNodes": "disruption",
    "VerifyOnNodesArgs": "disruption",
    "VlanRange": "vlan_range",
    "VlanRangeArgs": "vlan_range",
    "VmMigrationNetwork": "vm_migration_network",
    "VmNetwork": "vm_network",
    "VmNetworkType": "enums",
    "VmNetworks": "vm_networks",
    "vm_ignore_changes": "vm_nic",
    "VmNic": "vm_nic",
    "cloud_init_data": "vm_nic",
    "get_cluster_network": "functions",
    "get_cluster_network_output": "functions",
    "get_node_nics": "functions",
    "get_node_nics_output": "functions",
    "get_vm_interfaces": "functions",
    "get_vm_interfaces_output": "functions",
    "network_data": "vm_nic",
    "render_vm_nics": "functions",
    "render_vm_nics_output": "functions",
}
"""The module of `program` in which each public name is."""

_COMPONENTS = {
    "Site": "site",
    "SiteMgmtArgs": "site_arguments",
    "SiteTrafficPathArgs": "site_arguments",
    "TenantDefaultsArgs": "tenant_networks_arguments",
    "TenantNetworkArgs": "tenant_networks_arguments",
    "TenantNetworks": "tenant_networks",
    "TrafficPath": "traffic_path",
    "TrafficPathHostNetworkArgs": "traffic_path_arguments",
    "TrafficPathNetworkArgs": "traffic_path_arguments",
    "TrafficPathMigrationArgs": "traffic_path_arguments",
    "TrafficPathRwxArgs": "traffic_path_arguments",
    "TrafficPathStorageArgs": "traffic_path_arguments",
    "TrafficPathUplinkArgs": "traffic_path_arguments",
}
"""The module of `components` in which each of its names is."""

__all__ = [*_HOMES, *_COMPONENTS]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = f"program.{_HOMES[name]}" if name in _HOMES else f"components.{_COMPONENTS[name]}"
    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
