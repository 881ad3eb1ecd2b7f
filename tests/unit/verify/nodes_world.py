"""A cluster whose nodes answer to pods: what the check asks of it, and nothing else."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.errors import ClusterError, NotFound
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VMI,
    Object,
    Resource,
)
from harvester_net.cluster.timings import Timings

from ... import objects
from ...timing import QUICK
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


@dataclass
class NodesWorld:
    """Objects, and what the pods on each node come to."""

    objects: dict[Resource, dict[str, Object]] = field(default_factory=dict)
    looks: dict[str, str] = field(default_factory=dict)
    pings: dict[str, str] = field(default_factory=dict)
    pods: dict[str, Object] = field(default_factory=dict)
    made: list[Object] = field(default_factory=list)
    refuses: ClusterError | None = None
    """What the server answers to a new pod."""
    daemon_set: Object | None = None
    other_pods: list[Object] = field(default_factory=list)
    timings: Timings = QUICK
    before_list: Callable[[], None] = lambda: None

    @property
    def cluster(self) -> Cluster:
        return cast(Cluster, self)

    @property
    def connection(self) -> NodesWorld:
        return self

    async def list_if_served(self, resource: Resource, deadline: Any) -> dict[str, Object]:
        return self.objects.get(resource, {})

    async def get(self, resource: Resource, key: str, deadline: Any) -> Object:
        if self.daemon_set is None:
            raise NotFound(f"get {resource.plural} {key}")
        return self.daemon_set

    async def create(
        self, resource: Resource, namespace: str, obj: Object, deadline: Any
    ) -> Object:
        if self.refuses is not None:
            raise self.refuses
        (container,) = obj["spec"]["containers"]
        answers = (
            self.pings if "Pings the other nodes" in container["command"][2] else self.looks
        )
        message = answers.get(obj["spec"]["nodeName"])
        status = {"phase": "Pending"} if message is None else terminated(message)
        self.made.append(obj)
        self.pods[obj["metadata"]["name"]] = obj | {"status": status}
        return obj

    async def list(
        self, resource: Resource, deadline: Any, **params: str
    ) -> tuple[list[Object], str]:
        if not params:
            return self.other_pods, "1"
        self.before_list()
        return list(self.pods.values()), "1"

    async def delete(self, resource: Resource, name: str, uid: Any, deadline: Any) -> None:
        if self.pods.pop(name, None) is None:
            raise NotFound(name)


def world(*nodes: str, network: str = "data", mtu: int = 9000) -> NodesWorld:
    """A healthy cluster network on some nodes, with VM network default/web on VLAN 100."""
    uplink = {"nics": ["ens1", "ens2"], "linkAttributes": {"mtu": mtu}}
    config = objects.config("rack", network, list(nodes), uplink=uplink)
    conf = objects.cni("web", f"{network}-br", vlan=100)
    nad = objects.nad("web", config=conf, cluster_network=network)
    image = {"template": {"spec": {"containers": [{"image": IMAGE}]}}}
    return NodesWorld(
        objects={
            CLUSTER_NETWORK: {network: objects.cluster_network(network, mtu)},
            VLAN_CONFIG: {"rack": config} if network != "mgmt" else {},
            NAD: {"default/web": nad},
            NODE: {name: objects.node(name) for name in nodes},
            SETTING: {"server-version": objects.setting("server-version", "v1.7.1")},
            VMI: {},
        },
        looks={name: looked(mtu, network) for name in nodes},
        daemon_set={"spec": image},
    )
