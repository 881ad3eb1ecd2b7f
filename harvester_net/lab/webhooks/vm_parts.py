"""A VM as Harvester's webhook reads it: its limits, interfaces and cluster networks."""

from __future__ import annotations

from harvester_net.cluster.resources import NAD, Object, labels_of, split_key
from harvester_net.harvester.names import CLUSTER_NETWORK_LABEL
from harvester_net.lab.controllers.controller import State

HARVESTER_WEBHOOK = "harvester-webhook"
"""The program, as the lab names its component."""


def template_of(vm: Object) -> Object:
    """The spec of a VM's instances; empty if it has none."""
    found: Object = (vm["spec"].get("template") or {}).get("spec") or {}
    return found


def domain_of(vm: Object) -> Object:
    return template_of(vm).get("domain") or {}


def limits_of(vm: Object) -> Object:
    return (domain_of(vm).get("resources") or {}).get("limits") or {}


def interfaces_of(vm: Object) -> list[Object]:
    return (domain_of(vm).get("devices") or {}).get("interfaces") or []


def cluster_network_of(state: State, name: str, namespace: str) -> str:
    """That of a VM network, by its label; "" without one. Raises ValueError."""
    if name.count("/") > 1:
        raise ValueError(f"invalid network name {name}")
    space, own = split_key(name, namespace)
    nad = state.get(NAD, f"{space}/{own}")
    if nad is None:
        raise ValueError(f'network-attachment-definitions.k8s.cni.cncf.io "{own}" not found')
    return labels_of(nad).get(CLUSTER_NETWORK_LABEL, "")
