import * as harvesterNet from "@harvester-net/pulumi";

const data = harvesterNet.getClusterNetworkOutput({ name: "cn-data" });

export const mtu = data.mtu;
