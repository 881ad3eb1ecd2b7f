import * as harvesterNet from "@harvester-net/pulumi";

const data = new harvesterNet.ClusterNetwork("cn-data", { mtu: 9000 });

const rackA = new harvesterNet.NetworkConfig("cn-data-rack-a", {
    clusterNetwork: data,
    nodeSelector: { "example.com/rack": "a" },
    uplink: {
        nics: ["eno2", "eno3"],
        bondOptions: { mode: harvesterNet.BondMode.Ieee8023ad },
    },
});
