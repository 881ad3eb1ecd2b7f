"""Replacements by force, and edits of the state: no object is lost, and none has two owners
in silence.
"""

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


def test_renamed_in_the_state_and_not_in_the_program_nothing_is_lost(
    stack: Stack, lab: Lab
) -> None:
    stack.program(resource("ClusterNetwork", "data")).up().succeeded()
    before = uid(lab)
    stack.run("state", "rename", URN, "last", "--yes").succeeded()
    ran = stack.up().succeeded()
    assert "stays on the cluster" in ran.output
    assert uid(lab) == before
    assert list(stack.state()) == ["data"]
    assert stack.diff() == {}


def test_moved_to_another_stack_and_still_in_the_program_it_has_one_owner(
    stack: Stack, lab: Lab
) -> None:
    program = resource("ClusterNetwork", "data")
    stack.program(program).up().succeeded()
    before = uid(lab)
    stack.run("stack", "init", "prod").succeeded()
    stack.run("state", "move", "--dest", "prod", URN, "--yes", "--include-parents").succeeded()
    assert "is taken over, not made anew" in stack.preview().succeeded().output
    stack.up().succeeded()
    told = stack.preview("--stack", "prod").succeeded().output
    assert "stack dev of project networks has taken it over, so two stacks have it" in told
    assert "stays on the cluster" in stack.destroy("--stack", "prod").succeeded().output
    assert uid(lab) == before
    assert stack.diff() == {}
