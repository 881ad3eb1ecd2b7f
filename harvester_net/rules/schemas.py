"""Rules of the API server itself: names, labels and the schemas of the kinds (H1)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..cluster.resources import CLUSTER_NETWORK, NAD, SETTING, VLAN_CONFIG, Object
from ..harvester.snapshot import Snapshot
from ..specs.network_config import BOND_MODES
from . import sources
from .rule import Objection, Write, rule

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_KEY_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")


def _is_name(text: str, pattern: re.Pattern[str], longest: int) -> bool:
    return len(text) <= longest and pattern.fullmatch(text) is not None


def _is_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    return _is_name(name, _KEY_NAME, 63) and (not slash or _is_name(prefix, _SUBDOMAIN, 253))


def _metadata(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    meta = write.object["metadata"]
    if not _is_name(str(meta["name"]), _SUBDOMAIN, 253):
        yield Objection(f"'{meta['name']}' is not a name that Kubernetes takes")
    for key, value in (meta.get("labels") or {}).items():
        if not _is_key(key) or (value and not _is_name(value, _KEY_NAME, 63)):
            yield Objection(f"'{key}: {value}' is not a label that Kubernetes takes", "labels")
    for key in meta.get("annotations") or {}:
        if not _is_key(key.lower()):
            yield Objection(f"'{key}' is not an annotation key", "annotations")


@rule(CLUSTER_NETWORK, "create update", "name", fact="H1", source=sources.OBJECT_META)
def cluster_network_metadata_is_valid(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Name, labels and annotation keys are such as Kubernetes takes."""
    yield from _metadata(write, snapshot)


@rule(VLAN_CONFIG, "create update", "name", fact="H1", source=sources.OBJECT_META)
def config_metadata_is_valid(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Name, labels and annotation keys are such as Kubernetes takes."""
    yield from _metadata(write, snapshot)


@rule(NAD, "create update", "name", fact="H1", source=sources.OBJECT_META)
def vm_network_metadata_is_valid(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Name, labels and annotation keys are such as Kubernetes takes."""
    yield from _metadata(write, snapshot)


@rule(NAD, "create update", fact="H1.6", source=sources.NAD_SCHEMA, schema=True)
def vm_network_follows_its_schema(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The CNI config is a text."""
    spec = write.object.get("spec")
    if not _is(spec, dict) or not _is((spec or {}).get("config"), str):
        yield Objection("the CNI config is not a text")


@rule(SETTING, "create update", fact="H1.7", source=sources.SETTING_SCHEMA, schema=True)
def setting_texts_are_texts(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Value and default of a setting are texts."""
    for field in ("value", "default"):
        if not _is(write.object.get(field), str):
            yield Objection(f"the {field} is not a text")


@rule(
    VLAN_CONFIG,
    "create update",
    "uplink",
    fact="H1.2",
    source=sources.VLAN_CONFIG_SCHEMA,
    schema=True,
)
def config_follows_its_schema(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Cluster network and uplink are given, the bond mode is known, and numbers are in their
    limits.
    """
    spec = write.object.get("spec")
    if not isinstance(spec, dict):
        yield Objection("there is no spec")
        return
    for field, kind in (("clusterNetwork", str), ("uplink", dict)):
        if not isinstance(spec.get(field), kind):
            yield Objection("is required", field)
    if isinstance(spec.get("uplink"), dict):
        yield from _uplink(spec["uplink"])
    selector = spec.get("nodeSelector")
    if not _is(selector, dict) or not all(
        isinstance(v, str) for v in (selector or {}).values()
    ):
        yield Objection("is not a map of labels", "nodeSelector")


def _uplink(uplink: Object) -> Iterator[Objection]:
    nics = uplink.get("nics")
    if not _is(nics, list) or not all(isinstance(nic, str) for nic in nics or ()):
        yield Objection("is not a list of names", "uplink.nics")
    for name in ("bondOptions", "linkAttributes"):
        if not _is(uplink.get(name), dict):
            yield Objection("is not a map", f"uplink.{name}")
            return
    bond, link = uplink.get("bondOptions") or {}, uplink.get("linkAttributes") or {}
    if bond.get("mode") is not None and bond["mode"] not in BOND_MODES:
        yield Objection(f"'{bond['mode']}' is not a bond mode", "uplink.bondOptions.mode")
    limits = ((bond, "miimon", -1), (link, "mtu", 0), (link, "txQLen", -1))
    for part, field, low in limits:
        number = part.get(field)
        if number is not None and (type(number) is not int or number < low):
            yield Objection(f"{field} {number} is below {low}")
    if not _is_base64(link.get("hardwareAddr")):
        yield Objection("is no MAC address", "uplink.linkAttributes.hardwareAddr")


def _is(value: Any, kind: type) -> bool:
    return value is None or isinstance(value, kind)


def _is_base64(text: Any) -> bool:
    if not text:
        return text is None
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        return False
    return True
