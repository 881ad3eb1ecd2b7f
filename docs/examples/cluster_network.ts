import * as harvesterNet from "@harvester-net/pulumi";

const data = new harvesterNet.ClusterNetwork("cn-data", { mtu: 9000 });
