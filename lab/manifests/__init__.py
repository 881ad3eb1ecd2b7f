"""The objects that exist in a Harvester cluster before anybody makes a network.

`crds.py` has the custom resource definitions; here are the namespaces and the few objects
that Harvester's webhook and controllers look up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]

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


def base_objects() -> list[Object]:
    """What is always there, besides the nodes (those come with the simulators)."""
    return [*_read("base.yaml"), *_read("monitoring.yaml")]


def _read(name: str) -> list[Object]:
    text = (Path(__file__).parent / name).read_text()
    return [document for document in yaml.safe_load_all(text) if document]
