"""Pictures of the networks of a cluster, and what the switches need. Pure: all is read from a
snapshot, and the same snapshot gives the same bytes.
"""
