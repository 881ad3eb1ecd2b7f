"""A cluster that works, and the command `harvester-net` on it: two running VMs, the storage
network, three configs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from harvester_net.cluster.resources import condition
from harvester_net.harvester.setting_progress import storage_progress
from harvester_net.lab.api import ApiError
from harvester_net.lab.faults import AgentDown
from lab import Lab

from .failures import faults
from .least import kubeconfig_of_least
from .programs import (
    CLUSTER_NETWORKS,
    CONFIGS,
    NADS,
    NETWORK,
    NODES,
    SETTING,
    STATUSES,
    leftovers,
)
from .vms import VMS, phase, running_vm
from .waiting import eventually

COMMAND = Path(sys.executable).parent / "harvester-net"
JOURNAL = "/api/v1/namespaces/harvester-system/configmaps/harvester-net-journal"
STORAGE = '{"vlan":300,"clusterNetwork":"cn-data","range":"192.168.0.0/24"}'
CONSENT = ("--stop-vms", "--cycle-storage-network")
SECONDS = 240


def object_of(kind: str, name: str, spec: dict[str, Any] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "apiVersion": "network.harvesterhci.io/v1beta1",
        "kind": kind,
        "metadata": {"name": name},
    }
    return made if spec is None else made | {"spec": spec}


def build(lab: Lab) -> None:
    """A cluster network with a config for each node, a VM network, the storage network."""
    lab.client.create(CLUSTER_NETWORKS, object_of("ClusterNetwork", "cn-data"))
    for node, name in NODES.items():
        spec = {
            "clusterNetwork": "cn-data",
            "nodeSelector": {"kubernetes.io/hostname": node},
            "uplink": {"nics": ["eno2"]},
        }
        lab.client.create(CONFIGS, object_of("VlanConfig", name, spec))
    eventually(lambda: len(ready(lab)) == len(NODES))
    vm_network = object_of("NetworkAttachmentDefinition", "vm100") | {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "spec": {
            "config": json.dumps(
                {
                    "cniVersion": "0.3.1",
                    "name": "vm100",
                    "type": "bridge",
                    "bridge": "cn-data-br",
                    "promiscMode": True,
                    "vlan": 100,
                    "ipam": {},
                }
            )
        },
    }
    vm_network["metadata"]["labels"] = {f"{NETWORK.split('/')[2]}/clusternetwork": "cn-data"}
    lab.client.create(NADS, vm_network)
    set_storage(lab, STORAGE)


def set_storage(lab: Lab, value: str) -> None:
    accepted(lambda: lab.client.merge_patch(SETTING, {"value": value}))
    eventually(lambda: storage_progress(lab.client.get(SETTING)).done)


def accepted(write: Callable[[], Any]) -> None:
    """Write until it is accepted: the webhooks see a VM for a moment when it is gone."""

    def tried() -> bool:
        try:
            write()
        except ApiError:
            return False
        return True

    eventually(tried)


def ready(lab: Lab) -> list[str]:
    """The configs whose nodes are set up."""
    statuses = lab.client.list(STATUSES)["items"]
    good = [s for s in statuses if condition(s, "ready").get("status") == "True"]
    return sorted(s["status"]["vlanConfig"] for s in good)


def take_down(lab: Lab) -> None:
    set_storage(lab, "")
    accepted(lambda: lab.client.delete(f"{NADS}/vm100"))
    for name in NODES.values():
        accepted(partial(lab.client.delete, f"{CONFIGS}/{name}"))
    eventually(lambda: not lab.client.list(STATUSES)["items"])
    accepted(lambda: lab.client.delete(f"{CLUSTER_NETWORKS}/cn-data"))
    eventually(lambda: leftovers(lab) == [])


@contextmanager
def occupied(lab: Lab, *, is_taken_down: bool) -> Iterator[Lab]:
    """A lab whose cluster network carries two running VMs and the storage network. In the end
    they are taken down step by step, or the lab is reset.
    """
    try:
        build(lab)
        with ExitStack() as vms:
            for name in ("a", "b"):
                vms.enter_context(running_vm(lab, name, "vm100"))
            yield lab
        if is_taken_down:
            take_down(lab)
        else:
            lab.reset()
    except BaseException:
        # Only one test fails for what it left.
        lab.reset()
        raise


def state(lab: Lab) -> dict[str, Any]:
    """All that a change must leave as it was, and the MTUs."""
    network = lab.client.get(f"{CLUSTER_NETWORKS}/cn-data")["metadata"]["annotations"]
    setting = lab.client.get(SETTING)
    return {
        "uplink-mtu": network["network.harvesterhci.io/uplink-mtu"],
        "configs": {c["metadata"]["name"]: spec_of(c) for c in items(lab, CONFIGS)},
        "config mtus": [mtu_of_config(c) for c in items(lab, CONFIGS)],
        "ready": ready(lab),
        "vm network": json.loads(lab.client.get(f"{NADS}/vm100")["spec"]["config"]),
        "vms": {
            vm["metadata"]["name"]: (vm["spec"]["runStrategy"], phase(lab, name_of(vm)))
            for vm in items(lab, VMS)
        },
        "storage network": (setting.get("value"), storage_progress(setting).done),
    }


def without_mtu(seen: dict[str, Any]) -> dict[str, Any]:
    vm_network = {k: v for k, v in seen["vm network"].items() if k != "mtu"}
    kept = {k: v for k, v in seen.items() if k not in ("uplink-mtu", "config mtus")}
    return kept | {"vm network": vm_network}


def items(lab: Lab, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.client.list(path)["items"]
    return sorted(found, key=name_of)


def name_of(obj: dict[str, Any]) -> str:
    return str(obj["metadata"]["name"])


def spec_of(config: dict[str, Any]) -> dict[str, Any]:
    """The spec of a config but its MTU."""
    uplink = {k: v for k, v in config["spec"]["uplink"].items() if k != "linkAttributes"}
    spec: dict[str, Any] = config["spec"] | {"uplink": uplink}
    return spec


def mtu_of_config(config: dict[str, Any]) -> int:
    attributes = config["spec"]["uplink"].get("linkAttributes") or {}
    return attributes.get("mtu") or 1500


def mtus(lab: Lab) -> set[int]:
    """Every MTU there is: of the cluster network, its configs and its VM network."""
    seen = state(lab)
    vm_network = seen["vm network"].get("mtu") or 1500
    return {int(seen["uplink-mtu"]), *seen["config mtus"], vm_network}


def start(lab: Lab, *arguments: str, kubeconfig: Path | None = None) -> subprocess.Popen[str]:
    """A command on its way."""
    kubeconfig = kubeconfig or kubeconfig_of_least(lab, lab.directory)
    return subprocess.Popen(
        [COMMAND, "mtu", *arguments, *_yes(arguments[0])],
        env=os.environ | {"KUBECONFIG": str(kubeconfig), "HOME": str(lab.directory)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _yes(command: str) -> tuple[str, ...]:
    """Nobody sits at a terminal here."""
    return ("--yes",) if command in ("change", "resume", "roll-back") else ()


def run(lab: Lab, *arguments: str, kubeconfig: Path | None = None) -> tuple[int, str, str]:
    """Exit code, output and errors of a command."""
    child = start(lab, *arguments, kubeconfig=kubeconfig)
    out, err = child.communicate(timeout=SECONDS)
    return child.returncode, out, err


def status(lab: Lab) -> dict[str, Any]:
    code, out, err = run(lab, "status", "--output", "json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    assert found.pop("cluster") == f"{lab.url} (context lab)"
    return found


def has_journal(lab: Lab) -> bool:
    return JOURNAL.rpartition("/")[2] in {
        name_of(item) for item in items(lab, JOURNAL.rpartition("/")[0])
    }


@contextmanager
def stuck_in_the_middle(lab: Lab) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A change that waits for a node to set its config up again, and the name of the node.

    The VMs are stopped, the storage network is cleared, and all configs have the new MTU.
    """
    node = last_node(lab)
    with (
        faults(lab, AgentDown(node=node)),
        start(lab, "change", "cn-data", "9000", *CONSENT) as child,
    ):
        try:
            eventually(lambda: child.poll() is not None or waits_for(lab, NODES[node]))
            yield child, node
        finally:
            child.kill()


def last_node(lab: Lab) -> str:
    """A node whose config is taken away for the change: not the source of the MTU."""
    notes = lab.client.get(f"{CLUSTER_NETWORKS}/cn-data")["metadata"]["annotations"]
    source = notes["network.harvesterhci.io/mtu-source-vc"]
    return [node for node, name in NODES.items() if name != source][-1]


def waits_for(lab: Lab, name: str) -> bool:
    """Whether a config is there again, and all else of the core is done."""
    configs = items(lab, CONFIGS)
    return (
        [mtu_of_config(config) for config in configs] == [9000] * len(NODES)
        and name not in ready(lab)
        and len(ready(lab)) == len(NODES) - 1
    )
