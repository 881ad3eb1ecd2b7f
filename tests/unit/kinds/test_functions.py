"""Functions that look at VMs: what is not known is said, with the reason."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from harvester_net.kinds.failures import Refused
from harvester_net.kinds.functions import FUNCTIONS
from harvester_net.specs.functions import GetVmInterfaces

from ... import objects
from ...cluster import LabApi
from .calls import Run, running
from .runs import VM_NET

INTERFACES = FUNCTIONS["harvester-net:index:getVmInterfaces"]
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
