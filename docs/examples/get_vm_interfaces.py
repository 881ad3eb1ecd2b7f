import pulumi

import harvester_net as hn

found = hn.get_vm_interfaces("web1")
pulumi.export("addresses", {nic.name: nic.addresses for nic in found.interfaces})
