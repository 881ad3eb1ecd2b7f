"""Functions that look at VMs: what is not known is said, with the reason."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from harvester_net.kinds.failures import Refused
from harvester_net.kinds.functions import FUNCTIONS
from harvester_net.lab.apiserver.errors import status as status_object
from harvester_net.specs.functions import GetClusterNetwork, GetVmInterfaces

from ... import objects
from ...cluster import LabApi
from .calls import Run, running
from .runs import VM_NET

INTERFACES = FUNCTIONS["harvester-net:index:getVmInterfaces"]
CLUSTER_NETWORK = FUNCTIONS["harvester-net:index:getClusterNetwork"]
ASKED = GetVmInterfaces(name="vm1", namespace=None)


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    vm = objects.vm("vm1", "default/vm100")
    spec = vm["spec"]["template"]["spec"]
    spec["networks"] = [each for each in spec["networks"] if "multus" in each]
    named = [{"name": each["name"], "bridge": {}} for each in spec["networks"]]
    spec.setdefault("domain", {})["devices"] = {"interfaces": named}
    api.put(vm)
    async with running(api) as started:
        yield started


@pytest.mark.parametrize("runs", [False, True])
async def test_addresses_that_are_not_known_are_said_with_the_reason(
    run: Run, api: LabApi, runs: bool
) -> None:
    if runs:
        api.put(objects.vmi("vm1", "default/vm100"))
    found = await INTERFACES.result(ASKED, run.call(VM_NET, "mine"))
    (nic,) = found["interfaces"]
    assert (nic["vmNetwork"], nic["addresses"], found["guestAgent"]) == (
        "default/vm100",
        [],
        False,
    )
    why = (
        "no guest agent answers; install qemu-guest-agent in the guest"
        if runs
        else "it does not run"
    )
    assert run.said.warned == [
        f"VM default/vm1: the addresses of {nic['name']} are not known: {why}"
    ]


async def test_vm_that_is_not_there_is_named(run: Run) -> None:
    asked = GetVmInterfaces(name="vm2", namespace="shop")
    with pytest.raises(Refused) as refused:
        await INTERFACES.result(asked, run.call(VM_NET, "mine"))
    assert str(refused.value) == "there is no VM shop/vm2 on the server"


@pytest.mark.parametrize("name", ["data", "mgmt"])
async def test_cluster_network_is_told_to_whom_may_not_list_nodes(
    run: Run, api: LabApi, name: str
) -> None:
    """A tenant may not, and is told the rest."""
    api.put(objects.cluster_network(name))
    api.put(objects.config("rack-a", nodes=["n1"]))
    api.fail("LIST nodes", 403, status_object(403, "Forbidden", "no nodes for you"), times=9)
    asked = GetClusterNetwork(name=name)
    found = await CLUSTER_NETWORK.result(asked, run.call(VM_NET, "mine"))
    assert found["nodes"] == (["n1"] if name == "data" else [])
    unknown = "the nodes of mgmt are not known: the user of the kubeconfig may not list them"
    assert run.said.warned == ([] if name == "data" else [unknown])
