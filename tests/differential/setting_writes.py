"""Writes of the Settings that hold networks."""

from __future__ import annotations

from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import SETTING, Object
from tests import objects

from .networks import Net
from .pools import RWX, RWX_DEFAULT, SETTINGS, chance, mostly, pick
from .rig import Objects
from .settings import text_of

NAMES = SETTINGS


def new_setting(draw: DrawFn, nets: list[Net], live: Objects) -> Object:
    """A Setting that is missing."""
    name = pick(draw, [name for name in NAMES if name not in live[SETTING]])
    made: Object = {
        "apiVersion": SETTING.api,
        "kind": SETTING.kind,
        "metadata": {"name": name},
    }
    if chance(draw, 7):
        made["default"] = RWX_DEFAULT if name == RWX else ""
    if chance(draw, 5):
        made["value"] = text_of(draw, name, nets, odd=chance(draw, 4))
    return made


def change_setting(draw: DrawFn, nets: list[Net], obj: Object) -> None:
    """Its value most of the time; now and then its default, or something beside both."""
    what = mostly(draw, "value", ("default", "clear", "clear", "note", "reset", "shape"), 4)
    name = obj["metadata"]["name"]
    if what == "value":
        obj["value"] = text_of(draw, name, nets, odd=chance(draw, 4))
    elif what == "default":
        obj["default"] = text_of(draw, name, nets, odd=chance(draw, 4))
    elif what == "clear":
        obj["value"] = ""
        if chance(draw, 3):
            del obj["value"]
    elif what == "reset":
        obj["default"] = obj["value"] = RWX_DEFAULT if name == RWX else ""
    elif what == "note":
        obj["metadata"]["annotations"] = {f"{objects.STORAGE}/hash": "x"}
    else:
        obj["value"] = pick(draw, (7, {}, None))
