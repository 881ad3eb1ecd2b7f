"""The whole life of each kind, with the real CLI and the real admission."""

from __future__ import annotations

import json
from pathlib import Path

from harvester_net.harvester.setting_progress import migration_progress, storage_progress
from lab import Lab
from tests import objects

from .programs import (
    CLUSTER_NETWORKS,
    CONFIGS,
    MIGRATION,
    NADS,
    RWX,
    SETTING,
    cluster_network,
    leftovers,
    migration_network,
    network_config,
    network_configs,
    rwx_network,
    storage_network,
    vm_network,
)
from .stack import Stack, resource
from .waiting import eventually

AUTO_ROUTE = '{"mode":"auto","serverIPAddr":"","cidr":"","gateway":""}'


def stays_as_it_is(stack: Stack) -> None:
    """A second run, and a refresh, find nothing to do."""
    assert set(stack.up().succeeded().counts) == {"unchanged"}
    assert set(stack.refresh().succeeded().counts) == {"unchanged"}


def test_cluster_network(stack: Stack, lab: Lab) -> None:
    path = f"{CLUSTER_NETWORKS}/cn-data"
    mtu = "network.harvesterhci.io/uplink-mtu"
    stack.program(cluster_network(mtu=9000, labels={"team": "blue"}))
    stack.up().succeeded()
    assert lab.client.get(path)["metadata"]["annotations"][mtu] == "9000"
    stays_as_it_is(stack)

    stack.program(cluster_network(mtu=1500, labels={"team": "red"}))
    assert stack.diff() == {
        "cn-data": {"op": "update", "mtu": "update", "labels.team": "update"}
    }
    stack.up().succeeded()
    changed = lab.client.get(path)["metadata"]
    assert (changed["annotations"][mtu], changed["labels"]["team"]) == ("1500", "red")

    lab.client.merge_patch(
        path, {"metadata": {"annotations": {mtu: "4000"}, "labels": {"team": None, "x": "y"}}}
    )
    assert stack.diff() == {"cn-data": {"op": "update", "mtu": "update", "labels": "add"}}
    stack.up().succeeded()
    mended = lab.client.get(path)["metadata"]
    assert (mended["annotations"][mtu], mended["labels"]) == (
        "1500",
        {"team": "red", "x": "y"},
    )

    stack.program(resource("ClusterNetwork", "cn-data", name="cn-other"))
    assert stack.diff()["cn-data"]["name"] == "update-replace"
    stack.up().succeeded()
    names = {o["metadata"]["name"] for o in lab.client.list(CLUSTER_NETWORKS)["items"]}
    assert names == {"mgmt", "cn-other"}


def test_network_config(stack: Stack, lab: Lab) -> None:
    path = f"{CONFIGS}/nc-1"
    stack.program(cluster_network(), network_config())
    stack.up().succeeded()
    assert stack.state()["nc-1"]["outputs"]["matchedNodes"] == ["node1"]
    stays_as_it_is(stack)

    uplink = {"nics": ["eno3", "eno2"], "bond_options": {"mode": "802.3ad"}}
    stack.program(cluster_network(), network_config(uplink=uplink, description="rack 1"))
    assert stack.diff() == {
        "nc-1": {
            "op": "update",
            "description": "add",
            "uplink.nics[0]": "update",
            "uplink.nics[1]": "add",
            "uplink.bondOptions.mode": "add",
        }
    }
    stack.up().succeeded()
    assert lab.client.get(path)["spec"]["uplink"]["bondOptions"]["mode"] == "802.3ad"
    label = lab.client.get(path)["metadata"]["labels"][
        "network.harvesterhci.io/clusternetwork"
    ]
    assert label == "cn-data"

    lab.client.merge_patch(
        path, {"spec": {"uplink": {"bondOptions": {"mode": "balance-tlb"}}}}
    )
    assert stack.diff() == {"nc-1": {"op": "update", "uplink.bondOptions.mode": "update"}}
    stack.up().succeeded()
    assert lab.client.get(path)["spec"]["uplink"]["bondOptions"]["mode"] == "802.3ad"

    renamed = network_config(uplink=uplink, name="nc-renamed")
    stack.program(cluster_network(), renamed)
    stack.up().succeeded()
    configs = lab.client.list(CONFIGS)["items"]
    assert [config["metadata"]["name"] for config in configs] == ["nc-renamed"]


def test_vm_network(stack: Stack, lab: Lab) -> None:
    path = f"{NADS}/vm100"
    stack.program(cluster_network(mtu=9000), vm_network(vlan=100))
    stack.up().succeeded()
    assert json.loads(lab.client.get(path)["spec"]["config"])["mtu"] == 9000
    stays_as_it_is(stack)

    lab.client.merge_patch(path, {"metadata": {"annotations": {"note": "theirs"}}})
    stack.program(cluster_network(mtu=9000), vm_network(vlan=200))
    assert stack.diff() == {"vm100": {"op": "update", "vlan": "update"}}
    stack.up().succeeded()
    changed = lab.client.get(path)
    config = json.loads(changed["spec"]["config"])
    assert (config["vlan"], config["mtu"]) == (200, 9000)
    assert changed["metadata"]["annotations"]["note"] == "theirs"

    trunk = [{"min_id": 100, "max_id": 110}, {"id": 200}]
    stack.program(cluster_network(mtu=9000), vm_network(vlan_trunk=trunk))
    stack.up().succeeded()
    assert stack.diff() == {}
    stack.program(cluster_network(mtu=9000), vm_network(type="UntaggedNetwork"))
    stack.up().succeeded()
    assert stack.diff() == {}

    config = json.loads(lab.client.get(path)["spec"]["config"])
    lab.client.merge_patch(path, {"spec": {"config": json.dumps(config | {"vlan": 7})}})
    assert stack.diff()["vm100"] == {"op": "update", "type": "update", "vlan": "delete"}
    stack.up().succeeded()
    assert "vlan" not in json.loads(lab.client.get(path)["spec"]["config"])

    stack.program(
        cluster_network(mtu=9000),
        resource("ClusterNetwork", "cn-new"),
        vm_network(type="UntaggedNetwork", cluster_network="@cn-new"),
    )
    stack.up().succeeded()
    assert json.loads(lab.client.get(path)["spec"]["config"])["bridge"] == "cn-new-br"


def test_storage_network(stack: Stack, lab: Lab) -> None:
    base = (cluster_network(), *network_configs())
    stack.program(*base, storage_network())
    stack.up().succeeded()
    assert json.loads(lab.client.get(SETTING)["value"])["vlan"] == 300
    stays_as_it_is(stack)

    stack.program(*base, storage_network(exclude=["192.168.0.0/28"]))
    assert stack.diff() == {"storage": {"op": "update", "exclude": "add"}}
    stack.up().succeeded()
    written = lab.client.get(SETTING)["value"]
    assert json.loads(written)["exclude"] == ["192.168.0.0/28"]

    # Another spelling of the same is no change, and is left as it is.
    spelled = json.dumps(json.loads(written), indent=1)
    lab.client.merge_patch(SETTING, {"value": spelled})
    assert stack.diff() in ({}, {"storage": {"op": "update"}})
    stack.up().succeeded()
    assert lab.client.get(SETTING)["value"] == spelled

    lab.client.merge_patch(SETTING, {"value": spelled.replace("300", "301")})
    assert stack.diff()["storage"]["vlan"] == "update"
    stack.up().succeeded()
    assert json.loads(lab.client.get(SETTING)["value"])["vlan"] == 300

    stack.program(*base)
    stack.up().succeeded()
    assert not lab.client.get(SETTING).get("value")


def _as_harvesters_pages_do(lab: Lab) -> None:
    """They write a route on every VM network, and leave the VLAN out of an untagged storage
    network.
    """
    route = {"network.harvesterhci.io/route": AUTO_ROUTE}
    config = objects.cni("flat", "cn-data-br")
    flat = objects.nad("flat", config=config, cluster_network="cn-data", annotations=route)
    lab.client.create(NADS, flat)
    lab.client.merge_patch(f"{NADS}/trunk", {"metadata": {"annotations": route}})
    untagged = '{"clusterNetwork":"cn-data","range":"192.168.0.0/24"}'
    lab.client.merge_patch(SETTING, {"value": untagged})
    eventually(lambda: storage_progress(lab.client.get(SETTING)).done)
    lab.client.merge_patch(RWX, {"value": '{"share-storage-network": true}'})
    migration = '{"clusterNetwork":"cn-data","vlan":302,"range":"192.168.2.0/24"}'
    lab.client.merge_patch(MIGRATION, {"value": migration})
    eventually(lambda: migration_progress(lab.client.get(MIGRATION)).done)


def test_everything_is_imported_by_its_id_alone(
    stack: Stack, lab: Lab, tmp_path: Path
) -> None:
    dotted = network_config("node3", name="node3.example.org")
    base = (cluster_network(mtu=9000), *network_configs()[:2], dotted)
    networks = (vm_network(vlan=100), vm_network("trunk", vlan_trunk=[{"id": 5}]))
    stack.program(*base, *networks).up().succeeded()
    _as_harvesters_pages_do(lab)
    made = {name: (entry["type"], entry["id"]) for name, entry in stack.state().items()}
    listed = stack.listed("VmNetwork", "--cluster-network", "cn-data")
    assert listed == {f"default/{name}": name for name in ("flat", "trunk", "vm100")}
    assert stack.listed("VmNetwork", "--type", "UntaggedNetwork") == {"default/flat": "flat"}
    assert stack.listed("StorageNetwork") == {"storage-network": "storage-network"}
    made["flat"] = (made["vm100"][0], "default/flat")
    made["storage"] = ("harvester-net:index:StorageNetwork", "storage-network")
    made["rwx"] = ("harvester-net:index:RwxNetwork", "rwx-network")
    made["migration"] = ("harvester-net:index:VmMigrationNetwork", "vm-migration-network")

    flat = vm_network("flat", type="UntaggedNetwork")
    settings = (storage_network(vlan=0), rwx_network(), migration_network())
    program = (*base, *networks, flat, *settings)
    other = Stack(tmp_path / "other", lab).program(*program)
    ran = other.import_all(made).succeeded()
    assert "warning" not in ran.output.lower()
    imported, own = other.state(), stack.state()
    assert imported.keys() == made.keys()
    assert {name: imported[name]["outputs"]["uid"] for name in own} == {
        name: entry["outputs"]["uid"] for name, entry in own.items()
    }
    assert other.diff() == {}
    assert set(other.up().succeeded().counts) == {"unchanged"}
    other.destroy().succeeded()


def test_mgmt_is_adopted_and_never_deleted(stack: Stack, lab: Lab) -> None:
    stack.program(
        resource("ClusterNetwork", "mgmt"),
        resource("VmNetwork", "on-mgmt", cluster_network="@mgmt", vlan=10),
    )
    stack.up().succeeded()
    stack.destroy().succeeded()
    assert lab.client.get(f"{CLUSTER_NETWORKS}/mgmt")
    assert leftovers(lab) == []
