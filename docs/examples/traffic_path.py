import harvester_net as hn

data = hn.TrafficPath(
    "cn-data",
    mtu=9000,
    uplinks={
        "rack-a": hn.TrafficPathUplinkArgs(
            node_selector={"example.com/rack": "a"},
            nics=["eno2", "eno3"],
            bond_options=hn.BondOptionsArgs(mode=hn.BondMode.IEEE8023AD),
        ),
        "rack-b": hn.TrafficPathUplinkArgs(
            node_selector={"example.com/rack": "b"},
            nics=["ens1f0", "ens1f1"],
        ),
    },
    networks={
        "web": hn.TrafficPathNetworkArgs(vlan=100, namespace="shop"),
        "routers": hn.TrafficPathNetworkArgs(
            vlan_trunk=[hn.VlanRangeArgs(min_id=200, max_id=299)],
        ),
    },
    host_networks={
        "backup": hn.TrafficPathHostNetworkArgs(vlan=400, mode=hn.HostMode.DHCP),
    },
    storage=hn.TrafficPathStorageArgs(vlan=50, range="192.168.50.0/24"),
)
