"""Server-side apply, as clients and pulumi-kubernetes see it.

Words, codes and managers are those that a real server gave to the same requests.
"""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
import yaml

from harvester_net.lab.api import Api, ApiError
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.apiserver.objects import Object

from .objects import GADGETS, MAPS, config_map, gadget
from .requests import ask

APPLY = "application/apply-patch+yaml"


async def apply(plane: ControlPlane, obj: Any, path: str = "", **query: str) -> Object:
    """The object that is answered; raises ApiError for anything but success."""
    query = {"fieldManager": "a"} | query
    path = path or f"{MAPS}/{obj['metadata']['name']}"
    content = yaml.safe_dump(obj)
    status, answer = await ask(plane, "PATCH", path, content, APPLY, **query)
    if status >= 400:
        raise ApiError(status, answer)
    return {**answer, "code": status}


def managers(obj: Object) -> dict[str, Any]:
    return {
        f"{entry['manager']} {entry['operation']}": entry["fieldsV1"]
        for entry in obj["metadata"].get("managedFields", [])
    }


def data(*names: str) -> Object:
    return {"f:data": {f"f:{name}": {} for name in names}}


async def test_object_is_made_by_its_first_apply(plane: ControlPlane) -> None:
    made = await apply(plane, config_map("m", x="1"))
    assert (made["code"], made["data"]) == (201, {"x": "1"})
    assert managers(made) == {"a Apply": data("x")}


async def test_apply_of_the_same_changes_nothing(plane: ControlPlane) -> None:
    first = await apply(plane, config_map("m", x="1"))
    again = await apply(plane, config_map("m", x="1"))
    assert again == first | {"code": 200}


async def test_what_is_no_longer_applied_goes(plane: ControlPlane) -> None:
    labelled = config_map("m", x="1", y="2")
    labelled["metadata"]["labels"] = {"l": "1"}
    await apply(plane, labelled)
    found = await apply(plane, config_map("m", y="2", z="3"))
    assert found["data"] == {"y": "2", "z": "3"}
    assert "labels" not in found["metadata"]


async def test_what_somebody_else_applies_too_stays(plane: ControlPlane) -> None:
    await apply(plane, config_map("m", x="1"))
    await apply(plane, config_map("m", x="1"), fieldManager="b")
    found = await apply(plane, config_map("m", z="3"))
    assert found["data"] == {"x": "1", "z": "3"}
    assert managers(found) == {"a Apply": data("z"), "b Apply": data("x")}


async def test_fields_of_others_are_conflicts(plane: ControlPlane) -> None:
    await apply(plane, config_map("m", x="1", y="2"))
    await apply(plane, config_map("m", x="1"), fieldManager="b")
    with pytest.raises(ApiError) as one:
        await apply(plane, config_map("m", y="9"), fieldManager="b")
    assert (one.value.status, one.value.message) == (
        409,
        'Apply failed with 1 conflict: conflict with "a": .data.y',
    )
    cause = {"reason": "FieldManagerConflict", "message": 'conflict with "a"'}
    assert one.value.body["details"] == {"causes": [cause | {"field": ".data.y"}]}
    with pytest.raises(ApiError) as several:
        await apply(plane, config_map("m", x="9", y="9"), fieldManager="c")
    assert several.value.message == (
        'Apply failed with 3 conflicts: conflicts with "a":\n- .data.x\n- .data.y\n'
        'conflicts with "b":\n- .data.x'
    )


async def test_force_takes_fields_over(plane: ControlPlane) -> None:
    await apply(plane, config_map("m", x="1", y="2"))
    found = await apply(plane, config_map("m", y="9"), fieldManager="c", force="true")
    assert found["data"] == {"x": "1", "y": "9"}
    assert managers(found) == {"a Apply": data("x"), "c Apply": data("y")}


async def test_plain_writes_take_fields_over(plane: ControlPlane, api: Api) -> None:
    await apply(plane, config_map("m", x="1"))
    changed = {"data": {"x": "5", "y": "1"}}
    found = await api.merge_patch(f"{MAPS}/m", changed, fieldManager="kubectl")
    assert managers(found) == {"kubectl Update": data("x", "y")}
    with pytest.raises(ApiError, match=r'conflict with "kubectl" using v1: \.data\.x'):
        await apply(plane, config_map("m", x="1"))
    found = await api.merge_patch(f"{MAPS}/m", {"data": {"x": None}})
    assert managers(found) == {"kubectl Update": data("y")}


async def test_object_that_was_there_belongs_to_nobody_by_name(
    plane: ControlPlane, api: Api
) -> None:
    await api.create(MAPS, config_map("m", x="1", y="2"))
    with pytest.raises(ApiError, match='conflict with "before-first-apply" using v1'):
        await apply(plane, config_map("m", x="9"))
    found = await apply(plane, config_map("m", x="1"))
    assert managers(found) == {
        "a Apply": data("x"),
        "before-first-apply Update": data("x", "y"),
    }


async def test_lists_of_custom_resources_are_applied_as_a_whole(plane: ControlPlane) -> None:
    path = f"{GADGETS}/g"
    made = await apply(plane, gadget("g", spec={"size": 1}, finalizers=["a.b/c"]), path)
    fields: Object = {"f:finalizers": {'v:"a.b/c"': {}}}
    assert managers(made)["a Apply"] == {"f:metadata": fields, "f:spec": {"f:size": {}}}
    assert made["spec"] == {"size": 1, "mode": "plain"}
    found = await apply(plane, gadget("g", spec={"size": 2}), path)
    assert found["metadata"]["generation"] == 2
    assert "finalizers" not in found["metadata"]


async def test_containers_are_told_apart_by_name(plane: ControlPlane, api: Api) -> None:
    pods = "/api/v1/namespaces/default/pods"
    path = f"{pods}/p"

    def pod(*containers: Object) -> Object:
        kind = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
        return kind | {"spec": {"containers": list(containers)}}

    await apply(plane, pod({"name": "c", "image": "x"}), path)
    both = await apply(plane, pod({"name": "d", "image": "y"}), path, fieldManager="b")
    assert [c["name"] for c in both["spec"]["containers"]] == ["c", "d"]
    one = await apply(plane, pod(), path)
    assert [c["name"] for c in one["spec"]["containers"]] == ["d"]


async def test_status_is_not_applied(plane: ControlPlane, api: Api) -> None:
    path = f"{GADGETS}/g"
    await api.create(GADGETS, gadget("g"))
    await api.merge_patch(f"{path}/status", {"status": {"ready": True}})
    found = await apply(plane, gadget("g", spec={"size": 1}, status={"ready": 0}), path)
    assert found["status"] == {"ready": True}
    found = await api.merge_patch(f"{path}/status", {"status": {"ready": False}})
    assert managers(found)["a Apply"] == {"f:spec": {"f:size": {}}}
    with pytest.raises(ApiError) as refusal:
        await apply(plane, gadget("g"), f"{path}/status")
    assert refusal.value.status == 415


async def test_dry_run_applies_nothing(plane: ControlPlane, api: Api) -> None:
    found = await apply(plane, config_map("m", x="1"), dryRun="All")
    assert found["code"] == 201
    with pytest.raises(ApiError) as missing:
        await api.get(f"{MAPS}/m")
    assert missing.value.status == 404


async def test_managers_can_be_written_as_pulumi_takes_them_over(
    plane: ControlPlane, api: Api
) -> None:
    made = await apply(plane, config_map("m", x="1"), fieldManager="kubectl")
    (entry,) = made["metadata"]["managedFields"]
    taken = [{"op": "replace", "path": "/metadata/managedFields", "value": [entry]}]
    taken[0]["value"] = [entry | {"manager": "pulumi"}]
    found = await api.json_patch(f"{MAPS}/m", taken)
    assert managers(found) == {"pulumi Apply": data("x")}
    # No edit at all is a patch of `null`.
    status, _ = await ask(plane, "PATCH", f"{MAPS}/m", "null", "application/json-patch+json")
    assert status == 200
    found = await api.json_patch(f"{MAPS}/m", [taken[0] | {"value": [{}]}])
    assert managers(found) == {}


NAMELESS = {"apiVersion": "v1", "kind": "ConfigMap"}


@pytest.mark.parametrize(
    ("obj", "query", "code", "text"),
    [
        (config_map("m"), {"fieldManager": ""}, 422, "fieldManager: Required value: is req"),
        (config_map("n"), {}, 400, "the name of the object (n) does not match"),
        (NAMELESS, {}, 400, "name must be provided"),
        ({"metadata": {"name": "m"}}, {}, 400, "invalid object type: /, Kind="),
        (gadget("m"), {}, 400, "invalid object type: example.lab/v1, Kind=Gadget"),
        ([1], {}, 400, "json: cannot unmarshal array into Go value"),
        (config_map("m") | {"metadata": {"name": "m", "uid": "u"}}, {}, 409, "uid mismatch"),
        (
            config_map("m") | {"metadata": {"name": "m", "managedFields": [{"manager": "x"}]}},
            {},
            400,
            "metadata.managedFields must be nil",
        ),
    ],
)
async def test_configuration_that_cannot_be_applied_is_refused(
    plane: ControlPlane, obj: Any, query: dict[str, str], code: int, text: str
) -> None:
    with pytest.raises(ApiError) as refusal:
        await apply(plane, obj, f"{MAPS}/m", **query)
    assert refusal.value.status == code
    assert text in refusal.value.message


async def test_version_of_a_configuration_must_be_that_of_the_object(
    plane: ControlPlane,
) -> None:
    await apply(plane, config_map("m", x="1"))
    with pytest.raises(ApiError, match="the object has been modified"):
        await apply(
            plane, config_map("m") | {"metadata": {"name": "m", "resourceVersion": "1"}}
        )


async def test_other_patches_cannot_be_forced(plane: ControlPlane, api: Api) -> None:
    await api.create(MAPS, config_map("m"))
    with pytest.raises(ApiError, match="force: Forbidden: may not be specified for non-apply"):
        await api.merge_patch(f"{MAPS}/m", {}, force="true")


async def test_schemas_can_be_asked_for(plane: ControlPlane, api: Api) -> None:
    assert (await api.get("/openapi/v2"))["swagger"] == "2.0"
    assert await api.get("/openapi/v3") == {"paths": {}}
    token = {"Authorization": f"Bearer {plane.users.token('admin')}"}
    accept = {"Accept": "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"}
    async with (
        aiohttp.ClientSession(headers=token) as session,
        session.get(f"{plane.url}/openapi/v2", headers=accept, ssl=False) as answer,
    ):
        # Field 1 is "2.0"; field 2 is the info, with a title and a version.
        assert await answer.read() == b"\n\x032.0\x12\x15\n\nKubernetes\x12\x07v1.35.4"
