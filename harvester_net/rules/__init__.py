"""What Harvester will refuse, as pure functions over live objects.

Functions take plain objects and return facts; nothing here talks to the cluster.
"""
