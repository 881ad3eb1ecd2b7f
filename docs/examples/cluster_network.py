import harvester_net as hn

data = hn.ClusterNetwork("cn-data", mtu=9000)
