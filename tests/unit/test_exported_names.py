"""The public names: exactly these, loaded only when they are used."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import harvester_net

PUBLIC = {
    "BondMode",
    "BondOptions",
    "BondOptionsArgs",
    "ClusterNetwork",
    "DhcpPool",
    "Disruption",
    "DisruptionArgs",
    "GetClusterNetworkResult",
    "GetNodeNicsResult",
    "HostDevice",
    "HostMode",
    "HostNetworkConfig",
    "LinkAttributes",
    "LinkAttributesArgs",
    "NetworkConfig",
    "Nic",
    "OnFailure",
    "Provider",
    "Route",
    "RouteArgs",
    "RouteMode",
    "NodeDevices",
    "NodeOperator",
    "NodeRequirement",
    "NodeRequirementArgs",
    "NodeSelector",
    "NodeSelectorArgs",
    "RwxNetwork",
    "Site",
    "SiteMgmtArgs",
    "SiteTrafficPathArgs",
    "StorageNetwork",
    "TenantDefaultsArgs",
    "TenantNetworkArgs",
    "TenantNetworks",
    "TrafficPath",
    "TrafficPathHostNetworkArgs",
    "TrafficPathNetworkArgs",
    "TrafficPathMigrationArgs",
    "TrafficPathRwxArgs",
    "TrafficPathStorageArgs",
    "TrafficPathUplinkArgs",
    "Uplink",
    "UplinkArgs",
    "VerifyOnNodes",
    "VerifyOnNodesArgs",
    "VlanRange",
    "VlanRangeArgs",
    "VmMigrationNetwork",
    "VmNetwork",
    "VmNetworkType",
    "VmNetworks",
    "vm_ignore_changes",
    "VmNic",
    "cloud_init_data",
    "network_data",
    "get_cluster_network",
    "get_cluster_network_output",
    "get_node_nics",
    "get_node_nics_output",
    "get_vm_interfaces",
    "get_vm_interfaces_output",
    "GetVmInterfacesResult",
    "RenderVmNicsResult",
    "VmInterface",
    "VmNicSpec",
    "VmNicInterface",
    "VmNicMultus",
    "VmNicNetwork",
    "render_vm_nics",
    "render_vm_nics_output",
}
HEAVY = ("pulumi", "pydantic", "kubernetes", "grpc", "google", "aiohttp", "asyncio")


def run(program: str) -> str:
    """What a new interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_public_names_are_these() -> None:
    assert set(harvester_net.__all__) == PUBLIC
    assert set(dir(harvester_net)) == PUBLIC


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_is_there_and_documented(name: str) -> None:
    named = getattr(harvester_net, name)
    assert named.__name__ == name
    assert inspect.getdoc(named)


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(harvester_net.__file__).read_text())
    imported = {
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    assert imported == PUBLIC


def test_unknown_name_is_an_ordinary_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'ClusterNet'"):
        _ = harvester_net.ClusterNet


def test_star_import_brings_the_public_names() -> None:
    seen = run("from harvester_net import *; print(*sorted(n for n in dir() if n[0] != '_'))")
    assert set(seen.split()) == PUBLIC


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = (
        f"import sys; before = set(sys.modules); import harvester_net\n"
        f"print(*({set(HEAVY)!r} & (set(sys.modules) - before)))"
    )
    assert run(program) == ""


def test_programs_load_neither_the_specs_nor_the_kubernetes_client() -> None:
    program = (
        "import sys, harvester_net as hn\n"
        "for name in hn.__all__: getattr(hn, name)\n"
        "print(*sorted(m for m in sys.modules if m.split('.')[0] in "
        "('pydantic', 'kubernetes', 'aiohttp') or m.startswith('harvester_net')))"
    )
    loaded = set(run(program).split())
    of_programs = ("harvester_net.program", "harvester_net.components")
    assert {name for name in loaded if not name.startswith(of_programs)} == {
        "harvester_net",
        "harvester_net.version",
        "harvester_net.vlan_list",
        "harvester_net.vm_nics",
    }
