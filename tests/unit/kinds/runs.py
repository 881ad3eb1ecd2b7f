"""Runs against an embedded cluster: a small one, and previews of programs on it."""

from __future__ import annotations

from typing import Any

from harvester_net.cluster.resources import Object
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.kind import Kind, Live
from harvester_net.kinds.owned import OwnedKind
from harvester_net.kinds.registry import KINDS

from ... import objects
from ...cluster import LabApi
from ..programs import CLUSTER_NETWORK, NETWORK_CONFIG, STORAGE_NETWORK, VM_NETWORK, program
from .calls import Run


def owned(token: str) -> OwnedKind[Any]:
    """The kind of resources that own an object."""
    kind = KINDS[token]
    assert isinstance(kind, OwnedKind)
    return kind


NETWORK, CONFIG, VM_NET = owned(CLUSTER_NETWORK), owned(NETWORK_CONFIG), owned(VM_NETWORK)
STORAGE = KINDS[STORAGE_NETWORK]
DATA = program(CLUSTER_NETWORK)
RACK = program(NETWORK_CONFIG)
VM100 = program(VM_NETWORK)
STORED = program(STORAGE_NETWORK, clusterNetwork="data")


def furnish(api: LabApi) -> None:
    """Harvester 1.8 with one node, whose NICs are known, and a cluster network."""
    api.put(objects.setting("server-version", "v1.8.0"))
    api.put(objects.storage_setting())
    api.put(objects.node("n1"))
    api.put(objects.longhorn_node("n1"))
    nics = [
        objects.link("eth1", 1),
        objects.link("eth2", 2),
        objects.link("eth3", 3, state="down"),
    ]
    api.put(objects.link_monitor("nic", {"n1": nics}))
    api.put(objects.cluster_network("data"))


def carry(api: LabApi) -> None:
    """The cluster network is set up on the node."""
    api.put(objects.config("rack-a", nodes=["n1"]))
    api.put(objects.vlan_status("rack-a", "n1"))


async def previewed(
    run: Run,
    kind: Kind[Any],
    inputs: Object,
    desired_state: DesiredState | None = None,
    **more: Any,
) -> Live:
    """The preview of a resource that is to be made."""
    plan = desired_state if desired_state is not None else DesiredState()
    checked, problems = kind.check(inputs, plan)
    assert list(problems) == []
    call = run.call(kind, "mine", preview=True, desired_state=plan, **more)
    return await kind.create(checked, call)
