"""The pull request of a job, from the variables that each CI sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harvester_net.review.hosts.place import Host, Place, Unusable, place_in

from .hosting import TOKEN

GITHUB = {
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_REPOSITORY": "acme/net",
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_TOKEN": TOKEN,
}
GITLAB = {
    "CI_API_V4_URL": "https://git.example.com/api/v4",
    "CI_PROJECT_ID": "43",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_JOB_TOKEN": "may not comment",
    "GITLAB_TOKEN": TOKEN,
}
GITEA = GITHUB | {"GITHUB_API_URL": "https://git.example.com/api/v1/", "GITEA_TOKEN": "own"}
WOODPECKER = {
    "CI_FORGE_URL": "https://git.example.com",
    "CI_REPO": "acme/net",
    "CI_COMMIT_PULL_REQUEST": "7",
    "GITEA_TOKEN": TOKEN,
}
BITBUCKET = {
    "BITBUCKET_PR_ID": "7",
    "BITBUCKET_REPO_FULL_NAME": "acme/net",
    "BITBUCKET_TOKEN": TOKEN,
}


def without(environ: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in names}


@pytest.mark.parametrize(
    ("host", "environ", "api", "repository", "token", "name"),
    [
        (
            Host.GITHUB,
            GITHUB,
            *("https://api.github.com", "acme/net", TOKEN, "GITHUB_TOKEN"),
        ),
        (
            Host.GITHUB,
            without(GITHUB, "GITHUB_TOKEN", "GITHUB_API_URL") | {"GH_TOKEN": "other"},
            *("https://api.github.com", "acme/net", "other", "GH_TOKEN"),
        ),
        (
            Host.GITLAB,
            GITLAB,
            *("https://git.example.com/api/v4", "42", TOKEN, "GITLAB_TOKEN"),
        ),
        (
            Host.GITLAB,
            without(GITLAB, "CI_MERGE_REQUEST_PROJECT_ID", "CI_API_V4_URL"),
            *("https://gitlab.com/api/v4", "43", TOKEN, "GITLAB_TOKEN"),
        ),
        (
            Host.GITEA,
            GITEA,
            *("https://git.example.com/api/v1", "acme/net", "own", "GITEA_TOKEN"),
        ),
        (
            Host.GITEA,
            WOODPECKER,
            *("https://git.example.com/api/v1", "acme/net", TOKEN, "GITEA_TOKEN"),
        ),
        (
            Host.BITBUCKET,
            BITBUCKET,
            *("https://api.bitbucket.org/2.0", "acme/net", TOKEN, "BITBUCKET_TOKEN"),
        ),
    ],
)
def test_place(
    host: Host, environ: dict[str, str], api: str, repository: str, token: str, name: str
) -> None:
    assert place_in(host, environ) == Place(host, api, repository, "7", token, name)


@pytest.mark.parametrize(
    ("host", "environ"),
    [
        (Host.GITHUB, {}),
        (Host.GITHUB, GITHUB | {"GITHUB_REF": "refs/heads/main"}),
        (Host.GITHUB, GITHUB | {"GITHUB_REF": "refs/tags/refs/pull/7/merge"}),
        (Host.GITHUB, {"GITHUB_EVENT_PATH": "/is/not/there"}),
        (Host.GITLAB, without(GITLAB, "CI_MERGE_REQUEST_IID")),
        (Host.GITEA, GITEA | {"GITHUB_REF": "refs/heads/main"}),
        (Host.BITBUCKET, without(BITBUCKET, "BITBUCKET_PR_ID")),
    ],
)
def test_without_a_pull_request_there_is_no_place(host: Host, environ: dict[str, str]) -> None:
    assert place_in(host, environ) is None


@pytest.mark.parametrize(
    ("event", "number"),
    [
        ({"pull_request": {"number": 9}}, "9"),
        ({"issue": {"number": 9, "pull_request": {}}}, "9"),
        ({"issue": {"number": 9}}, None),
        ({"pull_request": {"number": "9/../../x"}}, None),
        ({"pull_request": {"number": -9}}, None),
        ({}, None),
        ("no object", None),
    ],
)
def test_number_of_the_event(tmp_path: Path, event: object, number: str | None) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event))
    environ = GITHUB | {"GITHUB_REF": "refs/heads/x", "GITHUB_EVENT_PATH": str(file)}
    place = place_in(Host.GITHUB, environ)
    assert (place and place.number) == number


@pytest.mark.parametrize(
    ("host", "environ", "words"),
    [
        (
            Host.GITHUB,
            without(GITHUB, "GITHUB_TOKEN"),
            "no token: set GITHUB_TOKEN or GH_TOKEN",
        ),
        (Host.GITHUB, GITHUB | {"GITHUB_TOKEN": f"{TOKEN}\r\nX: y"}, "there is no token"),
        (Host.GITHUB, without(GITHUB, "GITHUB_REPOSITORY"), "GITHUB_REPOSITORY is not set"),
        (Host.GITHUB, GITHUB | {"GITHUB_API_URL": "file:///etc"}, "GITHUB_API_URL is no URL"),
        (
            Host.GITHUB,
            GITHUB | {"GITHUB_API_URL": "https://u:p@h"},
            "GITHUB_API_URL is no URL",
        ),
        (Host.GITLAB, without(GITLAB, "GITLAB_TOKEN"), "no token: set GITLAB_TOKEN"),
        (Host.GITLAB, GITLAB | {"CI_MERGE_REQUEST_IID": "7/x"}, '"7/x" is no number'),
        (Host.GITEA, without(GITEA, "GITHUB_API_URL"), "GITHUB_API_URL is not set"),
        (Host.GITEA, without(WOODPECKER, "CI_FORGE_URL"), "CI_FORGE_URL is not set"),
        (Host.BITBUCKET, without(BITBUCKET, "BITBUCKET_TOKEN"), "set BITBUCKET_TOKEN"),
    ],
)
def test_what_is_missing_is_named(host: Host, environ: dict[str, str], words: str) -> None:
    with pytest.raises(Unusable, match=words) as unusable:
        place_in(host, environ)
    assert TOKEN not in str(unusable.value)


def test_the_token_is_in_no_text_of_a_place() -> None:
    place = place_in(Host.GITHUB, GITHUB)
    assert TOKEN not in f"{place} {place!r}"
