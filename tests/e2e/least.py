"""Whoever runs the programs of the tests has just what `harvester-net rbac` prints."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import yaml

from harvester_net.cli.render.roles import NEEDED, text
from harvester_net.lab.api import ApiError
from lab import Lab
from tests.rbac import NAME, RBAC, bound

ROLES = list(yaml.safe_load_all(text(list(NEEDED))))


def kubeconfig_of_least(lab: Lab, directory: Path) -> Path:
    """Gives the roles to a user, unless a lab has done so already; its kubeconfig."""
    for obj in bound(ROLES):
        namespace = obj["metadata"].get("namespace")
        place = f"namespaces/{namespace}/" if namespace else ""
        with suppress(ApiError):
            lab.client.create(f"/apis/{RBAC}/v1/{place}{obj['kind'].lower()}s", obj)
    config = json.loads(lab.kubeconfig.read_text())
    config["users"][0]["user"]["as"] = NAME
    file = directory / f"{NAME}.kubeconfig"
    file.write_text(json.dumps(config))
    return file
