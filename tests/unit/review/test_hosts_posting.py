"""Comments on servers that speak the four APIs: found, updated, made, and what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from pathlib import Path

import pytest

from harvester_net.review.hosts.client import LARGEST, PostingFailed, seconds_to_wait, words_of
from harvester_net.review.hosts.place import Host
from harvester_net.review.hosts.posting import Clock, Done, post

from .hosting import (
    ANOTHER,
    AUTHORIZATION,
    COMMENTS,
    LIMIT,
    ME,
    ONE,
    PAGE,
    PREFIX,
    TOKEN,
    HostServer,
    Reply,
    Request,
    serving,
)

MARK = "<!-- harvester-net review networks/dev -->"
BODY = f"{MARK}\nit changes\n"
HOSTS = list(Host)


@pytest.fixture(params=HOSTS)
def host(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HostServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(request.param) as server:
        yield server


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(Host.GITHUB) as server:
        yield server


@dataclass
class Time:
    """A clock that only waits move on."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, self._wait)

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


def once(reply: Reply, method: str = "GET") -> Callable[[Request], Reply | None]:
    """Another answer to the first request with this method."""
    left = [reply]

    def otherwise(request: Request) -> Reply | None:
        return left.pop() if left and request.method == method else None

    return otherwise


def always(reply: Reply, method: str = "GET") -> Callable[[Request], Reply | None]:
    return lambda request: reply if request.method == method else None


def failure(host: HostServer, body: str = BODY) -> str:
    """Why it is not there; never with the token."""
    with pytest.raises(PostingFailed) as failed:
        post(host.place, body, 60, Time().clock)
    assert TOKEN not in repr(failed.value)
    return str(failed.value)


# --- the usual way ---------------------------------------------------------------------------


def test_comment_is_made_then_left_then_updated(host: HostServer) -> None:
    assert post(host.place, BODY) == Done.CREATED
    assert post(host.place, BODY) == Done.UNCHANGED
    assert post(host.place, f"{BODY}more\n") == Done.UPDATED
    assert [it.body for it in host.comments] == [f"{BODY}more\n"]


def test_comment_is_found_on_the_last_page(host: HostServer) -> None:
    for number in range(2 * PAGE + 1):
        host.write(f"hello {number}")
    host.write(BODY, author=ME, bot=True)
    assert post(host.place, f"{BODY}more\n") == Done.UPDATED
    assert len(host.comments) == 2 * PAGE + 2
    pages = [it.query.get("page", "1") for it in host.asked if it.path == COMMENTS[host.host]]
    assert pages == ["1", "2", "3"]


SHAPES = {
    Host.GITHUB: ({"per_page": "100"}, "PATCH", {"body": f"{BODY}more\n"}),
    Host.GITLAB: (
        {"per_page": "100", "order_by": "created_at", "sort": "asc"},
        "PUT",
        {"body": f"{BODY}more\n"},
    ),
    Host.GITEA: ({"limit": "50"}, "PATCH", {"body": f"{BODY}more\n"}),
    Host.BITBUCKET: ({"pagelen": "100"}, "PUT", {"content": {"raw": f"{BODY}more\n"}}),
}
"""What the references of the four say: the query of the list, and how one is updated."""


def test_requests_have_the_shapes_of_the_references(host: HostServer) -> None:
    post(host.place, BODY)
    post(host.place, f"{BODY}more\n")
    query, method, body = SHAPES[host.host]
    assert host.said == [
        f"GET {COMMENTS[host.host]}",
        f"POST {COMMENTS[host.host]}",
        f"GET {COMMENTS[host.host]}",
        f"GET {PREFIX[host.host]}/user",
        f"{method} {ONE[host.host]}1",
    ]
    assert [it.query for it in host.asked] == [query, {}, query, {}, {}]
    assert host.asked[-1].body == body
    name, value = AUTHORIZATION[host.host]
    assert {it.headers[name.lower()] for it in host.asked} == {value}
    written = [it for it in host.asked if it.body is not None]
    assert {it.headers["content-type"] for it in written} == {"application/json"}
    if host.host is Host.GITHUB:
        assert {it.headers["accept"] for it in host.asked} == {"application/vnd.github+json"}
        assert {it.headers["x-github-api-version"] for it in host.asked} == {"2022-11-28"}


def test_each_stack_has_its_own_comment(host: HostServer) -> None:
    other = BODY.replace("networks/dev", "networks/prod")
    assert post(host.place, BODY) == post(host.place, other) == Done.CREATED
    assert post(host.place, f"{BODY}more\n") == Done.UPDATED
    assert [it.body for it in host.comments] == [f"{BODY}more\n", other]


@pytest.mark.parametrize("written", [BODY.replace("\n", "\r\n"), BODY.rstrip("\n")])
def test_other_ends_of_lines_are_no_change(host: HostServer, written: str) -> None:
    host.write(written, author=ME, bot=True)
    assert post(host.place, BODY) == Done.UNCHANGED


def test_a_netrc_does_not_replace_the_token(
    github: HostServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login x password y\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert post(github.place, BODY) == Done.CREATED


# --- comments of others ----------------------------------------------------------------------


@pytest.mark.parametrize("knows_me", [True, False])
def test_a_comment_that_another_forged_is_not_taken(host: HostServer, knows_me: bool) -> None:
    host.knows_me = knows_me
    forged = host.write(BODY, author=ANOTHER)
    assert post(host.place, f"{BODY}more\n") == Done.CREATED
    assert [(it.body, it.author) for it in host.comments] == [
        (forged.body, ANOTHER),
        (f"{BODY}more\n", ME),
    ]


def test_a_forged_comment_is_not_taken_although_it_could_be(host: HostServer) -> None:
    host.edits_all = True
    host.knows_me = host.host is not Host.GITHUB
    host.write(BODY, author=ANOTHER)
    assert post(host.place, f"{BODY}more\n") == Done.CREATED
    assert post(host.place, f"{BODY}more\n") == Done.UNCHANGED
    assert [it.author for it in host.comments] == [ANOTHER, ME]


def test_an_app_finds_its_own_although_nobody_tells_it_who_it_is(host: HostServer) -> None:
    host.knows_me = False
    assert post(host.place, BODY) == Done.CREATED
    assert post(host.place, f"{BODY}more\n") == Done.UPDATED


@pytest.mark.parametrize(
    "quoted", [f"> {BODY}", f"look:\n{BODY}", f"{MARK} not mine", MARK.replace("dev", "de")]
)
def test_only_the_whole_first_line_is_the_mark(host: HostServer, quoted: str) -> None:
    host.write(quoted, author=ME, bot=True)
    assert post(host.place, BODY) == Done.CREATED


def test_what_the_system_says_is_no_comment() -> None:
    with serving(Host.GITLAB) as gitlab:
        gitlab.write(BODY, author=ME, system=True)
        assert post(gitlab.place, f"{BODY}more\n") == Done.CREATED


# --- deleted in between ----------------------------------------------------------------------


def test_a_comment_that_is_deleted_in_between_is_made_anew(host: HostServer) -> None:
    mine = host.write(BODY, author=ME, bot=True)

    def delete(request: Request) -> None:
        if request.method in ("PATCH", "PUT"):
            mine.deleted = True

    host.otherwise = delete
    assert post(host.place, f"{BODY}more\n") == Done.CREATED
    assert [it.body for it in host.comments if not it.deleted] == [f"{BODY}more\n"]


def test_a_comment_that_is_shown_as_deleted_is_not_there() -> None:
    with serving(Host.BITBUCKET) as bitbucket:
        bitbucket.write(BODY, author=ME, deleted=True)
        assert post(bitbucket.place, BODY) == Done.CREATED


# --- asked to come later ---------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_busy_host_is_asked_again(host: HostServer, status: int, method: str) -> None:
    busy, now = Reply(status, {"message": "slow down"}, {"Retry-After": "7"}), Time()
    host.otherwise = once(busy, method)
    assert post(host.place, BODY, 60, now.clock) == Done.CREATED
    assert now.waits == [7.0]
    assert len(host.comments) == 1


def test_a_post_whose_answer_is_lost_makes_no_second_comment(host: HostServer) -> None:
    def lost(request: Request) -> Reply | None:
        if request.method == "POST" and not host.comments:
            host.write(BODY, author=ME, bot=True)
            return Reply(0, hang_up=True)
        return None

    host.otherwise = lost
    now = Time()
    assert post(host.place, BODY, 60, now.clock) == Done.UNCHANGED
    assert len(host.comments) == 1
    assert now.waits == [1.0]


def test_without_a_word_it_waits_longer_each_time(host: HostServer) -> None:
    host.otherwise = always(Reply(503))
    now = Time()
    with pytest.raises(PostingFailed, match="503: Service Unavailable; given up after 60 s"):
        post(host.place, BODY, 60, now.clock)
    assert now.waits == [1, 2, 4, 8, 16]


def test_a_host_that_says_at_once_is_not_asked_without_end(host: HostServer) -> None:
    host.otherwise = always(Reply(429, {"message": "enough"}, {"Retry-After": "0"}))
    now = Time()
    with pytest.raises(PostingFailed, match="given up after 60 s"):
        post(host.place, BODY, 60, now.clock)
    assert now.waits == [1, 2, 4, 8, 16]


@pytest.mark.parametrize("status", [403, 429])
def test_limits_of_github_are_waited_for(github: HostServer, status: int) -> None:
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 30)}
    github.otherwise = once(Reply(status, {"message": "API rate limit exceeded"}, reset))
    now = Time()
    assert post(github.place, BODY, 60, now.clock) == Done.CREATED
    assert len(now.waits) == 1
    assert 20 < now.waits[0] <= 30


def test_nobody_waits_longer_than_the_limit(host: HostServer) -> None:
    host.otherwise = always(Reply(429, {"message": "enough"}, {"Retry-After": "3600"}))
    assert failure(host) == (
        "429: enough, which wants 3600 s of patience; given up after 60 s"
    )


def test_a_host_that_is_not_there_is_asked_again(host: HostServer) -> None:
    gone = replace(host.place, api="http://127.0.0.1:1")
    with pytest.raises(PostingFailed, match=r"127.0.0.1:1 cannot be reached: .*; given up"):
        post(gone, BODY, 5, Time().clock)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "12"}, 12),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": formatdate(1_000_050, usegmt=True)}, 50),
        ({"Retry-After": formatdate(999_000, usegmt=True)}, 0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000090"}, 90),
        ({"X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "1000090"}, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "x"}, None),
    ],
)
def test_seconds_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert seconds_to_wait(headers, 1_000_000) == seconds


# --- refused ---------------------------------------------------------------------------------


def test_a_token_that_is_not_accepted(host: HostServer) -> None:
    host.otherwise = always(Reply(401, {"message": f"Bad credentials: {TOKEN}"}))
    assert failure(host) == "THE_TOKEN is not accepted (401: Bad credentials: [token])"


def test_a_token_that_may_not_comment_says_what_it_needs(host: HostServer) -> None:
    host.otherwise = always(Reply(403, {"message": "not accessible"}), "POST")
    needed = {
        Host.GITHUB: "the workflow needs `permissions: pull-requests: write`",
        Host.GITLAB: "the token needs the scope api",
        Host.GITEA: "the token needs the permission write:issue",
        Host.BITBUCKET: "the token needs the permission to write pull requests",
    }
    said = failure(host)
    assert said.startswith("THE_TOKEN may not comment on pull request 7 of ")
    assert f"(403: not accessible); {needed[host.host]}" in said


def test_a_pull_request_that_is_not_there(host: HostServer) -> None:
    host.otherwise = always(Reply(404, {"message": "Not Found"}))
    said = failure(host)
    assert said.startswith("there is no pull request 7 of ")
    assert said.endswith(", or THE_TOKEN may not see it (404: Not Found)")


def test_a_comment_that_is_refused(host: HostServer) -> None:
    assert "is refused (422: Validation Failed; body is too long (maximum" in failure(
        host, f"{MARK}\n{'x' * LIMIT}"
    )


def test_a_comment_that_cannot_be_updated_for_another_reason(host: HostServer) -> None:
    host.write(BODY, author=ME, bot=True)
    host.otherwise = lambda it: Reply(422, {}) if it.method in ("PATCH", "PUT") else None
    assert failure(host, f"{BODY}more").endswith("is refused (422)")
    assert len(host.comments) == 1


# --- the token stays here --------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(host: HostServer, status: int) -> None:
    with serving(host.host) as other:
        host.otherwise = always(Reply(status, None, {"Location": f"{other.url}/x"}))
        assert failure(host).endswith(f"has moved ({status})")
        assert other.asked == []


def test_next_pages_on_another_server_are_not_asked_for(host: HostServer) -> None:
    with serving(host.host) as other:
        address = f"{other.url}{COMMENTS[host.host]}"
        if host.host is Host.BITBUCKET:
            page = Reply(200, {"values": [], "next": address})
        else:
            page = Reply(200, [], {"Link": f'<{address}>; rel="next"'})
        host.otherwise = always(page)
        assert "leads to another server for its next page" in failure(host)
        assert other.asked == []


def test_an_endless_answer_is_not_read(github: HostServer) -> None:
    github.otherwise = always(Reply(200, "x" * (LARGEST + 1)))
    assert failure(github) == f"an answer of more than {LARGEST} bytes"


@pytest.mark.parametrize(
    "answer", [None, 7, "x", {"values": 3}, [None, {"id": []}, {"body": 1}]]
)
def test_answers_of_another_form_are_no_comments(host: HostServer, answer: object) -> None:
    host.otherwise = always(Reply(200, answer))
    assert post(host.place, BODY) == Done.CREATED


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ({"message": "no"}, "no"),
        ({"message": {"body": ["is too long"]}}, '{"body": ["is too long"]}'),
        ({"error": {"message": "no"}}, "no"),
        ({"error": "insufficient_scope"}, "insufficient_scope"),
        ({"message": "a", "errors": [{"message": "b"}, "c", {}]}, "a; b"),
        ([], ""),
    ],
)
def test_words_of_the_four(value: object, words: str) -> None:
    assert words_of(value) == words
