"""A DHCP pool: an IPPool of the managed DHCP add-on (B4.2)."""

from __future__ import annotations

from typing import Any

from ...cluster.merge_patch import difference
from ...cluster.resources import (
    DHCP_POOL,
    Object,
    annotations_of,
    labels_of,
    split_key,
)
from ...harvester.dhcp_pools import counted, is_paused, network_of
from ...harvester.json_texts import fields_in
from ...specs import dhcp_pool as specs
from ...specs.unknown import is_known
from ..differences import Properties
from .codec import Codec, metadata

_CONFIG = {
    "cidr": "cidr",
    "serverIp": "serverIP",
    "router": "router",
    "dns": "dns",
    "domainName": "domainName",
    "domainSearch": "domainSearch",
    "ntp": "ntp",
    "leaseTime": "leaseTime",
}
"""Properties and how the fields of `ipv4Config` are called that they are."""
_POOL = ("start", "end", "exclude")


class DhcpPoolCodec(Codec[specs.DhcpPool]):
    """Between inputs and object."""

    resource = DHCP_POOL

    def key(self, inputs: Properties) -> str | None:
        name = inputs.get("name")
        namespace = inputs.get("namespace") or specs.DEFAULT_NAMESPACE
        return f"{namespace}/{name}" if is_known(name) and is_known(namespace) else None

    def canonical(self, key: str) -> str:
        return "/".join(split_key(key, specs.DEFAULT_NAMESPACE))

    def manifest(self, desired: specs.DhcpPool, mtu: int) -> Object:
        return {
            "apiVersion": DHCP_POOL.api,
            "kind": DHCP_POOL.kind,
            "metadata": metadata(
                desired, namespace=desired.namespace or specs.DEFAULT_NAMESPACE
            ),
            "spec": _spec(desired),
        }

    def patch(self, desired: specs.DhcpPool, live: Object, mtu: int) -> Object:
        # Fields of newer add-ons stay.
        changed = difference(_ours(live), _spec(desired))
        return {"spec": changed} if changed else {}

    def observed_inputs(self, live: Object) -> Properties:
        config, pool = _config(live), _pool(live)
        meta = live["metadata"]
        return {
            "name": meta["name"],
            "namespace": meta["namespace"],
            "labels": labels_of(live),
            "annotations": annotations_of(live),
            "vmNetwork": network_of(live),
            "paused": is_paused(live) or None,
            **{name: config.get(field) or None for name, field in _CONFIG.items()},
            **{name: pool.get(name) or None for name in _POOL},
        }

    def network(self, live: Object) -> str:
        return ""

    def computed(self, live: Object) -> Properties:
        return super().computed(live) | counted(live)


def _spec(desired: specs.DhcpPool) -> Object:
    given: dict[str, Any] = desired.model_dump(by_alias=True, exclude_none=True)
    pool = {name: given[name] for name in _POOL if given.get(name)}
    config = {field: given[name] for name, field in _CONFIG.items() if given.get(name)}
    paused: Object = {"paused": True} if desired.paused else {}
    return {
        "networkName": desired.vm_network,
        "ipv4Config": config | {"pool": pool},
        **paused,
    }


def _ours(live: Object) -> Object:
    """What a live object has of what we write; what says nothing in either spelling is left
    out.
    """
    config, pool = _config(live), _pool(live)
    known = {field: config[field] for field in _CONFIG.values() if config.get(field)}
    found = {
        "networkName": network_of(live),
        "ipv4Config": known | {"pool": {name: pool[name] for name in _POOL if pool.get(name)}},
    }
    return found | ({"paused": True} if is_paused(live) else {})


def _config(live: Object) -> Object:
    return fields_in(fields_in(live.get("spec")).get("ipv4Config"))


def _pool(live: Object) -> Object:
    return fields_in(_config(live).get("pool"))
