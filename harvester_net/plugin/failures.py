"""How failures reach the engine: gRPC codes, and details where the engine wants them (P5)."""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING, NoReturn

import grpc
from google.protobuf.any_pb2 import Any as Packed
from pulumi.runtime.proto import provider_pb2, status_pb2

from ..printable import printable
from .requests import Secrets
from .values import encoded

if TYPE_CHECKING:
    from ..kinds.failures import Unfinished

DETAILS = "grpc-status-details-bin"
DEBUG = "HARVESTER_NET_DEBUG"


async def refuse(context: grpc.aio.ServicerContext[object, object], message: str) -> NoReturn:
    """End a call: nothing was done, and the message says why."""
    await context.abort(grpc.StatusCode.FAILED_PRECONDITION, _shown(message))
    raise AssertionError("abort returned")


async def refuse_inputs(
    context: grpc.aio.ServicerContext[object, object], message: str
) -> NoReturn:
    """End a call: it was given something wrong, and the message says what."""
    await context.abort(grpc.StatusCode.INVALID_ARGUMENT, _shown(message))
    raise AssertionError("abort returned")


async def report_unfinished(
    context: grpc.aio.ServicerContext[object, object], failure: Unfinished, secrets: Secrets
) -> NoReturn:
    """End a call: the object exists, and the engine records it with the reasons."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=failure.key,
        properties=encoded(failure.outputs, secrets),
        inputs=encoded(failure.inputs, secrets),
        reasons=map(_shown, failure.reasons),
        refresh_before_update=True,
    )
    packed = Packed()
    packed.Pack(detail)
    code = grpc.StatusCode.UNAVAILABLE
    message = _shown(str(failure))
    status = status_pb2.Status(code=code.value[0], message=message, details=[packed])
    metadata = ((DETAILS, status.SerializeToString()),)
    await context.abort(code, message, trailing_metadata=metadata)
    raise AssertionError("abort returned")


def unexpected(error: BaseException) -> str:
    """The message for an error that is a mistake of ours."""
    text = (
        f"harvester-net met an error it did not expect: {type(error).__name__}: {error}. "
        f"Please report it; {DEBUG}=1 shows where it happened"
    )
    if os.environ.get(DEBUG):
        text += "\n" + "".join(traceback.format_exception(error))
    return text


def of_component(name: str, error: BaseException) -> str:
    """The message for a component that could not be made.

    The engine has said already what is wrong with a resource in it. The error is not quoted:
    what the SDK words may hold a secret of the program.
    """
    text = (
        f"not all resources of '{name}' could be made ({type(error).__name__}); the reason is "
        f"beside them, else {DEBUG}=1 shows where it happened"
    )
    if os.environ.get(DEBUG):
        text += "\n" + "".join(traceback.format_tb(error.__traceback__))
    return text


def _shown(message: str) -> str:
    """A message as the engine may print it: the lines are ours."""
    return printable(message, None, lines=True)
