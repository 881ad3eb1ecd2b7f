import harvester_net as hn

data = hn.ClusterNetwork("cn-data", mtu=9000)

web = hn.VmNetwork(
    "web",
    namespace="shop",
    cluster_network=data,
    vlan=100,
    route=hn.RouteArgs(
        mode=hn.RouteMode.MANUAL,
        cidr="192.168.100.0/24",
        gateway="192.168.100.1",
    ),
)

routers = hn.VmNetwork(
    "routers",
    cluster_network=data,
    vlan_trunk=[hn.VlanRangeArgs(min_id=200, max_id=299)],
)
