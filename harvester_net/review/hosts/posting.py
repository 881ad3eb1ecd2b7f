"""A comment on a pull request: found by its mark and updated, or made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from .apis import Api, Comment, api_of
from .client import Answer, Client, PostingFailed, TryAgain, words_of
from .place import Host, Place

SECONDS = 120
LONGEST_PAUSE = 30.0
MOST_PAGES = 1_000
_NOT_TO_BE_CHANGED = frozenset((403, 404, 410))
"""The comment is gone, or another's."""
_RIGHTS = {
    Host.GITHUB: "the workflow needs `permissions: pull-requests: write`; for a pull request "
    "from a fork it never has more than read",
    Host.GITLAB: "the token needs the scope api, and the role Reporter",
    Host.GITEA: "the token needs the permission write:issue",
    Host.BITBUCKET: "the token needs the permission to write pull requests",
}


class Done(StrEnum):
    """What became of a comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "left as it was"


@dataclass(frozen=True)
class Clock:
    """The time, and how to let it pass."""

    now: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)


def post(
    place: Place, body: str, seconds: float = SECONDS, clock: Clock | None = None
) -> Done:
    """Put the comment, whose first line is its mark, on the pull request.

    All of it begins anew when the host wants to be asked later, since nobody knows what became
    of a request without an answer; for at most so many seconds. Raises PostingFailed.
    """
    clock, api = clock or Clock(), api_of(place)
    until, pause, client = clock.now() + seconds, 1.0, Client(place, api.headers)
    try:
        while True:
            try:
                return _put(client, api, place, body)
            except TryAgain as again:
                wait = max(again.seconds or 0.0, pause)
                if clock.now() + wait > until:
                    raise PostingFailed(_given_up(again, seconds)) from again
                clock.sleep(wait)
                pause = min(2 * pause, LONGEST_PAUSE)
    finally:
        client.close()


def _given_up(again: TryAgain, seconds: float) -> str:
    asked = again.seconds
    more = "" if asked is None else f", which wants {asked:.0f} s of patience"
    return f"{again}{more}; given up after {seconds:.0f} s"


def _put(client: Client, api: Api, place: Place, body: str) -> Done:
    mine = _mine(client, api, place, _mark(body))
    if mine is not None:
        if _lines(mine.body) == _lines(body):
            return Done.UNCHANGED
        answer = client.ask(api.update(mine, body))
        if answer.good:
            return Done.UPDATED
        if answer.status not in _NOT_TO_BE_CHANGED:
            raise _failed(answer, client, place)
    answer = client.ask(api.create(body))
    if not answer.good:
        raise _failed(answer, client, place)
    return Done.CREATED


def _mine(client: Client, api: Api, place: Place, mark: str) -> Comment | None:
    """The comment with the mark that the owner of this token wrote.

    One that another wrote could be changed by them afterwards, and still look like ours.
    """
    found = [it for it in _all(client, api, place) if _mark(it.body) == mark]
    if not found:
        return None
    answer = client.ask(api.who_am_i())
    me = api.me(answer.value) if answer.good else ""
    return next((it for it in found if is_mine(it, me, place.host)), None)


def is_mine(comment: Comment, me: str, host: Host) -> bool:
    """Whether a comment is of the owner of the token.

    GitHub does not tell an app who it is; there no person's comment is taken. Elsewhere a
    token that may not ask finds out when it tries to change it.
    """
    if me:
        return comment.author == me
    return comment.by_app or host is not Host.GITHUB


def _all(client: Client, api: Api, place: Place) -> Iterator[Comment]:
    page = api.first_page()
    for _ in range(MOST_PAGES):
        answer = client.ask(page)
        if not answer.good:
            raise _failed(answer, client, place)
        yield from api.comments(answer.value)
        following = api.next_page(answer.value, answer.link)
        if following is None:
            return
        page = following
    raise PostingFailed(f"more than {MOST_PAGES} pages of comments")


def _failed(answer: Answer, client: Client, place: Place) -> PostingFailed:
    words = client.said(words_of(answer.value))
    said = f"{answer.status}: {words}" if words else str(answer.status)
    where = client.said(f"pull request {place.number} of {place.repository}")
    token = place.token_name
    if answer.status == 401:
        return PostingFailed(f"{token} is not accepted ({said})")
    if answer.status == 403:
        return PostingFailed(
            f"{token} may not comment on {where} ({said}); {_RIGHTS[place.host]}"
        )
    if answer.status == 404:
        return PostingFailed(f"there is no {where}, or {token} may not see it ({said})")
    return PostingFailed(f"the comment on {where} is refused ({said})")


def _mark(body: str) -> str:
    return next(iter(body.splitlines()), "").strip()


def _lines(body: str) -> list[str]:
    """A host may write other ends of lines, and none at the end."""
    return [line.rstrip() for line in body.strip().splitlines()]
