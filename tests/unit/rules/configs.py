"""The network configs of the tables, on two nodes in two racks."""

from __future__ import annotations

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import MATCHED

DATA = objects.cluster_network("data", 1500)
N1, N2 = objects.node("n1", {"rack": "a"}), objects.node("n2", {"rack": "b"})
RACK_A: Object = {"nodeSelector": {"rack": "a"}}
RACK_B: Object = {"nodeSelector": {"rack": "b"}}


def uplink(mtu: int | None = None, **bond: object) -> Object:
    link = {"linkAttributes": {"mtu": mtu}} if mtu is not None else {}
    return {"nics": ["eth1"]} | link | ({"bondOptions": bond} if bond else {})


MINE = objects.config("rack-a", nodes=["n1"], spec=RACK_A)
JUMBO = objects.config("rack-a", nodes=["n1"], spec=RACK_A, uplink=uplink(9000))
OTHER = objects.config("rack-b", nodes=["n2"], spec=RACK_B)
OTHER_JUMBO = objects.config("rack-b", nodes=["n2"], spec=RACK_B, uplink=uplink(9000))
EVERYWHERE = objects.config("all", nodes=["n1", "n2"])
FOR_MGMT = objects.config("rack-a", "mgmt", spec=RACK_A)
DONE = objects.vlan_status("rack-a", "n1")
LONG = objects.config("x" * 64)
SPELLED = objects.config("rack-b", nodes=["n2"], spec=RACK_B, uplink=uplink(1500))
NOWHERE: Object = {"nodeSelector": {"rack": "none"}}


def unmatched(**spec: object) -> Object:
    config = objects.config("rack-a", spec=NOWHERE | spec)
    config["metadata"]["annotations"] = {}
    return config


def annotated(text: str) -> Object:
    return objects.config("rack-a", spec=NOWHERE, annotations={MATCHED: text})
