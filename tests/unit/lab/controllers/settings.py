"""What the Settings that name a network need around them, and what they say."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from harvester_net.cluster.resources import (
    LONGHORN_SETTING,
    NAD,
    SETTING,
    Object,
    annotations_of,
    condition,
    labels_of,
)
from harvester_net.harvester.network_settings import NetworkSetting
from harvester_net.harvester.versions import Version

from .state import V1_8, Life, World, world

STORAGE_OF_LONGHORN = "longhorn-system/storage-network"
RWX_OF_LONGHORN = "longhorn-system/endpoint-network-for-rwx-volume"
VALUE = {"clusterNetwork": "data", "vlan": 100, "range": "192.168.0.0/24"}
OTHER = {"clusterNetwork": "data", "range": "192.168.1.0/24", "exclude": ["192.168.1.0/30"]}


def text(value: Any) -> str:
    """A value as somebody sets it."""
    return json.dumps(value)


def digest_of(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


def told(name: str, value: str = "") -> Object:
    """A Setting of Longhorn."""
    return {
        "apiVersion": LONGHORN_SETTING.api,
        "kind": LONGHORN_SETTING.kind,
        "metadata": {"name": name, "namespace": "longhorn-system"},
        "value": value,
    }


def longhorn() -> list[Object]:
    return [told(key.partition("/")[2]) for key in (STORAGE_OF_LONGHORN, RWX_OF_LONGHORN)]


def kubevirt(**spec: Any) -> Object:
    meta = {"name": "kubevirt", "namespace": "harvester-system"}
    return {"apiVersion": "kubevirt.io/v1", "kind": "KubeVirt", "metadata": meta, "spec": spec}


def pool(name: str, addresses: int) -> Object:
    """A pool of whereabouts that gave out so many addresses."""
    given = {str(number): {"id": f"pod-{number}"} for number in range(addresses)}
    return {
        "apiVersion": "whereabouts.cni.cncf.io/v1alpha1",
        "kind": "IPPool",
        "metadata": {"name": name, "namespace": "kube-system"},
        "spec": {"range": name.replace("-", "/"), "allocations": given},
    }


def cluster(*objs: Object, version: Version = V1_8) -> World:
    """A cluster that has what the Settings lead to."""
    return world(*longhorn(), kubevirt(), *objs, version=version)


def said(life: Life, kind: NetworkSetting) -> tuple[str | None, str | None, str | None]:
    """Status, reason and message of the condition."""
    found = condition(life.there(SETTING, kind.name), "configured")
    return found.get("status"), found.get("reason"), found.get("message")


def notes(life: Life, kind: NetworkSetting) -> dict[str, str]:
    """Its annotations, without their prefix."""
    found = annotations_of(life.there(SETTING, kind.name))
    prefix = f"{kind.annotation}/"
    return {k.removeprefix(prefix): v for k, v in found.items() if k.startswith(prefix)}


def nads_of(life: Life, kind: NetworkSetting) -> list[str]:
    """Its VM networks."""
    return [key for key, one in life.of(NAD).items() if kind.digest_note in labels_of(one)]


def only_nad(life: Life, kind: NetworkSetting) -> str:
    (key,) = nads_of(life, kind)
    return key


def value_in(life: Life, key: str) -> str:
    """What a Setting of Longhorn says."""
    return str(life.there(LONGHORN_SETTING, key).get("value", ""))
