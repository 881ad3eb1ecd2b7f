"""An embedded cluster whose nodes answer to pods."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field

from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    Object,
    Resource,
    is_terminating,
    key_of,
    labels_of,
)
from harvester_net.verify.pods import LABEL, LONGHORN

from ... import objects
from ...cluster import LabApi
from . import recorded

IMAGE = "longhornio/longhorn-manager:v1.10.0"


def looked(
    mtu: int = 9000, network: str = "data", *lines: str, bridge: int | None = None
) -> str:
    """The answer of a node whose devices have an MTU in bytes, packed as the script does."""
    members = [recorded.member("ens1", 3, mtu), recorded.member("ens2", 4, mtu)]
    parts = {
        "bond": [recorded.bond(f"{network}-bo", mtu=mtu)],
        "members": members,
        "bridge": [recorded.link(f"{network}-br", 21, bridge or mtu)],
        "vlans": recorded.vlans(f"{network}-bo", 100),
    }
    said = ["look 1", *(f"{word} {json.dumps(value)}" for word, value in parts.items())]
    packed = gzip.compress("\n".join([*said, *lines]).encode())
    return "gz " + base64.encodebytes(packed).decode()


def pinged(full: str = "1 2", usual: str = "", none: str = "", mtu: int = 9000) -> str:
    """The answer of a node to the pings, by the last numbers of the addresses."""
    return f"ping 1\nmtu {mtu}\nfull {full}\nusual {usual}\nsmall\nnone {none}\n"


def terminated(message: str, code: int = 0) -> Object:
    """The status of a pod whose container has ended."""
    terminated = {"exitCode": code, "message": message, "reason": "Completed"}
    return {
        "phase": "Succeeded",
        "containerStatuses": [{"state": {"terminated": terminated}}],
    }


Objects = dict[Resource, dict[str, Object]]


@dataclass
class Site:
    """A cluster, a client of it, and what the pods on each node come to."""

    api: LabApi
    cluster: Cluster
    looks: dict[str, str]
    pings: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, Object] = field(default_factory=dict)
    """Of pods that do not end with an answer."""

    @property
    def made(self) -> list[Object]:
        """The pods that were asked for."""
        return [seen.body for seen in self.api.writes() if seen.request == "POST pods"]

    @property
    def pods(self) -> dict[str, Object]:
        """The pods of checks that are there."""
        pods = self.api.of("pods").items()
        return {key: pod for key, pod in pods if LABEL in labels_of(pod)}

    def run(self, pod: Object) -> None:
        """What the kubelets do."""
        if is_terminating(pod):
            self.api.remove("pods", key_of(pod))
        elif LABEL in labels_of(pod) and pod["status"]["phase"] == "Pending":
            pod["status"] = self._end_of(pod)

    def _end_of(self, pod: Object) -> Object:
        node = pod["spec"].get("nodeName")
        if node in self.statuses:
            return self.statuses[node]
        (container,) = pod["spec"]["containers"]
        does_ping = "Pings the other nodes" in container["command"][2]
        message = (self.pings if does_ping else self.looks).get(node)
        unchanged: Object = pod["status"]
        return unchanged if message is None else terminated(message)


def healthy(*nodes: str, network: str = "data", mtu: int = 9000) -> Objects:
    """A healthy cluster network on some nodes, with VM network default/web on VLAN 100."""
    uplink = {"nics": ["ens1", "ens2"], "linkAttributes": {"mtu": mtu}}
    config = objects.config("rack", network, list(nodes), uplink=uplink)
    conf = objects.cni("web", f"{network}-br", vlan=100)
    nad = objects.nad("web", config=conf, cluster_network=network)
    return {
        CLUSTER_NETWORK: {network: objects.cluster_network(network, mtu)},
        VLAN_CONFIG: {"rack": config} if network != "mgmt" else {},
        NAD: {"default/web": nad},
        NODE: {name: objects.node(name) for name in nodes},
        SETTING: {"server-version": objects.setting("server-version", "v1.7.1")},
    }


def daemon_set() -> Object:
    """Whose image the pods run."""
    namespace, _, name = LONGHORN.partition("/")
    template = {"template": {"spec": {"containers": [{"image": IMAGE}]}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": namespace},
        "spec": template,
    }
