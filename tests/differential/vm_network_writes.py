"""Writes of VM networks."""

from __future__ import annotations

import json
from typing import Any

from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import Object
from tests import objects

from .networks import NETWORK_LABEL, Net
from .pools import GONE, MGMT, SYSTEM, TENANT, chance, mostly, pick
from .rig import Objects
from .vm_networks import (
    BAD_ROUTES,
    BAD_TRUNKS,
    GOOD_ROUTES,
    GOOD_TRUNKS,
    ROUTE,
    odd_text,
    overlay,
    text_of,
)

NAMES = ("fresh", "storagenetwork-fresh", "a.b", "x" * 70)
SHAPES: tuple[Any, ...] = (None, {}, {"config": None}, {"config": 7}, {"config": {}}, "x")
"""Specs of which not all are specs."""
BAD_NAMES = ("Upper", "under_score", "x" * 254)


def new_nad(draw: DrawFn, nets: list[Net], live: Objects) -> Object:
    """A VM network that is not there yet."""
    namespace = mostly(draw, "default", (TENANT, SYSTEM), 2)
    name = mostly(draw, mostly(draw, "fresh", NAMES, 2), BAD_NAMES, 1)
    net = pick(draw, (*nets[1:], *nets))
    text = text_of(draw, net, name, namespace)
    made = objects.nad(name, namespace, text, cluster_network=net.name)
    what = pick(draw, ("as is", "as is", "text", "text", "label", "route", "overlay", "shape"))
    if what == "text":
        made["spec"]["config"] = odd_text(draw, text)
    elif what == "label":
        _change_label(draw, made)
    elif what == "route":
        _change_route(draw, made)
    elif what == "shape":
        _change_shape(draw, made)
    elif what == "overlay":
        _make_overlay(draw, made)
    return made


def _make_overlay(draw: DrawFn, nad: Object) -> None:
    meta = nad["metadata"]
    config = overlay(meta["name"], meta["namespace"])
    right = config["provider"]
    wrong = ("other.default.ovn", "fresh.other.ovn", "fresh", "", "fresh.default")
    config["provider"] = mostly(draw, right, (*wrong, right + ".more", right[:-3] + "x"), 5)
    nad["spec"]["config"] = json.dumps(config)
    meta["labels"] = pick(draw, ({}, {NETWORK_LABEL: MGMT}, {NETWORK_LABEL: "data"}))


def change_nad(draw: DrawFn, nets: list[Net], obj: Object) -> None:
    """Its config, labels or route, or something that nobody looks at."""
    what = pick(draw, ("text", "config", "config", "note", "label", "route", "both", "shape"))
    if what in ("text", "both"):
        text = obj.get("spec", {}).get("config") or ""
        obj.setdefault("spec", {})["config"] = odd_text(draw, text)
    if what == "config":
        _change_config(draw, nets, obj)
    if what == "note":
        _annotate(obj, {"note": "x"})
    if what == "label":
        _change_label(draw, obj)
    if what in ("route", "both"):
        _change_route(draw, obj)
    if what == "shape":
        _change_shape(draw, obj)


def _change_config(draw: DrawFn, nets: list[Net], obj: Object) -> None:
    """A change as a user makes it: another VLAN, another trunk, another MTU."""
    try:
        config = json.loads(obj["spec"]["config"])
    except (KeyError, ValueError):
        config = objects.cni()
    if not isinstance(config, dict):
        config = objects.cni()
    changes: tuple[dict[str, Any], ...] = (
        {"vlan": 77},
        {"vlan": 0},
        {"vlan": 0, "vlanTrunk": GOOD_TRUNKS[0]},
        {"promiscMode": False},
        {"mtu": 9000},
        {"mtu": 1500},
        {"name": "another"},
        {"type": pick(draw, ("", "macvlan", "kube-ovn", "Bridge", "bridge"))},
        {"bridge": pick(draw, [f"{net.name}-br" for net in nets])},
        {"vlan": pick(draw, (4095, -1)), "provider": "x"},
        {"vlan": 0, "vlanTrunk": pick(draw, BAD_TRUNKS)},
    )
    made = config | pick(draw, changes)
    if made.get("vlan"):
        made.pop("vlanTrunk", None)
    obj["spec"]["config"] = json.dumps(made)


def _change_label(draw: DrawFn, obj: Object) -> None:
    others: tuple[dict[str, str] | None, ...] = (
        None,
        {},
        *({NETWORK_LABEL: name} for name in ("data", "stor", MGMT, GONE, "")),
        {"note": "x"},
        {"note": "not good!"},
    )
    obj["metadata"].pop("labels", None)
    if (labels := pick(draw, others)) is not None:
        obj["metadata"]["labels"] = labels


def _change_route(draw: DrawFn, obj: Object) -> None:
    route = pick(draw, BAD_ROUTES) if chance(draw, 4) else pick(draw, GOOD_ROUTES)
    _annotate(obj, {ROUTE: route})


def _change_shape(draw: DrawFn, obj: Object) -> None:
    obj.pop("spec", None)
    if (spec := pick(draw, SHAPES)) is not None:
        obj["spec"] = spec


def _annotate(obj: Object, notes: dict[str, str]) -> None:
    meta = obj["metadata"]
    meta["annotations"] = (meta.get("annotations") or {}) | notes
