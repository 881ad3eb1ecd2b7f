"""Who talks to the lab's API server: one random token each, and a kubeconfig file.

The names matter: webhooks and controllers let some users do what they refuse to others, and
virt-controller only follows a VM whose phases are written by virt-handler's own user.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

_SERVICE_ACCOUNT = "system:serviceaccount"

USERS: dict[str, str] = {
    "admin": "admin",
    "harvester": f"{_SERVICE_ACCOUNT}:harvester-system:harvester",
    "harvester-network-controller": (
        f"{_SERVICE_ACCOUNT}:harvester-system:harvester-network-controller"
    ),
    "harvester-webhook": f"{_SERVICE_ACCOUNT}:harvester-system:harvester-webhook",
    "kubevirt-controller": f"{_SERVICE_ACCOUNT}:kubevirt:kubevirt-controller",
    "kubevirt-handler": f"{_SERVICE_ACCOUNT}:kubevirt:kubevirt-handler",
    "kubevirt-apiserver": f"{_SERVICE_ACCOUNT}:kubevirt:kubevirt-apiserver",
    "generic-garbage-collector": f"{_SERVICE_ACCOUNT}:kube-system:generic-garbage-collector",
}


@dataclass(frozen=True)
class Users:
    """The tokens and kubeconfigs of one lab's users, files below its directory."""

    directory: Path

    @property
    def tokens_csv(self) -> Path:
        return self.directory / "tokens.csv"

    def token_file(self, user: str) -> Path:
        return self.directory / f"{user}.token"

    def kubeconfig(self, user: str) -> Path:
        return self.directory / f"{user}.kubeconfig"

    def token(self, user: str) -> str:
        return self.token_file(user).read_text()

    def write(self, url: str, ca_file: Path) -> None:
        """Makes new tokens for all users."""
        self.directory.mkdir(mode=0o700, exist_ok=True)
        tokens = {user: secrets.token_urlsafe(24) for user in USERS}
        # RBAC is not what the lab is about: each may do everything.
        lines = [
            f'{token},{USERS[user]},{user},"system:masters"' for user, token in tokens.items()
        ]
        write_private(self.tokens_csv, "\n".join(lines) + "\n")
        for user, token in tokens.items():
            write_private(self.token_file(user), token)
            write_private(self.kubeconfig(user), self._kubeconfig_text(user, url, ca_file))

    def carried(self, user: str, url: str, ca_file: Path) -> str:
        """A kubeconfig that holds all it needs, for where this machine's files aren't."""
        authority = base64.b64encode(ca_file.read_bytes()).decode()
        cluster = {"server": url, "certificate-authority-data": authority}
        return _kubeconfig(user, cluster, {"token": self.token(user)})

    def _kubeconfig_text(self, user: str, url: str, ca_file: Path) -> str:
        # Files, not inline data: Harvester's webhook can't read a kubeconfig with inline data.
        cluster = {"server": url, "certificate-authority": str(ca_file)}
        return _kubeconfig(user, cluster, {"tokenFile": str(self.token_file(user))})


def _kubeconfig(user: str, cluster: dict[str, str], credentials: dict[str, str]) -> str:
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": user, "user": credentials}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": user}}],
        "current-context": "lab",
    }
    return json.dumps(document, indent=2) + "\n"


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read, complete or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        file.write(text)
    partial.rename(path)
