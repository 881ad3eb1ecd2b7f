"""The CNI config of a VM network: decoded as the server decodes it, and its VLANs (H1.6)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from ..cluster.resources import Object, key_of, split_key
from ..printable import printable
from . import gojson
from .gojson import array, boolean, integer, mapping, optional, string, struct
from .json_texts import json_object
from .names import BRIDGE

KUBE_OVN = "kube-ovn"
OVERLAY = "an overlay network of kube-ovn"
BRIDGED = "a network on a bridge"
BRIDGES = ("bridge", "")
FIRST_VLAN, LAST_VLAN = 0, 4094

_NUMBER = optional(integer())
NET_CONF = struct(
    {
        "cniVersion": string,
        "name": string,
        "type": string,
        "capabilities": mapping(boolean),
        "ipam": struct({"type": string}),
        "dns": struct(
            {
                "nameservers": array(string),
                "domain": string,
                "search": array(string),
                "options": array(string),
            }
        ),
        "prevResult": mapping(gojson.anything),
        "cni.dev/valid-attachments": array(struct({"containerID": string, "ifname": string})),
        "bridge": string,
        "isGateway": boolean,
        "isDefaultGateway": boolean,
        "forceAddress": boolean,
        "ipMasq": boolean,
        "mtu": integer(),
        "hairpinMode": boolean,
        "promiscMode": boolean,
        "vlan": integer(),
        "provider": string,
        "vlanTrunk": array(
            optional(struct({"minID": _NUMBER, "maxID": _NUMBER, "id": _NUMBER}))
        ),
    }
)
ROUTE = struct(
    {
        "mode": string,
        "cidr": string,
        "gateway": string,
        "serverIPAddr": string,
        "connectivity": string,
        "outdated": boolean,
    }
)


def net_conf(nad: Object) -> dict[str, Any]:
    """The decoded config of a VM network; an empty text is an empty config. Raises
    Undecodable.
    """
    return _decoded(_text(nad))


def _text(nad: Object) -> str:
    return (nad.get("spec") or {}).get("config") or "{}"


def mtu_keys(nad: Object) -> list[str]:
    """How a readable config spells the key of its MTU, each time that it has one."""
    pairs = json.loads(_text(nad), object_pairs_hook=list) or ()
    return [key for key, value in pairs if key.casefold() == "mtu" and value is not None]


@lru_cache(maxsize=2**16)
def _decoded(text: str) -> dict[str, Any]:
    # Every rule asks for it, and a cluster may have ten thousand of them.
    decoded: dict[str, Any] = gojson.decode(text, NET_CONF)
    return decoded


def network_of_bridge(bridge: str) -> str | None:
    """The cluster network whose bridge it is; None if it is no cluster network's."""
    if not 3 < len(bridge.encode()) <= 15 or not bridge.endswith(BRIDGE):
        return None
    return bridge.removesuffix(BRIDGE)


def is_overlay(nad: Object | None) -> bool:
    """Whether it is an overlay network, about which kube-ovn has the say."""
    return readable_conf(nad).get("type") == KUBE_OVN


def own_provider(namespace: str, name: str) -> str:
    """What kube-ovn knows an overlay network by, and its Subnet names (H1.6)."""
    return f"{name}.{namespace}.ovn"


def off_bridges(nad: Object) -> str | None:
    """What a NetworkAttachmentDefinition is that is on no cluster network's bridge; None if it
    is on one.
    """
    return OVERLAY if is_overlay(nad) else foreign(nad)


def foreign(nad: Object) -> str | None:
    """What a NetworkAttachmentDefinition is that is no VM network of Harvester; None if it is
    one (H1.6).
    """
    try:
        conf = net_conf(nad)
    except gojson.Undecodable as error:
        return f"a network whose CNI config cannot be read ({printable(str(error))})"
    if conf["type"] == KUBE_OVN:
        return _foreign_provider(nad, conf["provider"])
    if conf["type"] not in BRIDGES:
        return f"a network of CNI type '{printable(conf['type'])}'"
    if conf["bridge"]:
        return _foreign_bridge(conf)
    if "plugins" in cni_config(nad):
        return "a conflist, a chain of CNI plugins"
    return "a network whose CNI config names no bridge"


def _foreign_provider(nad: Object, provider: str) -> str | None:
    own = own_provider(*split_key(key_of(nad)))
    if provider == own:
        return None
    return f"{OVERLAY} with provider '{printable(provider)}' in place of {own}"


def _foreign_bridge(conf: dict[str, Any]) -> str | None:
    if network_of_bridge(conf["bridge"]) is None:
        return (
            f"a network on '{printable(conf['bridge'])}', which is no cluster network's bridge"
        )
    if conf["vlanTrunk"] and not any(vlans_of(conf)):
        return "a trunk without VLANs"
    return None


def vlan_problems(conf: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with VLAN and trunk: paths and sentences (H3.4)."""
    vlan, trunk = conf["vlan"], conf["vlanTrunk"] or []
    if not FIRST_VLAN <= vlan <= LAST_VLAN:
        yield "vlan", f"{vlan} is not a VLAN ID; use 1 to {LAST_VLAN}"
    elif vlan != 0 and trunk:
        yield "vlan", "cannot stand together with vlanTrunk; give one of them"
    for index, item in enumerate(trunk):
        if item is not None and (sentence := _item_problem(item)):
            yield f"vlanTrunk[{index}]", sentence


def _item_problem(item: dict[str, int | None]) -> str | None:
    one, low, high = item["id"], item["minID"], item["maxID"]
    if (low is None) != (high is None):
        return "needs minID and maxID together"
    wrong = [n for n in (low, high, one) if n is not None and not 1 <= n <= LAST_VLAN]
    if wrong:
        return f"{wrong[0]} is not a VLAN ID; use 1 to {LAST_VLAN}"
    if low is not None and high is not None and low > high:
        return f"is reversed: minID {low} is greater than maxID {high}"
    if one is None and low is None:
        return "is empty; give id, or minID and maxID"
    return None


def vlans_of(conf: dict[str, Any]) -> Iterable[range]:
    """The VLANs that a VM network carries: of a VLAN or a trunk; none if it is untagged."""
    if conf["vlan"]:
        yield range(conf["vlan"], conf["vlan"] + 1)
    for item in filter(None, conf["vlanTrunk"] or ()):
        if item["id"] is not None:
            yield range(item["id"], item["id"] + 1)
        if item["minID"] is not None and item["maxID"] is not None:
            yield range(item["minID"], item["maxID"] + 1)


def cni_config(nad: Object) -> dict[str, Any]:
    """The CNI config of a VM network; empty if it is no JSON object."""
    return json_object((nad.get("spec") or {}).get("config"))


def readable_conf(nad: Object | None) -> dict[str, Any]:
    """The decoded config; empty if there is none that can be decoded."""
    try:
        return net_conf(nad) if nad is not None else {}
    except gojson.Undecodable:
        return {}


def tagged_vlans(nad: Object) -> frozenset[int]:
    """The VLANs that a VM network needs tagged on the uplink; none if it is untagged.

    VLAN 1 is there on every port (H4.4).
    """
    conf = readable_conf(nad)
    carried = vlans_of(conf) if conf else ()
    # A trunk may go from anywhere to anywhere: the numbers are as large as Go's.
    within = (range(max(v.start, 2), min(v.stop, LAST_VLAN + 1)) for v in carried)
    return frozenset().union(*within)
