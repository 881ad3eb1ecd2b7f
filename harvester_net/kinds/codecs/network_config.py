"""A network config: a VlanConfig (H1.2)."""

from __future__ import annotations

import base64

from ...cluster.resources import VLAN_CONFIG, Object, annotations_of, key_of, labels_of
from ...harvester.mtus import config_mtu
from ...specs import network_config as specs
from ...specs.limits import mtu_or_default
from ...specs.spec import Meanings
from ...specs.unknown import is_known
from ..differences import Properties
from .codec import Codec, metadata


class NetworkConfigCodec(Codec[specs.NetworkConfig]):
    """Between inputs and object."""

    resource = VLAN_CONFIG

    def key(self, inputs: Properties) -> str | None:
        name = inputs.get("name")
        return str(name) if is_known(name) else None

    def manifest(self, desired: specs.NetworkConfig, mtu: int) -> Object:
        spec: Object = {
            "clusterNetwork": desired.cluster_network,
            "uplink": {"nics": list(desired.uplink.nics)}
            | uplink_attributes(desired.uplink, mtu),
        }
        if desired.description:
            spec["description"] = desired.description
        if desired.node_selector:
            spec["nodeSelector"] = dict(desired.node_selector)
        return {
            "apiVersion": VLAN_CONFIG.api,
            "kind": VLAN_CONFIG.kind,
            "metadata": metadata(desired),
            "spec": spec,
        }

    def patch(self, desired: specs.NetworkConfig, live: Object, mtu: int) -> Object:
        changed = spec_changes(desired, mtu, live["spec"])
        return {"spec": changed} if changed else {}

    def observed_inputs(self, live: Object) -> Properties:
        spec = live["spec"]
        return {
            "name": key_of(live),
            "labels": labels_of(live),
            "annotations": annotations_of(live),
            "clusterNetwork": spec["clusterNetwork"],
            "description": spec.get("description"),
            "nodeSelector": spec.get("nodeSelector"),
            "uplink": observed_uplink(spec["uplink"]),
            "mtu": config_mtu(live),
        }


def uplink_attributes(uplink: specs.Uplink, mtu: int) -> Object:
    """Bond options and link attributes of a new config, everything said outright.

    Servers up to 1.5 cannot take absent link attributes, agents up to 1.6 monitor no link
    without a miimon, and an MTU of 1500 that is not sent leaves an older one on the devices
    (H4.1).
    """
    bond = uplink.bond_options or specs.BondOptions()
    link = uplink.link_attributes or specs.LinkAttributes()
    attributes: Object = {"mtu": mtu}
    if specs.LinkAttributes.meanings["txQLen"](link.tx_q_len) != specs.UNCHANGED_QUEUE:
        attributes["txQLen"] = link.tx_q_len
    if link.hardware_addr:
        attributes["hardwareAddr"] = mac_to_wire(link.hardware_addr)
    return {
        "bondOptions": {
            "mode": bond.mode or specs.DEFAULT_BOND_MODE,
            "miimon": specs.BondOptions.meanings["miimon"](bond.miimon),
        },
        "linkAttributes": attributes,
    }


def observed_uplink(uplink: Object) -> Properties:
    """The uplink of a live config, in our words."""
    bond, link = uplink.get("bondOptions") or {}, uplink.get("linkAttributes") or {}
    address = link.get("hardwareAddr")
    return {
        "nics": uplink.get("nics"),
        "bondOptions": {"mode": bond.get("mode"), "miimon": bond.get("miimon")},
        "linkAttributes": {
            "txQLen": link.get("txQLen"),
            "hardwareAddr": mac_from_wire(address) if address else None,
        },
    }


def spec_changes(desired: specs.NetworkConfig, mtu: int, live: Object) -> Object:
    """The merge patch of the spec: only what differs in meaning.

    The server compares the whole uplink literally and wants VMs stopped for a difference that
    means nothing (H6), so the live spelling stays wherever it means the same.
    """
    patch: Object = {}
    if desired.cluster_network != live["clusterNetwork"]:
        patch["clusterNetwork"] = desired.cluster_network
    if (desired.description or "") != (live.get("description") or ""):
        patch["description"] = desired.description
    if selector := _map_changes(live.get("nodeSelector") or {}, desired.node_selector or {}):
        patch["nodeSelector"] = selector if desired.node_selector else None
    if uplink := _uplink_changes(desired.uplink, mtu, live["uplink"]):
        patch["uplink"] = uplink
    return patch


def _uplink_changes(desired: specs.Uplink, mtu: int, live: Object) -> Object:
    patch: Object = {}
    if sorted(desired.nics) != sorted(live.get("nics") or []):
        patch["nics"] = list(desired.nics)
    for part, wanted in uplink_attributes(desired, mtu).items():
        present = live.get(part) or {}
        changed = {
            name: wanted.get(name, _LEFT_TO_THE_SERVER.get(name))
            for name, meaning in _WIRE_MEANINGS[part].items()
            if meaning(present.get(name)) != meaning(wanted.get(name))
        }
        if changed:
            patch[part] = changed
    return patch


_WIRE_MEANINGS: dict[str, Meanings] = {
    "bondOptions": specs.BondOptions.meanings,
    "linkAttributes": {
        "mtu": mtu_or_default,
        "txQLen": specs.LinkAttributes.meanings["txQLen"],
        "hardwareAddr": lambda encoded: encoded,
    },
}
"""The fields that are ours, with what their values mean; fields of newer servers stay."""


_LEFT_TO_THE_SERVER = {"txQLen": specs.UNCHANGED_QUEUE}
"""What is sent for a property that the program no longer names; otherwise it is removed."""


def _map_changes(old: dict[str, str], new: dict[str, str]) -> dict[str, str | None]:
    gone: dict[str, str | None] = {key: None for key in old if key not in new}
    return gone | {key: value for key, value in new.items() if old.get(key) != value}


def mac_to_wire(address: str) -> str:
    """A MAC address as the server stores it: base64 of its six bytes (H1.2)."""
    return base64.b64encode(bytes.fromhex(address.replace(":", ""))).decode()


def mac_from_wire(text: str) -> str:
    """A MAC address as people write it."""
    return base64.b64decode(text).hex(":")
