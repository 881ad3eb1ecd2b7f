"""Which VMs lose nodes with a network config that leaves them (H3.7)."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import Case, cluster, delete, said, says, silent, update
from .configs import DATA, EVERYWHERE, MINE, N1, N2, NOWHERE, OTHER, RACK_A, RACK_B

RULE = "vms-keep-their-nodes"
VM100, VM200 = objects.nad(), objects.nad("vm200", cluster_network="other")
UNTAGGED = objects.nad("mgmt1", cluster_network="mgmt")
ON_DATA = objects.vm("vm1", "vm100")
ON_BOTH = objects.vm("vm2", "vm100", "vm200")
ON_MGMT = objects.vm("vm3", "vm100", "mgmt1")
ELSEWHERE = objects.vm("vm4", "vm200")
LOST = objects.vm("vm5", "vm100", "missing")
OTHERS_ON_2 = objects.config("other-2", "other", nodes=["n2"], spec=RACK_B)


def narrowed(spec: Object) -> Object:
    return EVERYWHERE | {"spec": EVERYWHERE["spec"] | spec}


def there(*more: Object) -> tuple[Object, ...]:
    other = objects.cluster_network("other", 1500)
    return (DATA, other, N1, N2, VM100, VM200, UNTAGGED, *more)


MOVED = MINE | {"spec": MINE["spec"] | {"clusterNetwork": "other"}}
CANNOT = "nodeSelector: {} cannot run on {} any more, only on {}"
NONE = "nodeSelector: no node is left that carries {}: {} cannot be started any more"
CASES = [
    says(
        RULE,
        "a node is left out",
        update(EVERYWHERE, narrowed(RACK_A)),
        cluster(*there(ON_DATA, ON_MGMT, ELSEWHERE)),
        CANNOT.format("default/vm1", "n2", "n1, with cluster network data"),
        CANNOT.format("default/vm3", "n2", "n1, with all of data, mgmt"),
    ),
    says(
        RULE,
        "the VM's other network is only there",
        update(EVERYWHERE, narrowed(RACK_A)),
        cluster(*there(ON_BOTH, OTHERS_ON_2)),
        NONE.format("all of data, other", "default/vm2"),
    ),
    silent(
        RULE,
        "the VM's other network never was there",
        update(EVERYWHERE, narrowed(RACK_B)),
        cluster(*there(ON_BOTH, OTHERS_ON_2)),
    ),
    says(
        RULE,
        "no node matches any more",
        update(EVERYWHERE, narrowed(NOWHERE)),
        cluster(*there(ON_DATA, LOST)),
        NONE.format("cluster network data", "default/vm1, default/vm5"),
    ),
    says(
        RULE,
        "it moves to another cluster network",
        update(MINE, MOVED),
        cluster(*there(ON_DATA, ON_BOTH, OTHER)),
        CANNOT.format("default/vm1", "n1", "n2, with cluster network data"),
    ),
    silent(
        RULE,
        "another config takes the node",
        update(EVERYWHERE, narrowed(RACK_A)),
        cluster(*there(ON_DATA, OTHER)),
    ),
    says(
        RULE,
        "the other config is on its way out",
        update(EVERYWHERE, narrowed(RACK_A)),
        cluster(*there(ON_DATA, objects.going(OTHER))),
        CANNOT.format("default/vm1", "n2", "n1, with cluster network data"),
    ),
    silent(
        RULE,
        "a node comes in",
        update(narrowed(RACK_A), EVERYWHERE),
        cluster(*there(ON_DATA)),
    ),
    silent(
        RULE,
        "VMs elsewhere",
        update(EVERYWHERE, narrowed(RACK_A)),
        cluster(*there(ELSEWHERE)),
    ),
    says(
        RULE,
        "it is deleted",
        delete(EVERYWHERE),
        cluster(*there(ON_DATA)),
        NONE.format("cluster network data", "default/vm1"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_vms_that_lose_nodes_are_named(case: Case) -> None:
    assert said(case) == case.says
