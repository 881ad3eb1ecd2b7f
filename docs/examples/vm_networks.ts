import * as harvesterNet from "@harvester-net/pulumi";

const data = new harvesterNet.ClusterNetwork("cn-data", { mtu: 9000 });

const tenants = new harvesterNet.VmNetworks("tenants", {
    namespace: "tenants",
    clusterNetwork: data,
    vlans: ["100-199", 300],
    namePattern: "tenant-{vlan}",
    routes: {
        "300": {
            mode: harvesterNet.RouteMode.Manual,
            cidr: "192.168.30.0/24",
            gateway: "192.168.30.1",
        },
    },
});
