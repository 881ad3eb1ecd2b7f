"""A cluster network, its uplinks, and a VM network on it."""

import pulumi

import harvester_net as hn

config = pulumi.Config()
name = config.require("clusterNetwork")

data = hn.ClusterNetwork(
    "data",
    name=name,
    # What is on it follows its MTU.
    mtu=config.require_int("mtu"),
    # A new MTU stops VMs that are in use. The preview says which; with this it may.
    disruption=hn.DisruptionArgs(stop_vms=config.get_bool("stopVms")),
)

# One config for all nodes. A config for each rack, by node_selector, keeps a later change of
# NICs to the VMs there.
uplink = hn.NetworkConfig(
    "uplink",
    name=f"{name}-all",
    cluster_network=data,
    uplink=hn.UplinkArgs(nics=config.require("nics").split(",")),
)

# VM networks need the uplinks, so they come after them and go before.
web = hn.VmNetwork(
    "web",
    cluster_network=data,
    vlan=config.require_int("vlan"),
    opts=pulumi.ResourceOptions(depends_on=[uplink]),
)

pulumi.export("nodes", uplink.matched_nodes)
pulumi.export("vmNetwork", web.id)
