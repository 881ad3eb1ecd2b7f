import pulumi

import harvester_net as hn

data = hn.ClusterNetwork("cn-data", mtu=9000)

uplink = hn.NetworkConfig(
    "cn-data-all",
    cluster_network=data,
    uplink=hn.UplinkArgs(nics=["eno2", "eno3"]),
)

migration = hn.VmMigrationNetwork(
    "migration",
    cluster_network=data,
    vlan=60,
    range="192.168.60.0/24",
    opts=pulumi.ResourceOptions(depends_on=[uplink]),
)
