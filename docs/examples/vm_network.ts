import * as harvesterNet from "@harvester-net/pulumi";

const data = new harvesterNet.ClusterNetwork("cn-data", { mtu: 9000 });

const web = new harvesterNet.VmNetwork("web", {
    namespace: "shop",
    clusterNetwork: data,
    vlan: 100,
    route: {
        mode: harvesterNet.RouteMode.Manual,
        cidr: "192.168.100.0/24",
        gateway: "192.168.100.1",
    },
});

const routers = new harvesterNet.VmNetwork("routers", {
    clusterNetwork: data,
    vlanTrunk: [{ minID: 200, maxID: 299 }],
});
