"""Where a comment goes: the pull request of this CI job, from what its environment says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ...harvester.json_texts import fields_in, json_object

Environment = Mapping[str, str]
_OF_PULL_REQUEST = re.compile(r"refs/pull/(\d+)/\w+")
_HTTP = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_LARGEST_EVENT = 16 * 2**20


class Host(StrEnum):
    """Who hosts the repository."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    BITBUCKET = "bitbucket"


class Unusable(Exception):
    """The environment says too little to post anything; the message says what is missing."""


@dataclass(frozen=True)
class Place:
    """A pull request, and the right to comment on it."""

    host: Host
    api: str
    """URL of the API, without a slash at its end."""
    repository: str
    """``owner/name``, or the number of the project."""
    number: str
    """Of the pull request."""
    token: str = field(repr=False)
    token_name: str = ""
    """The variable that the token comes from, for messages."""


def place_in(host: Host, environ: Environment) -> Place | None:
    """The pull request of this job; None if it has none. Raises Unusable."""
    return _PLACES[host](environ)


def _github(environ: Environment) -> Place | None:
    number = _number_of_event(environ)
    if not number:
        return None
    name, token = _token(environ, "GITHUB_TOKEN", "GH_TOKEN")
    api = _url(environ, "GITHUB_API_URL", "https://api.github.com")
    return Place(Host.GITHUB, api, _needed(environ, "GITHUB_REPOSITORY"), number, token, name)


def _gitea(environ: Environment) -> Place | None:
    """Its own Actions, which have GitHub's variables, or Woodpecker."""
    if environ.get("CI_COMMIT_PULL_REQUEST"):
        name, token = _token(environ, "GITEA_TOKEN")
        api = f"{_url(environ, 'CI_FORGE_URL')}/api/v1"
        repository, number = _needed(environ, "CI_REPO"), environ["CI_COMMIT_PULL_REQUEST"]
        return Place(Host.GITEA, api, repository, _digits(number), token, name)
    number = _number_of_event(environ)
    if not number:
        return None
    name, token = _token(environ, "GITEA_TOKEN", "GITHUB_TOKEN")
    api = _url(environ, "GITHUB_API_URL")
    return Place(Host.GITEA, api, _needed(environ, "GITHUB_REPOSITORY"), number, token, name)


def _gitlab(environ: Environment) -> Place | None:
    number = environ.get("CI_MERGE_REQUEST_IID")
    if not number:
        return None
    # CI_JOB_TOKEN may not write comments.
    name, token = _token(environ, "GITLAB_TOKEN")
    project = environ.get("CI_MERGE_REQUEST_PROJECT_ID") or _needed(environ, "CI_PROJECT_ID")
    api = _url(environ, "CI_API_V4_URL", "https://gitlab.com/api/v4")
    return Place(Host.GITLAB, api, project, _digits(number), token, name)


def _bitbucket(environ: Environment) -> Place | None:
    number = environ.get("BITBUCKET_PR_ID")
    if not number:
        return None
    name, token = _token(environ, "BITBUCKET_TOKEN")
    repository = _needed(environ, "BITBUCKET_REPO_FULL_NAME")
    api = _url(environ, "BITBUCKET_API_URL", "https://api.bitbucket.org/2.0")
    return Place(Host.BITBUCKET, api, repository, _digits(number), token, name)


_PLACES = {
    Host.GITHUB: _github,
    Host.GITLAB: _gitlab,
    Host.GITEA: _gitea,
    Host.BITBUCKET: _bitbucket,
}


def _number_of_event(environ: Environment) -> str:
    """The pull request that started a job of Actions; empty if something else did."""
    if match := _OF_PULL_REQUEST.fullmatch(environ.get("GITHUB_REF", "")):
        return match[1]
    event = _event(environ.get("GITHUB_EVENT_PATH"))
    issue = fields_in(event.get("issue"))
    found = fields_in(event.get("pull_request")) or (issue if "pull_request" in issue else {})
    number = found.get("number")
    return str(number) if isinstance(number, int) and number > 0 else ""


def _event(path: str | None) -> dict[str, object]:
    if not path:
        return {}
    try:
        with Path(path).open(encoding="utf-8") as file:
            return json_object(file.read(_LARGEST_EVENT))
    except (OSError, UnicodeDecodeError):
        return {}


def _token(environ: Environment, *names: str) -> tuple[str, str]:
    """The variable of the token, and the token."""
    for name in names:
        token = environ.get(name, "").strip()
        if token and token.isascii() and token.isprintable():
            return name, token
    raise Unusable(f"there is no token: set {' or '.join(names)}")


def _needed(environ: Environment, name: str) -> str:
    if value := environ.get(name):
        return value
    raise Unusable(f"{name} is not set, which the CI usually does")


def _url(environ: Environment, name: str, default: str = "") -> str:
    value = (environ.get(name) or default).rstrip("/")
    if not value:
        raise Unusable(f"{name} is not set, which the CI usually does")
    if not _HTTP.fullmatch(value):
        raise Unusable(f"{name} is no URL of an API: {json.dumps(value)}")
    return value


def _digits(number: str) -> str:
    if number.isascii() and number.isdigit():
        return number
    raise Unusable(f"{json.dumps(number)} is no number of a pull request")
