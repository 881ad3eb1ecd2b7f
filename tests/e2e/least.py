"""Whoever runs the programs of the tests has just what `harvester-net rbac` prints."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from harvester_net.cli.render.roles import NEEDED, text
from harvester_net.lab.api import ApiError
from lab import Lab
from tests.rbac import NAME, RBAC, bound

ROLES = list(yaml.safe_load_all(text(list(NEEDED))))


def kubeconfig_of_least(lab: Lab, directory: Path) -> Path:
    """Gives the roles to a user, unless a lab has done so already; its kubeconfig."""
    return kubeconfig_of(lab, directory, ROLES, NAME)


def kubeconfig_of(lab: Lab, directory: Path, roles: list[Any], name: str) -> Path:
    """Gives these roles to a user of this name, as above."""
    for obj in bound(roles, name):
        namespace = obj["metadata"].get("namespace")
        place = f"namespaces/{namespace}/" if namespace else ""
        with suppress(ApiError):
            lab.client.create(f"/apis/{RBAC}/v1/{place}{obj['kind'].lower()}s", obj)
    config = json.loads(lab.kubeconfig.read_text())
    config["users"][0]["user"]["as"] = name
    file = directory / f"{name}.kubeconfig"
    file.write_text(json.dumps(config))
    return file
