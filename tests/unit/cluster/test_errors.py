"""The literal answers of a real server (O4), and what we make of them."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster import errors
from harvester_net.cluster.errors import (
    AlreadyExists,
    BadConnection,
    ClusterError,
    Conflict,
    Denied,
    Expired,
    Forbidden,
    NotFound,
    Rejected,
    Unauthenticated,
    Unreachable,
    denial,
    error_of,
)
from harvester_net.lab.apiserver.errors import status as status_object

NETWORK = "validator.harvester-system.harvester-network-webhook"
HARVESTER = "validator.harvesterhci.io"
INTERNAL = "Internal error occurred: "


def answer(code: int, reason: str, message: str) -> tuple[int, Any]:
    return code, status_object(code, reason, message)


def denied_by(by: str, text: str) -> str:
    return f'admission webhook "{by}" denied the request: {text}'


ANSWERS: dict[str, tuple[tuple[int, Any], type[ClusterError], str]] = {
    "network webhook refuses a config": (
        answer(
            500,
            "InternalError",
            denied_by(
                NETWORK,
                INTERNAL + "can't create vlanConfig nc-1 because it overlaps with other "
                "vlanconfigs matching node(s) [node2]",
            ),
        ),
        Denied,
        "Harvester refused it: can't create vlanConfig nc-1 because it overlaps with other "
        "vlanconfigs matching node(s) [node2]",
    ),
    "network webhook refuses a cluster network": (
        answer(
            500,
            "InternalError",
            denied_by(NETWORK, INTERNAL + "can't create cluster network X because ..."),
        ),
        Denied,
        "Harvester refused it: can't create cluster network X because ...",
    ),
    "Harvester's webhook refuses the setting": (
        answer(
            422,
            "Invalid",
            denied_by(HARVESTER, "range should be subnet CIDR 192.168.0.0/24"),
        ),
        Denied,
        "Harvester refused it: range should be subnet CIDR 192.168.0.0/24",
    ),
    "VMs still run": (
        answer(
            422,
            "Invalid",
            denied_by(
                HARVESTER, "Please stop all VMs before configuring the storage-network setting"
            ),
        ),
        Denied,
        "Harvester refused it: Please stop all VMs before configuring the storage-network "
        "setting",
    ),
    "the setting cannot be deleted": (
        answer(405, "MethodNotAllowed", denied_by(HARVESTER, "delete is not allowed")),
        Denied,
        "Harvester refused it: delete is not allowed",
    ),
    "the storage network's NAD is in use": (
        answer(
            400,
            "BadRequest",
            denied_by(HARVESTER, "cannot delete NAD used by Harvester setting"),
        ),
        Denied,
        "Harvester refused it: cannot delete NAD used by Harvester setting",
    ),
    "the setting is busy": (
        answer(
            409,
            "Conflict",
            denied_by(
                HARVESTER,
                'cannot update the setting "storage-network" because it is still being '
                "configured",
            ),
        ),
        Conflict,
        "patch settings storage-network: "
        + denied_by(
            HARVESTER,
            'cannot update the setting "storage-network" because it is still being configured',
        ),
    ),
    "the webhook is down": (
        answer(
            500,
            "InternalError",
            f'{INTERNAL}failed calling webhook "{NETWORK}": failed to call webhook: Post '
            '"https://harvester-network-webhook.harvester-system.svc:443/v1/webhook": EOF',
        ),
        Unreachable,
        f'patch settings storage-network: {INTERNAL}failed calling webhook "{NETWORK}": '
        "failed to call webhook: Post "
        '"https://harvester-network-webhook.harvester-system.svc:443/v1/webhook": EOF',
    ),
    "somebody else wrote": (
        answer(409, "Conflict", "the object has been modified"),
        Conflict,
        "patch settings storage-network: the object has been modified",
    ),
    "it exists": (
        answer(409, "AlreadyExists", 'vlanconfigs "nc-1" already exists'),
        AlreadyExists,
        'patch settings storage-network: vlanconfigs "nc-1" already exists',
    ),
    "it does not exist": (
        answer(404, "NotFound", 'vlanconfigs "nc-1" not found'),
        NotFound,
        'patch settings storage-network: vlanconfigs "nc-1" not found',
    ),
    "a path that nobody serves": (
        (404, "404 page not found\n"),
        NotFound,
        "patch settings storage-network: 404 page not found",
    ),
    "who are you": (
        answer(401, "Unauthorized", "Unauthorized"),
        Unauthenticated,
        "patch settings storage-network: Unauthorized",
    ),
    "not for you": (
        answer(403, "Forbidden", 'User "me" cannot list resource'),
        Forbidden,
        'patch settings storage-network: User "me" cannot list resource',
    ),
    "events too old": (
        answer(410, "Expired", "too old resource version"),
        Expired,
        "patch settings storage-network: too old resource version",
    ),
    "the schema says no": (
        answer(422, "Invalid", "spec.uplink: Required value"),
        Rejected,
        "patch settings storage-network: spec.uplink: Required value",
    ),
    "too many requests": (
        answer(429, "TooManyRequests", "slow down"),
        Unreachable,
        "patch settings storage-network: slow down",
    ),
    "a proxy without a server behind it": (
        (502, "<html>Bad Gateway</html>"),
        Unreachable,
        "patch settings storage-network: <html>Bad Gateway</html>",
    ),
    "starting": (
        answer(503, "ServiceUnavailable", "apiserver not ready"),
        Unreachable,
        "patch settings storage-network: apiserver not ready",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_answer_of_the_server_becomes_an_error_of_ours(case: str) -> None:
    (status, body), expected, message = ANSWERS[case]
    error = error_of(status, body, "patch settings storage-network")
    assert type(error) is expected
    assert str(error) == message


def test_denial_says_by_whom_and_in_the_servers_words() -> None:
    found = denial(denied_by(NETWORK, INTERNAL + "can't delete it\nfor reasons"))
    assert found is not None
    assert (found.by, found.why) == (NETWORK, "can't delete it for reasons")


@pytest.mark.parametrize(
    "message",
    ["", "the object has been modified", f'failed calling webhook "{NETWORK}": EOF'],
)
def test_other_messages_are_no_denial(message: str) -> None:
    assert denial(message) is None


def test_text_that_is_no_status_is_cut() -> None:
    assert len(str(error_of(500, "x" * 1000, "get nodes"))) < 350


def test_status_without_a_message_is_shown_as_it_is() -> None:
    assert str(error_of(400, {"kind": "Status"}, "get nodes")) == (
        "get nodes: {'kind': 'Status'}"
    )


@pytest.mark.parametrize(
    "error",
    [
        BadConnection,
        Unreachable,
        Forbidden,
        NotFound,
        AlreadyExists,
        Conflict,
        Denied,
        Rejected,
    ],
)
def test_all_errors_are_of_one_tree_and_drawn_in_the_module(error: type[Exception]) -> None:
    assert issubclass(error, ClusterError)
    assert errors.__doc__ is not None
    assert error.__name__ in errors.__doc__
