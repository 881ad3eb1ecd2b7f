"""What a Site makes: a TrafficPath for each of its paths and for mgmt, and from which file."""

from __future__ import annotations

import inspect
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest

import harvester_net as hn
from harvester_net.specs.documentation import example
from harvester_net.specs.site import problems_of
from tests.language_examples import of_yaml

from .test_traffic_path import CONSENT, made

EXAMPLE = Path(__file__).parents[3] / "examples" / "site" / "python"
PATHS: dict[str, Any] = {
    "tenant": hn.SiteTrafficPathArgs(
        mtu=9000,
        uplinks={"rack-a": hn.TrafficPathUplinkArgs(nics=["eno2"])},
        networks={"web": hn.TrafficPathNetworkArgs(vlan=100, namespace="shop")},
        host_networks={
            "backup": hn.TrafficPathHostNetworkArgs(vlan=400, mode="dhcp"),
            "iscsi": {"vlan": 401, "mode": "dhcp", "name": "disks"},
        },
    ),
    "storage": hn.SiteTrafficPathArgs(
        uplinks={"all": hn.TrafficPathUplinkArgs(nics=["eno3"], name="spare")},
        storage=hn.TrafficPathStorageArgs(vlan=50, range="192.168.50.0/24"),
    ),
}
MGMT = hn.SiteMgmtArgs(
    networks={"ops": hn.TrafficPathNetworkArgs(vlan=7)},
    host_networks={"watch": hn.TrafficPathHostNetworkArgs(vlan=8, mode="dhcp")},
)
FILE = """\
trafficPaths:
  tenant:
    mtu: 9000
    uplinks: { rack-a: { nics: [eno2] } }
    networks: { web: { vlan: 100, namespace: shop } }
    hostNetworks:
      backup: { vlan: 400, mode: dhcp }
      iscsi: { vlan: 401, mode: dhcp, name: disks }
  storage:
    uplinks: { all: { nics: [eno3], name: spare } }
    storage: { vlan: 50, range: 192.168.50.0/24 }
mgmt:
  networks: { ops: { vlan: 7 } }
  hostNetworks: { watch: { vlan: 8, mode: dhcp } }
"""


def whole(**more: Any) -> hn.Site:
    given: dict[str, Any] = {"traffic_paths": PATHS, "mgmt": MGMT}
    return hn.Site("berlin", **(given | more))


def test_children_are_named_after_the_site_and_what_they_are_in_it() -> None:
    assert made(whole).registered.keys() == {
        "Site berlin",
        "TrafficPath berlin-tenant",
        "ClusterNetwork berlin-tenant",
        "NetworkConfig berlin-tenant-rack-a",
        "VmNetwork berlin-tenant-web",
        "HostNetworkConfig berlin-tenant-backup",
        "HostNetworkConfig berlin-tenant-iscsi",
        "TrafficPath berlin-storage",
        "ClusterNetwork berlin-storage",
        "NetworkConfig berlin-storage-all",
        "StorageNetwork berlin-storage-storage",
        "TrafficPath berlin-mgmt",
        "ClusterNetwork berlin-mgmt",
        "VmNetwork berlin-mgmt-ops",
        "HostNetworkConfig berlin-mgmt-watch",
    }


def test_paths_belong_to_the_site_and_their_resources_to_them() -> None:
    for which, request in made(whole).registered.items():
        if which.startswith("TrafficPath"):
            assert request.parent.endswith("harvester-net:index:Site::berlin"), which
        elif which != "Site berlin":
            assert "harvester-net:index:TrafficPath::berlin-" in request.parent, which


def test_names_on_the_cluster_are_without_that_of_the_site() -> None:
    inputs = made(whole).inputs
    names = {which: given.get("name") for which, given in inputs.items() if given}
    assert names == {
        "ClusterNetwork berlin-tenant": "tenant",
        "NetworkConfig berlin-tenant-rack-a": "tenant-rack-a",
        "VmNetwork berlin-tenant-web": "web",
        "HostNetworkConfig berlin-tenant-backup": "tenant-backup",
        "HostNetworkConfig berlin-tenant-iscsi": "disks",
        "ClusterNetwork berlin-storage": "storage",
        "NetworkConfig berlin-storage-all": "spare",
        "StorageNetwork berlin-storage-storage": None,
        "ClusterNetwork berlin-mgmt": "mgmt",
        "VmNetwork berlin-mgmt-ops": "ops",
        "HostNetworkConfig berlin-mgmt-watch": "mgmt-watch",
    }


def test_every_argument_of_a_path_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []

    class Path(hn.TrafficPath):
        def __init__(self, resource_name: str, **arguments: Any) -> None:
            given.append(arguments)
            super().__init__(resource_name, **arguments)

    monkeypatch.setattr("harvester_net.components.site.TrafficPath", Path)
    storage = hn.TrafficPathStorageArgs(vlan=50, range="192.168.50.0/24")
    migration = hn.TrafficPathMigrationArgs(vlan=60, range="192.168.60.0/24")
    rwx = hn.TrafficPathRwxArgs(share_storage_network=True)
    networks: dict[str, Any] = {"networks": {}, "storage": storage, "rwx": rwx}
    networks["host_networks"] = {}
    carried: dict[str, Any] = networks | {"migration": migration, "mtu": 1500}
    path = {"uplinks": {}, "name": "data", "disruption": CONSENT} | carried
    whole_path = inspect.signature(hn.TrafficPath).parameters.keys() - {
        "resource_name",
        "opts",
    }
    assert path.keys() == whole_path

    made(lambda: whole(traffic_paths={"tenant": path}, mgmt=carried | {"disruption": CONSENT}))
    on_path, on_mgmt = ({name: each[name] for name in whole_path} for each in given)
    assert on_path == path
    assert on_mgmt == path | {"name": "mgmt"}


def test_consent_of_the_site_is_that_of_paths_without_their_own() -> None:
    own = {"cycleStorageNetwork": True}
    storage = {"uplinks": {"all": {"nics": ["eno3"]}}, "disruption": own}
    paths = {"tenant": PATHS["tenant"], "storage": storage}
    inputs = made(lambda: whole(traffic_paths=paths, disruption=CONSENT)).inputs
    assert inputs["VmNetwork berlin-tenant-web"]["disruption"] == CONSENT
    assert inputs["VmNetwork berlin-mgmt-ops"]["disruption"] == CONSENT
    assert inputs["HostNetworkConfig berlin-mgmt-watch"]["disruption"] == CONSENT
    assert inputs["NetworkConfig berlin-storage-all"]["disruption"] == own


def test_outputs() -> None:
    assert made(whole).outputs == {
        "clusterNetworks": {"tenant": "tenant", "storage": "storage", "mgmt": "mgmt"},
        "vmNetworks": {
            "tenant": {"web": "shop/web"},
            "storage": {},
            "mgmt": {"ops": "default/ops"},
        },
        "hostDevices": {
            "tenant": {"backup": "tenant-br.400", "iscsi": "tenant-br.401"},
            "storage": {},
            "mgmt": {"watch": "mgmt-br.8"},
        },
        "matchedNodes": {
            "tenant": {"rack-a": ["node-of-tenant-rack-a"]},
            "storage": {"all": ["node-of-spare"]},
        },
        "storageVmNetwork": "harvester-system/storagenetwork-x",
    }


def test_options_are_those_of_the_site_and_all_below_it() -> None:
    def program() -> None:
        cluster = hn.Provider("cluster", context="other")
        alias = pulumi.Alias(name="before")
        whole(opts=pulumi.ResourceOptions(providers=[cluster], aliases=[alias], protect=True))

    registered = made(program).registered
    assert [each.spec.name for each in registered["Site berlin"].aliases] == ["before"]
    for which in ("ClusterNetwork berlin-mgmt", "VmNetwork berlin-tenant-web"):
        assert "::cluster::" in registered[which].provider, which
        assert registered[which].protect, which


def test_secret_of_a_part_stays_one() -> None:
    networks = {"ops": {"vlan": 7, "labels": {"note": pulumi.Output.secret("hush")}}}
    monitor = made(lambda: whole(mgmt={"networks": networks}))
    told = str(monitor.inputs["VmNetwork berlin-mgmt-ops"]["labels"])
    assert pulumi.runtime.rpc._special_secret_sig in told
    assert [which for which, given in monitor.inputs.items() if "hush" in str(given)] == [
        "VmNetwork berlin-mgmt-ops"
    ]
    assert "hush" not in str(monitor.outputs)


def test_site_of_a_file_is_that_of_a_program(tmp_path: Path) -> None:
    file = tmp_path / "berlin.yaml"
    file.write_text(FILE)
    assert made(lambda: hn.Site("berlin", file=str(file))).inputs == made(whole).inputs


def test_consent_of_the_program_takes_the_place_of_that_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "berlin.yaml"
    file.write_text(f"{FILE}disruption: {{ cycleStorageNetwork: true }}\n")
    on_web = "VmNetwork berlin-tenant-web"
    from_file = made(lambda: hn.Site("berlin", file=str(file))).inputs
    assert from_file[on_web]["disruption"] == {"cycleStorageNetwork": True}
    consented = made(lambda: hn.Site("berlin", file=str(file), disruption=CONSENT)).inputs
    assert consented[on_web]["disruption"] == CONSENT


def test_wrong_file_is_told_with_its_line_before_anything_is_made(tmp_path: Path) -> None:
    file = tmp_path / "berlin.yaml"
    file.write_text(FILE.replace("vlan: 7", "vlan: 4095"))
    seen: list[str] = []

    def program() -> None:
        with pytest.raises(pulumi.RunError) as raised:
            hn.Site("berlin", file=str(file))
        seen.append(str(raised.value))

    assert made(program).registered == {}
    told = "mgmt.networks.ops.vlan: 4095 is not a VLAN ID; use 1 to 4094"
    assert seen == [f"{file}:13: {told}"]


def test_description_is_in_the_file_or_in_the_program() -> None:
    with pytest.raises(TypeError, match="traffic_paths and mgmt are in the file"):
        made(lambda: whole(file="berlin.yaml"))


def test_only_a_site_with_a_file_loads_the_checks() -> None:
    program = (
        "import sys, pulumi, harvester_net as hn\n"
        "class Answers(pulumi.runtime.Mocks):\n"
        "    def call(self, args): return {}\n"
        "    def new_resource(self, args): return args.name, args.inputs\n"
        "pulumi.runtime.set_mocks(Answers())\n"
        "hn.Site('berlin', mgmt={})\n"
        "print('pydantic' in sys.modules)\n"
        "try: hn.Site('other', file='nowhere')\n"
        "except pulumi.RunError: print('pydantic' in sys.modules)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("name", ["berlin", "hamburg"])
def test_program_for_all_sites_makes_each_of_them(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLE)
    monkeypatch.setattr(pulumi, "get_stack", lambda: name)

    def program() -> None:
        runpy.run_path("__main__.py")

    assert f"VmNetwork {name}-tenant-web" in made(program).registered


def test_example_in_python_makes_what_the_one_in_yaml_does() -> None:
    (resource,) = of_yaml("Site")["resources"].values()
    inputs = resource["properties"]
    assert problems_of(inputs) == []
    in_yaml = made(
        lambda: hn.Site("berlin", traffic_paths=inputs["trafficPaths"], mgmt=inputs["mgmt"])
    ).inputs

    def program() -> None:
        runpy.run_path(str(example("Site", "python")))

    in_python = made(program).inputs
    assert in_python == in_yaml
    assert len(in_python) == 14
