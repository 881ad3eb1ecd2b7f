"""NICs that the plugin renders for a VM: what keeps it from its networks, and what is said."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.failures import Refused
from harvester_net.kinds.functions import FUNCTIONS
from harvester_net.kinds.vm_nics import against, concerns, render
from harvester_net.specs.functions import RenderVmNics
from harvester_net.specs.parse import parse
from harvester_net.vm_nics import Nic, stable_mac

from ... import objects
from ...cluster import LabApi
from ..rules.cases import cluster
from .calls import Run, running
from .runs import VM100, VM_NET, carry, furnish, previewed

RENDER = FUNCTIONS["harvester-net:index:renderVmNics"]
MAC = "02:00:00:00:00:01"
FRONT = {"name": "front", "vmNetwork": "default/vm100"}
ROUTE = f"{objects.NETWORK}/route"


def asked(*nics: Object, **more: Any) -> RenderVmNics:
    given = {"vm": "web1", "stack": "dev", "nics": list(nics)} | more
    found, problems = parse(RenderVmNics, given)
    assert not problems
    return found


def test_nics_are_rendered_in_their_order() -> None:
    back = {
        "name": "back",
        "vmNetwork": "default/vm200",
        "mac": MAC,
        "addresses": ["10.0.0.5/24"],
        "bootOrder": 2,
    }
    made = render(asked(FRONT, back))
    mac = stable_mac("dev", "web1", "front")
    assert made["interfaces"] == [
        {"name": "front", "model": "virtio", "bridge": {}, "macAddress": mac},
        {"name": "back", "model": "virtio", "bridge": {}, "macAddress": MAC, "bootOrder": 2},
    ]
    names = [each["multus"]["networkName"] for each in made["networks"]]
    assert names == ["default/vm100", "default/vm200"]
    assert list(json.loads(made["networkData"])["ethernets"]) == ["front", "back"]
    assert json.loads(render(asked(FRONT, version=1))["networkData"])["version"] == 1
    assert "spec.template.spec.affinity" in made["writtenByHarvester"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            asked(FRONT, stack=None),
            "nics[0].mac: is absent; give it, or the name of the stack",
        ),
        (
            asked(FRONT, FRONT | {"mac": "02:00"}, version=3),
            "there is no version 3 of cloud-init's network data; use 1 or 2\n"
            "NIC front: '02:00' is not a MAC address such as 02:00:00:aa:bb:cc, in lower "
            "case\ntwo NICs have the name front",
        ),
    ],
)
def test_wrong_nics_are_refused_with_all_that_is_wrong(
    wrong: RenderVmNics, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        render(wrong)
    assert str(refused.value) == sentence


THERE = objects.nad(config=objects.cni(vlan=100, mtu=1500), annotations={ROUTE: ""})
ROUTED = objects.nad(
    annotations={
        ROUTE: json.dumps(
            {"mode": "manual", "cidr": "10.0.0.0/24", "gateway": "10.0.0.1"},
        )
    }
)
NOT_MADE_YET = objects.nad()
TOO_LARGE = "nics[0].mtu: 9000 is more than the 1500 bytes of default/vm100"
N1 = objects.node("n1")
CONFIG = objects.config("rack-a", nodes=["n1"])


def nic(vm_network: str = "default/vm100", **more: Any) -> Nic:
    return Nic("front", vm_network, MAC, **more)


@pytest.mark.parametrize(
    ("given", "there", "problems"),
    [
        (nic(), [THERE], []),
        (nic(mtu=1500), [THERE], []),
        (nic(mtu=9000), [THERE], [TOO_LARGE]),
        (nic(mtu=9000), [THERE, objects.cluster_network("data", 9000)], [TOO_LARGE]),
        (nic(mtu=9000), [NOT_MADE_YET, objects.cluster_network("data", 9000)], []),
        (nic(mtu=9000), [NOT_MADE_YET, objects.cluster_network("data", 1500)], [TOO_LARGE]),
        (nic("default/vm300", mtu=9000), [objects.nad("vm300", cluster_network="jumbo")], []),
        (
            nic("default/vm200"),
            [THERE, objects.nad("vm300", "shop")],
            [
                "nics[0].vmNetwork: there is no VM network default/vm200; namespace default "
                "has default/vm100. Give the id of one that this program makes, so that it is "
                "made first"
            ],
        ),
        (
            nic("harvester-system/storagenetwork-x"),
            [objects.nad("storagenetwork-x", "harvester-system")],
            [
                "nics[0].vmNetwork: harvester-system/storagenetwork-x is a network of "
                "Harvester itself, not for VMs"
            ],
        ),
    ],
)
def test_what_keeps_a_vm_from_its_networks(
    given: Nic, there: list[Object], problems: list[str]
) -> None:
    found = against([given], cluster(*there), {"jumbo": 9000})
    assert list(map(str, found)) == problems


def other_vm(name: str, mac: str, nad: str = "vm100") -> Object:
    vm = objects.vm(name, nad)
    spec = vm["spec"]["template"]["spec"]
    named = [each["name"] for each in spec["networks"] if "multus" in each]
    interfaces = [{"name": each, "bridge": {}, "macAddress": mac} for each in named]
    spec.setdefault("domain", {}).setdefault("devices", {})["interfaces"] = interfaces
    return vm


TAKEN = (
    f"NIC front: VM default/web2 has the MAC address {MAC} on cluster network data, too; "
    "Harvester refuses that"
)


@pytest.mark.parametrize(
    ("given", "there", "sentences"),
    [
        (nic(), [N1, CONFIG, THERE], []),
        (nic(), [N1, THERE], ["no node carries cluster network data; it cannot be started"]),
        (nic(addresses=("10.0.0.5/24",), gateway="10.0.0.1"), [N1, CONFIG, ROUTED], []),
        (nic(addresses=("fd00::5/64",)), [N1, CONFIG, ROUTED], []),
        (
            nic(addresses=("10.0.1.5/24",), gateway="10.0.1.1"),
            [N1, CONFIG, ROUTED],
            [
                "NIC front: 10.0.1.5/24 is not in 10.0.0.0/24, the route of default/vm100",
                "NIC front: its gateway 10.0.1.1 is not 10.0.0.1, that of default/vm100",
            ],
        ),
        (nic(), [N1, CONFIG, THERE, other_vm("web2", MAC)], [TAKEN]),
        (nic(), [N1, CONFIG, THERE, other_vm("web2", MAC.upper())], [TAKEN]),
        (nic(), [N1, CONFIG, THERE, other_vm("web1", MAC)], []),
        (nic(), [N1, CONFIG, THERE, other_vm("web2", "02:00:00:00:00:02")], []),
        (
            nic(),
            [
                N1,
                CONFIG,
                THERE,
                objects.nad("vm200", cluster_network="other"),
                other_vm("web2", MAC, "vm200"),
            ],
            [],
        ),
    ],
)
def test_what_a_vm_will_not_like(
    given: Nic, there: list[Object], sentences: list[str]
) -> None:
    assert list(concerns("default/web1", [given], cluster(*there))) == sentences


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    furnish(api)
    carry(api)
    async with running(api) as started:
        yield started


async def test_network_that_the_run_plans_is_there(run: Run) -> None:
    desired_state = DesiredState()
    await previewed(run, VM_NET, VM100, desired_state)
    call = run.call(VM_NET, "mine", preview=True, desired_state=desired_state)
    made = await RENDER.result(asked(FRONT), call)
    assert (made, run.said.warned) == (render(asked(FRONT)), [])


async def test_missing_network_is_refused(run: Run) -> None:
    with pytest.raises(Refused, match="there is no VM network default/vm100"):
        await RENDER.result(asked(FRONT), run.call(VM_NET, "mine", preview=True))


async def test_what_the_vm_will_not_like_is_a_warning(run: Run, api: LabApi) -> None:
    api.put(objects.nad())
    api.put(other_vm("web2", MAC))
    await RENDER.result(asked(FRONT | {"mac": MAC}), run.call(VM_NET, "mine"))
    assert run.said.warned == [f"VM default/web1: {TAKEN}"]
