import pulumi

import harvester_net as hn

front = hn.VmNicArgs(name="front", vm_network="default/web")
back = hn.VmNicArgs(name="back", vm_network="default/backup", addresses=["192.168.200.11/24"])
nics = hn.render_vm_nics_output("web1", [front, back], stack="prod")

pulumi.export("interfaces", nics.interfaces)
pulumi.export("networks", nics.networks)
pulumi.export("networkData", nics.network_data)
