"""Harvester's and KubeVirt's webhooks: what they refuse and what they write into objects.

`refusals` asks the package's own rules, which the differential test holds equal to the real
webhooks; the other modules are the mutators.
"""
