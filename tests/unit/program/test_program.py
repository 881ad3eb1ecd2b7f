"""What a Python program sends to the engine, and what it gets back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

import harvester_net as hn
from harvester_net.version import VERSION

NIC = {
    "node": "node1",
    "name": "eno2",
    "up": True,
    "mac": "52:54:00:00:00:01",
    "free": False,
    "master": "cn-data-bo",
}
UPLINK = hn.UplinkArgs(nics=["eno2"])


class Plugin(Mocks):
    """Answers with the inputs, as the plugin does, its id of a VM network, and a uid."""

    def __init__(self, outputs: dict[str, Any] | None) -> None:
        self.outputs = outputs

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if self.outputs is not None:
            return args.name, self.outputs
        outputs = {"name": args.name, "uid": "u-1"} | args.inputs
        if args.typ == "harvester-net:index:VmNetwork":
            return f"{outputs.get('namespace', 'default')}/{outputs['name']}", outputs
        return args.name, outputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token.endswith("getNodeNics"):
            return {"nics": [NIC | {"node": args.args.get("node", "node1")}]}, []
        if args.token.endswith("getVmInterfaces"):
            nic = {"name": "front", "vmNetwork": "default/web", "mac": "", "addresses": []}
            return {"interfaces": [nic], "guestAgent": False}, []
        if args.token.endswith("renderVmNics"):
            return {"interfaces": [], "networks": [], "networkData": ""}, []
        configs = ["cn-data-rack-a"]
        return {**args.args, "mtu": 9000.0, "ready": True, "networkConfigs": configs}, []


class Monitor(MockMonitor):
    """Keeps what the program registers, by name."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.registered: dict[str, Any] = {}
        self.inputs: dict[str, dict[str, Any]] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        self.registered[request.name] = request
        self.inputs[request.name] = pulumi.runtime.rpc.deserialize_properties(
            request.object, keep_unknowns=True, keep_internal=True
        )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def run(
    program: Callable[[], Any],
    preview: bool = False,
    outputs: dict[str, Any] | None = None,
    mocks: Mocks | None = None,
) -> Monitor:
    """Run a program to its end; what it registered."""
    mocks = mocks or Plugin(outputs)
    monitor = Monitor(mocks)
    pulumi.runtime.set_mocks(mocks, monitor=monitor, preview=preview)
    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    return monitor


def value_of(output: Callable[[], pulumi.Output[Any]]) -> Any:
    """The value of an output that a program makes."""
    seen: list[Any] = []
    run(lambda: output().apply(seen.append))
    return seen[0]


def test_names_are_camel_case_on_the_wire_and_user_keys_stay_as_they_are() -> None:
    def program() -> None:
        hn.NetworkConfig(
            "config",
            cluster_network="cn-data",
            node_selector={"my_key": "my_value"},
            labels={"my_label": "x"},
            uplink=hn.UplinkArgs(
                nics=["eno2"],
                bond_options=hn.BondOptionsArgs(mode="802.3ad"),
                link_attributes=hn.LinkAttributesArgs(tx_q_len=2000),
            ),
            disruption=hn.DisruptionArgs(stop_vms=True, only_vms=["default/*"]),
        )

    assert run(program).inputs["config"] == {
        "clusterNetwork": "cn-data",
        "nodeSelector": {"my_key": "my_value"},
        "labels": {"my_label": "x"},
        "uplink": {
            "nics": ["eno2"],
            "bondOptions": {"mode": "802.3ad"},
            "linkAttributes": {"txQLen": 2000},
        },
        "disruption": {"stopVms": True, "onlyVms": ["default/*"]},
    }


@pytest.mark.parametrize(
    "uplink",
    [
        {"nics": ["eno2"], "link_attributes": {"tx_q_len": 2000}},
        {"nics": ["eno2"], "linkAttributes": {"txQLen": 2000}},
        {"nics": ["eno2"], "link_attributes": hn.LinkAttributesArgs(tx_q_len=2000)},
    ],
    ids=["snake case", "camel case", "mixed with a class"],
)
def test_plain_dicts_are_taken_too(uplink: dict[str, Any]) -> None:
    inputs = run(lambda: hn.NetworkConfig("config", cluster_network="c", uplink=uplink)).inputs
    expected = {"nics": ["eno2"], "linkAttributes": {"txQLen": 2000}}
    assert inputs["config"]["uplink"] == expected


def test_trunks_mix_classes_and_dicts() -> None:
    trunk: list[Any] = [hn.VlanRangeArgs(min_id=1, max_id=5), {"id": 7}]
    monitor = run(lambda: hn.VmNetwork("trunk", cluster_network="mgmt", vlan_trunk=trunk))
    assert monitor.inputs["trunk"]["vlanTrunk"] == [{"minID": 1, "maxID": 5}, {"id": 7}]


def test_what_is_not_given_is_not_sent() -> None:
    assert run(lambda: hn.ClusterNetwork("cn-data")).inputs["cn-data"] == {}


def test_outputs_are_typed() -> None:
    def uplink() -> pulumi.Output[hn.Uplink]:
        given = {"nics": ["eno2"], "bond_options": {"miimon": 200}}
        return hn.NetworkConfig("config", cluster_network="c", uplink=given).uplink

    seen = value_of(uplink)
    assert isinstance(seen, hn.Uplink)
    assert seen.nics == ["eno2"]
    assert seen.bond_options is not None
    assert seen.bond_options.miimon == 200
    assert isinstance(seen.bond_options.miimon, int)
    assert seen.link_attributes is None


def test_an_output_is_an_input_of_the_next_resource() -> None:
    def program() -> None:
        first = hn.NetworkConfig(
            "first",
            cluster_network="c",
            uplink={"nics": ["eno2"], "link_attributes": {"tx_q_len": 5}},
        )
        hn.NetworkConfig("second", cluster_network="c", uplink=first.uplink)

    inputs = run(program).inputs
    assert inputs["second"]["uplink"] == inputs["first"]["uplink"]


def on_network(network: Any, **given: Any) -> None:
    hn.NetworkConfig("config", cluster_network=network, uplink=UPLINK, **given)
    hn.VmNetwork("vlan", cluster_network=network, vlan=100, **given)


def test_cluster_network_may_be_given_by_name() -> None:
    inputs = run(lambda: on_network("cn-data")).inputs
    for name in ("config", "vlan"):
        assert inputs[name]["clusterNetwork"] == "cn-data"
        assert "mtu" not in inputs[name]


def test_cluster_network_object_gives_name_and_mtu() -> None:
    inputs = run(lambda: on_network(hn.ClusterNetwork("cn-data", mtu=9000))).inputs
    for name in ("config", "vlan"):
        assert inputs[name]["clusterNetwork"] == "cn-data"
        assert inputs[name]["mtu"] == 9000


def test_storage_network_takes_the_object_too() -> None:
    def program() -> None:
        network = hn.ClusterNetwork("cn-data", mtu=9000)
        hn.StorageNetwork("storage", cluster_network=network, vlan=5, range="10.0.0.0/24")

    assert run(program).inputs["storage"] == {
        "clusterNetwork": "cn-data",
        "vlan": 5,
        "range": "10.0.0.0/24",
    }


def test_everything_on_a_cluster_network_depends_on_it() -> None:
    monitor = run(lambda: on_network(hn.ClusterNetwork("cn-data")))
    for name in ("config", "vlan"):
        dependencies = monitor.registered[name].propertyDependencies["clusterNetwork"].urns
        assert [urn.rpartition("::")[2] for urn in dependencies] == ["cn-data"]


def test_mtu_of_its_own_wins() -> None:
    inputs = run(lambda: on_network(hn.ClusterNetwork("cn-data", mtu=9000), mtu=1500)).inputs
    assert inputs["config"]["mtu"] == inputs["vlan"]["mtu"] == 1500


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_cluster_network_without_mtu_gives_none(preview: bool) -> None:
    monitor = run(lambda: on_network(hn.ClusterNetwork("cn-data")), preview)
    assert "mtu" not in monitor.inputs["config"]
    assert "mtu" not in monitor.inputs["vlan"]


@pytest.mark.parametrize("ignored", ["mtu", "*"])
def test_mtu_that_pulumi_is_told_to_ignore_is_given_to_nobody(ignored: str) -> None:
    """The cluster network keeps another one, and every VM network contradicted it for ever."""
    opts = pulumi.ResourceOptions(ignore_changes=[ignored])
    monitor = run(lambda: on_network(hn.ClusterNetwork("cn-data", mtu=1500, opts=opts)))
    assert "mtu" not in monitor.inputs["config"]
    assert "mtu" not in monitor.inputs["vlan"]


def test_mtu_is_known_in_a_preview_that_knows_nothing_else() -> None:
    def program() -> None:
        on_network(hn.ClusterNetwork("cn-data", mtu=9000))

    inputs = run(program, preview=True, outputs={}).inputs
    assert inputs["config"]["mtu"] == inputs["vlan"]["mtu"] == 9000


def test_mtu_may_be_an_output() -> None:
    def program() -> None:
        on_network(hn.ClusterNetwork("cn-data", mtu=pulumi.Output.from_input(9000)))

    assert run(program).inputs["vlan"]["mtu"] == 9000


def test_existing_cluster_network_gives_its_name_and_leaves_the_mtu_to_the_server() -> None:
    def program() -> None:
        on_network(hn.ClusterNetwork.get("found", "cn-data"))

    inputs = run(program, outputs={"name": "cn-data", "mtu": 9000}).inputs
    assert inputs["vlan"] == {"clusterNetwork": "cn-data", "vlan": 100}


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (hn.ClusterNetwork, "cn-data"),
        (hn.NetworkConfig, "cn-data-a"),
        (hn.VmNetwork, "default/vlan"),
        (hn.StorageNetwork, "storage-network"),
    ],
)
def test_get_reads_instead_of_registering(kind: Any, key: str) -> None:
    seen: list[Any] = []
    monitor = run(
        lambda: kind.get("found", key).uid.apply(seen.append), outputs={"uid": "u-9"}
    )
    assert monitor.registered == {}
    assert seen == ["u-9"]


def test_every_resource_names_the_version_of_the_plugin() -> None:
    monitor = run(lambda: on_network(hn.ClusterNetwork("cn-data")))
    assert {monitor.registered[n].version for n in ("cn-data", "config", "vlan")} == {VERSION}


def test_program_may_ask_for_another_version() -> None:
    options = pulumi.ResourceOptions(version="9.9.9")
    monitor = run(lambda: hn.ClusterNetwork("cn-data", opts=options))
    assert monitor.registered["cn-data"].version == "9.9.9"


def test_kubeconfig_of_a_provider_is_secret() -> None:
    monitor = run(lambda: hn.Provider("cluster", kubeconfig="apiVersion: v1", offline=True))
    given = monitor.registered["cluster"]
    assert given.type == "pulumi:providers:harvester-net"
    assert list(given.additionalSecretOutputs) == ["kubeconfig"]
    assert pulumi.runtime.rpc.is_rpc_secret(monitor.inputs["cluster"]["kubeconfig"])
    assert monitor.inputs["cluster"]["offline"] == "true"


def test_provider_without_arguments_sends_nothing() -> None:
    assert run(lambda: hn.Provider("cluster")).inputs["cluster"] == {}


def test_wrong_argument_is_an_ordinary_type_error() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'vlan_id'"):
        run(lambda: hn.VmNetwork("vlan", cluster_network="mgmt", vlan_id=5))  # type: ignore[call-arg]


def test_missing_argument_is_an_ordinary_type_error() -> None:
    with pytest.raises(TypeError, match="keyword-only argument: 'uplink'"):
        run(lambda: hn.NetworkConfig("config", cluster_network="cn-data"))  # type: ignore[call-arg]


def test_arguments_are_given_by_name() -> None:
    with pytest.raises(TypeError, match="positional argument"):
        run(lambda: hn.ClusterNetwork("cn-data", "cn-data"))  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "value"), [("vlan", "100"), ("vlan", [100]), ("labels", ["a"]), ("mtu", {"a": 1})]
)
def test_wrong_values_reach_the_plugin(name: str, value: Any) -> None:
    given = {"cluster_network": "mgmt", name: value}
    monitor = run(lambda: hn.VmNetwork("wrong", **given), preview=True, outputs={})
    assert monitor.inputs["wrong"][name] == value


def test_functions_return_typed_results() -> None:
    def program() -> None:
        network = hn.get_cluster_network("cn-data")
        assert (network.name, network.mtu, network.ready) == ("cn-data", 9000, True)
        assert network.network_configs == ["cn-data-rack-a"]
        nics = hn.get_node_nics("node2").nics
        assert [(nic.node, nic.name, nic.master) for nic in nics] == [
            ("node2", "eno2", "cn-data-bo")
        ]
        assert hn.get_node_nics().nics[0].node == "node1"

    run(program)


def test_functions_take_outputs() -> None:
    def mtu() -> pulumi.Output[int]:
        name = pulumi.Output.from_input("cn-data")
        return hn.get_cluster_network_output(name).apply(lambda network: network.mtu)

    def node() -> pulumi.Output[str]:
        return hn.get_node_nics_output(pulumi.Output.from_input("node3")).nics[0].node

    assert value_of(mtu) == 9000
    assert value_of(node) == "node3"


def test_overlay_network_takes_no_mtu_of_a_cluster_network() -> None:
    def program() -> None:
        mgmt = hn.ClusterNetwork("mgmt", mtu=9000)
        hn.VmNetwork("over", cluster_network=mgmt, type=hn.VmNetworkType.OVERLAY_NETWORK)

    assert "mtu" not in run(program).inputs["over"]
