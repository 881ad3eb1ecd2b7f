import pulumi

import harvester_net as hn

front = hn.VmNicSpec(name="front", vm_network="default/web")
back = hn.VmNicSpec(name="back", vm_network="default/backup", addresses=["192.168.200.11/24"])
nics = hn.render_vm_nics_output(vm="web1", nics=[front, back], stack="prod")

pulumi.export("interfaces", nics.interfaces)
pulumi.export("networks", nics.networks)
pulumi.export("networkData", nics.network_data)
