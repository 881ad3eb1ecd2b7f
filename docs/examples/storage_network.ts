import * as harvesterNet from "@harvester-net/pulumi";

const data = new harvesterNet.ClusterNetwork("cn-data", { mtu: 9000 });

const uplink = new harvesterNet.NetworkConfig("cn-data-all", {
    clusterNetwork: data,
    uplink: { nics: ["eno2", "eno3"] },
});

const storage = new harvesterNet.StorageNetwork("storage", {
    clusterNetwork: data,
    vlan: 50,
    range: "192.168.50.0/24",
    exclude: ["192.168.50.0/28"],
}, { dependsOn: [uplink] });
