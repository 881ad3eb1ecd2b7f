"""Each message of the engine becomes a request, and each answer a message."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2

from harvester_net.kinds.kind import Live
from harvester_net.plugin import wire
from harvester_net.plugin.requests import (
    CheckRequest,
    CheckResponse,
    ConfigureRequest,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    InvokeRequest,
    InvokeResponse,
    ListRequest,
    ListResponse,
    PropertyDiff,
    ReadRequest,
    Request,
    UpdateRequest,
)
from harvester_net.plugin.values import Decoded, encoded
from harvester_net.specs.unknown import UNKNOWN

TYPE = "harvester-net:index:VmNetwork"
URN = f"urn:pulumi:dev::site::my:module:Site${TYPE}::vm100"
SECRET = frozenset({("name",)})
HIDDEN = "SEKRET9"
LIVE = Live("default/vm100", {"name": "a", "uid": "u1"}, {"name": "a"})
DIFF = provider_pb2.DiffResponse
AUTONAMING = provider_pb2.CheckRequest.AutonamingOptions


def struct(**properties: Any) -> Struct:
    return encoded(properties)


def secret(**properties: Any) -> Struct:
    """The same with a secret name."""
    return encoded(properties, SECRET)


def decoded(properties: Struct) -> tuple[dict[str, Any], frozenset[Any]]:
    given = Decoded(properties)
    return given.values, given.secrets


RESOURCE: dict[str, Any] = {"urn": URN, "type": TYPE}
REQUESTS: dict[str, tuple[Request, Request]] = {
    "CheckConfig": (
        wire.check_config_request(provider_pb2.CheckRequest(news=secret(name="a"))),
        ConfigureRequest(inputs={"name": "a"}, secrets=SECRET),
    ),
    "Configure": (
        wire.configure_request(provider_pb2.ConfigureRequest(args=secret(name="a"))),
        ConfigureRequest(inputs={"name": "a"}),
    ),
    "Check": (
        wire.check_request(
            provider_pb2.CheckRequest(
                **RESOURCE, name="vm100", news=secret(name="a"), olds=struct(name="b")
            )
        ),
        CheckRequest(
            **RESOURCE,
            inputs={"name": "a"},
            old_inputs={"name": "b"},
            proposed_name="vm100",
            secrets=SECRET,
        ),
    ),
    "Diff": (
        wire.diff_request(
            provider_pb2.DiffRequest(
                **RESOURCE,
                olds=struct(name="out"),
                old_inputs=struct(name="old"),
                news=struct(name="new"),
            )
        ),
        DiffRequest(
            **RESOURCE,
            old_inputs={"name": "old"},
            inputs={"name": "new"},
            outputs={"name": "out"},
        ),
    ),
    "Diff of a state that has no old inputs": (
        wire.diff_request(
            provider_pb2.DiffRequest(
                **RESOURCE, olds=struct(name="out"), news=struct(name="new")
            )
        ),
        DiffRequest(
            **RESOURCE,
            old_inputs={"name": "out"},
            inputs={"name": "new"},
            outputs={"name": "out"},
        ),
    ),
    "Create": (
        wire.create_request(
            provider_pb2.CreateRequest(
                **RESOURCE, properties=secret(name=UNKNOWN), timeout=90, preview=True
            )
        ),
        CreateRequest(
            **RESOURCE, inputs={"name": UNKNOWN}, timeout=90, preview=True, secrets=SECRET
        ),
    ),
    "Read": (
        wire.read_request(
            provider_pb2.ReadRequest(
                **RESOURCE,
                id="default/vm100",
                inputs=encoded({"vlan": 7}, {("vlan",)}),
                properties=secret(name="a"),
            )
        ),
        ReadRequest(
            **RESOURCE,
            id="default/vm100",
            inputs={"vlan": 7},
            outputs={"name": "a"},
            secrets=SECRET | {("vlan",)},
        ),
    ),
    "Read for an import": (
        wire.read_request(provider_pb2.ReadRequest(**RESOURCE, id="vm100")),
        ReadRequest(**RESOURCE, id="vm100", inputs={}, outputs={}),
    ),
    "Update": (
        wire.update_request(
            provider_pb2.UpdateRequest(
                **RESOURCE,
                id="default/vm100",
                olds=struct(name="out"),
                old_inputs=struct(name="old"),
                news=secret(name="new"),
                timeout=1.5,
                preview=True,
            )
        ),
        UpdateRequest(
            **RESOURCE,
            id="default/vm100",
            outputs={"name": "out"},
            old_inputs={"name": "old"},
            inputs={"name": "new"},
            timeout=1.5,
            preview=True,
            secrets=SECRET,
        ),
    ),
    "Delete": (
        wire.delete_request(
            provider_pb2.DeleteRequest(
                **RESOURCE, id="default/vm100", properties=struct(uid="u1"), timeout=5
            )
        ),
        DeleteRequest(**RESOURCE, id="default/vm100", outputs={"uid": "u1"}, timeout=5),
    ),
    "Invoke": (
        wire.invoke_request(
            provider_pb2.InvokeRequest(
                tok="harvester-net:index:f", args=struct(node="n1"), preview=True
            )
        ),
        InvokeRequest(token="harvester-net:index:f", arguments={"node": "n1"}, preview=True),
    ),
    "List": (
        wire.list_request(
            provider_pb2.ListRequest(
                token=TYPE, query=struct(vlan=5), limit=7, continuation_token="default/a"
            )
        ),
        ListRequest(type=TYPE, query={"vlan": 5}, most=7, after="default/a"),
    ),
    "List of a page": (
        wire.list_request(provider_pb2.ListRequest(token=TYPE, limit=7, page_size=3)),
        ListRequest(type=TYPE, query={}, most=3),
    ),
}


@pytest.mark.parametrize("case", REQUESTS)
def test_message_becomes_a_request(case: str) -> None:
    seen, expected = REQUESTS[case]
    assert seen == expected


def test_page_is_a_message_for_each_object_and_one_for_where_it_goes_on() -> None:
    last = wire.list_responses(ListResponse(found={"a/b": "a-b"}, after=""), frozenset())
    assert [(each.result.id, each.result.name) for each in last] == [("a/b", "a-b")]
    page = wire.list_responses(ListResponse(found={"a/b": "a-b"}, after="a/b"), frozenset())
    assert page[:-1] == last
    assert page[-1].continuation.continuation_token == "a/b"


def test_older_engine_tells_the_type_in_the_urn_only() -> None:
    message = provider_pb2.CreateRequest(urn=URN)
    assert wire.create_request(message).type == TYPE


def test_urn_that_is_none_has_no_type() -> None:
    assert wire.create_request(provider_pb2.CreateRequest(urn="vm100")).type == ""


@pytest.mark.parametrize(
    ("message", "proposed"),
    [
        pytest.param({"name": "web"}, "web", id="the resource's name"),
        pytest.param({}, "vm100", id="an older engine: the name in the URN"),
        pytest.param(
            {"autonaming": AUTONAMING(proposed_name="web-1")}, "web-1", id="the user's pattern"
        ),
        pytest.param(
            {"autonaming": AUTONAMING(proposed_name="x", mode=AUTONAMING.Mode.DISABLE)},
            None,
            id="disabled",
        ),
    ],
)
def test_name_is_proposed_as_the_user_configured(
    message: dict[str, Any], proposed: str | None
) -> None:
    request = wire.check_request(provider_pb2.CheckRequest(**RESOURCE, **message))
    assert request.proposed_name == proposed


@pytest.mark.parametrize("case", REQUESTS)
def test_repr_of_a_request_shows_no_properties(case: str) -> None:
    _, request = REQUESTS[case]
    values = {name: {"name": HIDDEN} for name in ("inputs", "outputs", "old_inputs")}
    values |= {"arguments": {"name": HIDDEN}, "query": {"name": HIDDEN}}
    known = {name: values[name] for name in values if hasattr(request, name)}
    assert known
    assert HIDDEN not in repr(type(request)(**{**vars(request), **known}))


def test_configuration_is_accepted_as_the_handshake_promises() -> None:
    message = wire.configure_response(None, frozenset())
    assert message.acceptSecrets
    assert message.supportsPreview
    assert message.acceptResources
    assert not message.acceptOutputs
    assert message.supports_autonaming_configuration


@pytest.mark.parametrize(
    ("message", "changes"),
    [
        ({"old_inputs": struct(context="a"), "news": struct(context="b")}, DIFF.DIFF_SOME),
        ({"old_inputs": struct(context="a"), "news": struct(context="a")}, DIFF.DIFF_NONE),
        ({"olds": struct(context="a"), "news": struct(context="a")}, DIFF.DIFF_NONE),
        ({"olds": struct(context="a"), "news": struct(context="b")}, DIFF.DIFF_SOME),
    ],
)
def test_another_configuration_is_a_change_and_never_a_replacement(
    message: dict[str, Any], changes: int
) -> None:
    response = wire.diff_config(provider_pb2.DiffRequest(**message))
    assert response == DIFF(changes=changes)  # type: ignore[arg-type]


def test_checked_inputs_keep_their_secrets_and_failures_name_no_property() -> None:
    """With a property set the engine would print its value (P21.1)."""
    response = CheckResponse(inputs={"name": "a"}, failures=["name: is too long"])
    message = wire.check_response(response, SECRET)
    assert decoded(message.inputs) == ({"name": "a"}, SECRET)
    assert [(f.property, f.reason) for f in message.failures] == [("", "name: is too long")]


def change(path: str, change: str, replaces: bool = False) -> PropertyDiff:
    top = path.partition(".")[0]
    return PropertyDiff(path=path, property=top, change=change, replaces=replaces)


def test_diff_tells_each_property_how_it_changes() -> None:
    changes = [
        change("uplink.nics", "UPDATE"),
        change("uplink.bondOptions", "ADD"),
        change("mtu", "DELETE"),
        change("name", "UPDATE", replaces=True),
    ]
    message = wire.diff_response(
        DiffResponse(changes=changes, delete_before_replace=True), frozenset()
    )
    kinds = provider_pb2.PropertyDiff.Kind
    assert message.changes == DIFF.DIFF_SOME
    assert list(message.diffs) == ["mtu", "name", "uplink"]
    assert list(message.replaces) == ["name"]
    assert message.deleteBeforeReplace
    assert message.hasDetailedDiff
    assert all(detail.inputDiff for detail in message.detailedDiff.values())
    assert {path: kinds.Name(d.kind) for path, d in message.detailedDiff.items()} == {
        "uplink.nics": "UPDATE",
        "uplink.bondOptions": "ADD",
        "mtu": "DELETE",
        "name": "UPDATE_REPLACE",
    }


def test_diff_without_changes_has_no_detail() -> None:
    response = DiffResponse(changes=[], delete_before_replace=False)
    assert wire.diff_response(response, frozenset()) == DIFF(changes=DIFF.DIFF_NONE)


def test_created_object_has_an_id_secrets_and_is_read_again() -> None:
    message = wire.create_response(LIVE, SECRET)
    assert message.id == LIVE.key
    assert decoded(message.properties) == (LIVE.outputs, SECRET)
    assert message.refresh_before_update


def test_object_that_was_read_has_outputs_and_inputs_with_their_secrets() -> None:
    message = wire.read_response(LIVE, SECRET)
    assert message.id == LIVE.key
    assert decoded(message.properties) == (LIVE.outputs, SECRET)
    assert decoded(message.inputs) == (LIVE.inputs, SECRET)
    assert message.refresh_before_update


def test_object_that_is_gone_has_no_properties_at_all() -> None:
    """With an empty struct an import of nothing succeeds (P8)."""
    message = wire.read_response(None, SECRET)
    assert message == provider_pb2.ReadResponse()
    assert not message.HasField("properties")


def test_updated_object_has_its_secrets_and_is_read_again() -> None:
    message = wire.update_response(LIVE, SECRET)
    assert decoded(message.properties) == (LIVE.outputs, SECRET)
    assert message.refresh_before_update


def test_deleted_object_is_answered_with_nothing() -> None:
    assert wire.delete_response(None, frozenset()) == Empty()


def test_function_returns_its_result_or_what_is_wrong() -> None:
    message = wire.invoke_response(InvokeResponse(result={"mtu": 9000}, failures=[]), SECRET)
    assert decoded(getattr(message, "return")) == ({"mtu": 9000}, frozenset())
    wrong = wire.invoke_response(InvokeResponse(result={}, failures=["name: no"]), SECRET)
    assert [(f.property, f.reason) for f in wrong.failures] == [("", "name: no")]
