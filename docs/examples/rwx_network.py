import harvester_net as hn

rwx = hn.RwxNetwork("rwx", share_storage_network=True)
