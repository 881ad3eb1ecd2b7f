"""Replacements by force: there is a new object afterwards, or it was refused; none is lost."""

from __future__ import annotations

import pytest

from lab import Lab

from .programs import CLUSTER_NETWORKS
from .stack import Stack, resource

URN = "urn:pulumi:dev::networks::harvester-net:index:ClusterNetwork::data"


def uid(lab: Lab) -> str:
    return str(lab.client.get(f"{CLUSTER_NETWORKS}/data")["metadata"]["uid"])


@pytest.mark.parametrize("how", ["replace", "taint"])
def test_forced_replacement_is_refused_or_makes_a_new_object(
    stack: Stack, lab: Lab, how: str
) -> None:
    stack.program(resource("ClusterNetwork", "data")).up().succeeded()
    before = uid(lab)
    options = () if how == "taint" else ("--replace", URN)
    if how == "taint":
        stack.run("state", "taint", URN, "--yes").succeeded()
    refused = stack.up(*options).failed()
    assert "cannot be replaced by a new one before the old one is deleted" in refused.output
    assert uid(lab) == before
    stack.program(resource("ClusterNetwork", "data", {"delete_before_replace": True}))
    assert stack.up(*options).succeeded().counts == {"replace": 1, "unchanged": 1}
    assert uid(lab) != before
    assert stack.diff() == {}
