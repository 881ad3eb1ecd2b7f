"""What is blocked says by whom, and waits for those that are going."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from harvester_net.lab.faults import AgentDown, VmDoesNotStop, VolumeStaysAttached
from harvester_net.lab.proxy import Proxy, Request
from lab import Lab
from tests import objects

from .failures import faults
from .programs import (
    CLUSTER_NETWORKS,
    CONFIGS,
    NADS,
    SETTING,
    cluster_network,
    network_config,
    network_configs,
    storage_network,
    vm_network,
)
from .stack import Stack
from .vms import delete_vm, node_of, phase, running_vm
from .waiting import eventually

VOLUMES = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes"


def until_told(child: subprocess.Popen[str], sentence: str) -> None:
    """Wait until a running command prints a sentence."""
    assert child.stdout is not None
    seen = []
    for line in child.stdout:
        seen.append(line)
        if sentence in line:
            return
    raise AssertionError(f"it never said {sentence!r}:\n{''.join(seen)}")


def ended(child: subprocess.Popen[str]) -> None:
    """The command ends well."""
    output, _ = child.communicate(timeout=120)
    assert child.returncode == 0, output


def test_networks_of_a_running_vm_stay_until_it_goes(stack: Stack, lab: Lab) -> None:
    stack.program(cluster_network(), *network_configs(), vm_network(vlan=100)).up().succeeded()
    with faults(lab, VmDoesNotStop("default", "vm1")), running_vm(lab, "vm1", "vm100"):
        node = node_of(lab, "vm1")
        config = stack_config(node)
        told = stack.destroy().failed().output
        by = f"cannot be deleted while it is used by VM default/vm1 (Running on {node})"
        assert f"error: VmNetwork default/vm100 {by}\n" in told
        assert f"error: NetworkConfig {config} {by}\n" in told
        assert stack.state().keys() == {"cn-data", "vm100", config}
        assert lab.client.get(f"{CONFIGS}/{config}")

        delete_vm(lab, "vm1")
        child = stack.start("destroy", "--yes", "--skip-preview")
        until_told(child, f"waiting for VM default/vm1 (Running on {node}) to go")
        assert phase(lab, "vm1") == "Running"
        with faults(lab):
            ended(child)
    assert stack.state() == {}


def stack_config(node: str) -> str:
    """The network config of a node."""
    return f"nc-{node.removeprefix('node')}"


def test_cluster_network_in_use_by_what_we_do_not_manage(stack: Stack, lab: Lab) -> None:
    stack.program(cluster_network(), network_config(), vm_network(vlan=100)).up().succeeded()
    # Forgotten by the program, they are somebody else's.
    for name in ("vm100", "nc-1"):
        stack.run("state", "delete", "--yes", stack.state()[name]["urn"]).succeeded()
    told = stack.destroy().failed().output
    assert (
        "error: ClusterNetwork cn-data cannot be deleted while it is used by "
        "VM network default/vm100, network config nc-1\n"
    ) in told
    assert lab.client.get(f"{CLUSTER_NETWORKS}/cn-data")

    lab.client.delete(f"{NADS}/vm100")
    lab.client.delete(f"{CONFIGS}/nc-1")
    stack.destroy().succeeded()


def test_destroy_of_a_stack_that_names_its_cluster_network(
    stack: Stack, lab: Lab, proxied: Proxy
) -> None:
    """A plain name is no dependency, so Pulumi deletes the cluster network beside the rest."""
    stack.program(cluster_network(), network_config(), vm_network(vlan=100)).up().succeeded()
    plain = {"cluster_network": "cn-data"}
    stack.program(cluster_network(), network_config(**plain), vm_network(vlan=100, **plain))
    assert stack.up().succeeded().counts.keys() == {"unchanged"}
    refused = asyncio.Event()

    async def hold(request: Request) -> web.StreamResponse | None:
        if request.what in ("DELETE vlanconfigs", "DELETE network-attachment-definitions"):
            await asyncio.wait_for(refused.wait(), 20)
        return None

    async def note(request: Request) -> None:
        if request.what == "DELETE clusternetworks":
            refused.set()

    proxied.before, proxied.after = hold, note
    stack.destroy().succeeded()
    assert proxied.counts["DELETE clusternetworks"] > 1


@contextmanager
def attached_volume(lab: Lab, name: str) -> Iterator[None]:
    """A volume that somebody uses meanwhile."""
    volume = {
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "Volume",
        "metadata": {"name": name, "namespace": "longhorn-system"},
        "spec": {"size": "1073741824", "numberOfReplicas": 3, "frontend": "blockdev"},
    }
    with faults(lab, VolumeStaysAttached(name)):
        lab.client.create(VOLUMES, volume)
        try:
            eventually(lambda: state_of_volume(lab, name) == "attached")
            yield
        finally:
            lab.client.delete(f"{VOLUMES}/{name}")


def state_of_volume(lab: Lab, name: str) -> str | None:
    state: str | None = (lab.client.get(f"{VOLUMES}/{name}").get("status") or {}).get("state")
    return state


def test_storage_network_while_the_cluster_is_at_work(stack: Stack, lab: Lab) -> None:
    base = (cluster_network(), *network_configs())
    stack.program(*base).up().succeeded()
    stack.program(*base, storage_network())
    with attached_volume(lab, "volume-1"):
        with running_vm(lab, "vm1"), running_vm(lab, "vm2"):
            told = stack.preview().failed().output
            assert (
                "Harvester does not set the storage network while VMs run; stop default/vm1, "
                "default/vm2, or allow it with disruption.stopVms: true\n"
            ) in told
        told = stack.up().failed().output
        assert (
            "Harvester does not set the storage network while volumes are attached: "
            "volume-1 is attached; stop the workloads that use them\n"
        ) in told
        assert not lab.client.get(SETTING).get("value")
    stack.up().succeeded()

    with running_vm(lab, "vm1"):
        told = stack.destroy().failed().output
        assert (
            "Harvester does not clear the storage network while VMs run; stop default/vm1, "
            "or allow it with disruption.stopVms: true\n"
        ) in told
    assert lab.client.get(SETTING)["value"]

    # A config that carries it stays as long as it does.
    others = {"options": {"depends_on": ["@nc-2", "@nc-3"]}}
    kept = [config for config in base if config["name"] != "nc-1"]
    told = stack.program(*kept, storage_network(**others)).up().failed().output
    network = stack.state()["storage"]["outputs"]["vmNetwork"]
    assert (
        "error: NetworkConfig nc-1 cannot be deleted while it is used by "
        f"the storage or RWX network ({network})\n"
    ) in told


def test_missing_nic_is_refused_before_anything_is_made(stack: Stack, lab: Lab) -> None:
    """Also without a preview: the server would take it, and the node could never do it."""
    wrong = network_config(uplink={"nics": ["eno9"]})
    told = stack.program(cluster_network(), wrong).up().failed().output
    assert "uplink.nics: node1 has no eno9; free there: eno2, eno3, eno4\n" in told
    assert "nc-1" not in stack.state()
    assert lab.client.list(CONFIGS)["items"] == []


def test_node_that_does_not_answer_is_told_and_waited_for(stack: Stack, lab: Lab) -> None:
    reason = "node1: its agent has not set up the uplink yet"
    config = network_config(options={"timeouts": {"create": "4s"}})
    stack.program(cluster_network(), config)
    with faults(lab, AgentDown("node1")):
        told = stack.up().failed().output
        assert f"0 of 1 nodes ready; {reason}\n" in told
        assert reason in told.partition("Diagnostics:")[2]
        assert stack.state()["nc-1"]["initErrors"] == [reason, "not done after 4 s"]

        refreshed = stack.refresh().succeeded().output
        assert "Refreshed resource is in an unhealthy state" in refreshed
        previewed = stack.preview().succeeded()
        assert reason in previewed.output
        assert previewed.counts["update"] == 1

    stack.up().succeeded()
    assert stack.state()["nc-1"].get("initErrors") in (None, [])
    assert stack.diff() == {}


def test_what_exists_already_is_refused_with_the_way_to_import_it(
    stack: Stack, lab: Lab
) -> None:
    lab.client.create(CLUSTER_NETWORKS, objects.cluster_network("cn-data"))
    try:
        stack.program(cluster_network())
        told = "ClusterNetwork cn-data exists already; to manage it: pulumi import "
        command = "harvester-net:index:ClusterNetwork cn-data cn-data"
        assert f"{told}{command}\n" in stack.preview().failed().output
        assert f"{told}{command}\n" in stack.up().failed().output
        stack.import_(*command.rpartition(":")[2].split()).succeeded()
        assert stack.diff() == {}
    finally:
        if not stack.state():
            lab.client.delete(f"{CLUSTER_NETWORKS}/cn-data")


def test_cluster_that_cannot_be_reached(stack: Stack, lab: Lab, proxied: Proxy) -> None:
    stack.program(cluster_network(), vm_network(vlan=100))

    async def away(request: Request) -> web.StreamResponse | None:
        raise ConnectionResetError

    proxied.before = away
    told = stack.preview().failed().output
    server = f"http://127.0.0.1:{proxied.port}"
    assert f"error: Preview failed: {server} does not answer: " in told
    assert "`pulumi config set harvester-net:offline true`" in told

    stack.environ["HARVESTER_NET_OFFLINE"] = "true"
    proxied.requests.clear()
    told = stack.preview().succeeded().output.partition("Diagnostics:")[2]
    assert told.count("harvester-net is offline: nothing on the cluster is looked at") == 1
    told = stack.up().failed().output
    assert "harvester-net:offline is set, so nothing can be changed; unset it" in told
    assert proxied.requests == []
    del stack.environ["HARVESTER_NET_OFFLINE"]
    proxied.before = None
