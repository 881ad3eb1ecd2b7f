import * as harvesterNet from "@harvester-net/pulumi";

const rwx = new harvesterNet.RwxNetwork("rwx", { shareStorageNetwork: true });
