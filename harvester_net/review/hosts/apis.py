"""What the four APIs want to be asked, and what their answers mean: pure.

Written after their references: GitHub's REST API 2022-11-28 ("Issue comments"), GitLab's API
v4 ("Notes"), Gitea's API v1 ("issue"), Bitbucket Cloud's API 2.0 ("pullrequests").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

from ...harvester.json_texts import fields_in, items_in
from .place import Host, Place

JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Comment:
    """A comment that is there."""

    id: str
    body: str
    author: str = ""
    """Id of its author; empty if it is not said."""
    by_app: bool = False
    """Whether no person wrote it, but an app of the host."""


class Api(Protocol):
    """How a host's comments are read and written."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What every request carries, the token among it."""

    def first_page(self) -> Asked:
        """The first comments."""

    def comments(self, answer: object) -> list[Comment]:
        """Those in the answer."""

    def next_page(self, answer: object, link: str) -> Asked | None:
        """The comments after these; ``link``: what the header says comes next."""

    def create(self, body: str) -> Asked:
        """A new comment."""

    def update(self, comment: Comment, body: str) -> Asked:
        """Another text of a comment."""

    def who_am_i(self) -> Asked:
        """Whose the token is."""

    def me(self, answer: object) -> str:
        """The id of whose it is."""


def api_of(place: Place) -> Api:
    """The API of a place."""
    return _APIS[place.host](place)


class _Issues:
    """The comments of a pull request as GitHub and Gitea have them: those of an issue."""

    page_size: ClassVar[Mapping[str, str]]

    def __init__(self, place: Place, headers: Mapping[str, str]) -> None:
        self.headers = headers
        self._api = place.api
        self._repository = f"{place.api}/repos/{quote(place.repository, safe='/')}/issues"
        self._comments = f"{self._repository}/{place.number}/comments"

    def first_page(self) -> Asked:
        return Asked("GET", self._comments, self.page_size)

    def comments(self, answer: object) -> list[Comment]:
        found = []
        for item in map(fields_in, items_in(answer)):
            user = fields_in(item.get("user"))
            by_app = user.get("type") == "Bot"
            found.append(
                Comment(
                    _id(item.get("id")), _text(item.get("body")), _id(user.get("id")), by_app
                )
            )
        return found

    def next_page(self, answer: object, link: str) -> Asked | None:
        return Asked("GET", link) if link else None

    def create(self, body: str) -> Asked:
        return Asked("POST", self._comments, body={"body": body})

    def update(self, comment: Comment, body: str) -> Asked:
        url = f"{self._repository}/comments/{comment.id}"
        return Asked("PATCH", url, body={"body": body})

    def who_am_i(self) -> Asked:
        return Asked("GET", f"{self._api}/user")

    def me(self, answer: object) -> str:
        return _id(fields_in(answer).get("id"))


class GitHub(_Issues):
    """https://docs.github.com/en/rest/issues/comments"""

    page_size: ClassVar = {"per_page": "100"}

    def __init__(self, place: Place) -> None:
        headers = {
            "Authorization": f"Bearer {place.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        super().__init__(place, headers)


class Gitea(_Issues):
    """https://docs.gitea.com/api"""

    page_size: ClassVar = {"limit": "50"}

    def __init__(self, place: Place) -> None:
        super().__init__(place, {"Authorization": f"token {place.token}", "Accept": JSON})


class GitLab:
    """https://docs.gitlab.com/api/notes/#merge-requests"""

    def __init__(self, place: Place) -> None:
        self.headers = {"PRIVATE-TOKEN": place.token, "Accept": JSON}
        self._api = place.api
        project = quote(place.repository, safe="")
        self._notes = f"{place.api}/projects/{project}/merge_requests/{place.number}/notes"

    def first_page(self) -> Asked:
        query = {"per_page": "100", "order_by": "created_at", "sort": "asc"}
        return Asked("GET", self._notes, query)

    def comments(self, answer: object) -> list[Comment]:
        return [
            Comment(
                _id(item.get("id")),
                _text(item.get("body")),
                _id(fields_in(item.get("author")).get("id")),
            )
            for item in map(fields_in, items_in(answer))
            if item.get("system") is not True
        ]

    def next_page(self, answer: object, link: str) -> Asked | None:
        return Asked("GET", link) if link else None

    def create(self, body: str) -> Asked:
        return Asked("POST", self._notes, body={"body": body})

    def update(self, comment: Comment, body: str) -> Asked:
        return Asked("PUT", f"{self._notes}/{comment.id}", body={"body": body})

    def who_am_i(self) -> Asked:
        return Asked("GET", f"{self._api}/user")

    def me(self, answer: object) -> str:
        return _id(fields_in(answer).get("id"))


class Bitbucket:
    """https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/"""

    def __init__(self, place: Place) -> None:
        self.headers = {"Authorization": f"Bearer {place.token}", "Accept": JSON}
        self._api = place.api
        repository = quote(place.repository, safe="/")
        requests = f"{place.api}/repositories/{repository}/pullrequests"
        self._comments = f"{requests}/{place.number}/comments"

    def first_page(self) -> Asked:
        return Asked("GET", self._comments, {"pagelen": "100"})

    def comments(self, answer: object) -> list[Comment]:
        return [
            Comment(
                _id(item.get("id")),
                _text(fields_in(item.get("content")).get("raw")),
                _id(fields_in(item.get("user")).get("uuid")),
            )
            for item in map(fields_in, items_in(fields_in(answer).get("values")))
            if item.get("deleted") is not True
        ]

    def next_page(self, answer: object, link: str) -> Asked | None:
        following = fields_in(answer).get("next")
        return Asked("GET", following) if isinstance(following, str) and following else None

    def create(self, body: str) -> Asked:
        return Asked("POST", self._comments, body={"content": {"raw": body}})

    def update(self, comment: Comment, body: str) -> Asked:
        url = f"{self._comments}/{comment.id}"
        return Asked("PUT", url, body={"content": {"raw": body}})

    def who_am_i(self) -> Asked:
        return Asked("GET", f"{self._api}/user")

    def me(self, answer: object) -> str:
        return _id(fields_in(answer).get("uuid"))


_APIS: dict[Host, type[GitHub | GitLab | Gitea | Bitbucket]] = {
    Host.GITHUB: GitHub,
    Host.GITLAB: GitLab,
    Host.GITEA: Gitea,
    Host.BITBUCKET: Bitbucket,
}


def _id(value: object) -> str:
    """An id as part of a path: a number, or what can be none other."""
    return quote(str(value), safe="") if isinstance(value, int | str) else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
