"""Pictures of the networks of a cluster, and what the switches need. All of it is pure."""
