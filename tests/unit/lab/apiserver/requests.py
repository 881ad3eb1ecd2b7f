"""Requests that the lab's own client does not make."""

from __future__ import annotations

import json
import ssl
from typing import Any

import aiohttp

from harvester_net.lab.apiserver import ControlPlane


async def ask(
    plane: ControlPlane,
    method: str,
    path: str,
    content: str = "",
    media: str = "application/json",
    *,
    user: str = "admin",
    accept: str = "*/*",
    **query: str,
) -> tuple[int, Any]:
    """Status and body of the answer: an object if it is one, text otherwise."""
    trusted = ssl.create_default_context(cafile=str(plane.ca_file))
    token = f"Bearer {plane.users.token(user)}"
    headers = {"Authorization": token, "Content-Type": media, "Accept": accept}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(
            method, plane.url + path, data=content.encode(), params=query, ssl=trusted
        ) as answer,
    ):
        text = await answer.text()
        if "json" in answer.content_type:
            return answer.status, json.loads(text)
        return answer.status, text
