"""Many resources: each kind is listed once, and nothing waits for what it does not need."""

from __future__ import annotations

from collections import Counter

import pytest

from harvester_net.lab.faults import AgentDown
from harvester_net.lab.proxy import Proxy, Request
from lab import Lab

from .failures import faults
from .programs import (
    CONFIGS,
    NADS,
    STATUSES,
    cluster_network,
    network_configs,
    vm_network,
)
from .stack import Stack
from .waiting import eventually

MANY = 200


@pytest.fixture
def many(stack: Stack) -> Stack:
    """A stack with a program of many VM networks on one cluster network."""
    # The engine writes its growing state after each step, longer than all the rest takes.
    stack.environ |= {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
    networks = (vm_network(f"vm{n}", vlan=1 + n) for n in range(MANY))
    return stack.program(cluster_network(), *networks)


def test_many_vm_networks_cost_few_requests(many: Stack, lab: Lab, proxied: Proxy) -> None:
    many.preview().succeeded()
    assert asked_once(proxied) >= {"LIST clusternetworks", NAD_LIST}

    proxied.requests.clear()
    assert many.up().succeeded().counts == {"create": MANY + 2}
    creates = {"POST clusternetworks": 1, "POST network-attachment-definitions": MANY}
    assert dict(proxied.counts).items() >= creates.items()
    # The journal is looked at every few seconds, whatever there is to do.
    others = proxied.counts - Counter({"GET configmaps": MANY})
    assert sum(others.values()) <= MANY + 10, proxied.counts
    assert len(lab.client.list(NADS)["items"]) == MANY

    proxied.requests.clear()
    assert many.diff() == {}
    assert asked_once(proxied) >= {"LIST clusternetworks", NAD_LIST}

    proxied.requests.clear()
    many.destroy().succeeded()
    counts = proxied.counts
    assert counts["DELETE network-attachment-definitions"] == MANY
    assert counts["WATCH network-attachment-definitions"] <= 1, counts
    assert counts[NAD_LIST] <= 2, counts


NAD_LIST = "LIST network-attachment-definitions"


def asked_once(proxy: Proxy) -> set[str]:
    """What a preview asked for: nothing twice, and it wrote nothing."""
    counts = proxy.counts
    # That of the networks, and kube-system, by which the cluster is known.
    assert counts["GET namespaces"] <= 2, counts
    assert set((counts - Counter({"GET namespaces": 1})).values()) <= {1}, counts
    assert {request.method for request in proxy.requests} == {"GET"}
    return set(counts)


def test_nothing_waits_for_a_node_that_it_does_not_need(stack: Stack, lab: Lab) -> None:
    stack.program(cluster_network(), *network_configs(), vm_network(vlan=100))
    with faults(lab, *(AgentDown(node) for node in ("node1", "node2", "node3"))):
        child = stack.start("up", "--yes", "--skip-preview")
        # None of them gets ready, yet all of them are made.
        eventually(lambda: len(lab.client.list(CONFIGS)["items"]) == 3)
        eventually(lambda: lab.client.list(NADS)["items"])
        assert lab.client.list(STATUSES)["items"] == []
    output, _ = child.communicate(timeout=120)
    assert child.returncode == 0, output


def test_configs_are_torn_down_side_by_side(stack: Stack, lab: Lab, proxied: Proxy) -> None:
    stack.program(cluster_network(), *network_configs()).up().succeeded()
    left: list[int] = []

    async def count_statuses(request: Request) -> None:
        if request.what == "DELETE vlanconfigs":
            left.append(len(lab.client.list(STATUSES)["items"]))

    proxied.after = count_statuses
    with faults(lab, *(AgentDown(node) for node in ("node1", "node2", "node3"))):
        child = stack.start("destroy", "--yes", "--skip-preview")
        eventually(lambda: len(left) == 3)
    output, _ = child.communicate(timeout=120)
    assert child.returncode == 0, output
    # Each was asked to go before any node had torn down another one.
    assert left == [3, 3, 3]
