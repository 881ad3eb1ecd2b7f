import * as harvesterNet from "@harvester-net/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const name = config.require("clusterNetwork");

const data = new harvesterNet.ClusterNetwork("data", {
    name,
    // What is on it follows its MTU.
    mtu: config.requireNumber("mtu"),
    // A new MTU stops VMs that are in use. The preview says which; with this it may.
    disruption: { stopVms: config.getBoolean("stopVms") },
});

// One config for all nodes. A config for each rack, by nodeSelector, keeps a later change of NICs to the VMs there.
const uplink = new harvesterNet.NetworkConfig("uplink", {
    name: `${name}-all`,
    clusterNetwork: data,
    uplink: { nics: config.require("nics").split(",") },
});

// VM networks need the uplinks, so they come after them and go before.
const web = new harvesterNet.VmNetwork(
    "web",
    { clusterNetwork: data, vlan: config.requireNumber("vlan") },
    { dependsOn: [uplink] },
);

export const nodes = uplink.matchedNodes;
export const vmNetwork = web.id;
