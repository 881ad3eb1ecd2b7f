import * as harvesterNet from "@harvester-net/pulumi";

const data = new harvesterNet.TrafficPath("cn-data", {
    mtu: 9000,
    uplinks: {
        "rack-a": {
            nodeSelector: { "example.com/rack": "a" },
            nics: ["eno2", "eno3"],
            bondOptions: { mode: harvesterNet.BondMode.Ieee8023ad },
        },
        "rack-b": {
            nodeSelector: { "example.com/rack": "b" },
            nics: ["ens1f0", "ens1f1"],
        },
    },
    networks: {
        web: { vlan: 100, namespace: "shop" },
        routers: { vlanTrunk: [{ minID: 200, maxID: 299 }] },
    },
    hostNetworks: {
        backup: { vlan: 400, mode: harvesterNet.HostMode.Dhcp },
    },
    storage: { vlan: 50, range: "192.168.50.0/24" },
});
