"""Policies for the networks of Harvester clusters, to copy and to change.

Each policy is a function over a resource, or over all of them, that yields what is wrong.
`policies.py` lists them with their names, levels and settings; only `pack.py` knows Pulumi.
Nothing here needs the package harvester-net.
"""
