"""A cluster network over all nodes, and two VM networks on it."""

import pulumi

import harvester_net as hn

config = pulumi.Config()

servers = hn.ClusterNetwork(
    "servers",
    mtu=config.get_int("mtu") or 1500,
    # An MTU that is changed in use stops VMs for a while; only if the stack allows it.
    disruption=hn.DisruptionArgs(stop_vms=config.get_bool("stopVms") or False),
)

uplink = hn.NetworkConfig(
    "servers-all",
    cluster_network=servers,
    uplink=hn.UplinkArgs(nics=["eno2", "eno3"]),
)
carried = pulumi.ResourceOptions(depends_on=[uplink])

web = hn.VmNetwork("web", cluster_network=servers, vlan=100, opts=carried)
database = hn.VmNetwork("database", cluster_network=servers, vlan=110, opts=carried)

pulumi.export("nodes", uplink.matched_nodes)
pulumi.export("vm_networks", [web.id, database.id])
