import * as harvesterNet from "@harvester-net/pulumi";

const web = new harvesterNet.VmNetwork("web", { clusterNetwork: "mgmt", vlan: 100 });

const pool = new harvesterNet.DhcpPool("web-pool", {
    vmNetwork: web,
    cidr: "192.168.100.0/24",
    serverIp: "192.168.100.2",
    start: "192.168.100.10",
    end: "192.168.100.200",
    exclude: ["192.168.100.50"],
    router: "192.168.100.1",
    dns: ["192.168.100.1"],
    leaseTime: 3600,
});
