import * as harvesterNet from "@harvester-net/pulumi";

const data = new harvesterNet.ClusterNetwork("cn-data", { mtu: 9000 });

const uplink = new harvesterNet.NetworkConfig("cn-data-all", {
    clusterNetwork: data,
    uplink: { nics: ["eno2", "eno3"] },
});

const migration = new harvesterNet.VmMigrationNetwork("migration", {
    clusterNetwork: data,
    vlan: 60,
    range: "192.168.60.0/24",
}, { dependsOn: [uplink] });
