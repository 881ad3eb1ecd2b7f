"""How failures reach the engine: gRPC codes, and details where the engine wants them (P5)."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable
from typing import NoReturn

import grpc
from google.protobuf.any_pb2 import Any as Packed
from pulumi.runtime.proto import provider_pb2, status_pb2

from .values import Path, encoded

DETAILS = "grpc-status-details-bin"
DEBUG = "HARVESTER_NET_DEBUG"


async def refuse(context: grpc.aio.ServicerContext[object, object], message: str) -> NoReturn:
    """End a call: nothing was done, and the message says why."""
    await context.abort(grpc.StatusCode.FAILED_PRECONDITION, message)
    raise AssertionError("abort returned")


async def unfinished(
    context: grpc.aio.ServicerContext[object, object],
    key: str,
    outputs: dict[str, object],
    inputs: dict[str, object],
    reasons: list[str],
    secrets: Iterable[Path],
) -> NoReturn:
    """End a call: the object exists, and the engine records it with the reasons."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=key,
        properties=encoded(outputs, secrets),
        inputs=encoded(inputs, secrets),
        reasons=reasons,
        refresh_before_update=True,
    )
    packed = Packed()
    packed.Pack(detail)
    code = grpc.StatusCode.UNAVAILABLE
    message = "; ".join(reasons)
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
