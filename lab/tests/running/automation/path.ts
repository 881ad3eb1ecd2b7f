import * as harvesterNet from "@harvester-net/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

new harvesterNet.TrafficPath("path", {
    name: config.require("clusterNetwork"),
    mtu: config.requireNumber("mtu"),
    uplinks: { all: { nics: config.require("nics").split(",") } },
    networks: { web: { vlan: config.requireNumber("vlan") } },
    disruption: { stopVms: config.getBoolean("stopVms") },
});
