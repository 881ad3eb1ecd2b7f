import pulumi

import harvester_net as hn

data = hn.ClusterNetwork("cn-data", mtu=9000)

uplink = hn.NetworkConfig(
    "cn-data-all",
    cluster_network=data,
    uplink=hn.UplinkArgs(nics=["eno2", "eno3"]),
)

storage = hn.StorageNetwork(
    "storage",
    cluster_network=data,
    vlan=50,
    range="192.168.50.0/24",
    exclude=["192.168.50.0/28"],
    opts=pulumi.ResourceOptions(depends_on=[uplink]),
)
