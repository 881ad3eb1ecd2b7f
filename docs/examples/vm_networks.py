import harvester_net as hn

data = hn.ClusterNetwork("cn-data", mtu=9000)

tenants = hn.VmNetworks(
    "tenants",
    namespace="tenants",
    cluster_network=data,
    vlans=["100-199", 300],
    name_pattern="tenant-{vlan}",
    routes={
        "300": hn.RouteArgs(
            mode=hn.RouteMode.MANUAL,
            cidr="192.168.30.0/24",
            gateway="192.168.30.1",
        )
    },
)
