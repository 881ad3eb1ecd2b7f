import * as harvesterNet from "@harvester-net/pulumi";

const nics = harvesterNet.renderVmNicsOutput({
    vm: "web1",
    stack: "prod",
    nics: [
        { name: "front", vmNetwork: "default/web" },
        { name: "back", vmNetwork: "default/backup", addresses: ["192.168.200.11/24"] },
    ],
});

export const interfaces = nics.interfaces;
export const networks = nics.networks;
export const networkData = nics.networkData;
