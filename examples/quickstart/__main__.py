"""A cluster network over all nodes, three VM networks on it, and the storage network.

The cluster is the one of your KUBECONFIG. Look at it first: `pulumi preview`.
"""

import pulumi

import harvester_net as hn

config = pulumi.Config()

data = hn.ClusterNetwork(
    "cn-data",
    # The MTU of everything below. For another one: `pulumi config set mtu 9000`.
    mtu=config.get_int("mtu") or 1500,
    # What a new MTU may interrupt once all this is in use; the preview says what it would.
    disruption=hn.DisruptionArgs(stop_vms=True, cycle_storage_network=True),
)

# A network config for each group of nodes with the same NICs. The groups are told by a label,
# and together they hold every node: the storage network needs that.
groups = {"rack-a": ["eno2", "eno3"], "rack-b": ["eno2", "eno3"]}
configs = {
    group: hn.NetworkConfig(
        f"cn-data-{group}",
        cluster_network=data,
        description=f"Uplink of {group}",
        node_selector={"topology.kubernetes.io/zone": group},
        uplink=hn.UplinkArgs(nics=nics),
    )
    for group, nics in groups.items()
}

# VM networks and the storage network need the uplinks, so they come after them and go before.
ready = pulumi.ResourceOptions(depends_on=list(configs.values()))

production = hn.VmNetwork("production", cluster_network=data, vlan=100, opts=ready)
untagged = hn.VmNetwork("untagged", cluster_network=data, type="UntaggedNetwork", opts=ready)
firewall = hn.VmNetwork(
    "firewall",
    cluster_network=data,
    vlan_trunk=[hn.VlanRangeArgs(min_id=200, max_id=299), hn.VlanRangeArgs(id=400)],
    opts=ready,
)

storage = hn.StorageNetwork(
    "storage",
    cluster_network=data,
    vlan=50,
    range="192.168.50.0/24",
    exclude=["192.168.50.0/28"],
    opts=ready,
)

pulumi.export("mtu", data.mtu)
pulumi.export("nodes", {group: config.matched_nodes for group, config in configs.items()})
pulumi.export("vm_networks", [network.id for network in (production, untagged, firewall)])
pulumi.export("storage_vm_network", storage.vm_network)
