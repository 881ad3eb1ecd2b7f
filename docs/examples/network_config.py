import harvester_net as hn

data = hn.ClusterNetwork("cn-data", mtu=9000)

rack_a = hn.NetworkConfig(
    "cn-data-rack-a",
    cluster_network=data,
    node_selector={"example.com/rack": "a"},
    uplink=hn.UplinkArgs(
        nics=["eno2", "eno3"],
        bond_options=hn.BondOptionsArgs(mode=hn.BondMode.IEEE8023AD),
    ),
)
