import pulumi

import harvester_net as hn

found = hn.get_node_nics(node="node1")
pulumi.export("free", [nic.name for nic in found.nics if nic.free])
