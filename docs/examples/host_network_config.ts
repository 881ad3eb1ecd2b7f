import * as harvesterNet from "@harvester-net/pulumi";

const backup = new harvesterNet.HostNetworkConfig("hnc-backup", {
    clusterNetwork: "mgmt",
    vlan: 400,
    mode: harvesterNet.HostMode.Static,
    ips: {
        node1: "10.40.0.11/24",
        node2: "10.40.0.12/24",
        node3: "10.40.0.13/24",
    },
    disruption: { verifyOnNodes: {} },
});
