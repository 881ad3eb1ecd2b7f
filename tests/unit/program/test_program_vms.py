"""VMs on our networks: NICs in a program, and the example with pulumi-kubernetes' own SDK."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

import harvester_net as hn
from harvester_net.kinds.vm_nics import render
from harvester_net.program.vm_network import TOKEN
from harvester_net.specs.functions import RenderVmNics
from harvester_net.specs.parse import parse

from .test_program import Plugin, run

EXAMPLE = Path(__file__).parents[3] / "examples" / "vms" / "__main__.py"


class InDefault(Plugin):
    """The ids of VM networks, as the plugin gives them."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        key, outputs = super().new_resource(args)
        return (f"default/{key}" if args.typ == TOKEN else key), outputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """What the plugin renders."""
        # Mocks get numbers as protobuf has them, all with a point.
        given = json.loads(json.dumps(args.args), parse_float=lambda text: int(float(text)))
        asked, problems = parse(RenderVmNics, given)
        assert not problems
        return render(asked), []


def test_nic_is_on_the_network_by_its_id_and_has_a_mac_that_stays() -> None:
    found: dict[str, Any] = {}

    def program() -> None:
        network = hn.VmNetwork("web", cluster_network="data", vlan=100)
        nic = hn.VmNic("front", vm="web1", network=network, boot_order=1)
        found["mac"], found["again"] = nic.mac, hn.VmNic("front", vm="web1", network="a/b").mac
        pulumi.Output.from_input(nic.network).apply(lambda known: found.update(network=known))
        found["interface"] = nic.interface

    run(program)
    assert found["network"] == {"name": "front", "multus": {"networkName": "default/web"}}
    assert found["mac"] == found["again"] == found["interface"]["macAddress"]
    assert found["mac"].startswith("02:")


def test_network_data_waits_for_what_is_not_known_yet() -> None:
    found: list[str] = []

    def program() -> None:
        nic = hn.VmNic(
            "back",
            vm="web1",
            network=pulumi.Output.from_input("default/db"),
            mac=pulumi.Output.from_input("02:00:00:00:00:09"),
            addresses=[pulumi.Output.from_input("192.168.100.10/24")],
            gateway="192.168.100.1",
            dns=["192.168.100.2"],
            mtu=8900,
        )
        hn.network_data([nic]).apply(found.append)

    run(program, mocks=InDefault(None))
    (text,) = found
    (made,) = json.loads(text)["ethernets"].values()
    assert made == {
        "match": {"macaddress": "02:00:00:00:00:09"},
        "dhcp4": False,
        "addresses": ["192.168.100.10/24"],
        "routes": [{"to": "0.0.0.0/0", "via": "192.168.100.1"}],
        "nameservers": {"addresses": ["192.168.100.2"]},
        "mtu": 8900,
    }


def test_network_data_is_of_one_vm() -> None:
    def program() -> None:
        nics = [hn.VmNic("front", vm=vm, network="a/b") for vm in ("web1", "web2")]
        with pytest.raises(ValueError, match="the NICs of one VM"):
            hn.network_data(nics)
        with pytest.raises(ValueError, match="not of none"):
            hn.network_data([])

    run(program)


# pulumi-kubernetes' own.
@pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning")
def test_example_makes_two_vms_with_two_nics_each() -> None:
    pytest.importorskip("pulumi_kubernetes", reason="the extra vms is not installed")
    monitor = run(lambda: runpy.run_path(str(EXAMPLE)), mocks=InDefault(None))
    inputs = monitor.inputs
    macs = set()
    for name, address in (("web1", "192.168.200.11/24"), ("web2", "192.168.200.12/24")):
        secret = inputs[f"{name}-cloud-init"]["stringData"]["value"]
        assert secret.keys() == {"userdata", "networkdata"}
        ethernets = json.loads(secret["networkdata"])["ethernets"]
        assert ethernets["front"]["dhcp4"]
        assert "dhcp4-overrides" not in ethernets["front"]
        assert ethernets["back"]["addresses"] == [address]
        spec = inputs[name]["spec"]["template"]["spec"]
        told = [each["match"]["macaddress"] for each in ethernets.values()]
        interfaces = spec["domain"]["devices"]["interfaces"]
        assert [each["macAddress"] for each in interfaces] == told
        names = [each["multus"]["networkName"] for each in spec["networks"]]
        assert names == ["default/front", "default/back"]
        macs |= set(told)
    assert len(macs) == 4
