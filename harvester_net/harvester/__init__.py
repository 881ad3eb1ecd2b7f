"""What Harvester's objects say: their names, versions, links, networks and workloads.

Pure readers over plain objects and the snapshot that holds them; only `loading` asks the
cluster. What Harvester refuses is in `rules`.
"""
