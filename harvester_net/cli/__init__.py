"""The command `harvester-net`: the ordered change without Pulumi."""
