"""What is kept of VM networks, and of the settings that name a network (H1.6, H1.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...cluster.resources import (
    LONGHORN_SETTING,
    NAD,
    SERVICE_CIDR,
    SETTING,
    SUBNET,
    Resource,
)
from ..names import (
    CLUSTER_NETWORK_LABEL,
    EXCLUSIVE_LABEL,
    MIGRATION_SETTING,
    ROUTE,
    RWX_SETTING,
    STORAGE_SETTING,
    VERSION_SETTING,
)
from ..network_settings import NETWORK_SETTINGS
from . import networks
from .labels import GROUP
from .metadata import CREATED_BY, conditions, kind, metadata, name_of
from .shapes import TRUTH, Meaning, Put, Shape, array, one_of, struct, text, word
from .texts import items, json_text, members, plain, string

_NETWORK, _HASH = text(Meaning.CLUSTER_NETWORK), text(Meaning.HASH)
_MARKS = {setting.name: setting.annotation for setting in NETWORK_SETTINGS}
"""How the annotations begin that Harvester's controller of a setting writes (H2)."""

_CIDR, _ADDRESS = string(networks.cidr), string(networks.address)
_IPAM = members(
    {
        "type": string(one_of("whereabouts", "static", "dhcp", "host-local")),
        "range": _CIDR,
        "exclude": items(_CIDR),
        "gateway": _ADDRESS,
    }
)
_CNI = members(
    {
        "cniVersion": string(word("[0-9.]{1,12}")),
        "name": string(networks.vm_network),
        "type": string(one_of("bridge", "kube-ovn")),
        "bridge": string(networks.bridge),
        "promiscMode": plain,
        "isGateway": plain,
        "isDefaultGateway": plain,
        "forceAddress": plain,
        "ipMasq": plain,
        "hairpinMode": plain,
        "mtu": plain,
        "vlan": plain,
        "vlanTrunk": items(members({"minID": plain, "maxID": plain, "id": plain})),
        "provider": string(networks.provider),
        "ipam": _IPAM,
    }
)
_ROUTE = members(
    {
        "mode": string(one_of("auto", "manual")),
        "cidr": _CIDR,
        "gateway": _ADDRESS,
        "serverIPAddr": _ADDRESS,
        "connectivity": string(one_of("true", "false", "DHCP failed", "ping failed")),
        "outdated": plain,
    }
)
_LABELS: Mapping[str, Shape] = {
    CLUSTER_NETWORK_LABEL: _NETWORK,
    f"{GROUP}/ready": TRUTH,
    f"{GROUP}/type": word("[A-Z][A-Za-z0-9]{1,40}Network"),
    f"{GROUP}/vlan-id": word("[0-9]{0,6}"),
    EXCLUSIVE_LABEL: TRUTH,
    **{f"{mark}/hash": _HASH for mark in _MARKS.values()},
}
_ANNOTATIONS: Mapping[str, Shape] = {
    **CREATED_BY,
    ROUTE: json_text(_ROUTE),
    **dict.fromkeys(_MARKS.values(), TRUTH),
}

_VALUE = members(
    {
        "clusterNetwork": string(_NETWORK),
        "vlan": plain,
        "range": _CIDR,
        "exclude": items(_CIDR),
        "exclusiveVlan": plain,
    }
)
_VALUES: Mapping[str, Shape] = {
    STORAGE_SETTING: json_text(_VALUE),
    MIGRATION_SETTING: json_text(_VALUE),
    RWX_SETTING: json_text(members({"share-storage-network": plain, "network": _VALUE})),
    VERSION_SETTING: text(Meaning.VERSION),
}


def _setting_named(name: str) -> Shape:
    mark = _MARKS.get(name)
    notes: Mapping[str, Shape] = {
        f"{mark}/hash": _HASH,
        f"{mark}/net-attach-def": networks.key_of_vm_network,
        f"{mark}/old-net-attach-def": networks.key_of_vm_network,
        f"{mark}/initialized": TRUTH,
    }
    return kind(
        metadata(one_of(name), annotations={**CREATED_BY, **notes} if mark else None),
        value=_VALUES[name],
        default=_VALUES[name],
        status=struct({"conditions": conditions("configured", words=True)}),
    )


_SETTINGS = {name: _setting_named(name) for name in _VALUES}


def _setting(value: Any, put: Put) -> Any:
    """One of the settings that name a network, or that of the version; no other."""
    shape = _SETTINGS.get(name_of(value))
    return shape(value, put) if shape else None


SHAPES: Mapping[Resource, Shape] = {
    NAD: kind(
        metadata(
            networks.vm_network,
            namespaced=True,
            labels=struct(_LABELS),
            annotations=_ANNOTATIONS,
        ),
        spec=struct({"config": json_text(_CNI)}),
    ),
    SUBNET: kind(metadata(text(Meaning.SUBNET)), spec=struct({"provider": networks.provider})),
    SETTING: _setting,
    LONGHORN_SETTING: kind(
        metadata(
            one_of("storage-network", "endpoint-network-for-rwx-volume"), namespaced=True
        ),
        value=networks.key_of_vm_network,
    ),
    SERVICE_CIDR: kind(
        metadata(text(Meaning.SERVICES)), spec=struct({"cidrs": array(networks.cidr)})
    ),
}
