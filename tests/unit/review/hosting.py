"""A server that speaks the comments' APIs of GitHub, GitLab, Gitea and Bitbucket.

It pages as they do, tells who owns the token, and may be told to answer otherwise first.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harvester_net.review.hosts.place import Host, Place

TOKEN = "s3cr3t-t0k3n"
ME, ANOTHER = 7, 8
PAGE = 3
LIMIT = 4_000
PREFIX = {
    Host.GITHUB: "",
    Host.GITLAB: "/api/v4",
    Host.GITEA: "/api/v1",
    Host.BITBUCKET: "/2.0",
}
REPOSITORY = {
    Host.GITHUB: "acme/net",
    Host.GITLAB: "42",
    Host.GITEA: "acme/net",
    Host.BITBUCKET: "acme/net",
}
COMMENTS = {
    Host.GITHUB: "/repos/acme/net/issues/7/comments",
    Host.GITLAB: "/api/v4/projects/42/merge_requests/7/notes",
    Host.GITEA: "/api/v1/repos/acme/net/issues/7/comments",
    Host.BITBUCKET: "/2.0/repositories/acme/net/pullrequests/7/comments",
}
ONE = {
    Host.GITHUB: "/repos/acme/net/issues/comments/",
    Host.GITLAB: "/api/v4/projects/42/merge_requests/7/notes/",
    Host.GITEA: "/api/v1/repos/acme/net/issues/comments/",
    Host.BITBUCKET: "/2.0/repositories/acme/net/pullrequests/7/comments/",
}
AUTHORIZATION = {
    Host.GITHUB: ("Authorization", f"Bearer {TOKEN}"),
    Host.GITLAB: ("PRIVATE-TOKEN", TOKEN),
    Host.GITEA: ("Authorization", f"token {TOKEN}"),
    Host.BITBUCKET: ("Authorization", f"Bearer {TOKEN}"),
}


@dataclass
class Request:
    """What came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Reply:
    """What goes out; ``hang_up``: nothing does."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False


@dataclass
class Written:
    """A comment on the server."""

    id: int
    body: str
    author: int = ANOTHER
    bot: bool = False
    system: bool = False
    deleted: bool = False


@dataclass
class HostServer:
    """A host, its comments, and everything that it was asked."""

    host: Host
    url: str = ""
    comments: list[Written] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    knows_me: bool = True
    """Whether the token may ask whose it is."""
    edits_all: bool = False
    """Whether the token may also change what others wrote, as maintainers may."""
    otherwise: Callable[[Request], Reply | None] = lambda request: None

    @property
    def place(self) -> Place:
        """The pull request on it."""
        api = f"{self.url}{PREFIX[self.host]}"
        return Place(self.host, api, REPOSITORY[self.host], "7", TOKEN, "THE_TOKEN")

    @property
    def said(self) -> list[str]:
        """The requests in a word each."""
        return [f"{it.method} {it.path}" for it in self.asked]

    def write(self, body: str, **more: Any) -> Written:
        """A comment that is there already."""
        made = Written(len(self.comments) + 1, body, **more)
        self.comments.append(made)
        return made

    def answer(self, request: Request) -> Reply:
        """What the host says."""
        self.asked.append(request)
        if (other := self.otherwise(request)) is not None:
            return other
        name, value = AUTHORIZATION[self.host]
        if request.headers.get(name.lower()) != value:
            return Reply(401, {"message": "Bad credentials"})
        if request.path == f"{PREFIX[self.host]}/user":
            return self._user()
        if request.path == COMMENTS[self.host]:
            return self._page(request) if request.method == "GET" else self._create(request)
        if number := re.fullmatch(re.escape(ONE[self.host]) + r"(\d+)", request.path):
            return self._update(request, int(number[1]))
        return Reply(404, {"message": "Not Found"})

    def _user(self) -> Reply:
        if not self.knows_me:
            return Reply(403, {"message": "Resource not accessible by integration"})
        return Reply(200, {"id": ME, "uuid": f"{{{ME}}}"})

    def _page(self, request: Request) -> Reply:
        page = int(request.query.get("page", "1"))
        items = [self._shown(it) for it in self.comments[(page - 1) * PAGE : page * PAGE]]
        more = page * PAGE < len(self.comments)
        following = f"{self.url}{request.path}?page={page + 1}"
        if self.host is Host.BITBUCKET:
            return Reply(200, {"values": items} | ({"next": following} if more else {}))
        return Reply(200, items, {"Link": f'<{following}>; rel="next"'} if more else {})

    def _create(self, request: Request) -> Reply:
        body = self._body(request)
        if len(body) > LIMIT:
            return Reply(
                422,
                {
                    "message": "Validation Failed",
                    "errors": [{"message": "body is too long (maximum is 65536 characters)"}],
                },
            )
        return Reply(201, self._shown(self.write(body, author=ME, bot=True)))

    def _update(self, request: Request, number: int) -> Reply:
        known = next((it for it in self.comments if it.id == number), None)
        method = "PATCH" if self.host in (Host.GITHUB, Host.GITEA) else "PUT"
        if request.method != method:
            return Reply(405)
        if known is None or known.deleted:
            return Reply(404, {"message": "Not Found"})
        if known.author != ME and not self.edits_all:
            return Reply(403, {"message": "Forbidden"})
        known.body = self._body(request)
        return Reply(200, self._shown(known))

    def _body(self, request: Request) -> str:
        bitbucket = self.host is Host.BITBUCKET
        return str(request.body["content"]["raw"] if bitbucket else request.body["body"])

    def _shown(self, it: Written) -> dict[str, Any]:
        if self.host is Host.BITBUCKET:
            shown = {"id": it.id, "deleted": it.deleted, "user": {"uuid": f"{{{it.author}}}"}}
            return shown | {"content": {"raw": it.body, "html": ""}}
        if self.host is Host.GITLAB:
            author = {"id": it.author, "username": "x"}
            return {"id": it.id, "body": it.body, "author": author, "system": it.system}
        kind = {"type": "Bot" if it.bot else "User"} if self.host is Host.GITHUB else {}
        return {"id": it.id, "body": it.body, "user": {"id": it.author, "login": "x"} | kind}


@contextmanager
def serving(host: Host) -> Iterator[HostServer]:
    """The host on a port of this machine."""
    made = HostServer(host)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(host: HostServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 2**16  # One packet: the client's side waits before it confirms a first one.

        def log_message(self, *args: object) -> None:
            """Nothing."""

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(
                self.command, parts.path, dict(parse_qsl(parts.query)), headers, body
            )
            reply = host.answer(request)
            if reply.hang_up:
                self.close_connection = True
                return
            text = b"" if reply.body is None else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_PUT = handle_any  # noqa: N815

    return Handler
