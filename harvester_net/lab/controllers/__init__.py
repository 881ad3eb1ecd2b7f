"""Harvester's and KubeVirt's controllers as small state machines.

A controller looks at one object at a time, by its key, and says which writes it would do now:
a pure function of the `State`. `manager` runs them on a living cluster: it asks again after
every change of what a controller watches, sends the writes as the controller's own user, and
tries again what was refused.
"""
