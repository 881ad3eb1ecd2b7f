import harvester_net as hn

berlin = hn.Site(
    "berlin",
    traffic_paths={
        "tenant": hn.SiteTrafficPathArgs(
            mtu=9000,
            uplinks={
                "rack-a": hn.TrafficPathUplinkArgs(
                    node_selector={"example.com/rack": "a"},
                    nics=["eno2", "eno3"],
                ),
                "rack-b": hn.TrafficPathUplinkArgs(
                    node_selector={"example.com/rack": "b"},
                    nics=["ens1f0", "ens1f1"],
                ),
            },
            networks={"web": hn.TrafficPathNetworkArgs(vlan=100, namespace="shop")},
        ),
        "storage": hn.SiteTrafficPathArgs(
            mtu=9000,
            uplinks={"all": hn.TrafficPathUplinkArgs(nics=["eno4"])},
            storage=hn.TrafficPathStorageArgs(vlan=50, range="192.168.50.0/24"),
        ),
    },
    mgmt=hn.SiteMgmtArgs(
        networks={"ops": hn.TrafficPathNetworkArgs(vlan=7)},
        host_networks={
            "backup": hn.TrafficPathHostNetworkArgs(vlan=400, mode=hn.HostMode.DHCP),
        },
    ),
)
