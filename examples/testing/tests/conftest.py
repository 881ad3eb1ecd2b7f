"""Brings the fixtures: `harvester` is a Harvester cluster that no test has used yet."""

pytest_plugins = ["harvester_net.testing"]
