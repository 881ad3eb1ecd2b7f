"""A group of the API that another program answers for."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.api import Api, ApiError
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.apiserver.aggregation import Answer, Passed
from harvester_net.lab.apiserver.errors import bad_request

from .conftest import api_of
from .requests import ask

GROUP = "other.lab"
PATH = f"/apis/{GROUP}/v1/namespaces/default/things/x/push"


class Program:
    """Answers as it is told, and remembers what it was asked."""

    versions = ("v1", "v1alpha1")

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[Passed] = []

    def answer(self, request: Passed) -> Answer:
        self.asked.append(request)
        if request.content == b"wrong":
            raise bad_request("wrong")
        return self._answer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(202), (202, "")),
        (Answer(200, {"kind": "Thing"}), (200, {"kind": "Thing"})),
        (Answer(404, text="404: Page Not Found"), (404, "404: Page Not Found")),
    ],
)
async def test_program_answers_for_its_group(
    plane: ControlPlane, answer: Answer, expected: tuple[int, Any]
) -> None:
    program = plane.server.aggregated[GROUP] = Program(answer)
    assert await ask(plane, "PUT", PATH, "body", accept="text/plain") == expected
    (passed,) = program.asked
    assert (passed.content, passed.accept) == (b"body", "text/plain")
    assert (passed.user.name, passed.info.resource, passed.info.name) == (
        "admin",
        "things/push",
        "x",
    )


async def test_refusal_of_a_program_is_a_status(plane: ControlPlane) -> None:
    plane.server.aggregated[GROUP] = Program(Answer(200))
    code, answer = await ask(plane, "PUT", PATH, "wrong")
    assert (code, answer["reason"]) == (400, "BadRequest")


async def test_server_asks_first_who_may(plane: ControlPlane) -> None:
    program = plane.server.aggregated[GROUP] = Program(Answer(200))
    async with api_of(plane) as api:
        api._open().headers["Impersonate-User"] = "joe"
        with pytest.raises(ApiError) as refusal:
            await api.replace(PATH, {})
    assert refusal.value.status == 403
    assert 'cannot update resource "things/push" in API group "other.lab"' in str(
        refusal.value
    )
    assert program.asked == []


async def test_discovery_names_the_group(plane: ControlPlane, api: Api) -> None:
    listed = {"kind": "APIResourceList"}
    plane.server.aggregated[GROUP] = Program(Answer(200, listed))
    groups = [group["name"] for group in (await api.get("/apis"))["groups"]]
    assert GROUP in groups
    group = await api.get(f"/apis/{GROUP}")
    assert group["preferredVersion"] == {"groupVersion": f"{GROUP}/v1", "version": "v1"}
    assert [each["version"] for each in group["versions"]] == ["v1", "v1alpha1"]
    assert await api.get(f"/apis/{GROUP}/v1") == listed
