"""Writes of cluster networks and of their configs."""

from __future__ import annotations

from typing import Any

from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import Object
from tests import objects

from .networks import MATCHED, NETWORK_LABEL, ODD_MATCHES, ODD_MTU_TEXTS, TOO_LONG, Net
from .pools import GONE, MGMT, MTUS, chance, mostly, pick
from .rig import Objects

UPLINK_MTU = "network.harvesterhci.io/uplink-mtu"
GOOD_NAMES = ("fresh", "twelve-chars")
ODD_NAMES = (
    *("thirteenchars", "Upper", "under_score", "-dash", "a.b", "9", "x" * 12, "x" * 64),
    *("a..b", "a-.b", "a.-b", "dash-", "e\u0301"),
)
CONFIG_NAMES = ("fresh", "a" * 63, "a.b")
BAD_CONFIG_NAMES = ("Upper", "under_score", "x" * 64, "x" * 254)
SELECTORS: tuple[dict[str, str] | None, ...] = (
    {},
    None,
    {"zone": "a"},
    {"zone": "b"},
    {"zone": "a", "kubernetes.io/none": "x"},
    {"zone": "nowhere"},
    {"zone": ""},
    {"zone": "not a label"},
)
CONFIG_MTUS: tuple[Any, ...] = (1500, 9000, 1400, 0, 576, None)
BAD_MTUS: tuple[Any, ...] = (575, 9001, 575, 9001, 100, -1, 1, "1500", 65536, 10**12)
CHANGES = (
    *("selector", "network", "uplink", "mtu", "meta", "description", "shape"),
    *("selector", "uplink", "mtu", "mtu"),
)
UPLINK_CHANGES: tuple[tuple[str, Any], ...] = (
    ("nics", ["eno2", "eno3"]),
    ("nics", []),
    ("nics", None),
    ("nics", "eno2"),
    ("nics", [7]),
    ("linkAttributes", {}),
    ("linkAttributes", None),
    ("linkAttributes", {"mtu": 1500, "txQLen": 1000}),
    ("linkAttributes", {"txQLen": -2}),
    ("linkAttributes", {"hardwareAddr": "UlQAblwq"}),
    ("linkAttributes", {"hardwareAddr": "52:54:00:6e:5c:2a"}),
    ("linkAttributes", {"hardwareAddr": "UlQAblw"}),
    ("linkAttributes", {"hardwareAddr": "UlQA\nblwq"}),
    ("linkAttributes", {"hardwareAddr": "-_QAblwq"}),
    ("linkAttributes", {"hardwareAddr": ""}),
    ("bondOptions", {}),
    ("bondOptions", {"mode": "802.3ad", "miimon": 100}),
    ("bondOptions", {"mode": "lacp"}),
    ("bondOptions", {"miimon": -2}),
    ("bondOptions", {"miimon": 0}),
    ("bondOptions", {"mode": None}),
    ("unknown", "x"),
)
LABELS: tuple[dict[str, Any] | None, ...] = (
    None,
    {"note": "good"},
    {"note": "not good!"},
    {"no/good/key": "x"},
    {"UPPER.example/key": "x"},
    {"example.org/key": "Good_1.2"},
    {"/key": "x"},
    {"k" * 64: "x"},
    {"key": "v" * 64},
    {"key": "-x"},
    {"key": ""},
    {"-key": "x"},
)


def new_network(draw: DrawFn, nets: list[Net], live: Objects) -> Object:
    """A cluster network that is not there yet."""
    made = objects.cluster_network(mostly(draw, pick(draw, GOOD_NAMES), ODD_NAMES, 4))
    if chance(draw, 3):
        texts = (*map(str, MTUS), *ODD_MTU_TEXTS)
        made["metadata"]["annotations"] = {UPLINK_MTU: pick(draw, texts)}
    if chance(draw, 1):
        made["metadata"]["labels"] = pick(draw, LABELS)
    return made


def change_network(draw: DrawFn, nets: list[Net], obj: Object) -> None:
    """The MTU that the cluster network has, or something that nobody looks at."""
    meta = obj["metadata"]
    if chance(draw, 4):
        meta["labels"] = (meta.get("labels") or {}) | (pick(draw, LABELS) or {"note": "x"})
        return
    notes = dict(meta.get("annotations") or {})
    if chance(draw, 2):
        notes.pop(UPLINK_MTU, None)
    else:
        good = pick(draw, tuple(map(str, (*MTUS, 0))))
        notes[UPLINK_MTU] = mostly(draw, good, ODD_MTU_TEXTS, 4)
    meta["annotations"] = notes


def new_config(draw: DrawFn, nets: list[Net], live: Objects) -> Object:
    """A network config that is not there yet, mostly with its cluster network's MTU."""
    net = pick(draw, nets[1:])
    made = objects.config(
        mostly(draw, pick(draw, CONFIG_NAMES), BAD_CONFIG_NAMES, 1), net.name
    )
    meta, spec = made["metadata"], made["spec"]
    del meta["annotations"]
    if chance(draw, 7):
        meta["labels"] = {}
    spec["uplink"]["linkAttributes"] = {"mtu": net.mtu}
    spec["nodeSelector"] = pick(draw, SELECTORS[:6])
    if spec["nodeSelector"] is None:
        del spec["nodeSelector"]
    if chance(draw, 4):
        _change_config(draw, nets, made)
    return made


def change_config(draw: DrawFn, nets: list[Net], obj: Object) -> None:
    """Anything of a config, mostly one thing."""
    _change_config(draw, nets, obj)
    if chance(draw, 2):
        _change_config(draw, nets, obj)


def _change_config(draw: DrawFn, nets: list[Net], obj: Object) -> None:
    what, spec = pick(draw, CHANGES), obj.get("spec")
    if spec is None:
        return
    if what == "selector":
        _set(spec, "nodeSelector", pick(draw, SELECTORS))
    elif what == "network":
        names = [net.name for net in nets]
        others = (*names, *names, MGMT, GONE, TOO_LONG, TOO_LONG, "", None, 7)
        _set(spec, "clusterNetwork", pick(draw, others))
    elif what == "mtu":
        _change_mtu(draw, spec)
    elif what == "description":
        spec["description"] = pick(draw, ("another", ""))
    elif what == "uplink":
        _change_uplink(draw, spec)
    elif what == "meta":
        _change_meta(draw, obj["metadata"])
    elif chance(draw, 3):
        _set(obj, "spec", pick(draw, ({}, None, {"clusterNetwork": "data"})))
    else:
        _set(spec, "uplink", pick(draw, ({}, None, "eno2")))


def _change_mtu(draw: DrawFn, spec: Object) -> None:
    uplink = spec.get("uplink")
    if not isinstance(uplink, dict):
        return
    attributes = dict(uplink.get("linkAttributes") or {})
    _set(attributes, "mtu", mostly(draw, pick(draw, CONFIG_MTUS), BAD_MTUS, 3))
    uplink["linkAttributes"] = attributes


def _change_uplink(draw: DrawFn, spec: Object) -> None:
    uplink = spec.get("uplink")
    if not isinstance(uplink, dict):
        return
    _set(uplink, *pick(draw, UPLINK_CHANGES))


def _change_meta(draw: DrawFn, meta: Object) -> None:
    notes: tuple[dict[str, str] | None, ...] = (
        None,
        {MATCHED: '["node1"]'},
        {MATCHED: '["node1","node2","node3"]'},
        *({MATCHED: odd} for odd in ODD_MATCHES),
        {"note": "x"},
    )
    if chance(draw, 5):
        _set(meta, "annotations", pick(draw, notes))
    elif chance(draw, 5):
        _set(meta, "labels", pick(draw, LABELS))
    else:
        meta["labels"] = {NETWORK_LABEL: pick(draw, ("data", "stor", MGMT, GONE))}


def _set(there: Object, key: str, value: Any) -> None:
    """Sets it; None takes it away."""
    there.pop(key, None)
    if value is not None:
        there[key] = value
