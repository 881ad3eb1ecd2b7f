"""Stacks for the end-to-end tests, all against one lab that each test leaves empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester_net.lab.proxy import Proxy
from lab import Lab

from .programs import ALL_NADS, CLUSTER_NETWORKS, CONFIGS, SETTING, STATUSES
from .stack import Stack
from .vms import VMIS, VMS


@pytest.fixture
def stack(tmp_path: Path, lab: Lab) -> Iterator[Stack]:
    """A stack whose resources are destroyed at the end, and nothing may be left.

    If anything is, the lab is made anew, so that only one test fails for it.
    """
    made = Stack(tmp_path / "project", lab)
    yield made
    try:
        if made.state():
            made.destroy().succeeded()
        assert leftovers(lab) == []
    except AssertionError:
        lab.reset()
        raise


@pytest.fixture
def proxied(tmp_path: Path, lab: Lab, stack: Stack) -> Iterator[Proxy]:
    """The stack's way to the cluster leads through a proxy."""
    with Proxy(lab) as proxy:
        direct = stack.environ["KUBECONFIG"]
        stack.environ["KUBECONFIG"] = str(proxy.kubeconfig(tmp_path / "kubeconfig"))
        yield proxy
        stack.environ["KUBECONFIG"] = direct


def leftovers(lab: Lab) -> list[str]:
    """What is on the cluster although every test cleaned up."""
    found = [
        f"{path.rpartition('/')[2]}/{item['metadata']['name']}"
        for path in (CLUSTER_NETWORKS, CONFIGS, STATUSES, ALL_NADS, VMS, VMIS)
        for item in lab.client.list(path)["items"]
    ]
    if value := lab.client.get(SETTING).get("value"):
        found.append(f"storage-network={value}")
    return [name for name in found if name != "clusternetworks/mgmt"]
