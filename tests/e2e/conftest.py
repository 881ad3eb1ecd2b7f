"""Stacks for the end-to-end tests, all against one lab that each test leaves empty."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Lab
from lab import faults as lab_faults
from lab.faults import Fault

from .stack import Stack

NETWORK = "/apis/network.harvesterhci.io/v1beta1"
NADS = "/apis/k8s.cni.cncf.io/v1/network-attachment-definitions"
SETTING = "/apis/harvesterhci.io/v1beta1/settings/storage-network"


@pytest.fixture
def stack(tmp_path: Path, lab: Lab) -> Iterator[Stack]:
    """A stack whose resources are destroyed at the end, and nothing may be left."""
    made = Stack(tmp_path / "project", lab)
    yield made
    made.destroy().succeeded()
    assert leftovers(lab) == []


def set_faults(lab: Lab, *faults: Fault) -> None:
    """Let exactly these faults happen from now on."""

    async def ask() -> None:
        async with lab.api() as api:
            await lab_faults.set_faults(api, faults)

    asyncio.run(ask())


def leftovers(lab: Lab) -> list[str]:
    """What is on the cluster although every test cleaned up."""
    kept = {"mgmt"}
    found = [
        item["metadata"]["name"]
        for plural in ("clusternetworks", "vlanconfigs", "vlanstatuses")
        for item in lab.client.list(f"{NETWORK}/{plural}")["items"]
    ]
    found += [item["metadata"]["name"] for item in lab.client.list(NADS)["items"]]
    if value := lab.client.get(SETTING).get("value"):
        found.append(f"storage-network={value}")
    return [name for name in found if name not in kept]
