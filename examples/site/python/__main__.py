"""A stack for each site: `pulumi up --stack berlin` takes sites/berlin.yaml."""

import pulumi

import harvester_net as hn

name = pulumi.get_stack()
site = hn.Site(name, file=f"../sites/{name}.yaml")

pulumi.export("vmNetworks", site.vm_networks)
