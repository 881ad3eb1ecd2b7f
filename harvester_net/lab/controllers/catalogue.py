"""All controllers of Harvester's network controller and of Harvester itself."""

from __future__ import annotations

from harvester_net.lab.controllers import (
    cluster_networks,
    dhcp_pools,
    helper_jobs,
    network_configs,
    nodes,
    rwx_network,
    storage_network,
    vlan_ids,
    vm_migration_network,
    vm_networks,
)
from harvester_net.lab.controllers.controller import Controller

NETWORK_CONTROLLERS: tuple[Controller, ...] = (
    *cluster_networks.CONTROLLERS,
    *network_configs.CONTROLLERS,
    *nodes.CONTROLLERS,
    *vm_networks.CONTROLLERS,
    *helper_jobs.CONTROLLERS,
    *vlan_ids.CONTROLLERS,
    *dhcp_pools.CONTROLLERS,
)
"""Those of the user `harvester-network-controller`, in the order of their work on a change."""

HARVESTER_CONTROLLERS: tuple[Controller, ...] = (
    *storage_network.CONTROLLERS,
    *rwx_network.CONTROLLERS,
    *vm_migration_network.CONTROLLERS,
)
"""Those of the user `harvester`."""
