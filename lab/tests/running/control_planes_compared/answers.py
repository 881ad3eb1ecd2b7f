"""What the server says to a request, in words that two servers can have in common."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Any

from harvester_net.lab.api import ApiError, Object

from .tokens import Tokens

Answer = dict[str, Any]
"""`code`, and of a refusal `reason`, `webhook`, `details` and what it `said`."""

TAKEN: Answer = {"code": 200}
_DENIED = re.compile(r'admission webhook "([^"]+)" denied the request: (.*)', re.DOTALL)
_SAID = "said"


async def answer_to(request: Awaitable[Object], tokens: Tokens) -> Answer:
    """What the server answers."""
    try:
        await request
    except ApiError as error:
        return refusal(error, tokens)
    return TAKEN


def refusal(error: ApiError, tokens: Tokens) -> Answer:
    message = tokens.told(error.message)
    denied = _DENIED.fullmatch(message)
    webhook, said = denied.groups() if denied else ("", message)
    answer = {"code": error.status, "reason": error.reason, "webhook": webhook, _SAID: said}
    if details := _details(error.body.get("details") or {}, said, tokens):
        answer["details"] = details
    return {name: value for name, value in answer.items() if value != ""}


def compared(answer: Answer) -> Answer:
    """Without the free text of a webhook, which may be another."""
    free = {_SAID} if "webhook" in answer else set()
    return {name: value for name, value in answer.items() if name not in free}


def _details(details: Object, said: str, tokens: Tokens) -> Object:
    """Without uids, and with a mark where a cause repeats what was said."""
    kept = {name: value for name, value in details.items() if name != "uid"}
    if causes := kept.get("causes"):
        kept["causes"] = [_cause(cause, said, tokens) for cause in causes]
    return kept


def _cause(cause: Object, said: str, tokens: Tokens) -> Object:
    message = tokens.told(cause.get("message", ""))
    return cause | {"message": "as said" if message and message in said else message}
