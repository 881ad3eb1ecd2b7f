"""All kinds by token."""

from __future__ import annotations

from typing import Any

from .cluster_network import ClusterNetwork
from .dhcp_pool import DhcpPool
from .host_network_config import HostNetworkConfig
from .kind import Kind
from .network_config import NetworkConfig
from .rwx_network import RwxNetwork
from .storage_network import StorageNetwork
from .vm_migration_network import VmMigrationNetwork
from .vm_network import VmNetwork
from .vm_networks import VmNetworks

KINDS: dict[str, Kind[Any]] = {
    kind.token: kind
    for kind in (
        ClusterNetwork(),
        NetworkConfig(),
        VmNetwork(),
        VmNetworks(),
        StorageNetwork(),
        RwxNetwork(),
        VmMigrationNetwork(),
        HostNetworkConfig(),
        DhcpPool(),
    )
}
