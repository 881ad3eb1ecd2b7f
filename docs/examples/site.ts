import * as harvesterNet from "@harvester-net/pulumi";

const berlin = new harvesterNet.Site("berlin", {
    trafficPaths: {
        tenant: {
            mtu: 9000,
            uplinks: {
                "rack-a": {
                    nodeSelector: { "example.com/rack": "a" },
                    nics: ["eno2", "eno3"],
                },
                "rack-b": {
                    nodeSelector: { "example.com/rack": "b" },
                    nics: ["ens1f0", "ens1f1"],
                },
            },
            networks: { web: { vlan: 100, namespace: "shop" } },
        },
        storage: {
            mtu: 9000,
            uplinks: { all: { nics: ["eno4"] } },
            storage: { vlan: 50, range: "192.168.50.0/24" },
        },
    },
    mgmt: {
        networks: { ops: { vlan: 7 } },
        hostNetworks: { backup: { vlan: 400, mode: harvesterNet.HostMode.Dhcp } },
    },
});
