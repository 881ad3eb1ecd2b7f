"""The engine's messages as requests, and the provider's answers as messages (P2).

Every encoder takes the answer and the secrets of the request, which it marks again: what goes
back without the mark is stored in clear (P3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from ..urns import Urn
from .requests import (
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
    Secrets,
    UpdateRequest,
)
from .values import Decoded, encoded

if TYPE_CHECKING:
    from ..kinds.kind import Live

DISABLE = provider_pb2.CheckRequest.AutonamingOptions.Mode.DISABLE


def check_config_request(message: provider_pb2.CheckRequest) -> ConfigureRequest:
    given = Decoded(message.news)
    return ConfigureRequest(inputs=given.values, secrets=given.secrets)


def diff_config(message: provider_pb2.DiffRequest) -> provider_pb2.DiffResponse:
    """Whether the provider's configuration changes; never a replacement."""
    # Another kubeconfig may be another way to reach the same cluster, and to replace a
    # provider is to delete and create every network that it made.
    old = Decoded(message.old_inputs or message.olds).values
    return provider_pb2.DiffResponse(changes=_some(old != Decoded(message.news).values))


def configure_request(message: provider_pb2.ConfigureRequest) -> ConfigureRequest:
    return ConfigureRequest(inputs=Decoded(message.args).values)


def configure_response(_: None, _secrets: Secrets) -> provider_pb2.ConfigureResponse:
    return provider_pb2.ConfigureResponse(
        acceptSecrets=True,
        supportsPreview=True,
        acceptResources=True,
        acceptOutputs=False,
        supports_autonaming_configuration=True,
    )


def check_request(message: provider_pb2.CheckRequest) -> CheckRequest:
    given = Decoded(message.news)
    return CheckRequest(
        urn=message.urn,
        type=_type(message),
        inputs=given.values,
        old_inputs=Decoded(message.olds).values,
        proposed_name=_proposed_name(message),
        references=given.references,
        secrets=given.secrets,
    )


def check_response(response: CheckResponse, secrets: Secrets) -> provider_pb2.CheckResponse:
    return provider_pb2.CheckResponse(
        inputs=encoded(response.inputs, secrets), failures=_failures(response.failures)
    )


def diff_request(message: provider_pb2.DiffRequest) -> DiffRequest:
    return DiffRequest(
        urn=message.urn,
        type=_type(message),
        old_inputs=Decoded(message.old_inputs or message.olds).values,
        inputs=Decoded(message.news).values,
        outputs=Decoded(message.olds).values,
    )


def diff_response(response: DiffResponse, _: Secrets) -> provider_pb2.DiffResponse:
    changes = response.changes
    return provider_pb2.DiffResponse(
        changes=_some(bool(changes)),
        diffs=sorted({change.property for change in changes}),
        replaces=sorted({change.property for change in changes if change.replaces}),
        deleteBeforeReplace=response.delete_before_replace,
        detailedDiff={change.path: _property_diff(change) for change in changes},
        # With this and no detail the engine shows no change at all (P4).
        hasDetailedDiff=bool(changes),
    )


def create_request(message: provider_pb2.CreateRequest) -> CreateRequest:
    given = Decoded(message.properties)
    return CreateRequest(
        urn=message.urn,
        type=_type(message),
        inputs=given.values,
        timeout=message.timeout,
        preview=message.preview,
        secrets=given.secrets,
    )


def create_response(live: Live, secrets: Secrets) -> provider_pb2.CreateResponse:
    return provider_pb2.CreateResponse(
        id=live.key, properties=encoded(live.outputs, secrets), refresh_before_update=True
    )


def read_request(message: provider_pb2.ReadRequest) -> ReadRequest:
    inputs, outputs = Decoded(message.inputs), Decoded(message.properties)
    return ReadRequest(
        urn=message.urn,
        type=_type(message),
        id=message.id,
        inputs=inputs.values,
        outputs=outputs.values,
        secrets=inputs.secrets | outputs.secrets,
    )


def read_response(live: Live | None, secrets: Secrets) -> provider_pb2.ReadResponse:
    if live is None:
        # No properties at all, or an import of nothing succeeds (P8).
        return provider_pb2.ReadResponse()
    return provider_pb2.ReadResponse(
        id=live.key,
        properties=encoded(live.outputs, secrets),
        inputs=encoded(live.inputs, secrets),
        refresh_before_update=True,
    )


def update_request(message: provider_pb2.UpdateRequest) -> UpdateRequest:
    given = Decoded(message.news)
    return UpdateRequest(
        urn=message.urn,
        type=_type(message),
        id=message.id,
        inputs=given.values,
        old_inputs=Decoded(message.old_inputs).values,
        outputs=Decoded(message.olds).values,
        timeout=message.timeout,
        preview=message.preview,
        secrets=given.secrets,
    )


def update_response(live: Live, secrets: Secrets) -> provider_pb2.UpdateResponse:
    return provider_pb2.UpdateResponse(
        properties=encoded(live.outputs, secrets), refresh_before_update=True
    )


def delete_request(message: provider_pb2.DeleteRequest) -> DeleteRequest:
    return DeleteRequest(
        urn=message.urn,
        type=_type(message),
        id=message.id,
        outputs=Decoded(message.properties).values,
        timeout=message.timeout,
    )


def delete_response(_: None, _secrets: Secrets) -> Empty:
    return Empty()


def invoke_request(message: provider_pb2.InvokeRequest) -> InvokeRequest:
    return InvokeRequest(
        token=message.tok, arguments=Decoded(message.args).values, preview=message.preview
    )


def invoke_response(response: InvokeResponse, _: Secrets) -> provider_pb2.InvokeResponse:
    message = provider_pb2.InvokeResponse(failures=_failures(response.failures))
    # `return` is a word of Python's own.
    getattr(message, "return").CopyFrom(encoded(response.result))
    return message


def list_request(message: provider_pb2.ListRequest) -> ListRequest:
    sizes = [size for size in (message.limit, message.page_size) if size > 0]
    return ListRequest(
        type=message.token,
        query=Decoded(message.query).values,
        most=min(sizes, default=0),
        after=message.continuation_token,
    )


def list_responses(page: ListResponse, _: Secrets) -> list[provider_pb2.ListResponse]:
    of = provider_pb2.ListResponse
    found = [of(result=of.Result(id=key, name=name)) for key, name in page.found.items()]
    more = of(continuation=of.Continuation(continuation_token=page.after))
    return [*found, *([more] if page.after else [])]


def _type(message: Any) -> str:
    # The field is younger than the protocol; the URN has always had it.
    return str(message.type or Urn.of(message.urn).type)


def _proposed_name(message: provider_pb2.CheckRequest) -> str | None:
    if not message.HasField("autonaming"):
        return message.name or Urn.of(message.urn).name
    options = message.autonaming
    return None if options.mode == DISABLE else options.proposed_name


def _failures(reasons: list[str]) -> list[provider_pb2.CheckFailure]:
    # With a property set the engine prints its value, a secret in clear (P21.1).
    return [provider_pb2.CheckFailure(property="", reason=reason) for reason in reasons]


def _some(changed: bool) -> provider_pb2.DiffResponse.DiffChanges.ValueType:
    return (
        provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
    )


def _property_diff(change: PropertyDiff) -> provider_pb2.PropertyDiff:
    kind = change.change + ("_REPLACE" if change.replaces else "")
    return provider_pb2.PropertyDiff(
        kind=provider_pb2.PropertyDiff.Kind.Value(kind), inputDiff=change.is_input
    )
