import harvester_net as hn

backup = hn.HostNetworkConfig(
    "hnc-backup",
    cluster_network="mgmt",
    vlan=400,
    mode=hn.HostMode.STATIC,
    ips={
        "node1": "10.40.0.11/24",
        "node2": "10.40.0.12/24",
        "node3": "10.40.0.13/24",
    },
    disruption=hn.DisruptionArgs(verify_on_nodes=hn.VerifyOnNodesArgs()),
)
