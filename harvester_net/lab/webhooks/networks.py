"""What the network webhook writes into objects before they are stored (H3.2, H3.3)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    Object,
    annotations_of,
    is_terminating,
    labels_of,
)
from harvester_net.harvester import gojson
from harvester_net.harvester.cni import BRIDGES, KUBE_OVN, net_conf
from harvester_net.harvester.mtus import mtu_of
from harvester_net.harvester.names import (
    BRIDGE,
    CLUSTER_NETWORK_LABEL,
    MATCHED_NODES,
    ROUTE,
)
from harvester_net.harvester.versions import Version
from harvester_net.lab.apiserver import schemas
from harvester_net.lab.apiserver.admission import AdmissionRequest
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.resources import Resource as Served
from harvester_net.lab.controllers.controller import State
from harvester_net.lab.webhooks.answers import Answers, all_answer, denied, internal
from harvester_net.lab.webhooks.labels import labels_of_vm_network
from harvester_net.lab.webhooks.refusals import (
    MUTATOR_ENTRY,
    NETWORK_WEBHOOK,
    kind_of,
)
from harvester_net.specs.limits import mtu_or_default

_ALWAYS_RECOMPUTED: Version = (1, 7)
"""Since then an update writes labels and nodes anew whatever it changes."""


@dataclass(frozen=True)
class NetworkMutator:
    """Completes network configs and VM networks in place."""

    state: State
    answers: Answers = all_answer

    def __call__(self, request: AdmissionRequest) -> None:
        """Raises StatusError for a VM network whose bridge it cannot make sense of."""
        kind, obj = kind_of(request), request.object
        # It may be away: its failure policy is Ignore.
        if obj is None or request.subresource or not self.answers(NETWORK_WEBHOOK):
            return
        if kind in (VLAN_CONFIG, NAD):
            _check_types(request.resource, obj)
        if kind is VLAN_CONFIG:
            complete_config(self.state, request.old, obj)
        elif kind is NAD and request.old is None:
            _complete_new(self.state, obj)
        elif kind is NAD and request.old is not None and not is_terminating(obj):
            _complete_changed(self.state, request.old, obj)


def _check_types(resource: Served, obj: Object) -> None:
    """Raises StatusError for what Go cannot read into the type; the schema comes later."""
    if "spec" not in obj or not resource.schema:
        return
    for cause in schemas.check({"spec": obj["spec"]}, resource.schema):
        if cause.reason == schemas.WRONG_TYPE:
            raise _error(f"json: cannot unmarshal {cause}")


def complete_config(state: State, old: Object | None, config: Object) -> None:
    """Writes the label and the matched nodes; if no node matches, only the label."""
    spec, meta = config.get("spec"), config["metadata"]
    if not isinstance(spec, dict) or is_terminating(config):
        return
    changed = old is None or old["spec"] != spec
    if not changed and state.version < _ALWAYS_RECOMPUTED:
        return
    network = spec.get("clusterNetwork", "")
    if old is None or old["spec"].get("clusterNetwork") != network:
        meta["labels"] = labels_of(config) | {CLUSTER_NETWORK_LABEL: network}
    if nodes := state.snapshot.matching(spec.get("nodeSelector")):
        meta["annotations"] = annotations_of(config) | {MATCHED_NODES: json.dumps(nodes)}


def _complete_new(state: State, nad: Object) -> None:
    conf = _conf(nad)
    if conf is None or conf["type"] == KUBE_OVN:
        return
    network = _cluster_network(state, conf)
    mtu = mtu_of(network, state.snapshot)
    if mtu is not None and mtu_or_default(conf["mtu"]) != mtu:
        text = json.loads(nad["spec"]["config"])
        nad["spec"]["config"] = json.dumps(text | {"mtu": mtu}, separators=(",", ":"))


def _complete_changed(state: State, old: Object, nad: Object) -> None:
    conf, before = _conf(nad), _conf(old)
    if conf is None:
        return
    if conf == before and state.version < _ALWAYS_RECOMPUTED:
        return
    if conf["type"] in BRIDGES:
        _cluster_network(state, conf)
    elif conf["type"] != KUBE_OVN:
        raise _error(f"there is no network type for the CNI type {conf['type']}")
    labels = labels_of(nad) | labels_of_vm_network(state, conf)
    nad["metadata"]["labels"] = {k: v for k, v in labels.items() if v is not None}
    if before is not None:
        _date_route(old, nad, before["vlan"] != conf["vlan"], conf["vlan"])


def _date_route(old: Object, nad: Object, moved: bool, vlan: int) -> None:
    """A route that was found in another VLAN is out of date."""
    text = annotations_of(nad).get(ROUTE)
    if not text:
        return
    if moved and vlan == 0:
        nad["metadata"]["annotations"].pop(ROUTE)
        return
    try:
        route, before = (
            json.loads(annotations_of(one).get(ROUTE) or "{}") for one in (nad, old)
        )
    except ValueError:
        return
    if not isinstance(route, dict) or not isinstance(before, dict):
        return
    becomes_auto = route.get("mode") == "auto" and before.get("mode") != "auto"
    if moved and route.get("mode") != "auto":
        route.pop("outdated", None)
    elif moved or becomes_auto:
        route["outdated"] = True
    else:
        return
    notes = {ROUTE: json.dumps(route, separators=(",", ":"))}
    nad["metadata"]["annotations"] = annotations_of(nad) | notes


def _conf(nad: Object) -> Object | None:
    """The CNI config; None if it cannot be read, which the validator says."""
    try:
        return net_conf(nad)
    except gojson.Undecodable:
        return None


def _cluster_network(state: State, conf: Object) -> str:
    bridge = str(conf["bridge"])
    network = bridge.removesuffix(BRIDGE)
    if not bridge.endswith(BRIDGE) or not 4 <= len(bridge) <= 15:
        raise _error(f"invalid bridge name {bridge}")
    if state.get(CLUSTER_NETWORK, network) is None:
        raise _error(f"cluster network {network} not found")
    return network


def _error(words: str) -> StatusError:
    return denied(MUTATOR_ENTRY, internal(words))
