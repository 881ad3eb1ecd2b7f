import * as harvesterNet from "@harvester-net/pulumi";

const found = harvesterNet.getVmInterfacesOutput({ name: "web1" });

export const addresses = found.interfaces.apply(nics => nics.flatMap(nic => nic.addresses));
