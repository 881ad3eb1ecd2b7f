"""A kubeconfig's credential plugin (`exec`), run so that it ends when nobody waits for it.

The client library reads what it prints into credentials, but leaves a plugin running whose
caller was cancelled, and gives it a standard input that may wait for a user for ever.
"""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Any

from kubernetes.aio.config.config_exception import ConfigException
from kubernetes.aio.config.exec_provider import ExecProvider

NEEDED = ("apiVersion", "kind", "status")


class CredentialPlugin(ExecProvider):
    """In place of the library's own runner."""

    async def run(self, previous_response: Any = None) -> dict[str, Any]:
        """The status that the plugin prints; raises ConfigException with what it says."""
        asked = {"apiVersion": self.api_version, "kind": "ExecCredential"}
        spec = {"interactive": False}
        self.env["KUBERNETES_EXEC_INFO"] = json.dumps(asked | {"spec": spec})
        plugin = await asyncio.create_subprocess_exec(
            *self.args, env=self.env, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        try:
            out, complaint = await plugin.communicate()
        except asyncio.CancelledError:
            await _end(plugin)
            raise
        if plugin.returncode:
            said = complaint.decode(errors="replace").strip()
            why = f"exec: process returned {plugin.returncode}"
            raise ConfigException(f"{why}. {said}" if said else why)
        return self._status_in(out)

    def _status_in(self, out: bytes) -> dict[str, Any]:
        try:
            printed = json.loads(out)
        except (ValueError, RecursionError) as error:
            raise ConfigException(f"exec: failed to decode process output: {error}") from error
        for key in NEEDED:
            if not isinstance(printed, dict) or key not in printed:
                raise ConfigException(f"exec: malformed response, missing key '{key}'")
        if printed["apiVersion"] != self.api_version:
            raise ConfigException(
                f"exec: plugin api version {printed['apiVersion']} does not match "
                f"{self.api_version}"
            )
        status = printed["status"]
        return status if isinstance(status, dict) else {}


async def _end(plugin: Process) -> None:
    try:
        plugin.kill()
    except ProcessLookupError:
        return
    await plugin.communicate()
