import pulumi

import harvester_net as hn

data = hn.get_cluster_network("cn-data")
pulumi.export("mtu", data.mtu)
