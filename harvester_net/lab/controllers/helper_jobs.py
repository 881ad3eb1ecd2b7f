"""The Jobs that find out routes of VM networks by DHCP, and the ping of their gateways (H4.4).

Nothing runs a Job in the lab, as in the lab of real parts, so a route of mode `auto` stays as
it is; and nobody is on the wire to answer a ping.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from harvester_net.cluster.resources import (
    NAD,
    Object,
    annotations_of,
    is_terminating,
    key_of,
    labels_of,
    split_key,
)
from harvester_net.harvester import gojson
from harvester_net.harvester.cni import ROUTE as ROUTE_SHAPE
from harvester_net.harvester.cni import readable_conf
from harvester_net.harvester.names import CLUSTER_NETWORK_LABEL, ROUTE, SYSTEM_NAMESPACE
from harvester_net.lab.controllers.controller import Action, Controller, Create, State, own_key
from harvester_net.lab.controllers.kinds import JOB, new
from harvester_net.lab.controllers.writing import annotated, deleted
from harvester_net.lab.webhooks.labels import VLAN_ID

USER = "harvester-network-controller"
SERVER = "network.harvesterhci.io/vlan-dhcp-server-ip"
NETWORKS = "k8s.v1.cni.cncf.io/networks"
_PING = 10.0
"""Seconds that five pings without an answer take."""
_LONGEST_NAME = 54


def _find_out(state: State, key: str) -> Iterator[Action]:
    """A Job for a VLAN network whose route is to be found out, and none for any other."""
    nad = state.get(NAD, key)
    if nad is None or is_terminating(nad):
        return
    if not labels_of(nad).get(VLAN_ID):
        yield from clear_job(state, nad)
    elif (route := _route(nad)) is not None:
        job = state.get(JOB, _job_key(key))
        asked = _asked(nad, route)
        is_auto = route["mode"] == "auto"
        if job is not None and not (is_auto and asked.items() <= labels_of(job).items()):
            yield from deleted(JOB, job)
        elif job is None and is_auto and not _is_known(route):
            yield Create(JOB, _job(nad, asked))


def clear_job(state: State, nad: Object) -> Iterator[Action]:
    """No Job for this VM network."""
    yield from deleted(JOB, state.get(JOB, _job_key(key_of(nad))))


def _asked(nad: Object, route: dict[str, Any]) -> dict[str, str]:
    """What a Job is for: with another VLAN or server it is made anew."""
    return {VLAN_ID: str(readable_conf(nad).get("vlan", 0)), SERVER: route["serverIPAddr"]}


def _is_known(route: dict[str, Any]) -> bool:
    return bool(route["cidr"] and route["gateway"] and not route["outdated"])


def _route(nad: Object) -> dict[str, Any] | None:
    """The route that a VM network asks for; None if it has none, or one that is no route."""
    text = annotations_of(nad).get(ROUTE)
    try:
        return dict(gojson.decode(text, ROUTE_SHAPE)) if text else None
    except gojson.Undecodable:
        return None


def _job_key(nad: str) -> str:
    namespace, name = split_key(nad)
    whole = namespace + name
    return f"{SYSTEM_NAMESPACE}/{whole[:_LONGEST_NAME]}-{zlib.crc32(whole.encode()):08x}"


def _job(nad: Object, asked: dict[str, str]) -> Object:
    namespace, name = split_key(key_of(nad))
    carrier = f"network.harvesterhci.io/{labels_of(nad).get(CLUSTER_NETWORK_LABEL, '')}"
    on_network = {"matchExpressions": [{"key": carrier, "operator": "In", "values": ["true"]}]}
    required = {"nodeSelectorTerms": [on_network]}
    selected = [{"name": name, "namespace": namespace, "interface": "net1"}]
    chosen = {"fieldRef": {"fieldPath": f"metadata.annotations['{NETWORKS}']"}}
    container = {
        "name": "network-helper",
        "image": "rancher/harvester-network-helper:lab",
        "imagePullPolicy": "IfNotPresent",
        "env": [
            {"name": "NAD_NETWORKS", "valueFrom": chosen},
            {"name": "DHCP_SERVER", "value": asked[SERVER]},
        ],
    }
    pod = {
        "affinity": {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}
        },
        "containers": [container],
        "restartPolicy": "Never",
        "serviceAccountName": "harvester-network-helper",
    }
    notes = {NETWORKS: json.dumps(selected, separators=(",", ":"))}
    template = {"metadata": {"annotations": notes}, "spec": pod}
    job = new(JOB, split_key(_job_key(key_of(nad)))[1], SYSTEM_NAMESPACE)
    job["metadata"]["labels"] = asked
    return job | {"spec": {"backoffLimit": 1, "template": template}}


def _nad_of(job: Object, state: State) -> Iterable[str]:
    """The VM network that a Job is for: an old one must be gone before a new one is made."""
    meta = job["spec"].get("template", {}).get("metadata") or {}
    text = (meta.get("annotations") or {}).get(NETWORKS)
    try:
        return [f"{one['namespace']}/{one['name']}" for one in json.loads(text or "[]")]
    except (ValueError, TypeError, KeyError):
        return ()


def _ping(state: State, key: str) -> Iterator[Action]:
    """Whether the gateway answers, once it is known (H1.6)."""
    nad = state.get(NAD, key)
    if nad is None or is_terminating(nad) or not labels_of(nad).get(VLAN_ID):
        return
    route = _route(nad)
    if route is not None and _is_known(route) and not route["connectivity"]:
        yield from annotated(NAD, nad, {ROUTE: _text(route | {"connectivity": "false"})})


def _text(route: dict[str, Any]) -> str:
    """A route as the manager spells it: what says nothing is left out."""
    order = ("mode", "cidr", "gateway", "serverIPAddr", "connectivity", "outdated")
    return json.dumps({k: route[k] for k in order if route[k]}, separators=(",", ":"))


CONTROLLERS = (
    Controller("routes", USER, _find_out, {NAD: own_key, JOB: _nad_of}),
    Controller("gateways", USER, _ping, {NAD: own_key}, delay=_PING),
)
