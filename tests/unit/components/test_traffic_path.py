"""What a TrafficPath makes: which resources, in which order, with which inputs."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockMonitor, MockResourceArgs

import harvester_net as hn
from harvester_net.components.traffic_path_arguments import snake
from harvester_net.specs.documentation import example
from harvester_net.specs.traffic_path import problems_of
from tests.language_examples import of_yaml
from tests.unit.program.test_program import Plugin

CONSENT = {"stopVms": True}
UPLINKS = {
    "rack-a": hn.TrafficPathUplinkArgs(nics=["eno2"], node_selector={"rack": "a"}),
    "rack-b": hn.TrafficPathUplinkArgs(nics=["eno3", "eno4"], node_selector={"rack": "b"}),
}
NETWORKS = {
    "web": hn.TrafficPathNetworkArgs(vlan=100, namespace="shop"),
    "routers": hn.TrafficPathNetworkArgs(vlan_trunk=[{"min_id": 200, "max_id": 299}]),
}
HOST_NETWORKS = {
    "backup": hn.TrafficPathHostNetworkArgs(vlan=400, mode=hn.HostMode.DHCP),
    "iscsi": {"vlan": 401, "mode": "static", "ips": {"node1": "10.41.0.11/24"}},
}
MIGRATION = hn.TrafficPathMigrationArgs(vlan=60, range="192.168.60.0/24")
STORAGE = hn.TrafficPathStorageArgs(vlan=50, range="192.168.50.0/24")


class Cluster(Plugin):
    """A plugin that has seen its cluster."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = {"name": args.name} | args.inputs
        seen: dict[str, dict[str, Any]] = {
            "NetworkConfig": {"matchedNodes": [f"node-of-{inputs['name']}"]},
            "StorageNetwork": {"vmNetwork": "harvester-system/storagenetwork-x"},
        }
        key = f"{inputs.get('namespace', 'default')}/{inputs['name']}"
        return key, inputs | seen.get(args.typ.rpartition(":")[2], {})


class Monitor(MockMonitor):
    """Keeps what is registered by kind and name: a path and its network have one name."""

    def __init__(self) -> None:
        self.plugin = Cluster(None)
        super().__init__(self.plugin)
        self.registered: dict[str, Any] = {}
        self.inputs: dict[str, dict[str, Any]] = {}
        self.outputs: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        if request.type == "pulumi:pulumi:Stack":
            # Only the first program of a process registers it.
            return super().RegisterResource(request)  # type: ignore[no-untyped-call]
        which = f"{request.type.rpartition(':')[2]} {request.name}"
        self.registered[which] = request
        self.inputs[which] = pulumi.runtime.rpc.deserialize_properties(
            request.object, keep_unknowns=True, keep_internal=True
        )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - as above
        self.outputs = pulumi.runtime.rpc.deserialize_properties(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def waits_for(self, which: str) -> set[str]:
        """What a resource depends on, by kind and name."""
        urns = (urn.split("::")[-2:] for urn in self.registered[which].dependencies)
        return {f"{token.rpartition(':')[2]} {name}" for token, name in urns}


def made(program: Callable[[], Any], preview: bool = False) -> Monitor:
    """What a program with a path registers."""
    monitor = Monitor()
    pulumi.runtime.set_mocks(monitor.plugin, monitor=monitor, preview=preview)
    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    return monitor


def whole(**more: Any) -> hn.TrafficPath:
    given: dict[str, Any] = {
        "uplinks": UPLINKS,
        "networks": NETWORKS,
        "host_networks": HOST_NETWORKS,
        "storage": STORAGE,
        "rwx": {"share_storage_network": True},
        "migration": MIGRATION,
        "mtu": 9000,
    }
    return hn.TrafficPath("data", **(given | more))


def test_children_are_named_after_the_path_and_what_they_are_in_it() -> None:
    assert made(whole).registered.keys() == {
        "TrafficPath data",
        "ClusterNetwork data",
        "NetworkConfig data-rack-a",
        "NetworkConfig data-rack-b",
        "VmNetwork data-web",
        "VmNetwork data-routers",
        "HostNetworkConfig data-backup",
        "HostNetworkConfig data-iscsi",
        "StorageNetwork data-storage",
        "RwxNetwork data-rwx",
        "VmMigrationNetwork data-migration",
    }


def test_children_belong_to_the_path() -> None:
    monitor = made(whole)
    for which, request in monitor.registered.items():
        if which != "TrafficPath data":
            assert request.parent.endswith("harvester-net:index:TrafficPath::data"), which


def test_inputs_of_the_children() -> None:
    common = {"clusterNetwork": "data", "disruption": CONSENT}
    monitor = made(lambda: whole(disruption=CONSENT))
    del monitor.inputs["TrafficPath data"]
    assert monitor.inputs == {
        "ClusterNetwork data": {"mtu": 9000, "disruption": CONSENT},
        "NetworkConfig data-rack-a": common
        | {"mtu": 9000, "nodeSelector": {"rack": "a"}, "uplink": {"nics": ["eno2"]}},
        "NetworkConfig data-rack-b": common
        | {"mtu": 9000, "nodeSelector": {"rack": "b"}, "uplink": {"nics": ["eno3", "eno4"]}},
        "VmNetwork data-web": common
        | {"mtu": 9000, "name": "web", "namespace": "shop", "vlan": 100},
        "VmNetwork data-routers": common
        | {"mtu": 9000, "name": "routers", "vlanTrunk": [{"minID": 200, "maxID": 299}]},
        "HostNetworkConfig data-backup": common | {"vlan": 400, "mode": "dhcp"},
        "HostNetworkConfig data-iscsi": common
        | {"vlan": 401, "mode": "static", "ips": {"node1": "10.41.0.11/24"}},
        "StorageNetwork data-storage": common | {"vlan": 50, "range": "192.168.50.0/24"},
        "RwxNetwork data-rwx": {"shareStorageNetwork": True},
        "VmMigrationNetwork data-migration": {
            "clusterNetwork": "data",
            "vlan": 60,
            "range": "192.168.60.0/24",
        },
    }


def test_every_argument_of_a_part_reaches_its_resource() -> None:
    uplink: dict[str, Any] = {
        "nics": ["eno2"],
        "bondOptions": {"mode": "802.3ad"},
        "linkAttributes": {"txQLen": 2000},
    }
    config = {"nodeSelector": {"rack": "a"}, "name": "my-config", "description": "text"}
    network = {
        "name": "my-network",
        "namespace": "shop",
        "type": "L2VlanNetwork",
        "vlan": 100,
        "route": {"mode": "auto"},
        "labels": {"team": "a"},
        "annotations": {"note": "b"},
    }
    requirement = {"key": "rack", "operator": "In", "labelValues": ["a"]}
    host_network = {
        "vlan": 400,
        "mode": "static",
        "ips": {"node1": "10.40.0.11/24"},
        "nodeSelector": {"matchLabels": {"disk": "fast"}, "matchExpressions": [requirement]},
        "name": "my-host-network",
        "description": "text",
        "underlay": False,
        "allowManagementVlan": True,
    }
    storage = {
        "vlan": 50,
        "range": "192.168.50.0/24",
        "exclude": ["192.168.50.0/28"],
        "exclusiveVlan": True,
    }

    rwx = {"vlan": 51, "range": "192.168.51.0/24", "exclude": ["192.168.51.0/28"]}
    migration = {"vlan": 52, "range": "192.168.52.0/24", "exclude": ["192.168.52.0/28"]}

    def program() -> None:
        hn.TrafficPath(
            "path",
            name="data",
            uplinks={"all": uplink | config},
            networks={"web": network},
            host_networks={"backup": host_network},
            storage=storage,
            rwx=rwx,
            migration=migration,
        )

    inputs = made(program).inputs
    on_data = {"clusterNetwork": "data"}
    assert inputs["ClusterNetwork path"] == {"name": "data"}
    assert inputs["NetworkConfig path-all"] == on_data | config | {"uplink": uplink}
    assert inputs["VmNetwork path-web"] == on_data | network
    assert inputs["HostNetworkConfig path-backup"] == on_data | host_network
    assert inputs["StorageNetwork path-storage"] == on_data | storage
    assert inputs["RwxNetwork path-rwx"] == on_data | rwx
    assert inputs["VmMigrationNetwork path-migration"] == on_data | migration


def test_uplinks_are_made_before_what_they_carry_and_removed_after_it() -> None:
    monitor = made(whole)
    configs = {"NetworkConfig data-rack-a", "NetworkConfig data-rack-b"}
    for which in (
        "VmNetwork data-web",
        "VmNetwork data-routers",
        "HostNetworkConfig data-backup",
        "HostNetworkConfig data-iscsi",
        "StorageNetwork data-storage",
        "RwxNetwork data-rwx",
        "VmMigrationNetwork data-migration",
    ):
        assert configs <= monitor.waits_for(which), which
    assert "StorageNetwork data-storage" in monitor.waits_for("RwxNetwork data-rwx")
    for which in configs:
        assert monitor.waits_for(which) == {"ClusterNetwork data"}


def test_outputs() -> None:
    assert made(whole).outputs == {
        "clusterNetwork": "data",
        "vmNetworks": {"web": "shop/web", "routers": "default/routers"},
        "hostDevices": {"backup": "data-br.400", "iscsi": "data-br.401"},
        "matchedNodes": {
            "rack-a": ["node-of-data-rack-a"],
            "rack-b": ["node-of-data-rack-b"],
        },
        "storageVmNetwork": "harvester-system/storagenetwork-x",
    }


def test_path_that_carries_nothing_yet() -> None:
    monitor = made(lambda: hn.TrafficPath("data", uplinks={"all": {"nics": ["eno2"]}}))
    assert len(monitor.registered) == 3
    assert monitor.outputs["vmNetworks"] == {}
    assert monitor.outputs["hostDevices"] == {}
    assert monitor.outputs.get("storageVmNetwork") is None


def test_options_are_those_of_the_path_and_its_children() -> None:
    def program() -> None:
        cluster = hn.Provider("cluster", context="other")
        alias = pulumi.Alias(name="before")
        whole(opts=pulumi.ResourceOptions(providers=[cluster], aliases=[alias], protect=True))

    registered = made(program).registered
    assert [each.spec.name for each in registered["TrafficPath data"].aliases] == ["before"]
    for which in ("ClusterNetwork data", "VmNetwork data-web", "StorageNetwork data-storage"):
        assert "::cluster::" in registered[which].provider, which
        assert registered[which].protect, which


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_secret_of_a_part_stays_one(preview: bool) -> None:
    def program() -> None:
        labels = {"note": pulumi.Output.secret("hush")}
        whole(networks={"web": hn.TrafficPathNetworkArgs(vlan=100, labels=labels)})

    monitor = made(program, preview)
    found = monitor.inputs["VmNetwork data-web"]["labels"]
    told = str(found["note"] if isinstance(found, dict) and "note" in found else found)
    assert pulumi.runtime.rpc._special_secret_sig in told
    assert [which for which, given in monitor.inputs.items() if "hush" in str(given)] == [
        "VmNetwork data-web"
    ]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"uplinks": {"a": {"nic": ["eno2"]}}}, "unexpected keyword argument 'nic'"),
        ({"uplinks": {"a": {}}}, "missing 1 required keyword-only argument: 'nics'"),
        ({"networks": {"web": {"vlanId": 5}}}, "unexpected keyword argument 'vlan_id'"),
        ({"networks": {"web": 100}}, "must be TrafficPathNetworkArgs or a dict, not int"),
        (
            {"host_networks": {"b": {"vlan": 5}}},
            "missing 1 required keyword-only argument: 'mode'",
        ),
        ({"storage": {"vlan": 5}}, "missing 1 required keyword-only argument: 'range'"),
    ],
)
def test_wrong_arguments_are_ordinary_type_errors(wrong: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        made(lambda: whole(**wrong))


def test_example_in_python_makes_what_the_one_in_yaml_does() -> None:
    (resource,) = of_yaml("TrafficPath")["resources"].values()
    inputs = resource["properties"]
    assert problems_of(inputs) == []
    arguments = {snake(name): value for name, value in inputs.items()}
    in_yaml = made(lambda: hn.TrafficPath(inputs["name"], **arguments)).inputs
    in_yaml["ClusterNetwork cn-data"].pop("name")

    def program() -> None:
        runpy.run_path(str(example("TrafficPath", "python")))

    in_python = made(program).inputs
    assert in_python == in_yaml
    assert len(in_python) == 8
