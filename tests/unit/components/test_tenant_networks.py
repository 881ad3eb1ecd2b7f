"""What TenantNetworks makes, and the VLANs that it refuses."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

import harvester_net as hn
from harvester_net.specs.documentation import example
from harvester_net.specs.tenant_networks import problems_of
from tests.language_examples import of_yaml

from .test_traffic_path import CONSENT, Monitor, made

NETWORKS: dict[str, Any] = {
    "web": hn.TenantNetworkArgs(vlan=100, labels={"tier": "front", "team": "own"}),
    "db": {"vlan": 101, "route": {"mode": "manual", "cidr": "10.0.0.0/24"}},
    "routers": hn.TenantNetworkArgs(
        vlan_trunk=[{"minID": 110, "maxID": 119}, hn.VlanRangeArgs(id=250)]
    ),
}
DEFAULTS = hn.TenantDefaultsArgs(
    route=hn.RouteArgs(mode="auto"), labels={"team": "shop"}, annotations={"note": "n"}
)


def whole(**more: Any) -> hn.TenantNetworks:
    given: dict[str, Any] = {
        "namespace": "shop",
        "cluster_network": "tenant",
        "allowed_vlans": "100-199,250",
        "networks": NETWORKS,
    }
    return hn.TenantNetworks("shop", **(given | more))


def refused(program: Callable[[], Any]) -> str:
    """What a program is refused with; nothing is made of it."""
    seen: list[str] = []

    def refusing() -> None:
        with pytest.raises(pulumi.RunError) as raised:
            program()
        seen.append(str(raised.value))

    assert made(refusing).registered == {}
    return seen[0]


def test_children_are_named_after_the_team_and_belong_to_it() -> None:
    registered = made(whole).registered
    children = ["VmNetwork shop-web", "VmNetwork shop-db", "VmNetwork shop-routers"]
    assert list(registered) == ["TenantNetworks shop", *children]
    for which in children:
        parent = registered[which].parent
        assert parent.endswith("harvester-net:index:TenantNetworks::shop"), which


def test_inputs_of_the_networks() -> None:
    monitor = made(lambda: whole(defaults=DEFAULTS, disruption=CONSENT))
    common = {"namespace": "shop", "clusterNetwork": "tenant", "disruption": CONSENT}
    common |= {"annotations": {"note": "n"}}
    assert monitor.inputs["VmNetwork shop-web"] == common | {
        "name": "web",
        "vlan": 100,
        "route": {"mode": "auto"},
        "labels": {"tier": "front", "team": "own"},
    }
    assert monitor.inputs["VmNetwork shop-db"] == common | {
        "name": "db",
        "vlan": 101,
        "route": {"mode": "manual", "cidr": "10.0.0.0/24"},
        "labels": {"team": "shop"},
    }
    # Only a VLAN has a gateway.
    assert monitor.inputs["VmNetwork shop-routers"] == common | {
        "name": "routers",
        "vlanTrunk": [{"minID": 110, "maxID": 119}, {"id": 250}],
        "labels": {"team": "shop"},
    }


def test_every_argument_of_a_network_reaches_it() -> None:
    network = {
        "name": "my-network",
        "type": "L2VlanNetwork",
        "vlan": 100,
        "route": {"mode": "auto"},
        "labels": {"team": "a"},
        "annotations": {"note": "b"},
    }
    monitor = made(lambda: whole(networks={"web": network}))
    team = {"namespace": "shop", "clusterNetwork": "tenant"}
    assert monitor.inputs["VmNetwork shop-web"] == network | team


def test_outputs() -> None:
    assert made(whole).outputs == {
        "namespace": "shop",
        "vmNetworks": {"web": "shop/web", "db": "shop/db", "routers": "shop/routers"},
        "vlans": {"web": 100, "db": 101},
    }


def test_labels_that_come_later_are_put_together() -> None:
    later = pulumi.Output.from_input({"team": "shop", "later": "yes"})
    monitor = made(lambda: whole(defaults={"labels": later}))
    assert monitor.inputs["VmNetwork shop-web"]["labels"] == {
        "team": "own",
        "later": "yes",
        "tier": "front",
    }


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"networks": {"web": {"vlan": 300}, "db": {"vlan": 7}}},
            "networks.web.vlan: VLAN 300 is not one of 100-199,250, which shop may use\n"
            "networks.db.vlan: VLAN 7 is not one of 100-199,250, which shop may use",
        ),
        (
            {"networks": {"all": {"vlan_trunk": [{"id": 100}, {"min_id": 1, "max_id": 9}]}}},
            "networks.all.vlan_trunk[1]: VLANs 1-9 are not all among 100-199,250, which shop "
            "may use",
        ),
        (
            {"networks": {"raw": {"type": hn.VmNetworkType.UNTAGGED_NETWORK}}},
            "networks.raw.type: is not for a team: untagged traffic is in no VLAN",
        ),
        (
            {"allowed_vlans": "all"},
            "allowed_vlans: 'all' is neither a VLAN nor a range; write 100-199,250",
        ),
        (
            {"namespace": pulumi.Output.from_input("shop"), "networks": {"web": {"vlan": 7}}},
            "networks.web.vlan: VLAN 7 is not one of 100-199,250, which the team may use",
        ),
    ],
)
def test_vlans_that_are_not_allowed_are_refused(more: dict[str, Any], told: str) -> None:
    assert refused(lambda: whole(**more)) == told


def failed(program: Callable[[], Any]) -> tuple[str, set[str]]:
    """What a program fails with while it runs, and which resources it has made by then."""
    monitor = Monitor()
    pulumi.runtime.set_mocks(monitor.plugin, monitor=monitor)
    with pytest.raises(pulumi.RunError) as raised:
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    return str(raised.value), set(monitor.registered)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_vlans_that_come_later_are_passed_on_if_they_are_allowed(preview: bool) -> None:
    def program() -> None:
        later = {"web": {"vlan": pulumi.Output.from_input(100)}}
        whole(networks=later, allowed_vlans=pulumi.Output.from_input("100"))

    assert made(program, preview).inputs["VmNetwork shop-web"]["vlan"] == 100


def test_vlan_that_comes_later_fails_before_its_network_is_made() -> None:
    later = pulumi.Output.from_input
    expected = "networks.web.vlan: VLAN 7 is not one of 100-199,250, which shop may use"
    told, registered = failed(lambda: whole(networks={"web": {"vlan": later(7)}}))
    assert (told, registered) == (expected, {"TenantNetworks shop"})


def test_list_that_comes_later_refuses_too() -> None:
    later = pulumi.Output.from_input
    told, registered = failed(
        lambda: whole(networks={"web": {"vlan": 7}}, allowed_vlans=later("1-5"))
    )
    expected = "networks.web.vlan: VLAN 7 is not one of 1-5, which shop may use"
    assert (told, registered) == (expected, {"TenantNetworks shop"})


def test_secret_vlan_is_in_no_refusal() -> None:
    secret = pulumi.Output.secret(3777)
    told, _ = failed(lambda: whole(networks={"web": {"vlan": secret}}))
    assert told == "networks.web is not allowed; what is wrong with it would tell a secret"


def test_secret_of_a_network_stays_one() -> None:
    labels = {"note": pulumi.Output.secret("hush")}
    monitor = made(lambda: whole(networks={"web": {"vlan": 100, "labels": labels}}))
    told = str(monitor.inputs["VmNetwork shop-web"]["labels"])
    assert pulumi.runtime.rpc._special_secret_sig in told
    assert "hush" not in str(monitor.outputs)


def test_options_are_those_of_the_team_and_its_networks() -> None:
    def program() -> None:
        cluster = hn.Provider("cluster", context="other")
        alias = pulumi.Alias(name="before")
        whole(opts=pulumi.ResourceOptions(providers=[cluster], aliases=[alias], protect=True))

    registered = made(program).registered
    assert [each.spec.name for each in registered["TenantNetworks shop"].aliases] == ["before"]
    assert "::cluster::" in registered["VmNetwork shop-web"].provider
    assert registered["VmNetwork shop-web"].protect


def test_example_in_python_makes_what_the_one_in_yaml_does() -> None:
    (resource,) = of_yaml("TenantNetworks")["resources"].values()
    inputs = resource["properties"]
    assert problems_of(inputs) == []
    in_yaml = made(
        lambda: hn.TenantNetworks(
            "shop",
            namespace=inputs["namespace"],
            cluster_network=inputs["clusterNetwork"],
            allowed_vlans=inputs["allowedVlans"],
            defaults=inputs["defaults"],
            networks=inputs["networks"],
        )
    ).inputs

    def program() -> None:
        runpy.run_path(str(example("TenantNetworks", "python")))

    in_python = made(program).inputs
    assert in_python == in_yaml
    assert len(in_python) == 4
