// A stack for each site: `pulumi up --stack berlin` takes sites/berlin.yaml.
import * as harvesterNet from "@harvester-net/pulumi";
import * as pulumi from "@pulumi/pulumi";

const name = pulumi.getStack();
const site = new harvesterNet.Site(name, { file: `../sites/${name}.yaml` });

export const vmNetworks = site.vmNetworks;
