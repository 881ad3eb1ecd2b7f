"""A small synchronous Kubernetes client, for tests and scripts that are not asynchronous."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

from harvester_net.lab.api import ApiError

Object = dict[str, Any]


class Client:
    """One user's connection to the API server; raises ApiError for anything but success."""

    def __init__(self, url: str, ca_file: Path, token: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(ca_certs=str(ca_file), retries=False)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **params: str) -> Object:
        return self._send("GET", path, params)

    def list(self, path: str, **params: str) -> Object:
        """The whole list object; `params` are query parameters such as labelSelector."""
        return self._send("GET", path, params)

    def create(self, path: str, obj: Object, **params: str) -> Object:
        return self._send("POST", path, params, obj)

    def replace(self, path: str, obj: Object, **params: str) -> Object:
        return self._send("PUT", path, params, obj)

    def merge_patch(self, path: str, obj: Object, **params: str) -> Object:
        return self._send("PATCH", path, params, obj, "application/merge-patch+json")

    def delete(self, path: str, body: Object | None = None, **params: str) -> Object:
        return self._send("DELETE", path, params, body)

    def close(self) -> None:
        self._pool.clear()

    def _send(
        self,
        method: str,
        path: str,
        params: dict[str, str],
        body: Object | None = None,
        content_type: str = "application/json",
    ) -> Object:
        query = f"?{urlencode(params)}" if params else ""
        answer = self._pool.request(
            method,
            f"{self._url}{path}{query}",
            body=None if body is None else json.dumps(body).encode(),
            headers=self._headers | {"Content-Type": content_type},
        )
        decoded = _decoded(answer.data)
        if answer.status >= 400:
            raise ApiError(answer.status, decoded)
        return decoded


def _decoded(content: bytes) -> Object:
    try:
        decoded: Object = json.loads(content)
    except ValueError:
        # /readyz, and the subresources when virt-api is away, answer in plain text.
        return {"message": content.decode(errors="replace")}
    return decoded
