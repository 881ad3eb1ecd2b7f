"""Asks the server about a write, as a server-side dry run, and reads the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

import aiohttp

from harvester_net.cluster.merge_patch import difference
from harvester_net.cluster.resources import SETTING, Object, split_key
from harvester_net.lab.api import Api, ApiError
from harvester_net.rules.rule import Write

LOST = ("AlreadyExists", "NotFound", "Conflict", "TooManyRequests", "Timeout")
"""Answers that tell of a race of the rig with itself, unless a webhook gave them."""
IPV6 = re.compile(r"[0-9a-fA-F.]*:[0-9a-fA-F:.]*/\d")


class RigBroken(Exception):
    """The rig did not do its part; it says nothing about rules."""


@dataclass(frozen=True)
class Answer:
    """What the server said to a write; the message is empty if it took it."""

    status: int
    message: str = ""
    object: Object | None = None
    """What it would have stored."""

    @property
    def refused(self) -> bool:
        return self.status >= 400


async def ask(user: Api, write: Write, as_patch: bool) -> Answer:
    """The server's answer to a write; nothing changes by it."""
    _no_ipv6(write)
    try:
        made = await _send(user, write, as_patch)
    except ApiError as error:
        return _judged(error)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise RigBroken(f"the API server did not answer: {error!r}") from error
    return Answer(200, object=made)


async def _send(user: Api, write: Write, as_patch: bool) -> Object | None:
    path = write.resource.path_of(write.key)
    if write.new is None:
        await user.delete(path, dryRun="All")
        return None
    if write.old is None:
        namespace, _ = split_key(write.key)
        return await user.create(write.resource.path(namespace), write.new, dryRun="All")
    if as_patch:
        patch = difference(write.old, write.new)
        return await user.merge_patch(path, patch, dryRun="All")
    return await user.replace(path, write.new, dryRun="All")


def _judged(error: ApiError) -> Answer:
    """The server's no; a crash of a webhook is one, a webhook that is away is none."""
    message = error.message
    away = "failed calling webhook" in message and "EOF" not in message
    lost = error.reason in LOST and "denied the request" not in message
    if away or lost:
        raise RigBroken(f"{error}")
    return Answer(error.status, message)


def _no_ipv6(write: Write) -> None:
    """The real webhook spins for ever on an IPv6 range, so none may get there (O4.2)."""
    if write.resource == SETTING and write.new is not None:
        texts = (write.new.get("value"), write.new.get("default"))
        assert not any(IPV6.search(str(text)) for text in texts), texts
