import * as harvesterNet from "@harvester-net/pulumi";

const found = harvesterNet.getNodeNicsOutput({ node: "node1" });

export const free = found.nics.apply(nics => nics.filter(nic => nic.free).map(nic => nic.name));
