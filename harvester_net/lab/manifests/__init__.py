"""The objects that exist in a Harvester cluster before anybody makes a network.

`definitions` are its types; here are the namespaces and the few objects that Harvester's
webhook and controllers look up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from harvester_net.harvester.names import (
    MIGRATION_SETTING,
    RWX_SETTING,
    STORAGE_SETTING,
    VERSION_SETTING,
)
from harvester_net.harvester.versions import MIGRATION_NETWORK, RWX_NETWORK, version_of

Object = dict[str, Any]

REAL_VERSION = "v1.8.2"
"""Of the Harvester that the real lab's programs are from."""
SERVICE_CIDR = "10.0.0.0/24"
"""Where the addresses of Services are from, in the real lab too."""

NAMESPACES = (
    "harvester-system",
    "longhorn-system",
    "kubevirt",
    "cattle-monitoring-system",
    "fleet-local",
)


def namespaces() -> list[Object]:
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        for name in NAMESPACES
    ]


def base_objects(version: str = REAL_VERSION) -> list[Object]:
    """What is always there, besides the nodes (those come with the simulators)."""
    # A build without a number would count as the newest Harvester that we know.
    server_version = _setting(VERSION_SETTING, value=version)
    return [*_read("base.yaml"), server_version, *_read("monitoring.yaml")]


def booted_objects(version: str) -> list[Object]:
    """What the programs make that the embedded control plane does not have.

    The networks' Settings (H1.7 to H1.9), and the range of the cluster's Services.
    """
    number = version_of(version)
    settings = [_setting(STORAGE_SETTING)]
    if RWX_NETWORK.on(number):
        settings.append(_setting(RWX_SETTING, default='{"share-storage-network":false}'))
    if MIGRATION_NETWORK.on(number):
        settings.append(_setting(MIGRATION_SETTING))
    return [*(each | {"status": {}} for each in settings), _service_cidr()]


def _setting(name: str, **fields: str) -> Object:
    kind = {"apiVersion": "harvesterhci.io/v1beta1", "kind": "Setting"}
    return kind | {"metadata": {"name": name}} | fields


def _service_cidr() -> Object:
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "",
        "message": "Kubernetes default Service CIDR is ready",
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "ServiceCIDR",
        "metadata": {"name": "kubernetes"},
        "spec": {"cidrs": [SERVICE_CIDR]},
        "status": {"conditions": [ready]},
    }


def _read(name: str) -> list[Object]:
    text = (Path(__file__).parent / name).read_text()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [document for document in yaml.load_all(text, Loader=loader) if document]
